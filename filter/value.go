package filter

import "golang.org/x/net/bpf"

// A value is a 32-bit number that a program finds in the packet, or computes.
// Values are interned, so that equal ones are the same pointer.
type value struct {
	kind valueKind
	size uint8     // bytes that are loaded
	alu  bpf.ALUOp // how a and b are combined
	k    uint32    // a constant, an offset or a number
	a, b *value

	// index tells that register X is needed to compute the value.
	index bool
}

type valueKind uint8

const (
	constant  valueKind = iota // k
	loaded                     // the bytes at k
	loadedAt                   // the bytes at a + k
	ihl                        // the length of the IPv4 header at k
	computed                   // a combined with b
	length                     // the length of the packet on the wire
	extension                  // the extension k of Linux, a bpf.Extension
	cell                       // what is in the cell k of the scratch memory
	eitherOf                   // a or b, both constant or eitherOf; only to compare with
)

// values are the values of one program.
type values map[value]*value

func (vs values) intern(v value) *value {
	known, ok := vs[v]
	if !ok {
		known = &v
		vs[v] = known
	}
	return known
}

func (vs values) constant(k uint32) *value {
	return vs.intern(value{kind: constant, k: k})
}

func (vs values) loaded(k uint32, size int) *value {
	return vs.intern(value{kind: loaded, k: k, size: uint8(size)})
}

func (vs values) loadedAt(a *value, k uint32, size int) *value {
	return vs.intern(value{kind: loadedAt, a: a, k: k, size: uint8(size), index: true})
}

func (vs values) ihl(k uint32) *value {
	return vs.intern(value{kind: ihl, k: k, index: true})
}

func (vs values) computed(alu bpf.ALUOp, a, b *value) *value {
	index := a.index || b.kind != constant
	return vs.intern(value{kind: computed, alu: alu, a: a, b: b, index: index})
}

func (vs values) length() *value {
	return vs.intern(value{kind: length})
}

func (vs values) extension(e bpf.Extension) *value {
	return vs.intern(value{kind: extension, k: uint32(e)})
}

func (vs values) cell(k uint32) *value {
	return vs.intern(value{kind: cell, k: k})
}

// oneOf returns what is equal to any of the constants.
func (vs values) oneOf(constants ...uint32) *value {
	v := vs.constant(constants[0])
	if len(constants) == 1 {
		return v
	}
	return vs.intern(value{kind: eitherOf, a: v, b: vs.oneOf(constants[1:]...)})
}

// constants returns the constants that v, made by oneOf, is equal to.
func (v *value) constants() []uint32 {
	switch v.kind {
	case constant:
		return []uint32{v.k}
	case eitherOf:
		return append(v.a.constants(), v.b.constants()...)
	}
	return nil
}
