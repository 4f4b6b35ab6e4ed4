package filter

import (
	"errors"
	"math"

	"golang.org/x/net/bpf"
)

const (
	// cells is how many cells the scratch memory has.
	cells = 16
	// tagCell is the one for the length of the outer VLAN tag.
	tagCell = 0
	// beyond is an offset that no packet has a byte at. What is farther away is looked
	// for there, too: the kernel takes larger offsets for negative ones, and at some
	// of those it has other bytes, or what it knows of the packet (SKF_AD_OFF,
	// SKF_NET_OFF and SKF_LL_OFF of linux/filter.h).
	beyond = math.MaxInt32
)

var errTooComplex = errors.New("the expression needs more memory than the BPF machine has; make its arithmetic simpler")

// An emitter writes the instructions of one node after the other.
type emitter struct {
	values values
	live   bool              // the kernel will run the program
	code   []bpf.Instruction // of the node at hand
	now    registers
	used   uint32 // cells in use, from the last one on
	err    error
}

// registers are the values that the registers of the machine are known to hold.
// A nil value is not known.
type registers struct{ a, x *value }

// A block is what becomes of a node: instructions that end with a jump, unless
// the node is a leaf or sets a cell.
type block struct {
	node *node
	code []bpf.Instruction
	// The jump, if there is one, compares register A with register X or with
	// constants, of which it is enough to match one.
	constants []uint32
	x         bool
}

// emit writes the nodes, each of which comes before those after it.
func (g *graph) emit(vs values, t Target) ([]block, error) {
	e := &emitter{values: vs, live: t.Live}
	order := g.inOrder()
	blocks := make([]block, 0, len(order))
	known := map[*node]registers{g.root: {}}
	for _, n := range order {
		e.code, e.now = nil, known[n]
		b := block{node: n}
		switch {
		case n == g.accept:
			e.write(bpf.RetConstant{Val: uint32(t.Snap)})
		case n == g.reject:
			e.write(bpf.RetConstant{})
		case n.set.cell != nil:
			e.set(n.set)
		default:
			b.constants, b.x = e.test(n.test)
		}
		b.code = e.code
		blocks = append(blocks, b)
		for _, next := range n.next {
			if next == nil {
				continue
			}
			before, ok := known[next]
			if !ok {
				before = e.now
			}
			known[next] = before.and(e.now)
		}
	}
	return blocks, e.err
}

// and returns what is known if one of two states is there.
func (r registers) and(s registers) registers {
	if r.a != s.a {
		r.a = nil
	}
	if r.x != s.x {
		r.x = nil
	}
	return r
}

func (e *emitter) write(i bpf.Instruction) { e.code = append(e.code, i) }

// set puts a value into a cell. Nothing that was computed from what the cell held
// before is known any more.
func (e *emitter) set(s cellSet) {
	e.toA(s.value)
	e.write(bpf.StoreScratch{Src: bpf.RegA, N: int(s.cell.k)})
	e.now = registers{a: s.cell}
}

// test brings the values that t compares into the registers, and tells what to
// compare register A with.
func (e *emitter) test(t test) (constants []uint32, x bool) {
	if constants = t.right.constants(); constants != nil {
		e.toA(t.left)
		return constants, false
	}
	e.toAX(t.left, t.right)
	return nil, true
}

// toA brings a value into register A.
func (e *emitter) toA(v *value) {
	if e.now.a == v {
		return
	}
	switch v.kind {
	case constant:
		e.write(bpf.LoadConstant{Dst: bpf.RegA, Val: v.k})
	case loaded:
		e.write(bpf.LoadAbsolute{Off: min(v.k, beyond), Size: int(v.size)})
	case loadedAt:
		e.toX(v.a)
		if e.live && !v.a.direct() {
			e.within(v.a)
		}
		e.write(bpf.LoadIndirect{Off: min(v.k, beyond), Size: int(v.size)})
	case length:
		e.write(bpf.LoadExtension{Num: bpf.ExtLen})
	case extension:
		e.write(bpf.LoadExtension{Num: bpf.Extension(v.k)})
	case cell:
		e.write(bpf.LoadScratch{Dst: bpf.RegA, N: int(v.k)})
	case ihl:
		e.toX(v)
		e.write(bpf.TXA{})
	case computed:
		e.compute(v)
	}
	e.now.a = v
}

// within rejects the packet if v, which is in register X, is beyond any packet: the
// kernel lets an address overflow, and would load bytes from before the place that
// the address is counted from.
func (e *emitter) within(v *value) {
	if e.now.a != v {
		e.write(bpf.TXA{})
	}
	e.write(bpf.JumpIf{Cond: bpf.JumpLessThan, Val: beyond, SkipTrue: 1})
	e.write(bpf.LoadAbsolute{Off: beyond, Size: 1})
}

// compute combines two values in register A.
func (e *emitter) compute(v *value) {
	switch zero := e.values.constant(0); {
	case v.b.kind == constant:
		e.toA(v.a)
		e.write(bpf.ALUOpConstant{Op: v.alu, Val: v.b.k})
	case v.a == zero && v.alu == bpf.ALUOpSub:
		e.toA(v.b)
		e.write(bpf.NegateA{})
	default:
		e.toAX(v.a, v.b)
		e.write(bpf.ALUOpX{Op: v.alu})
	}
}

// direct tells whether register X can be loaded with v, without register A.
func (v *value) direct() bool {
	return v.kind == constant || v.kind == ihl || v.kind == cell
}

// toX brings a value into register X. Register A keeps its value if the new one
// is direct.
func (e *emitter) toX(v *value) {
	if e.now.x == v {
		return
	}
	switch v.kind {
	case constant:
		e.write(bpf.LoadConstant{Dst: bpf.RegX, Val: v.k})
	case ihl:
		e.write(bpf.LoadMemShift{Off: v.k})
	case cell:
		e.write(bpf.LoadScratch{Dst: bpf.RegX, N: int(v.k)})
	default:
		e.toA(v)
		e.write(bpf.TAX{})
	}
	e.now.x = v
}

// toAX brings one value into register A and another one into register X.
func (e *emitter) toAX(a, x *value) {
	switch {
	case x.direct():
		e.toA(a)
		e.toX(x)
	case !a.index:
		e.toX(x)
		e.toA(a)
	default:
		n := cells - 1 - e.used
		if n == tagCell {
			e.err = errTooComplex
			return
		}
		e.toA(x)
		e.write(bpf.StoreScratch{Src: bpf.RegA, N: int(n)})
		e.used++
		e.toA(a)
		e.used--
		e.write(bpf.LoadScratch{Dst: bpf.RegX, N: int(n)})
		e.now.x = x
	}
}
