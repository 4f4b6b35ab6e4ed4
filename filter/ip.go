package filter

import "golang.org/x/net/bpf"

// Where the fields of the headers of IP are (RFC 791, RFC 8200).
const (
	ipFragment    = 6 // flags, and 13 bits of the offset of the fragment
	ipProtocol    = 9
	ipSource      = 12
	ipDestination = 16

	ip6NextHeader  = 6
	ip6Source      = 8
	ip6Destination = 24
	ip6Header      = 40 // its size

	fragmentHeader = 44 // the next header, if the packet is a fragment
)

// A protocolTest accepts the packets with a protocol of a number: over IPv4, IPv6,
// the link layer (ether), or over either version of IP (anyProtocol).
type protocolTest struct {
	over   protocol
	number uint32
}

// abbreviation returns what the name of a protocol stands for if it is all of a
// primitive.
func abbreviation(p protocol) protocolTest {
	switch {
	case p.overLink():
		return protocolTest{ether, p.number()}
	case p.overIPv4():
		return protocolTest{ip, p.number()}
	case p == icmp6:
		return protocolTest{ip6, p.number()}
	default:
		return protocolTest{anyProtocol, p.number()}
	}
}

func (t protocolTest) condition(g *generator) *condition {
	switch t.over {
	case ether:
		return g.carries(t.number)
	case ip:
		return and(g.carries(ip.number()), g.equalAt(g.network().plus(ipProtocol), 1, t.number))
	case ip6:
		next := g.network().plus(ip6NextHeader)
		inFragment := and(g.equalAt(next, 1, fragmentHeader), g.equalAt(g.network().plus(ip6Header), 1, t.number))
		return and(g.carries(ip6.number()), or(g.equalAt(next, 1, t.number), inFragment))
	default:
		return or(protocolTest{ip, t.number}.condition(g), protocolTest{ip6, t.number}.condition(g))
	}
}

// ihl returns the length of the IPv4 header, and of what base says of its place.
func (g *generator) ihl() *value {
	o := g.network()
	if o.base == nil {
		return g.values.ihl(o.at)
	}
	words := g.values.computed(bpf.ALUOpAnd, g.load(o, 1), g.values.constant(0xf))
	size := g.values.computed(bpf.ALUOpShiftLeft, words, g.values.constant(2))
	return g.values.computed(bpf.ALUOpAdd, size, o.base)
}

// firstFragment tests whether what follows the header of IPv4 is its beginning.
func (g *generator) firstFragment() *condition {
	return g.maskedAt(g.network().plus(ipFragment), 2, 0, 0x1fff)
}
