package value

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/bits"
	"strconv"
)

func (p printer) appendFloat4(dst, b []byte) ([]byte, error) {
	if len(b) != 4 {
		return dst, ErrInvalid
	}
	return p.appendFloat(dst, float64(math.Float32frombits(binary.BigEndian.Uint32(b))), 32), nil
}

func (p printer) appendFloat8(dst, b []byte) ([]byte, error) {
	if len(b) != 8 {
		return dst, ErrInvalid
	}
	return p.appendFloat(dst, math.Float64frombits(binary.BigEndian.Uint64(b)), 64), nil
}

// appendFloat is float4out and float8out_internal in float.c.
func (p printer) appendFloat(dst []byte, f float64, size int) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, "NaN"...)
	case math.IsInf(f, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(f, -1):
		return append(dst, "-Infinity"...)
	}
	// FLT_DIG and DBL_DIG: as many digits are exact, and numbers with more before the
	// point have an exponent.
	limit := 15
	if size == 32 {
		limit = 6
	}
	var scratch [32]byte
	var text []byte // in the form -d.ddde-dd
	if round := p.types.Settings.RoundFloats; round > 0 {
		limit = max(limit+1-round, 1)
		text = strconv.AppendFloat(scratch[:0], f, 'e', limit-1, size)
	} else {
		text = appendShortest(scratch[:0], f, size)
	}
	return appendDecimal(dst, text, limit)
}

// appendShortest appends the fewest digits that read back as f, in the form -d.ddde-dd.
// It differs from strconv in two ways, both of which are those of common/d2s.c and
// f2s.c. PostgreSQL does not count on a reader that takes a number half-way between
// two floats for the even one (acceptBounds), needs more digits for those, and prints
// 1e23 as 9.999999999999999e+22. And where f is half-way between two numbers of as
// many digits, it takes the even one: 2^-12 is 0.00024414062 as a float4.
func appendShortest(dst []byte, f float64, size int) []byte {
	start := len(dst)
	dst = strconv.AppendFloat(dst, f, 'e', -1, size)
	for {
		digits, exponent := decimal(dst[start:])
		if !isHalfWay(digits, exponent, f, size) {
			return roundToEven(dst, start, digits, exponent, f, size)
		}
		precision := bytes.IndexByte(dst[start:], 'e') - bytes.IndexByte(dst[start:], '.')
		dst = strconv.AppendFloat(dst[:start], f, 'e', precision, size)
	}
}

// roundToEven makes the last digit of dst[start:], which is f to so many digits, even
// where f is exactly half-way to that.
func roundToEven(dst []byte, start int, digits uint64, exponent int, f float64, size int) []byte {
	if digits&1 == 0 {
		return dst
	}
	last := bytes.IndexByte(dst[start:], 'e') - 1
	m, power, _ := mantissa(f, size)
	even := dst[start+last] - 1
	if !equals(10*digits-5, exponent-1, m, power) {
		if even += 2; even > '9' || !equals(10*digits+5, exponent-1, m, power) {
			return dst
		}
	}
	odd := dst[start+last]
	dst[start+last] = even
	if g, err := strconv.ParseFloat(string(dst[start:]), size); err != nil || g != f {
		dst[start+last] = odd // it is another float: the neighbour of a power of two is near
	}
	return dst
}

// equals tells whether digits times ten to the power of exponent is m times two to the
// power of power. The powers of two are compared apart from the rest, which is short.
func equals(digits uint64, exponent int, m uint64, power int) bool {
	a, b := bits.TrailingZeros64(digits), bits.TrailingZeros64(m)
	digits, m = fives(digits>>a, exponent), fives(m>>b, -exponent)
	return digits == m && digits != 0 && a+exponent == b+power
}

// fives returns m times five to the power of n, m itself for n below 0, and 0 where it
// takes more than 64 bits.
func fives(m uint64, n int) uint64 {
	for ; n > 0 && m != 0; n-- {
		high, low := bits.Mul64(m, 5)
		if m = low; high != 0 {
			return 0
		}
	}
	return m
}

// isHalfWay tells whether digits times ten to the power of exponent lies exactly
// half-way between f and one of its neighbours. It asks only of whole numbers: half-way
// between two fractions takes more digits than the fractions themselves.
func isHalfWay(digits uint64, exponent int, f float64, size int) bool {
	m, power, lowest := mantissa(f, size)
	if exponent < 0 || m&1 != 0 {
		return false // strconv takes no number half-way to an odd mantissa
	}
	return equals(digits, exponent, 2*m+1, power-1) ||
		equals(digits, exponent, 2*m-1, power-1) ||
		lowest && equals(digits, exponent, 4*m-1, power-2)
}

// mantissa takes a float of 32 or 64 bits apart, without its sign, into a whole number
// and a power of two. Lowest says that the next float towards zero is only half as far
// away as the other neighbour.
func mantissa(f float64, size int) (m uint64, power int, lowest bool) {
	m, width, least := math.Float64bits(f), 52, -1074
	if size == 32 {
		m, width, least = uint64(math.Float32bits(float32(f))), 23, -149
	}
	exponent := int(m>>width) & (1<<(size-1-width) - 1)
	m &= 1<<width - 1
	if exponent == 0 {
		return m, least, false
	}
	return m | 1<<width, least + exponent - 1, m == 0 && exponent > 1
}

// decimal reads a number in the form -d.ddde-dd, without its sign, as a whole number
// and a power of ten.
func decimal(text []byte) (digits uint64, exponent int) {
	point := false
	for i, c := range text {
		switch {
		case c == '.':
			point = true
		case c == 'e':
			return digits, exponent + power10(text[i+1:])
		case c != '-':
			digits = digits*10 + uint64(c-'0')
			if point {
				exponent--
			}
		}
	}
	return digits, exponent
}

// power10 reads the exponent of a number: -dd or +dd.
func power10(text []byte) int {
	n := 0
	for _, c := range text[1:] {
		n = n*10 + int(c-'0')
	}
	if text[0] == '-' {
		return -n
	}
	return n
}

// appendDecimal appends a number that is in the form -d.ddde-dd as printf's %g does:
// without zeros at the end of the fraction, and with an exponent where that is less
// than -4 or reaches the limit.
func appendDecimal(dst, text []byte, limit int) []byte {
	if text[0] == '-' {
		dst = append(dst, '-')
		text = text[1:]
	}
	e := bytes.IndexByte(text, 'e')
	exponent := power10(text[e+1:])
	number := text[:e]
	if e > 1 {
		number = bytes.TrimRight(number, "0")
	}
	first, rest := number[:1], number[min(2, len(number)):] // before and behind the point
	switch {
	case exponent < -4 || exponent >= limit:
		dst = append(dst, first...)
		if len(rest) > 0 {
			dst = append(append(dst, '.'), rest...)
		}
		return append(dst, text[e:]...)
	case exponent < 0:
		dst = append(dst, "0.0000"[:1-exponent]...)
		return append(append(dst, first...), rest...)
	}
	dst = append(dst, first...)
	for ; exponent > 0; exponent-- {
		if len(rest) == 0 {
			dst = append(dst, '0')
			continue
		}
		dst = append(dst, rest[0])
		rest = rest[1:]
	}
	if len(rest) > 0 {
		dst = append(append(dst, '.'), rest...)
	}
	return dst
}
