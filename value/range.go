package value

// The flags of a range, as rangetypes.h has them.
const (
	rangeEmpty          = 0x01
	rangeLowerInclusive = 0x02
	rangeUpperInclusive = 0x04
	rangeLowerInfinite  = 0x08
	rangeUpperInfinite  = 0x10
)

// appendRange is range_recv and range_out in rangetypes.c: flags, then the bounds
// that there are.
func (p printer) appendRange(dst []byte, subtype uint32, b []byte) ([]byte, error) {
	w := wire{b: b}
	flags := w.uint8()
	if flags&rangeEmpty != 0 {
		return append(dst, "empty"...), w.end()
	}
	left, right := byte('('), byte(')')
	if flags&(rangeLowerInclusive|rangeLowerInfinite) == rangeLowerInclusive {
		left = '['
	}
	if flags&(rangeUpperInclusive|rangeUpperInfinite) == rangeUpperInclusive {
		right = ']'
	}
	dst = append(dst, left)
	var err error
	if flags&rangeLowerInfinite == 0 {
		if dst, err = p.appendBound(dst, &w, subtype); err != nil {
			return dst, err
		}
	}
	dst = append(dst, ',')
	if flags&rangeUpperInfinite == 0 {
		if dst, err = p.appendBound(dst, &w, subtype); err != nil {
			return dst, err
		}
	}
	return append(dst, right), w.end()
}

func (p printer) appendBound(dst []byte, w *wire, subtype uint32) ([]byte, error) {
	b, null := w.field()
	if w.bad || null {
		return dst, ErrInvalid
	}
	start := len(dst)
	dst, err := p.append(dst, subtype, b)
	if err != nil || !needsQuotes(dst[start:], inRange) {
		return dst, err
	}
	return p.quote(dst, start, '"', true)
}

// appendMultirange is multirange_recv and multirange_out in multirangetypes.c.
func (p printer) appendMultirange(dst []byte, rangeType uint32, b []byte) ([]byte, error) {
	w := wire{b: b}
	n := w.uint32()
	dst = append(dst, '{')
	for i := range n {
		if i > 0 {
			dst = append(dst, ',')
		}
		part, null := w.field()
		if w.bad || null {
			return dst, ErrInvalid
		}
		var err error
		if dst, err = p.append(dst, rangeType, part); err != nil {
			return dst, err
		}
	}
	return append(dst, '}'), w.end()
}
