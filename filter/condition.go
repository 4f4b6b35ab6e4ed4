package filter

import "golang.org/x/net/bpf"

// A condition is what a packet has to meet to be accepted: a tree of tests.
type condition struct {
	kind conditionKind
	a, b *condition // that both, any and negated are about
	test test       // that tested is about
	set  cellSet    // that kept is about
}

type conditionKind uint8

const (
	never conditionKind = iota
	always
	tested  // holds if the test does
	allOf   // holds if a and b do; b is not looked at if a does not
	anyOf   // holds if a or b does; b is not looked at if a does
	negated // holds if a does not
	kept    // holds, and sets a cell of the scratch memory
)

// A test compares two values. It rejects the packet for good if one of them
// cannot be loaded, since the packet is too short.
type test struct {
	jump        bpf.JumpTest // JumpEqual, JumpGreaterThan, JumpGreaterOrEqual or JumpBitsSet
	left, right *value
}

// A cellSet puts a value into a cell of the scratch memory.
type cellSet struct {
	cell  *value
	value *value
}

func truth(holds bool) *condition {
	if holds {
		return &condition{kind: always}
	}
	return &condition{kind: never}
}

func compare(jump bpf.JumpTest, left, right *value) *condition {
	return &condition{kind: tested, test: test{jump, left, right}}
}

func keep(cell, v *value) *condition {
	return &condition{kind: kept, set: cellSet{cell, v}}
}

func and(a, b *condition) *condition { return &condition{kind: allOf, a: a, b: b} }
func or(a, b *condition) *condition  { return &condition{kind: anyOf, a: a, b: b} }
func not(a *condition) *condition    { return &condition{kind: negated, a: a} }
