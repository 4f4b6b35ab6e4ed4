package filter

import "golang.org/x/net/bpf"

func (r relation) condition(g *generator) *condition {
	left, before := r.left.value(g)
	right, after := r.right.value(g)
	var c *condition
	switch r.operator {
	case "=":
		c = g.equal(left, right)
	case "!=":
		c = not(g.equal(left, right))
	case ">":
		c = compare(bpf.JumpGreaterThan, left, right)
	case "<=":
		c = not(compare(bpf.JumpGreaterThan, left, right))
	case ">=":
		c = compare(bpf.JumpGreaterOrEqual, left, right)
	default: // "<"
		c = not(compare(bpf.JumpGreaterOrEqual, left, right))
	}
	if before = conjoin(before, after); before == nil {
		return c
	}
	return and(before, c)
}

// conjoin returns what a packet has to meet to meet a and b, each of which may be
// nil.
func conjoin(a, b *condition) *condition {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	return and(a, b)
}

func (n number) value(g *generator) (*value, *condition) {
	return g.values.constant(uint32(n)), nil
}

// value returns the length with the header of the link layer, also where the kernel
// gives packets without it.
func (packetLength) value(g *generator) (*value, *condition) {
	length := g.values.length()
	if g.target.datagram() {
		length = g.values.computed(bpf.ALUOpAdd, length, g.values.constant(links[g.target.Link].size))
	}
	return length, nil
}

// value computes. As with libpcap, only what the number on the left is from is
// tested for: ip[0] + tcp[0] takes any packet of IPv4 for one of TCP.
func (c calculation) value(g *generator) (*value, *condition) {
	left, before := c.left.value(g)
	right, _ := c.right.value(g)
	v := g.values.computed(c.operator, left, right)
	if c.operator == bpf.ALUOpShiftLeft || c.operator == bpf.ALUOpShiftRight {
		v = g.shifted(v, right)
	}
	return v, before
}

// shifted is what is left of v, a number shifted by n: nothing if n is more than 31,
// of which the kernel takes the last five bits.
func (g *generator) shifted(v, n *value) *value {
	if !g.target.Live || n.kind == constant {
		return v
	}
	over := g.values.computed(bpf.ALUOpShiftRight, n, g.values.constant(5))
	under := g.values.computed(bpf.ALUOpSub, over, g.values.constant(1))
	fits := g.values.computed(bpf.ALUOpShiftRight, under, g.values.constant(31)) // 1 or 0
	return g.values.computed(bpf.ALUOpMul, v, fits)
}

func (o opposite) value(g *generator) (*value, *condition) {
	v, before := o.arithmetic.value(g)
	return g.values.computed(bpf.ALUOpSub, g.values.constant(0), v), before
}

// value loads bytes of a header. As with libpcap, those of a header behind that of
// IP are looked for in IPv4 packets only, except those of icmp6.
func (a access) value(g *generator) (*value, *condition) {
	index, before := a.index.value(g)
	at := g.network()
	switch p := a.protocol; {
	case p == ether && g.target.datagram():
		fail(a.offset, "the kernel gives packets of this interface without a header of the link layer")
	case p == ether:
		at = g.header
	case p == icmp6:
		before = conjoin(g.carries(ip6.number()), before)
		before = and(before, g.equalAt(at.plus(ip6NextHeader), 1, p.number()))
		at = at.plus(ip6Header)
	case p.overLink():
		before = conjoin(before, g.carries(p.number()))
	default:
		has := and(abbreviation(p).condition(g), g.firstFragment())
		before = and(g.carries(ip.number()), conjoin(before, has))
		index, at.base = g.values.computed(bpf.ALUOpAdd, index, g.ihl()), nil
	}
	return g.bytes(at, index, a.size), before
}
