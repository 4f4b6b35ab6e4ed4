package render

import (
	"strconv"
	"unicode/utf8"
)

// appendJSONString appends b, which must be valid UTF-8, as a JSON string. What
// could do harm on a terminal is escaped besides what JSON asks for.
func appendJSONString[T []byte | string](dst []byte, b T) []byte {
	dst = append(dst, '"')
	for {
		n := plain(b)
		dst = append(dst, b[:n]...)
		if b = b[n:]; len(b) == 0 {
			return append(dst, '"')
		}
		r, size := decodeRune(b)
		switch {
		case r == '"' || r == '\\':
			dst = append(dst, '\\', byte(r))
		case !unsafe(r):
			dst = append(dst, b[:size]...)
		default:
			dst = appendJSONEscape(dst, r)
		}
		b = b[size:]
	}
}

func appendJSONEscape(dst []byte, r rune) []byte {
	switch r {
	case '\b':
		return append(dst, `\b`...)
	case '\f':
		return append(dst, `\f`...)
	case '\n':
		return append(dst, `\n`...)
	case '\r':
		return append(dst, `\r`...)
	case '\t':
		return append(dst, `\t`...)
	}
	return append(dst, '\\', 'u', hexDigits[r>>12], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
}

// appendJSONBytes appends b as a JSON string where it is valid UTF-8, else as
// {"hex":"…"}.
func appendJSONBytes(dst, b []byte) []byte {
	if plain(b) == len(b) || utf8.Valid(b) {
		return appendJSONString(dst, b)
	}
	dst = append(dst, `{"hex":"`...)
	dst = appendHex(dst, b)
	return append(dst, `"}`...)
}

// decodeRune is utf8.DecodeRune for both.
func decodeRune[T []byte | string](b T) (rune, int) {
	return utf8.DecodeRuneInString(string(b[:min(len(b), utf8.UTFMax)]))
}

// appendVersion appends a protocol version as "3.2".
func appendVersion(dst []byte, v int64) []byte {
	dst = strconv.AppendInt(dst, v>>16, 10)
	dst = append(dst, '.')
	return strconv.AppendInt(dst, v&0xffff, 10)
}

// appendLSN appends a position in the write-ahead log as PostgreSQL writes it.
func appendLSN(dst []byte, v int64) []byte {
	dst = appendUpper(dst, uint64(v)>>32)
	dst = append(dst, '/')
	return appendUpper(dst, uint64(v)&0xffffffff)
}

func appendUpper(dst []byte, v uint64) []byte {
	start := len(dst)
	dst = strconv.AppendUint(dst, v, 16)
	for i := start; i < len(dst); i++ {
		if dst[i] >= 'a' {
			dst[i] -= 'a' - 'A'
		}
	}
	return dst
}
