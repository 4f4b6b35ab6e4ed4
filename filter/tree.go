package filter

// An expression is a tree of primitives and relations, or one of them. It does
// not depend on the link type.
type expression interface {
	// condition returns what a packet has to meet. The primitives that shift the
	// place where headers are expected do so for all that is generated after them:
	// the order is that of the text.
	condition(g *generator) *condition
}

type conjunction struct{ left, right expression }

func (e conjunction) condition(g *generator) *condition {
	left := e.left.condition(g)
	return and(left, e.right.condition(g))
}

type disjunction struct{ left, right expression }

func (e disjunction) condition(g *generator) *condition {
	left := e.left.condition(g)
	return or(left, e.right.condition(g))
}

type negation struct{ expression }

func (e negation) condition(g *generator) *condition { return not(e.expression.condition(g)) }
