package render

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"strconv"
)

// appendNumber is strconv.AppendInt in base 10. It writes the digits where they belong,
// without a copy: numbers are in every line.
func appendNumber(dst []byte, n int64) []byte {
	if n < 0 {
		return strconv.AppendInt(dst, n, 10)
	}
	u := uint64(n)
	if u < uint64(len(small)) {
		s := small[u]
		dst = binary.LittleEndian.AppendUint32(dst, s)
		return dst[:len(dst)-4+int(s>>24)]
	}
	digits := (bits.Len64(u)*1233)>>12 + 1 // the logarithm to base 10 is 1233/4096 of that to base 2
	if u < powers[digits-1] {
		digits--
	}
	dst = slices.Grow(dst, digits)
	i := len(dst) + digits
	dst = dst[:i]
	for u >= 100 {
		i -= 2
		binary.LittleEndian.PutUint16(dst[i:i+2], pairs[u%100])
		u /= 100
	}
	if u >= 10 {
		binary.LittleEndian.PutUint16(dst[i-2:i], pairs[u%100])
	} else {
		dst[i-1] = byte('0' + u)
	}
	return dst
}

// appendFour appends a number of up to four digits with leading zeros to four.
func appendFour(dst []byte, u uint64) []byte {
	return binary.LittleEndian.AppendUint32(dst, uint32(pairs[u/100])|uint32(pairs[u%100])<<16)
}

// small are the digits of all numbers up to three, the first one lowest, and in the highest
// byte how many they are.
var small = func() (s [1000]uint32) {
	for i := range s {
		var b [4]byte
		b[3] = byte(copy(b[:3], strconv.Itoa(i)))
		s[i] = binary.LittleEndian.Uint32(b[:])
	}
	return s
}()

// pairs are the digits of all numbers of two, the first one lowest.
var pairs = func() (p [100]uint16) {
	for i := range p {
		p[i] = '0' + uint16(i)/10 + ('0'+uint16(i)%10)<<8
	}
	return p
}()

// powers are those of 10.
var powers = func() (p [20]uint64) {
	p[0] = 1
	for i := 1; i < len(p); i++ {
		p[i] = 10 * p[i-1]
	}
	return p
}()
