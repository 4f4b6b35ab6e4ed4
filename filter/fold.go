package filter

import (
	"errors"

	"golang.org/x/net/bpf"
)

// A folder computes what can be computed before there is a packet. The graph is
// folded after it was optimized, since libpcap, too, optimizes it with the values
// as they were written; see optimizer.
type folder struct {
	values values
	folded map[*value]*value
	shared map[sharedNode]*node
	nodes  map[*node]*node
	err    error
}

// A sharedNode tells nodes apart that do different things.
type sharedNode struct {
	test test
	set  cellSet
	next [2]*node
}

var (
	errDivide = errors.New("division by zero")
	errShift  = errors.New("shift by more than 31 bits")
)

// fold folds all values of the graph, drops the tests whose outcome is then
// known, and makes one node of those that do the same.
func (g *graph) fold(vs values) error {
	f := &folder{
		values: vs,
		folded: map[*value]*value{},
		shared: map[sharedNode]*node{},
		nodes:  map[*node]*node{},
	}
	g.root = f.node(g.root)
	return f.err
}

func (f *folder) node(n *node) *node {
	if n.leaf() {
		return n
	}
	if done := f.nodes[n]; done != nil {
		return done
	}
	s := sharedNode{next: [2]*node{no: f.node(n.next[no]), yes: f.node(n.next[yes])}}
	if n.set.cell != nil {
		s.set = cellSet{n.set.cell, f.value(n.set.value)}
	} else {
		s.test = f.test(n.test, &s.next)
	}
	var done *node
	if s.set.cell == nil && s.next[yes] == s.next[no] {
		done = s.next[yes]
	} else if done = f.shared[s]; done == nil {
		done = &node{test: s.test, set: s.set, next: s.next}
		f.shared[s] = done
	}
	f.nodes[n] = done
	return done
}

// test folds the values of t, and changes next according to what it finds.
func (f *folder) test(t test, next *[2]*node) test {
	t.left, t.right = f.value(t.left), f.value(t.right)
	if t.right.kind != constant {
		return t
	}
	// A & k == 0 is that no bit of k is set.
	if t.jump == bpf.JumpEqual && t.right.k == 0 && t.left.kind == computed &&
		t.left.alu == bpf.ALUOpAnd && t.left.b.kind == constant {
		next[yes], next[no] = next[no], next[yes]
		t = test{bpf.JumpBitsSet, t.left.a, t.left.b}
	}
	if holds, known := t.constant(); known && holds {
		next[no] = next[yes]
	} else if known {
		next[yes] = next[no]
	}
	return t
}

// constant tells how a test comes out for every packet.
func (t test) constant() (holds, known bool) {
	if t.left.kind != constant || t.right.kind != constant {
		return false, false
	}
	switch a, b := t.left.k, t.right.k; t.jump {
	case bpf.JumpEqual:
		return a == b, true
	case bpf.JumpGreaterThan:
		return a > b, true
	case bpf.JumpGreaterOrEqual:
		return a >= b, true
	default: // JumpBitsSet
		return a&b != 0, true
	}
}

func (f *folder) value(v *value) *value {
	done := f.folded[v]
	if done == nil {
		switch v.kind {
		case loadedAt:
			done = f.address(f.value(v.a), v.k, int(v.size))
		case computed:
			done = f.compute(v.alu, f.value(v.a), f.value(v.b))
		default:
			done = v
		}
		f.folded[v] = done
	}
	return done
}

// address folds what is loaded from a + k.
func (f *folder) address(a *value, k uint32, size int) *value {
	if a.kind == constant {
		return f.values.loaded(a.k+k, size)
	}
	// A place in the header behind the IPv4 header. Elsewhere the sum is not the
	// same: the machine does not let an address overflow, but a sum does.
	if a.kind == computed && a.alu == bpf.ALUOpAdd && a.a.kind == ihl && a.b.kind == constant {
		return f.values.loadedAt(a.a, a.b.k+k, size)
	}
	return f.values.loadedAt(a, k, size)
}

// compute folds a op b.
func (f *folder) compute(op bpf.ALUOp, a, b *value) *value {
	if a.kind == constant && b.kind != constant && commutes(op) {
		a, b = b, a
	}
	if b.kind != constant {
		return f.values.computed(op, a, b)
	}
	switch op {
	case bpf.ALUOpDiv, bpf.ALUOpMod:
		if b.k == 0 {
			f.err = errDivide
			return b
		}
	case bpf.ALUOpShiftLeft, bpf.ALUOpShiftRight:
		if b.k > 31 {
			f.err = errShift
			return b
		}
	}
	if a.kind == constant {
		return f.values.constant(calculate(op, a.k, b.k))
	}
	if b.k == 0 {
		switch op {
		case bpf.ALUOpAnd, bpf.ALUOpMul:
			return b
		default:
			return a
		}
	}
	return f.values.computed(op, a, b)
}

func commutes(op bpf.ALUOp) bool {
	switch op {
	case bpf.ALUOpAdd, bpf.ALUOpMul, bpf.ALUOpAnd, bpf.ALUOpOr, bpf.ALUOpXor:
		return true
	}
	return false
}
