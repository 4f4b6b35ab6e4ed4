package render

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// appendJSONBytes appends b as a JSON string where it is valid UTF-8, else as
// {"hex":"…"}. What could do harm on a terminal is escaped besides what JSON asks
// for.
func appendJSONBytes(dst, b []byte) []byte {
	start := len(dst)
	dst = append(dst, '"')
	dst, n := appendPlain(dst, b)
	if n == len(b) {
		return append(dst, '"')
	}
	return appendJSONRest(dst, start, b, b[n:])
}

// appendJSONRest appends the rest of a JSON string of which the part before, from
// start on, needed no escapes. all is the whole.
func appendJSONRest(dst []byte, start int, all, rest []byte) []byte {
	for len(rest) > 0 {
		r, size := rune(rest[0]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRune(rest)
			if r == utf8.RuneError && size == 1 {
				dst = append(dst[:start], `{"hex":"`...)
				dst = appendHex(dst, all)
				return append(dst, `"}`...)
			}
		}
		switch {
		case r == '"' || r == '\\':
			dst = append(dst, '\\', byte(r))
		case unsafe(r):
			dst = appendJSONEscape(dst, r)
		default:
			dst = append(dst, rest[:size]...)
		}
		rest = rest[size:]
		var n int
		dst, n = appendPlain(dst, rest)
		rest = rest[n:]
	}
	return append(dst, '"')
}

// appendJSONString appends s as a JSON string. What is not valid UTF-8 in it
// becomes U+FFFD.
func appendJSONString(dst []byte, s string) []byte {
	return appendJSONBytes(dst, []byte(strings.ToValidUTF8(s, "\ufffd")))
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
