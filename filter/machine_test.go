package filter

import (
	"math/rand/v2"
	"testing"

	"golang.org/x/net/bpf"
)

// TestMachine runs programs of all instructions, most of which no expression is
// compiled to in this combination, and holds the result against golang.org/x/net.
func TestMachine(t *testing.T) {
	m := &maker{rand.New(rand.NewPCG(1, 2))}
	packet := m.bytes(64)
	accepted := 0
	for range 20_000 {
		var instructions []bpf.Instruction
		for range 1 + m.IntN(20) {
			instructions = append(instructions, m.instruction())
		}
		// Whatever the last jumps skip, what is in the registers is returned.
		instructions = append(instructions, bpf.TAX{}, bpf.RetA{}, bpf.RetA{})
		machine, err := bpf.NewVM(instructions)
		if err != nil {
			t.Fatalf("%v: %v", instructions, err)
		}
		want, err := machine.Run(packet)
		if err != nil {
			t.Fatal(err)
		}
		program, err := bpf.Assemble(instructions)
		if err != nil {
			t.Fatal(err)
		}
		if got := Program(program).run(packet, uint32(len(packet))); got != uint32(want) {
			t.Fatalf("%v: %d, want %d", instructions, got, uint32(want))
		}
		if want != 0 {
			accepted++
		}
	}
	if accepted < 5000 {
		t.Errorf("only %d programs accept the packet", accepted)
	}
	if n := (Program{{Op: negate | 1}, {Op: returnConstant, K: 1}}).run(packet, 64); n != 0 {
		t.Error("an unknown instruction is executed")
	}
}

// aluOps and jumps are all that the machine has.
var (
	aluOps = []bpf.ALUOp{bpf.ALUOpAdd, bpf.ALUOpSub, bpf.ALUOpMul, bpf.ALUOpDiv, bpf.ALUOpOr, bpf.ALUOpAnd,
		bpf.ALUOpShiftLeft, bpf.ALUOpShiftRight, bpf.ALUOpMod, bpf.ALUOpXor}
	jumps = []bpf.JumpTest{bpf.JumpEqual, bpf.JumpNotEqual, bpf.JumpGreaterThan, bpf.JumpLessThan,
		bpf.JumpGreaterOrEqual, bpf.JumpLessOrEqual, bpf.JumpBitsSet, bpf.JumpBitsNotSet}
)

// instruction makes one up that takes a packet of 64 bytes for granted, mostly.
func (m *maker) instruction() bpf.Instruction {
	register := pick(m, bpf.RegA, bpf.RegX)
	k := uint32(pick(m, 1+m.IntN(40), m.IntN(62), 1+m.IntN(1<<32-1)))
	if m.oneIn(2) {
		k = uint32(1 + m.IntN(31))
	}
	size := pick(m, 1, 2, 4)
	switch m.IntN(14) {
	case 0:
		return bpf.LoadAbsolute{Off: k % 64, Size: size}
	case 1:
		return bpf.LoadIndirect{Off: k % 64, Size: size}
	case 2:
		return bpf.LoadMemShift{Off: k % 64}
	case 3:
		return bpf.LoadConstant{Dst: register, Val: k}
	case 4:
		return bpf.LoadScratch{Dst: register, N: m.IntN(cells)}
	case 5:
		return bpf.StoreScratch{Src: register, N: m.IntN(cells)}
	case 6:
		return bpf.LoadExtension{Num: bpf.ExtLen}
	case 7:
		operator := pick(m, aluOps...)
		if operator == bpf.ALUOpShiftLeft || operator == bpf.ALUOpShiftRight {
			k %= 32
		}
		return bpf.ALUOpConstant{Op: operator, Val: max(k, 1)}
	case 8:
		return bpf.ALUOpX{Op: pick(m, aluOps...)}
	case 9:
		return bpf.TAX{}
	case 10:
		return bpf.TXA{}
	case 11:
		return bpf.JumpIf{Cond: pick(m, jumps...), Val: k, SkipTrue: uint8(m.IntN(2)), SkipFalse: uint8(m.IntN(2))}
	case 12:
		return bpf.JumpIfX{Cond: pick(m, jumps...), SkipTrue: uint8(m.IntN(2)), SkipFalse: uint8(m.IntN(2))}
	default:
		return bpf.Jump{Skip: uint32(m.IntN(2))}
	}
}
