package filter

import (
	"encoding/binary"
	"net/netip"

	"golang.org/x/net/bpf"
)

// A hostTest accepts the packets of hosts with an IPv4 address, masked. The
// protocol is ip, arp or rarp, or anyProtocol for all of them.
type hostTest struct {
	protocol      protocol
	direction     direction
	address, mask uint32
}

func (t hostTest) condition(g *generator) *condition {
	switch {
	case t.protocol != anyProtocol:
		return t.over(t.protocol, g)
	case g.labels > 0: // There is no ARP behind MPLS.
		return t.over(ip, g)
	}
	return or(or(t.over(ip, g), t.over(arp, g)), t.over(rarp, g))
}

// over is condition for one protocol.
func (t hostTest) over(p protocol, g *generator) *condition {
	from, to := uint32(ipSource), uint32(ipDestination)
	if p != ip {
		from, to = arpSender, arpTarget
	}
	return t.direction.of(from, to, func(at uint32) *condition {
		return and(g.carries(p.number()), g.maskedAt(g.network().plus(at), 4, t.address, t.mask))
	})
}

// Where ARP has the addresses of IPv4, if those of the link layer have 6 bytes
// (RFC 826).
const (
	arpSender = 14
	arpTarget = 24
)

// A host6Test accepts the packets of hosts with an IPv6 address.
type host6Test struct {
	direction direction
	prefix    netip.Prefix
}

func (t host6Test) condition(g *generator) *condition {
	address := t.prefix.Addr().As16()
	return t.direction.of(ip6Source, ip6Destination, func(at uint32) *condition {
		c := g.carries(ip6.number())
		for i := range 4 {
			word := binary.BigEndian.Uint32(address[4*i:])
			mask := prefixMask(uint32(min(max(t.prefix.Bits()-32*i, 0), 32)))
			c = and(c, g.maskedAt(g.network().plus(at+4*uint32(i)), 4, word, mask))
		}
		return c
	})
}

// Where the header of Ethernet has its addresses.
const (
	etherSource      = 6
	etherDestination = 0
)

// An etherTest accepts the packets of hosts with an Ethernet address.
type etherTest struct {
	direction direction
	address   [6]byte
	offset    int // in the expression
}

func (t etherTest) condition(g *generator) *condition {
	g.needEthernet(t.offset)
	return t.direction.of(etherSource, etherDestination, func(at uint32) *condition {
		return and(
			g.equalAt(g.header.plus(at+2), 4, binary.BigEndian.Uint32(t.address[2:])),
			g.equalAt(g.header.plus(at), 2, uint32(binary.BigEndian.Uint16(t.address[:]))))
	})
}

// needEthernet fails if the header of the link layer is not that of Ethernet.
func (g *generator) needEthernet(offset int) {
	if g.link.name != links[linkEthernet].name {
		fail(offset, "a header of %s has no Ethernet addresses", g.link.name)
	}
}

// A groupTest accepts the packets to all hosts, or to groups of them. The protocol
// is ip or ip6; anyProtocol and ether ask for the address of Ethernet.
type groupTest struct {
	protocol  protocol
	broadcast bool // else multicast
	offset    int  // in the expression
}

func (t groupTest) condition(g *generator) *condition {
	switch {
	case t.protocol == ip && t.broadcast:
		to := g.network().plus(ipDestination)
		host := ^g.target.Netmask
		return and(g.carries(ip.number()), or(g.maskedAt(to, 4, 0, host), g.maskedAt(to, 4, host, host)))
	case t.protocol == ip:
		first := g.load(g.network().plus(ipDestination), 1)
		return and(g.carries(ip.number()), compare(bpf.JumpGreaterOrEqual, first, g.values.constant(224)))
	case t.protocol == ip6:
		return and(g.carries(ip6.number()), g.equalAt(g.network().plus(ip6Destination), 1, 0xff))
	case t.broadcast:
		all := [6]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}
		return etherTest{destination, all, t.offset}.condition(g)
	default:
		g.needEthernet(t.offset)
		return compare(bpf.JumpBitsSet, g.load(g.header, 1), g.values.constant(1))
	}
}
