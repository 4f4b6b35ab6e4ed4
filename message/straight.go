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
	const word, short = 8, 32
	if len(t) < word || len(t) > short {
		if bytes.IndexByte(t, 0) >= 0 {
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
	// A zero byte borrows, and so does one over 0x80.
	if borrowed&highs != 0 && bytes.IndexByte(t, 0) >= 0 {
		return nil
	}
	return b
}

// A word with each byte 1, and one with the highest bit of each.
const ones, highs = 0x0101010101010101, 0x8080808080808080

// finish sets the length word of the message that begins at. It returns false where the
// message is too long.
func finish(b []byte, at int) bool {
	length := len(b) - at - 1
	binary.BigEndian.PutUint32(b[at+1:], uint32(length))
	return length <= MaxLength
}
