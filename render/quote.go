package render

import (
	"strconv"
	"strings"
)

// appendJSONBytes appends b as a JSON string where it is valid UTF-8, else as
// {"hex":"…"}. What could do harm on a terminal is escaped besides what JSON asks
// for.
func appendJSONBytes(dst, b []byte) []byte {
	start := len(dst)
	dst, ok := jsonEscaper.append(append(dst, '"'), b)
	if !ok {
		dst = append(dst[:start], `{"hex":"`...)
		dst = appendHex(dst, b)
		return append(dst, `"}`...)
	}
	return append(dst, '"')
}

// appendJSONString appends s as a JSON string. What is not valid UTF-8 in it
// becomes U+FFFD.
func appendJSONString(dst []byte, s string) []byte {
	return appendJSONBytes(dst, []byte(strings.ToValidUTF8(s, "\ufffd")))
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
