package value

import "math"

// The types of this file are those of geo_ops.c; their numbers are printed as float8.

// boxOID is that of the type box, the only one whose arrays have another delimiter.
const boxOID = 603

// appendNumbers appends the next n numbers, with commas between them.
func (p printer) appendNumbers(dst []byte, w *wire, n int) []byte {
	for i := range n {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = p.appendFloat(dst, math.Float64frombits(w.uint64()), 64)
	}
	return dst
}

// appendPoints appends the next n points, with commas between them.
func (p printer) appendPoints(dst []byte, w *wire, n int) []byte {
	for i := 0; i < n && !w.bad; i++ {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, '(')
		dst = p.appendNumbers(dst, w, 2)
		dst = append(dst, ')')
	}
	return dst
}

func (p printer) appendPoint(dst, b []byte) ([]byte, error) {
	w := wire{b: b}
	return p.appendPoints(dst, &w, 1), w.end()
}

func (p printer) appendLseg(dst, b []byte) ([]byte, error) {
	w := wire{b: b}
	dst = p.appendPoints(append(dst, '['), &w, 2)
	return append(dst, ']'), w.end()
}

// appendBox is box_recv and box_out: the upper right corner comes first.
func (p printer) appendBox(dst, b []byte) ([]byte, error) {
	w := wire{b: b}
	x1, y1 := math.Float64frombits(w.uint64()), math.Float64frombits(w.uint64())
	x2, y2 := math.Float64frombits(w.uint64()), math.Float64frombits(w.uint64())
	if less(x1, x2) {
		x1, x2 = x2, x1
	}
	if less(y1, y2) {
		y1, y2 = y2, y1
	}
	dst = p.appendFloat(append(dst, '('), x1, 64)
	dst = p.appendFloat(append(dst, ','), y1, 64)
	dst = p.appendFloat(append(dst, "),("...), x2, 64)
	dst = p.appendFloat(append(dst, ','), y2, 64)
	return append(dst, ')'), w.end()
}

// less is float8_lt in float.h, where NaN is greater than all else.
func less(x, y float64) bool { return x < y || math.IsNaN(y) && !math.IsNaN(x) }

// appendLine is line_recv and line_out: the factors of Ax + By + C = 0.
func (p printer) appendLine(dst, b []byte) ([]byte, error) {
	const epsilon = 1e-6
	w := wire{b: b}
	x, y := math.Float64frombits(w.uint64()), math.Float64frombits(w.uint64())
	if math.Abs(x) <= epsilon && math.Abs(y) <= epsilon {
		return dst, ErrInvalid
	}
	w.b = b
	dst = p.appendNumbers(append(dst, '{'), &w, 3)
	return append(dst, '}'), w.end()
}

func (p printer) appendPath(dst, b []byte) ([]byte, error) {
	w := wire{b: b}
	left, right := byte('['), byte(']')
	if closed := w.uint8() != 0; closed {
		left, right = '(', ')'
	}
	n := w.int32()
	if n <= 0 {
		return dst, ErrInvalid
	}
	dst = p.appendPoints(append(dst, left), &w, n)
	return append(dst, right), w.end()
}

func (p printer) appendPolygon(dst, b []byte) ([]byte, error) {
	w := wire{b: b}
	n := w.int32()
	if n <= 0 {
		return dst, ErrInvalid
	}
	dst = p.appendPoints(append(dst, '('), &w, n)
	return append(dst, ')'), w.end()
}

func (p printer) appendCircle(dst, b []byte) ([]byte, error) {
	w := wire{b: b}
	dst = p.appendPoints(append(dst, '<'), &w, 1)
	radius := math.Float64frombits(w.uint64())
	if radius < 0 {
		return dst, ErrInvalid
	}
	dst = p.appendFloat(append(dst, ','), radius, 64)
	return append(dst, '>'), w.end()
}
