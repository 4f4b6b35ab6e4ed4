package filter

import (
	"fmt"
	"slices"

	"golang.org/x/net/bpf"
)

// maxInstructions is how many instructions the kernel takes: BPF_MAXINSNS.
const maxInstructions = 4096

// maxSkip is how far a conditional jump reaches.
const maxSkip = 255

// An assembler puts the blocks of a program together, from the last to the first,
// since all jumps go forward: where they go is then known. A block that does what
// another one does, and goes on to the same places, is not written again.
type assembler struct {
	backward []bpf.Instruction // the program from its end
	begin    map[*node]int     // how long it was when the node was written
	same     map[string]int    // likewise, by what the block does
}

func assemble(blocks []block) (Program, error) {
	a := &assembler{begin: map[*node]int{}, same: map[string]int{}}
	for _, b := range slices.Backward(blocks) {
		does := a.does(b)
		begin, written := a.same[does]
		if !written {
			a.add(b)
			begin = len(a.backward)
			a.same[does] = begin
		}
		a.begin[b.node] = begin
		if len(a.backward) > maxInstructions {
			return nil, fmt.Errorf("the program would have more than %d instructions, which is all that the kernel takes; make the expression shorter", maxInstructions)
		}
	}
	slices.Reverse(a.backward)
	return bpf.Assemble(a.backward)
}

// does returns what a block does, and where it goes on.
func (a *assembler) does(b block) string {
	if b.node.leaf() {
		return fmt.Sprint(b.code)
	}
	next := b.node.next
	return fmt.Sprint(b.code, b.node.test.jump, b.constants, b.x, a.begin[next[yes]], a.begin[next[no]])
}

func (a *assembler) add(b block) {
	switch n := b.node; {
	case n.leaf():
	case n.set.cell != nil:
		a.jump(n.next[yes])
	default:
		a.branch(b)
	}
	for _, i := range slices.Backward(b.code) {
		a.backward = append(a.backward, i)
	}
}

// jump goes to a node, if it does not come next anyway.
func (a *assembler) jump(n *node) {
	if skip := len(a.backward) - a.begin[n]; skip > 0 {
		a.backward = append(a.backward, bpf.Jump{Skip: uint32(skip)})
	}
}

// near returns where to jump to, to get to the node, with room for some more
// instructions before the jump: to the node, or to another jump.
func (a *assembler) near(n *node, room int) int {
	if len(a.backward)+room-a.begin[n] > maxSkip {
		a.jump(n)
		return len(a.backward)
	}
	return a.begin[n]
}

// branch compares, and goes to one of two nodes.
func (a *assembler) branch(b block) {
	jump := b.node.test.jump
	room := len(b.constants) + 2
	ifTrue := a.near(b.node.next[yes], room)
	ifFalse := a.near(b.node.next[no], room)
	skip := func(to int) uint8 { return uint8(len(a.backward) - to) }
	if b.x {
		a.backward = append(a.backward, bpf.JumpIfX{Cond: jump, SkipTrue: skip(ifTrue), SkipFalse: skip(ifFalse)})
		return
	}
	for _, k := range slices.Backward(b.constants) {
		a.backward = append(a.backward, bpf.JumpIf{Cond: jump, Val: k, SkipTrue: skip(ifTrue), SkipFalse: skip(ifFalse)})
		ifFalse = len(a.backward)
	}
}
