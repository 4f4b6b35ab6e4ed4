package value

import (
	"encoding/binary"
	"strconv"
)

func (p printer) appendInt2(dst, b []byte) ([]byte, error) {
	if len(b) != 2 {
		return dst, ErrInvalid
	}
	return strconv.AppendInt(dst, int64(int16(binary.BigEndian.Uint16(b))), 10), nil
}

func (p printer) appendInt4(dst, b []byte) ([]byte, error) {
	if len(b) != 4 {
		return dst, ErrInvalid
	}
	return strconv.AppendInt(dst, int64(int32(binary.BigEndian.Uint32(b))), 10), nil
}

func (p printer) appendInt8(dst, b []byte) ([]byte, error) {
	if len(b) != 8 {
		return dst, ErrInvalid
	}
	return strconv.AppendInt(dst, int64(binary.BigEndian.Uint64(b)), 10), nil
}

// appendMoney is cash_out in cash.c with the locale C.
func (p printer) appendMoney(dst, b []byte) ([]byte, error) {
	if len(b) != 8 {
		return dst, ErrInvalid
	}
	cents := binary.BigEndian.Uint64(b)
	if int64(cents) < 0 {
		dst = append(dst, '-')
		cents = -cents
	}
	dst = append(dst, '$')
	start := len(dst)
	dst = strconv.AppendUint(dst, cents/100, 10)
	for i := len(dst) - 3; i > start; i -= 3 {
		dst = append(dst, 0)
		copy(dst[i+1:], dst[i:])
		dst[i] = ','
	}
	return appendPadded(append(dst, '.'), int64(cents%100), 2), nil
}

// appendPadded appends a number that is not negative, with zeros before it up to the
// width.
func appendPadded(dst []byte, n int64, width int) []byte {
	for limit := int64(10); width > 1; width-- {
		if n < limit {
			for range width - 1 {
				dst = append(dst, '0')
			}
			break
		}
		limit *= 10
	}
	return strconv.AppendInt(dst, n, 10)
}

// The signs of a numeric, as numeric.c has them.
const (
	numericNegative    = 0x4000
	numericNaN         = 0xC000
	numericInfinity    = 0xD000
	numericNegInfinity = 0xF000
)

// appendNumeric is numeric_recv and numeric_out in numeric.c: digits to the base
// 10,000 where the first counts 10,000 to the power of weight, of which scale decimal
// digits behind the point are printed, the rest cut off.
func (p printer) appendNumeric(dst, b []byte) ([]byte, error) {
	w := wire{b: b}
	count, weight, sign, scale := int(w.uint16()), int(int16(w.uint16())), w.uint16(), int(w.uint16())
	digits := w.take(2 * count)
	if err := w.end(); err != nil || scale > 0x3fff {
		return dst, ErrInvalid
	}
	for i := range count {
		if digit(digits, i) >= 10000 {
			return dst, ErrInvalid
		}
	}
	switch sign {
	case numericNaN:
		return append(dst, "NaN"...), nil
	case numericInfinity:
		return append(dst, "Infinity"...), nil
	case numericNegInfinity:
		return append(dst, "-Infinity"...), nil
	case 0, numericNegative:
	default:
		return dst, ErrInvalid
	}
	for count > 0 && digit(digits, 0) == 0 {
		digits, count, weight = digits[2:], count-1, weight-1
	}
	start := len(dst)
	if sign == numericNegative {
		dst = append(dst, '-')
	}
	if weight < 0 || count == 0 {
		dst = append(dst, '0')
	} else {
		dst = strconv.AppendInt(dst, digit(digits, 0), 10)
		for i := 1; i <= weight; i++ {
			dst = appendPadded(dst, digit(digits, i), 4)
		}
	}
	if scale > 0 {
		dst = append(dst, '.')
		point := len(dst)
		for i := weight + 1; len(dst) < point+scale; i++ {
			dst = appendPadded(dst, digit(digits, i), 4)
		}
		dst = dst[:point+scale]
	}
	if sign == numericNegative && isZero(dst[start+1:]) {
		dst = append(dst[:start], dst[start+1:]...)
	}
	return dst, nil
}

// digit returns the digit of a numeric at index i, which is 0 before and behind those
// that are there.
func digit(digits []byte, i int) int64 {
	if i < 0 || 2*i >= len(digits) {
		return 0
	}
	return int64(binary.BigEndian.Uint16(digits[2*i:]))
}

// isZero tells whether a number in decimal is zero.
func isZero(text []byte) bool {
	for _, c := range text {
		if c != '0' && c != '.' {
			return false
		}
	}
	return true
}
