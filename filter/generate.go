package filter

import "golang.org/x/net/bpf"

// A generator makes a condition of an expression, for packets of one link type.
// It keeps track of where headers begin, which vlan, mpls and pppoes change for
// what is behind them in the expression, in parentheses and behind `or`, too.
type generator struct {
	target Target
	values values

	link    link   // whose header is looked at
	header  offset // where that begins
	follow  offset // where its field is that tells the protocol behind it
	payload offset // where that protocol begins
	labels  int    // MPLS labels that were asked for
	tag     *value // the cell that tells how long the outer VLAN tag is, or nil
}

func newGenerator(t Target) *generator {
	g := &generator{target: t, values: values{}}
	g.link = links[t.Link]
	if t.datagram() {
		g.link = linkDatagram
	}
	g.follow = g.header.plus(g.link.field)
	g.payload = g.header.plus(g.link.size)
	return g
}

// generate returns what a packet has to meet to be accepted.
func (g *generator) generate(e expression) *condition {
	if e == nil {
		return truth(true)
	}
	c := e.condition(g)
	if g.tag != nil {
		c = and(keep(g.tag, g.values.constant(0)), c)
	}
	return c
}

// An offset is a place in the packet: at bytes behind base, or behind the
// beginning of the packet if base is nil.
type offset struct {
	base *value
	at   uint32
}

func (o offset) plus(n uint32) offset { return offset{o.base, o.at + n} }

// network returns where the header of the network layer begins.
func (g *generator) network() offset { return g.payload.plus(mplsLabel * uint32(g.labels)) }

// carries tests whether a protocol, given by its Ethernet type, follows the header
// of the link layer.
func (g *generator) carries(etherType uint32) *condition {
	if g.labels > 0 {
		return g.underLabels(etherType)
	}
	return g.link.carries(g, etherType)
}

// load returns the bytes at a place.
func (g *generator) load(o offset, size int) *value {
	if o.base == nil {
		return g.values.loaded(o.at, size)
	}
	return g.values.loadedAt(o.base, o.at, size)
}

// bytes returns the bytes at a place that has been computed.
func (g *generator) bytes(o offset, index *value, size int) *value {
	if o.base != nil {
		index = g.values.computed(bpf.ALUOpAdd, index, o.base)
	}
	return g.values.loadedAt(index, o.at, size)
}

// equal tests whether two values are equal.
func (g *generator) equal(a, b *value) *condition {
	return compare(bpf.JumpEqual, a, b)
}

// equalAt tests whether the bytes at a place are equal to a number.
func (g *generator) equalAt(o offset, size int, n uint32) *condition {
	return g.equal(g.load(o, size), g.values.constant(n))
}

// maskedAt tests whether the bits of mask are at a place as they are in n, which
// has no other ones.
func (g *generator) maskedAt(o offset, size int, n, mask uint32) *condition {
	switch {
	case mask == ^uint32(0):
		return g.equalAt(o, size, n)
	case mask == 0:
		return truth(true)
	case n == 0:
		return not(compare(bpf.JumpBitsSet, g.load(o, size), g.values.constant(mask)))
	}
	return g.equal(g.values.computed(bpf.ALUOpAnd, g.load(o, size), g.values.constant(mask)), g.values.constant(n))
}
