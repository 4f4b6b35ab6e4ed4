package filter

import "slices"

// A place is a node of the graph, or an edge: one of the ways out of a node. The
// places are the nodes of the dominator tree. Who is at a place has come through
// all the places above it.
type place struct {
	node    *node
	outcome int // of the test of node, for an edge; else whole
	above   *place
	depth   int
}

// whole is the outcome of a place that is a node.
const whole = -1

func (p *place) put(above *place) {
	p.above, p.depth = above, 0
	if above != nil {
		p.depth = above.depth + 1
	}
}

// under tells whether p is q, or below it.
func (p *place) under(q *place) bool {
	for p.depth > q.depth {
		p = p.above
	}
	return p == q
}

// common returns the lowest place that is above both, or is one of them.
func common(p, q *place) *place {
	for p != q {
		if p.depth >= q.depth {
			p = p.above
		} else {
			q = q.above
		}
	}
	return p
}

// analyze finds the nodes, and their places.
func (o *optimizer) analyze() {
	o.nodes = o.nodes[:0]
	o.measure(o.graph.root)
	slices.SortStableFunc(o.nodes, func(a, b *node) int { return a.level - b.level })
	o.findEntries()
	for _, n := range slices.Backward(o.nodes) {
		n.at = place{node: n, outcome: whole}
		if len(n.entries) > 0 {
			above := n.entries[0]
			for _, entry := range n.entries[1:] {
				above = common(above, entry)
			}
			n.at.put(above)
		}
		for outcome := range n.ways {
			n.ways[outcome] = place{node: n, outcome: outcome}
			n.ways[outcome].put(&n.at)
		}
	}
}

// measure collects n and the nodes after it, and tells their levels.
func (o *optimizer) measure(n *node) {
	if n.leaf() || n.pass == o.pass {
		return
	}
	n.pass = o.pass
	n.level = 0
	for _, next := range n.next {
		o.measure(next)
		if !next.leaf() {
			n.level = max(n.level, next.level+1)
		}
	}
	o.nodes = append(o.nodes, n)
}

// findEntries finds the edges to each node. A node that a change of this pass has
// cut off counts as one until the next pass.
func (o *optimizer) findEntries() {
	for _, n := range o.nodes {
		n.entries = n.entries[:0]
	}
	for _, n := range o.nodes {
		for outcome, next := range n.next {
			if !next.leaf() {
				next.entries = append(next.entries, &n.ways[outcome])
			}
		}
	}
}
