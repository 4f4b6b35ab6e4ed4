package value

import "math/bits"

// A tree is data types by their OID. It never changes, so that any number of Types share
// what they know: one more takes a few nodes, and not a copy of all. The nil tree is
// empty.
//
// It is a binary one that branches only where there are types on both sides (a PATRICIA
// trie, Morrison 1968): a leaf has a type, and bit 0; another node has the highest bit in
// which the OIDs below it differ.
type tree struct {
	bit       uint32
	zero, one *tree // below a node, those whose OID has not that bit, or has it
	oid       uint32
	typ       Type
}

// find returns the type with that OID, nil where there is none.
func (t *tree) find(oid uint32) *Type {
	if leaf := t.nearest(oid); leaf != nil && leaf.oid == oid {
		return &leaf.typ
	}
	return nil
}

// nearest returns the leaf where that OID would be; nil in an empty tree.
func (t *tree) nearest(oid uint32) *tree {
	for t != nil && t.bit != 0 {
		if oid&t.bit != 0 {
			t = t.one
		} else {
			t = t.zero
		}
	}
	return t
}

// with returns a tree that has the type besides those of t, instead of the one that has
// the same OID there.
func (t *tree) with(oid uint32, typ Type) *tree {
	leaf := &tree{oid: oid, typ: typ}
	nearest := t.nearest(oid)
	if nearest == nil {
		return leaf
	}
	differ := 0
	if other := oid ^ nearest.oid; other != 0 {
		differ = 1 << (bits.Len32(other) - 1)
	}
	return t.put(leaf, uint32(differ))
}

// put returns a tree that has the leaf besides those of t, of which the nearest differs in
// that bit and in none above it; in 0 where it has the same OID.
func (t *tree) put(leaf *tree, differ uint32) *tree {
	switch {
	case t.bit > differ:
		node := *t
		if leaf.oid&t.bit != 0 {
			node.one = t.one.put(leaf, differ)
		} else {
			node.zero = t.zero.put(leaf, differ)
		}
		return &node
	case differ == 0:
		return leaf
	case leaf.oid&differ != 0:
		return &tree{bit: differ, zero: t, one: leaf}
	}
	return &tree{bit: differ, zero: leaf, one: t}
}
