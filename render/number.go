package render

import (
	"math/bits"
	"slices"
	"strconv"
)

// appendNumber is strconv.AppendInt in base 10. It writes the digits where they belong,
// without a copy: numbers are in every line.
func appendNumber(dst []byte, n int64) []byte {
	if n < 10 {
		if n < 0 {
			return strconv.AppendInt(dst, n, 10)
		}
		return append(dst, byte('0'+n))
	}
	u := uint64(n)
	digits := (bits.Len64(u)*1233)>>12 + 1 // the logarithm to base 10 is 1233/4096 of that to base 2
	if u < powers[digits-1] {
		digits--
	}
	dst = slices.Grow(dst, digits)
	i := len(dst) + digits
	dst = dst[:i]
	for u >= 100 {
		i -= 2
		pair := u % 100 * 2
		u /= 100
		dst[i], dst[i+1] = pairs[pair], pairs[pair+1]
	}
	if u >= 10 {
		dst[i-2], dst[i-1] = pairs[2*u], pairs[2*u+1]
	} else {
		dst[i-1] = byte('0' + u)
	}
	return dst
}

// pairs are all numbers of two digits.
const pairs = "00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748" +
	"4950515253545556575859606162636465666768697071727374757677787980818283848586878889" +
	"90919293949596979899"

// powers are those of 10.
var powers = func() (p [20]uint64) {
	p[0] = 1
	for i := 1; i < len(p); i++ {
		p[i] = 10 * p[i-1]
	}
	return p
}()
