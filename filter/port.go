package filter

import "golang.org/x/net/bpf"

// A portTest accepts the packets of ports from low to high. The protocol is tcp,
// udp or sctp, or anyProtocol for all of them.
type portTest struct {
	protocol  protocol
	direction direction
	low, high uint32
	ranged    bool // a range was written, if only of one port
}

func (t portTest) condition(g *generator) *condition {
	over := []protocol{t.protocol}
	if t.protocol == anyProtocol {
		over = []protocol{sctp, tcp, udp}
	}
	var over4, over6 *condition
	for _, p := range over {
		over4, over6 = disjoin(over4, t.over4(p, g)), disjoin(over6, t.over6(p, g))
	}
	return or(and(g.carries(ip6.number()), over6), and(g.carries(ip.number()), over4))
}

// disjoin returns what a packet has to meet to meet a or b, the first of which may
// be nil.
func disjoin(a, b *condition) *condition {
	if a == nil {
		return b
	}
	return or(a, b)
}

// Where TCP, UDP and SCTP have the ports.
const (
	sourcePort      = 0
	destinationPort = 2
)

// over4 tests a packet of IPv4.
func (t portTest) over4(p protocol, g *generator) *condition {
	header := and(g.equalAt(g.network().plus(ipProtocol), 1, p.number()), g.firstFragment())
	return and(header, t.direction.of(sourcePort, destinationPort, func(at uint32) *condition {
		return t.within(g.values.loadedAt(g.ihl(), g.network().at+at, 2), g)
	}))
}

// over6 tests a packet of IPv6. Extension headers are not followed.
func (t portTest) over6(p protocol, g *generator) *condition {
	header := g.equalAt(g.network().plus(ip6NextHeader), 1, p.number())
	return and(header, t.direction.of(sourcePort, destinationPort, func(at uint32) *condition {
		return t.within(g.load(g.network().plus(ip6Header+at), 2), g)
	}))
}

// within compares a port.
func (t portTest) within(port *value, g *generator) *condition {
	if !t.ranged {
		return g.equal(port, g.values.constant(t.low))
	}
	return and(
		compare(bpf.JumpGreaterOrEqual, port, g.values.constant(t.low)),
		not(compare(bpf.JumpGreaterThan, port, g.values.constant(t.high))))
}
