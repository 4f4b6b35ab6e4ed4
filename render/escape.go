package render

import (
	"fmt"
	"unicode/utf8"
)

// plain returns how many bytes at the beginning of b are printable ASCII other
// than the quotation mark and the backslash: what every format shows as it is. It
// goes eight bytes at a time.
func plain[T []byte | string](b T) int {
	i := 0
	for ; i+8 <= len(b); i += 8 {
		if odd(load(b[i:])) != 0 {
			break
		}
	}
	for i < len(b) && b[i] >= ' ' && b[i] < 0x7f && b[i] != '"' && b[i] != '\\' {
		i++
	}
	return i
}

func load[T []byte | string](b T) uint64 {
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
		uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
}

// odd has a bit set for (at least) the first byte of x that is not plain.
func odd(x uint64) uint64 {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	zero := func(y uint64) uint64 { return (y - ones) & ^y }
	return (x | (x + ones) | (x - ones*' ') | zero(x^ones*'"') | zero(x^ones*'\\')) & highs
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
		n := plain(b)
		dst = append(dst, b[:n]...)
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
