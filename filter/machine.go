package filter

import (
	"encoding/binary"

	"golang.org/x/net/bpf"
)

// A Program is a compiled filter, as the kernel takes it.
type Program []bpf.RawInstruction

// Match tells whether the program accepts a packet, which was length bytes long
// on the wire. It is for programs that are not for live capture.
//
// [bpf.VM] cannot be used in its place, because it takes the length of a packet
// that was cut short for its length on the wire, and cannot negate.
func (p Program) Match(packet []byte, length int) bool {
	return p.run(packet, uint32(length)) != 0
}

// The instructions, by what they do: k is a constant, M the scratch memory.
const (
	loadWord       = 0x20 // A = 4 bytes at k
	loadHalf       = 0x28 // A = 2 bytes at k
	loadByte       = 0x30 // A = the byte at k
	loadWordAtX    = 0x40 // A = 4 bytes at X + k
	loadHalfAtX    = 0x48 // A = 2 bytes at X + k
	loadByteAtX    = 0x50 // A = the byte at X + k
	loadLength     = 0x80 // A = the length on the wire
	loadConstant   = 0x00 // A = k
	loadCell       = 0x60 // A = M[k]
	loadXConstant  = 0x01 // X = k
	loadXCell      = 0x61 // X = M[k]
	loadXHeader    = 0xb1 // X = the size of the IPv4 header at k
	storeCell      = 0x02 // M[k] = A
	storeXCell     = 0x03 // M[k] = X
	copyToX        = 0x07 // X = A
	copyFromX      = 0x87 // A = X
	jump           = 0x05 // over k instructions
	jumpEqual      = 0x15 // if A == k
	jumpGreater    = 0x25 // if A > k
	jumpNotLess    = 0x35 // if A >= k
	jumpBits       = 0x45 // if A & k != 0
	negate         = 0x84 // A = -A
	arithmeticK    = 0x04 // and an operator: A = A op k
	arithmeticX    = 0x0c // and an operator: A = A op X
	operatorBits   = 0xf0
	withX          = 0x08 // for jumps: X instead of k
	returnConstant = 0x06 // k bytes are accepted
	returnA        = 0x16 // A bytes are accepted
)

// run returns how many bytes of the packet the program accepts: none if it loads
// what is not there, or divides by zero.
func (p Program) run(packet []byte, length uint32) uint32 {
	var a, x uint32
	var memory [cells]uint32
	ok := true
	for pc := 0; ok && pc < len(p); pc++ {
		switch i := &p[pc]; i.Op {
		case loadWord:
			a, ok = fetch4(packet, uint64(i.K))
		case loadHalf:
			a, ok = fetch2(packet, uint64(i.K))
		case loadByte:
			a, ok = fetch1(packet, uint64(i.K))
		case loadWordAtX:
			a, ok = fetch4(packet, uint64(x)+uint64(i.K))
		case loadHalfAtX:
			a, ok = fetch2(packet, uint64(x)+uint64(i.K))
		case loadByteAtX:
			a, ok = fetch1(packet, uint64(x)+uint64(i.K))
		case loadXHeader:
			x, ok = fetch1(packet, uint64(i.K))
			x = x & 0xf * 4
		case loadLength:
			a = length
		case loadConstant:
			a = i.K
		case loadCell:
			a = memory[i.K%cells]
		case loadXConstant:
			x = i.K
		case loadXCell:
			x = memory[i.K%cells]
		case storeCell:
			memory[i.K%cells] = a
		case storeXCell:
			memory[i.K%cells] = x
		case copyToX:
			x = a
		case copyFromX:
			a = x
		case jump:
			pc += int(i.K)
		case jumpEqual:
			pc += branch(i, a == i.K)
		case jumpGreater:
			pc += branch(i, a > i.K)
		case jumpNotLess:
			pc += branch(i, a >= i.K)
		case jumpBits:
			pc += branch(i, a&i.K != 0)
		case jumpEqual | withX:
			pc += branch(i, a == x)
		case jumpGreater | withX:
			pc += branch(i, a > x)
		case jumpNotLess | withX:
			pc += branch(i, a >= x)
		case jumpBits | withX:
			pc += branch(i, a&x != 0)
		case returnConstant:
			return i.K
		case returnA:
			return a
		case negate:
			a = -a
		default:
			a, ok = arithmetically(i, a, x)
		}
	}
	return 0
}

// branch returns over how many instructions to jump.
func branch(i *bpf.RawInstruction, holds bool) int {
	if holds {
		return int(i.Jt)
	}
	return int(i.Jf)
}

func fetch4(packet []byte, at uint64) (uint32, bool) {
	if at+4 > uint64(len(packet)) {
		return 0, false
	}
	return binary.BigEndian.Uint32(packet[at:]), true
}

func fetch2(packet []byte, at uint64) (uint32, bool) {
	if at+2 > uint64(len(packet)) {
		return 0, false
	}
	return uint32(binary.BigEndian.Uint16(packet[at:])), true
}

func fetch1(packet []byte, at uint64) (uint32, bool) {
	if at >= uint64(len(packet)) {
		return 0, false
	}
	return uint32(packet[at]), true
}

// arithmetically executes an instruction of arithmetic. It is not ok to divide by
// zero; nor is any other instruction.
func arithmetically(i *bpf.RawInstruction, a, x uint32) (result uint32, ok bool) {
	operator, b := bpf.ALUOp(i.Op&operatorBits), i.K
	switch i.Op &^ operatorBits {
	case arithmeticX:
		b = x
	case arithmeticK:
	default:
		return 0, false
	}
	if b == 0 && (operator == bpf.ALUOpDiv || operator == bpf.ALUOpMod) {
		return 0, false
	}
	return calculate(operator, a, b), true
}

// calculate returns a op b, where b is not zero if op divides. To shift by more than
// 31 bits leaves nothing.
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
