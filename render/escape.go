package render

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"slices"
	"unicode/utf8"
)

// appendPlain appends the beginning of b that is printable ASCII without quotation
// marks and backslashes, which every format shows as it is, and returns how long
// that is. It looks at eight bytes and copies them in one go, because showing
// values is where the time goes.
func appendPlain(dst, b []byte) ([]byte, int) {
	const word = 8
	dst = slices.Grow(dst, len(b)+word)
	to := dst[len(dst) : len(dst)+len(b)+word]
	i := 0
	for ; i+word <= len(b); i += word {
		x := binary.LittleEndian.Uint64(b[i:])
		binary.LittleEndian.PutUint64(to[i:], x)
		if marks := odd(x); marks != 0 {
			i += bits.TrailingZeros64(marks) / 8
			return dst[:len(dst)+i], i
		}
	}
	for i < len(b) && isPlain(b[i]) {
		to[i] = b[i]
		i++
	}
	return dst[:len(dst)+i], i
}

// plain returns how long the beginning of b is that appendPlain would append.
func plain(b []byte) int {
	i := 0
	for i < len(b) && isPlain(b[i]) {
		i++
	}
	return i
}

func isPlain(c byte) bool { return c >= ' ' && c < 0x7f && c != '"' && c != '\\' }

// odd returns a word whose lowest bit set is in the first byte of x that is not
// plain, or 0. What it says of the bytes after that one may be wrong.
func odd(x uint64) uint64 {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	quote, backslash := x^ones*'"', x^ones*'\\'
	return (x | (x + ones) | (x - ones*' ') | (quote-ones)&^quote | (backslash-ones)&^backslash) & highs
}

// unsafe tells whether a character could change what a terminal shows besides
// itself: controls, and marks that change the direction of writing or that end a
// line (Unicode TR 36 and TR 55).
func unsafe(r rune) bool {
	switch {
	case r < 0x20, r >= 0x7f && r < 0xa0,
		r == 0x061c, r == 0x200e, r == 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069,
		r == 0x2028, r == 0x2029, r == 0xfeff, r >= 0x200b && r <= 0x200d, r == 0x2060:
		return true
	}
	return false
}

const hexDigits = "0123456789abcdef"

func appendHex(dst, b []byte) []byte {
	for _, c := range b {
		dst = append(dst, hexDigits[c>>4], hexDigits[c&15])
	}
	return dst
}

// appendEscaped appends text so that it stays on its line and cannot harm a
// terminal: what could is written as \n, \t, \r, \xNN or \u{NNNN}, and a byte that
// is not UTF-8 as \xNN. A backslash is doubled, so that nothing is ambiguous.
func appendEscaped(dst, b []byte) []byte {
	for {
		var n int
		dst, n = appendPlain(dst, b)
		if b = b[n:]; len(b) == 0 {
			return dst
		}
		r, size := utf8.DecodeRune(b)
		switch {
		case r == utf8.RuneError && size == 1:
			dst = append(dst, '\\', 'x', hexDigits[b[0]>>4], hexDigits[b[0]&15])
		case r == '\n':
			dst = append(dst, `\n`...)
		case r == '\t':
			dst = append(dst, `\t`...)
		case r == '\r':
			dst = append(dst, `\r`...)
		case r == '\\':
			dst = append(dst, `\\`...)
		case unsafe(r) && r < 0x100:
			dst = append(dst, '\\', 'x', hexDigits[r>>4], hexDigits[r&15])
		case unsafe(r):
			dst = fmt.Appendf(dst, `\u{%04x}`, r)
		default:
			dst = append(dst, b[:size]...)
		}
		b = b[size:]
	}
}

// isText tells whether data reads as text: valid UTF-8 without control characters
// other than white space.
func isText(b []byte) bool {
	if plain(b) == len(b) {
		return true
	}
	for _, c := range b {
		if c < ' ' && c != '\n' && c != '\t' && c != '\r' {
			return false
		}
	}
	return utf8.Valid(b)
}

// appendHexValue appends data in PostgreSQL's own form, \x and digits.
func appendHexValue(dst, b []byte) []byte {
	return appendHex(append(dst, '\\', 'x'), b)
}

func appendSpaces(dst []byte, n int) []byte {
	for range n {
		dst = append(dst, ' ')
	}
	return dst
}
