package value

// appendRecord is record_send and record_out in rowtypes.c: the number of columns,
// then the type and value of each. Columns that were dropped are not there.
func (p printer) appendRecord(dst, b []byte) ([]byte, error) {
	w := wire{b: b}
	n := w.int32()
	if n < 0 {
		return dst, ErrInvalid
	}
	dst = append(dst, '(')
	for i := range n {
		if i > 0 {
			dst = append(dst, ',')
		}
		oid := w.uint32()
		column, null := w.field()
		if w.bad {
			return dst, ErrInvalid
		}
		if null {
			continue
		}
		start := len(dst)
		var err error
		if dst, err = p.append(dst, oid, column); err != nil {
			return dst, err
		}
		if needsQuotes(dst[start:], inRecord) {
			if dst, err = p.quote(dst, start, '"', true); err != nil {
				return dst, err
			}
		}
	}
	return append(dst, ')'), w.end()
}
