package filter

import "slices"

// A node is a step of a program: it makes a test and goes on to one of two
// nodes, or sets a cell and goes on to next[yes]. Of a leaf, where the program
// ends, both next are nil.
type node struct {
	test test
	set  cellSet // instead of test, if set.cell is not nil
	next [2]*node

	// What the optimizer knows of the node.
	pass    int // in which of its passes
	level   int // steps to a leaf, on the longest way
	entries []*place
	at      place
	ways    [2]place
}

// How a test may come out: an index into node.next.
const (
	no = iota
	yes
)

func (n *node) leaf() bool { return n.next[yes] == nil }

// A graph has no cycles. Every way through it ends at one of its leaves.
type graph struct {
	root           *node
	accept, reject *node
}

func newGraph(c *condition) *graph {
	g := &graph{accept: &node{}, reject: &node{}}
	g.root = lower(c, g.accept, g.reject)
	return g
}

// lower returns the node to begin with, to get to hold if c holds, else to fail.
func lower(c *condition, hold, fail *node) *node {
	switch c.kind {
	case always:
		return hold
	case tested:
		return &node{test: c.test, next: [2]*node{no: fail, yes: hold}}
	case kept:
		return &node{set: c.set, next: [2]*node{no: hold, yes: hold}}
	case allOf:
		return lower(c.a, lower(c.b, hold, fail), fail)
	case anyOf:
		return lower(c.a, hold, lower(c.b, hold, fail))
	case negated:
		return lower(c.a, fail, hold)
	default: // never
		return fail
	}
}

// inOrder returns the nodes that can be reached, each before those after it.
func (g *graph) inOrder() []*node {
	var order []*node
	seen := map[*node]bool{nil: true}
	var visit func(*node)
	visit = func(n *node) {
		if seen[n] {
			return
		}
		seen[n] = true
		visit(n.next[no])
		visit(n.next[yes])
		order = append(order, n)
	}
	visit(g.root)
	slices.Reverse(order)
	return order
}
