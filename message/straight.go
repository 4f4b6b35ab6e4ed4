package message

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// Nearly all messages are in order. For those that are frequent generated.go has what
// their walks do with one in order, written out field by field: several times as fast,
// because there the compiler sees what follows what. Anything out of the ordinary, and
// all errors, are left to the walk. The functions below are what it calls.

// zeroAt returns where the first zero byte of b is, or -1.
func zeroAt(b []byte) int {
	if len(b) > 0 && b[0] == 0 { // many names are empty
		return 0
	}
	return bytes.IndexByte(b, 0)
}

// count returns the 16-bit count that b begins with, or -1 where b has no room for that
// many elements of so many bytes at the least.
func count(b []byte, least int) int {
	if len(b) < 2 {
		return -1
	}
	n := int(binary.BigEndian.Uint16(b))
	if n > (len(b)-2)/least {
		return -1
	}
	return n
}

// appendText appends t and the zero byte behind it. It returns nil where t has one
// itself, which would end it early on the wire.
func appendText(b []byte, t Text) []byte {
	if len(t) == 0 { // many names are empty
		return append(b, 0)
	}
	return appendFilled(b, t)
}

// appendFilled is appendText for what is not empty. Short text is looked at and copied
// in one go, eight bytes at a time, which takes as long as only copying it.
func appendFilled(b []byte, t Text) []byte {
	const word = 8
	if len(t) < word || len(t) >= block {
		if hasZero(t) {
			return nil
		}
		return append(append(b, t...), 0)
	}
	at := len(b)
	b = slices.Grow(b, len(t)+1)[:at+len(t)+1]
	free := b[at:]
	free[len(t)] = 0
	last := binary.LittleEndian.Uint64(t[len(t)-word:])
	binary.LittleEndian.PutUint64(free[len(t)-word:], last)
	borrowed := last - ones
	for rest := t; len(rest) > word && len(free) > word; rest, free = rest[word:], free[word:] {
		next := binary.LittleEndian.Uint64(rest)
		binary.LittleEndian.PutUint64(free, next)
		borrowed |= next - ones
	}
	if borrowed&highs != 0 && bytes.IndexByte(t, 0) >= 0 {
		return nil
	}
	return b
}

// hasZero tells whether there is a zero byte in t. It looks at texts of some length block
// by block itself; the others bytes.IndexByte is better at.
func hasZero(t Text) bool {
	const long = 3 * block
	if len(t) >= block && len(t) <= long {
		borrowed := borrow(t[len(t)-block:])
		for i := 0; i < len(t)-block; i += block {
			borrowed |= borrow(t[i:])
		}
		if borrowed&highs == 0 {
			return false
		}
	}
	return bytes.IndexByte(t, 0) >= 0
}

// block is how many bytes borrow looks at.
const block = 32

// borrow takes one from each byte of a block. Where one is zero, the highest bit of a
// byte is set in what it returns; it may be where none is.
func borrow(t Text) uint64 {
	b := (*[block]byte)(t)
	return (binary.LittleEndian.Uint64(b[:]) - ones) | (binary.LittleEndian.Uint64(b[8:]) - ones) |
		(binary.LittleEndian.Uint64(b[16:]) - ones) | (binary.LittleEndian.Uint64(b[24:]) - ones)
}

// A word with each byte 1, and one with the highest bit of each.
const ones, highs = 0x0101010101010101, 0x8080808080808080
