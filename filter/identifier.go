package filter

import (
	"net/netip"
	"strconv"
	"strings"
)

// identifier reads a word that is not a number, as the qualifiers want it.
func (p *parser) identifier(q qualifiers) expression {
	t := p.next()
	switch t.kind {
	case tokenNumber:
		return q.number(t)
	case tokenIPv4:
		return p.ipv4(q, t)
	case tokenIPv6:
		return p.ipv6(q, t)
	case tokenEthernet:
		q.check(t)
		if q.protocol != ether || q.kind != host && q.kind != hostByDefault {
			fail(t.offset, "%s is an Ethernet address; write `ether host`, `ether src` or `ether dst` before it", t)
		}
		address, _ := parseEthernet(t.text)
		return etherTest{q.direction, address, t.offset}
	case tokenName:
		return q.name(t)
	}
	p.unexpected(t, "an address, a number or a name")
	return nil
}

// check fails if there is nothing that t could inherit.
func (q qualifiers) check(t token) {
	if q.kind == noKind {
		fail(t.offset, "what is %s? The primitive before it has no qualifier to inherit; write a word such as host, net or port before it", t)
	}
}

// number returns what a number means.
func (q qualifiers) number(t token) expression {
	q.check(t)
	switch q.kind {
	case port, portrange:
		return q.ports(t, portNumber(t, t.number), portNumber(t, t.number), anyProtocol)
	case proto:
		return q.proto(t, t.number)
	}
	address, mask := t.number, ^uint32(0)
	if q.kind == net {
		// The number is the first bytes of the address.
		for address != 0 && address>>24 == 0 {
			address, mask = address<<8, mask<<8
		}
	}
	return q.host(t, address, mask)
}

// ipv4 reads what may follow an IPv4 address.
func (p *parser) ipv4(q qualifiers, t token) expression {
	q.check(t)
	address, mask := parseDotted(t)
	slash := p.accept("/")
	if slash {
		mask = prefixMask(p.bits(32))
	} else if p.accept("mask") {
		m := p.next()
		if m.kind != tokenIPv4 {
			p.unexpected(m, "a mask such as 255.255.0.0")
		}
		mask, _ = parseDotted(m)
		slash = true
	}
	if address&^mask != 0 {
		fail(t.offset, "%s has bits that its mask does not cover", t)
	}
	if slash && q.kind != net {
		fail(t.offset, "only a net has a mask; write net instead of %s", q.kind)
	}
	return q.host(t, address, mask)
}

// bits reads how many bits of an address count.
func (p *parser) bits(most uint32) uint32 {
	t := p.next()
	if t.kind != tokenNumber {
		p.unexpected(t, "a number of bits")
	}
	if t.number > most {
		fail(t.offset, "%s is more bits than the %d of the address", t, most)
	}
	return t.number
}

// ipv6 reads what may follow an IPv6 address.
func (p *parser) ipv6(q qualifiers, t token) expression {
	q.check(t)
	address := netip.MustParseAddr(t.text)
	bits := 128
	if p.accept("/") {
		bits = int(p.bits(128))
	}
	prefix := netip.PrefixFrom(address, bits)
	if prefix.Masked().Addr() != address {
		fail(t.offset, "%s has bits that its mask does not cover", t)
	}
	switch q.kind {
	case net:
	case host, hostByDefault:
		if bits != 128 {
			fail(t.offset, "only a net has a mask; write net instead of %s", q.kind)
		}
	default:
		fail(t.offset, "%s is an address, not a %s", t, q.kind)
	}
	if q.protocol != anyProtocol && q.protocol != ip6 {
		fail(t.offset, "%s is an IPv6 address, but the protocol is %s", t, q.protocol)
	}
	return host6Test{q.direction, prefix}
}

// host returns what an IPv4 address means.
func (q qualifiers) host(t token, address, mask uint32) expression {
	switch q.kind {
	case port, portrange, proto:
		fail(t.offset, "%s is an address, not a %s", t, q.kind)
	}
	switch q.protocol {
	case anyProtocol, ip, arp, rarp:
		return hostTest{q.protocol, q.direction, address, mask}
	case ether:
		fail(t.offset, "%s is not an Ethernet address, such as 02:00:5e:10:00:01", t)
	case ip6:
		fail(t.offset, "%s is not an IPv6 address", t)
	}
	fail(t.offset, "%s has no hosts that can be tested; write ip, ip6, arp or rarp, or nothing, before %s", q.protocol, q.kind)
	return nil
}

// name returns what a name means.
func (q qualifiers) name(t token) expression {
	q.check(t)
	switch q.kind {
	case port:
		s := servicePort(t, t.text)
		return q.ports(t, s.port, s.port, s.protocol)
	case portrange:
		first, last, ok := strings.Cut(t.text, "-")
		if !ok {
			fail(t.offset, "%s is not %s", t, needs[portrange])
		}
		low, high := servicePort(t, first), servicePort(t, last)
		protocol := low.protocol
		if protocol != high.protocol {
			protocol = anyProtocol
		}
		return q.ports(t, low.port, high.port, protocol)
	case proto:
		return q.proto(t, q.protocolNumber(t))
	}
	fail(t.offset, "unknown %s %s: names are not resolved, give %s", q.kind, t, needs[q.kind])
	return nil
}

// servicePort returns the port with a number or a name.
func servicePort(t token, text string) service {
	if n, err := strconv.ParseUint(text, 10, 32); err == nil {
		return service{portNumber(t, uint32(n)), anyProtocol}
	}
	s, ok := services[text]
	switch {
	case !ok && consistsOf(text, "0123456789-"):
		fail(t.offset, "%q is a range of ports; write portrange before it", text)
	case !ok:
		fail(t.offset, "unknown port %q; give its number", text)
	}
	return s
}

func portNumber(t token, n uint32) uint32 {
	if n > 65535 {
		fail(t.offset, "%s is not a port: the last one is 65535", t)
	}
	return n
}

// ports returns what one or more ports mean, of which the names are those of
// services over a protocol.
func (q qualifiers) ports(t token, low, high uint32, over protocol) expression {
	switch q.protocol {
	case anyProtocol:
		q.protocol = over
	case tcp, udp, sctp:
		if over != anyProtocol && over != q.protocol {
			fail(t.offset, "%s is a port of %s, not of %s", t, over, q.protocol)
		}
	default:
		fail(t.offset, "%s has no ports; write tcp, udp or sctp, or nothing, before %s", q.protocol, q.kind)
	}
	return portTest{q.protocol, q.direction, min(low, high), max(low, high), q.kind == portrange}
}

// protocolNumber returns the number of a protocol with a name.
func (q qualifiers) protocolNumber(t token) uint32 {
	n, ok := ipNames[t.text]
	if q.protocol == ether {
		p := protocolNames[t.text]
		n, ok = p.number(), p.overLink()
	}
	if !ok {
		fail(t.offset, "unknown protocol %s; give its number", t)
	}
	return n
}

// maxLength is the largest number in the type field of Ethernet that is a length
// instead: a header of LLC follows.
const maxLength = 1500

// proto returns what the number of a protocol means.
func (q qualifiers) proto(t token, n uint32) expression {
	switch q.protocol {
	case ether:
		if n <= maxLength {
			fail(t.offset, "%s is a protocol of LLC, which is not looked into: Ethernet types are greater than %d", t, maxLength)
		}
		fallthrough
	case anyProtocol, ip, ip6:
		return protocolTest{q.protocol, n}
	}
	fail(t.offset, "%s has no number of the protocol in it; write ip, ip6 or ether, or nothing, before proto", q.protocol)
	return nil
}
