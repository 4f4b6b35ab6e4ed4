package filter

import "golang.org/x/net/bpf"

// A directionTest accepts the packets that the host sent, or those that it did not.
type directionTest struct {
	outbound bool
	offset   int // in the expression
}

func (t directionTest) condition(g *generator) *condition {
	const outgoing = 4 // PACKET_OUTGOING of Linux
	var c *condition
	switch {
	case g.target.Live:
		c = g.equal(g.values.extension(bpf.ExtType), g.values.constant(outgoing))
	case g.target.Link == linkSLL:
		c = g.equalAt(offset{at: 0}, 2, outgoing)
	case g.target.Link == linkSLL2:
		c = g.equalAt(offset{at: 10}, 1, outgoing)
	default:
		fail(t.offset, "packets of a capture do not tell their direction, except those of Linux cooked headers")
	}
	if t.outbound {
		return c
	}
	return not(c)
}

// An interfaceTest accepts the packets of the interface with a number.
type interfaceTest struct {
	index  uint32
	offset int // in the expression
}

func (t interfaceTest) condition(g *generator) *condition {
	switch {
	case g.target.Live:
		return g.equal(g.values.extension(bpf.ExtInterfaceIndex), g.values.constant(t.index))
	case g.target.Link == linkSLL2:
		return g.equalAt(offset{at: 4}, 4, t.index)
	}
	fail(t.offset, "packets of a capture do not tell their interface, except those of Linux cooked headers of version 2")
	return nil
}
