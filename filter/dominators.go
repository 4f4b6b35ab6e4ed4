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

	// The place has a number, and after that come those of all places below it. Of
	// so many numbers some are given to places right below it already.
	number, numbers, given int
}

// whole is the outcome of a place that is a node.
const whole = -1

func (p *place) put(above *place) {
	p.above = above
	if above != nil {
		p.depth = above.depth + 1
	}
}

// takeNumber gives a place its number, after those above it.
func (p *place) takeNumber() {
	p.given = 1 // its own
	if p.above != nil {
		p.number = p.above.number + p.above.given
		p.above.given += p.numbers
	}
}

// under tells whether p is q, or below it.
func (p *place) under(q *place) bool {
	return q.number <= p.number && p.number < q.number+q.numbers
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
	o.number()
}

// number gives the places their numbers: how many a place needs tell those below
// it, which number it gets tells the one above it.
func (o *optimizer) number() {
	for _, n := range o.nodes {
		n.at.numbers += 3 // its own, and those of its ways
		n.at.numbers += n.ways[no].numbers + n.ways[yes].numbers
		n.ways[no].numbers++
		n.ways[yes].numbers++
		if n.at.above != nil {
			n.at.above.numbers += n.at.numbers
		}
	}
	for _, n := range slices.Backward(o.nodes) {
		n.at.takeNumber()
		n.ways[no].takeNumber()
		n.ways[yes].takeNumber()
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
