package filter

import "golang.org/x/net/bpf"

// maxPasses is how often the optimizer goes over a graph at most, in case that
// two of its changes undo each other. The limit is libpcap's.
const maxPasses = 100

// An optimizer shortens the ways through a graph: it leads an edge past a test
// whose outcome is known from the way to it, and it brings tests of the same
// value together, where their order does not matter.
//
// What it changes, and in which order, is what libpcap does, since one of these
// changes can be noticed: of two tests that were swapped, the one that is made
// first rejects a packet which is too short for it.
type optimizer struct {
	graph   *graph
	pass    int
	nodes   []*node // that make tests, by level
	changed bool
}

func (g *graph) optimize() {
	o := &optimizer{graph: g}
	for o.pass = 1; o.pass <= maxPasses; o.pass++ {
		o.changed = false
		o.analyze()
		for _, n := range o.nodes {
			o.thread(&n.ways[yes])
			o.thread(&n.ways[no])
		}
		o.findEntries()
		for _, n := range o.nodes {
			o.pullUp(n, no)
			o.pullUp(n, yes)
		}
		if !o.changed {
			break
		}
	}
	for !g.root.leaf() && g.root.next[yes] == g.root.next[no] {
		g.root = g.root.next[yes]
	}
}

// thread leads an edge past the tests whose outcome is known there.
func (o *optimizer) thread(way *place) {
	to := &way.node.next[way.outcome]
	for next := *to; !next.leaf(); next = *to {
		outcome, known := o.outcome(next, way)
		if !known {
			return
		}
		*to = next.next[outcome]
		o.changed = true
	}
}

// outcome tells how the test of n comes out, if that is known on an edge to it or
// does not matter.
func (o *optimizer) outcome(n *node, way *place) (outcome int, known bool) {
	if n.next[yes] == n.next[no] {
		return yes, true
	}
	for p := way; p != nil; p = p.above {
		if p.outcome == whole {
			continue
		}
		earlier := &p.node.test
		if earlier.jump != n.test.jump || earlier.left != n.test.left {
			continue
		}
		if earlier.right == n.test.right {
			return p.outcome, true
		}
		if p.outcome == yes && earlier.jump == bpf.JumpEqual && disjoint(earlier.right, n.test.right) {
			return no, true
		}
	}
	return 0, false
}

// disjoint tells whether nothing is equal to both values.
func disjoint(v, w *value) bool {
	left, right := v.constants(), w.constants()
	for _, a := range left {
		for _, b := range right {
			if a == b {
				return false
			}
		}
	}
	return len(left) > 0 && len(right) > 0
}

// pullUp looks at a chain of tests that begins at n: each is made if the one
// before came out as along, and all go to the same node if they come out
// otherwise, so that their order does not matter. Of these it pulls up one that
// is about the value which the tests before n are about, over those that are not.
func (o *optimizer) pullUp(n *node, along int) {
	if len(n.entries) == 0 {
		return
	}
	value := n.entries[0].node.test.left
	for _, entry := range n.entries {
		if entry.node.test.left != value || entry.node.next[entry.outcome] != n {
			return
		}
	}
	leave := 1 - along
	inChain := func(m *node) bool {
		return !m.leaf() && m.next[leave] == n.next[leave] && m.at.under(&n.at)
	}

	// Over the test at *other, the first about another value ...
	first := n
	other := &first
	for ; (*other).test.left == value; other = &(*other).next[along] {
		if !inChain((*other).next[along]) {
			return
		}
	}
	// ... goes the test at *same, the next about this value.
	same := &(*other).next[along]
	for ; inChain(*same) && (*same).test.left != value; same = &(*same).next[along] {
	}
	if !inChain(*same) {
		return
	}

	pulled := *same
	*same = pulled.next[along]
	pulled.next[along] = *other
	*other = pulled
	if other == &first {
		for _, entry := range n.entries {
			entry.node.next[entry.outcome] = pulled
		}
	}
	o.changed = true
}
