package filter

import (
	"encoding/binary"

	"golang.org/x/net/bpf"
)

// A Program is a compiled filter. [bpf.Assemble] makes of it what
// [golang.org/x/net/bpf] or the system wants to attach it to a socket.
type Program []bpf.Instruction

// Match tells whether the program accepts a packet, which was length bytes long
// on the wire. It is for programs that are not for live capture.
//
// [bpf.VM] cannot be used in its place, because it takes the length of a packet
// that was cut short for its length on the wire.
func (p Program) Match(packet []byte, length int) bool {
	return p.run(packet, uint32(length)) != 0
}

// run returns how many bytes of the packet the program accepts.
func (p Program) run(packet []byte, length uint32) uint32 {
	var a, x uint32
	var memory [16]uint32
	ok := true
	for pc := 0; ok && pc < len(p); pc++ {
		switch i := p[pc].(type) {
		case bpf.LoadAbsolute:
			a, ok = fetch(packet, uint64(i.Off), i.Size)
		case bpf.LoadIndirect:
			a, ok = fetch(packet, uint64(i.Off)+uint64(x), i.Size)
		case bpf.LoadMemShift:
			x, ok = fetch(packet, uint64(i.Off), 1)
			x = (x & 0xf) * 4
		case bpf.LoadConstant:
			if i.Dst == bpf.RegA {
				a = i.Val
			} else {
				x = i.Val
			}
		case bpf.LoadScratch:
			if i.Dst == bpf.RegA {
				a = memory[i.N]
			} else {
				x = memory[i.N]
			}
		case bpf.StoreScratch:
			if i.Src == bpf.RegA {
				memory[i.N] = a
			} else {
				memory[i.N] = x
			}
		case bpf.LoadExtension:
			a, ok = length, i.Num == bpf.ExtLen
		case bpf.ALUOpConstant:
			a = calculate(i.Op, a, i.Val)
		case bpf.ALUOpX:
			if x == 0 && (i.Op == bpf.ALUOpDiv || i.Op == bpf.ALUOpMod) {
				return 0
			}
			a = calculate(i.Op, a, x)
		case bpf.NegateA:
			a = -a
		case bpf.TAX:
			x = a
		case bpf.TXA:
			a = x
		case bpf.Jump:
			pc += int(i.Skip)
		case bpf.JumpIf:
			pc += skip(i.Cond, a, i.Val, i.SkipTrue, i.SkipFalse)
		case bpf.JumpIfX:
			pc += skip(i.Cond, a, x, i.SkipTrue, i.SkipFalse)
		case bpf.RetConstant:
			return i.Val
		case bpf.RetA:
			return a
		}
	}
	return 0
}

func fetch(packet []byte, at uint64, size int) (uint32, bool) {
	if at+uint64(size) > uint64(len(packet)) {
		return 0, false
	}
	switch p := packet[at:]; size {
	case 1:
		return uint32(p[0]), true
	case 2:
		return uint32(binary.BigEndian.Uint16(p)), true
	default:
		return binary.BigEndian.Uint32(p), true
	}
}

// calculate returns a op b, where b is not zero if op divides.
func calculate(op bpf.ALUOp, a, b uint32) uint32 {
	switch op {
	case bpf.ALUOpAdd:
		return a + b
	case bpf.ALUOpSub:
		return a - b
	case bpf.ALUOpMul:
		return a * b
	case bpf.ALUOpDiv:
		return a / b
	case bpf.ALUOpMod:
		return a % b
	case bpf.ALUOpAnd:
		return a & b
	case bpf.ALUOpOr:
		return a | b
	case bpf.ALUOpXor:
		return a ^ b
	case bpf.ALUOpShiftLeft:
		return a << b
	default: // ALUOpShiftRight
		return a >> b
	}
}

func skip(jump bpf.JumpTest, a, b uint32, ifTrue, ifFalse uint8) int {
	var holds bool
	switch jump {
	case bpf.JumpEqual:
		holds = a == b
	case bpf.JumpNotEqual:
		holds = a != b
	case bpf.JumpGreaterThan:
		holds = a > b
	case bpf.JumpLessThan:
		holds = a < b
	case bpf.JumpGreaterOrEqual:
		holds = a >= b
	case bpf.JumpLessOrEqual:
		holds = a <= b
	case bpf.JumpBitsSet:
		holds = a&b != 0
	case bpf.JumpBitsNotSet:
		holds = a&b == 0
	}
	if holds {
		return int(ifTrue)
	}
	return int(ifFalse)
}
