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
	start, all := len(dst), b
	dst = append(dst, '"')
	for {
		n := plain(b)
		dst = append(dst, b[:n]...)
		if b = b[n:]; len(b) == 0 {
			return append(dst, '"')
		}
		r, size := rune(b[0]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRune(b)
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
			dst = append(dst, b[:size]...)
		}
		b = b[size:]
	}
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
