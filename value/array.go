package value

import (
	"bytes"
	"strconv"
)

// appendArray is array_recv and array_out in arrayfuncs.c: the number of dimensions,
// whether there are NULLs, the type of the elements, length and lower bound of each
// dimension, and the elements. The type has to be the expected one unless that is 0.
func (p printer) appendArray(dst []byte, expected uint32, b []byte) ([]byte, error) {
	const maxDimensions, maxElements = 6, 1<<27 - 1 // MAXDIM, MaxArraySize
	w := wire{b: b}
	dimensions, nulls, element := w.int32(), w.uint32(), w.uint32()
	if dimensions < 0 || dimensions > maxDimensions || nulls > 1 || expected != 0 && element != expected {
		return dst, ErrInvalid
	}
	// slices[i] is how many elements an array below dimension i has: all of them
	// below 0, one below the last.
	var lower, length, slices [maxDimensions + 1]int
	bounds := false
	for i := range dimensions {
		length[i], lower[i] = w.int32(), w.int32()
		if length[i] < 0 || lower[i]+length[i] > 1<<31-1 {
			return dst, ErrInvalid
		}
		bounds = bounds || lower[i] != 1
	}
	slices[dimensions] = 1
	for i := dimensions - 1; i >= 0; i-- {
		if slices[i] = slices[i+1] * length[i]; slices[i] > maxElements {
			return dst, ErrInvalid
		}
	}
	if dimensions == 0 || slices[0] == 0 {
		return append(dst, "{}"...), w.end()
	}
	if bounds {
		for i := range dimensions {
			dst = appendBounds(dst, lower[i], lower[i]+length[i]-1)
		}
		dst = append(dst, '=')
	}
	delimiter := p.delimiter(element)
	for i := range slices[0] {
		if i > 0 {
			dst = append(dst, delimiter)
		}
		for _, n := range slices[:dimensions] {
			if i%n == 0 {
				dst = append(dst, '{')
			}
		}
		var err error
		if dst, err = p.appendElement(dst, &w, element, delimiter); err != nil {
			return dst, err
		}
		for _, n := range slices[:dimensions] {
			if (i+1)%n == 0 {
				dst = append(dst, '}')
			}
		}
	}
	return dst, w.end()
}

// appendBounds appends the bounds of a dimension: [2:4].
func appendBounds(dst []byte, lower, upper int) []byte {
	dst = strconv.AppendInt(append(dst, '['), int64(lower), 10)
	dst = strconv.AppendInt(append(dst, ':'), int64(upper), 10)
	return append(dst, ']')
}

// appendElement appends the next element of an array.
func (p printer) appendElement(dst []byte, w *wire, element uint32, delimiter byte) ([]byte, error) {
	b, null := w.field()
	if w.bad {
		return dst, ErrInvalid
	}
	if null {
		return append(dst, "NULL"...), nil
	}
	start := len(dst)
	dst, err := p.append(dst, element, b)
	if err != nil {
		return dst, err
	}
	text := dst[start:]
	if needsQuotes(text, inArray) || bytes.IndexByte(text, delimiter) >= 0 || isNull(text) {
		return p.quote(dst, start, '"', false)
	}
	return dst, nil
}

// isNull tells whether text would be taken for NULL, in any case.
func isNull(text []byte) bool {
	return len(text) == 4 && text[0]|0x20 == 'n' && text[1]|0x20 == 'u' && text[2]|0x20 == 'l' && text[3]|0x20 == 'l'
}

// delimiter returns what stands between the elements of an array: typdelim in
// pg_type, which a domain has from its type.
func (p printer) delimiter(element uint32) byte {
	for range maxDepth {
		if element == boxOID {
			return ';'
		}
		t := p.types.lookup(element)
		if t.Kind != Domain {
			break
		}
		element = t.Element
	}
	return ','
}

// appendVector is int2vectorout in int.c and oidvectorout in oid.c: arrays of one
// dimension from 0, printed as numbers with blanks between them.
func (p printer) appendVector(dst, b []byte) ([]byte, error) {
	w := wire{b: b}
	dimensions, _, element := w.int32(), w.uint32(), w.uint32()
	n, lower := w.int32(), w.int32()
	if dimensions != 1 || lower != 0 {
		return dst, ErrInvalid
	}
	for i := 0; i < n; i++ {
		if i > 0 {
			dst = append(dst, ' ')
		}
		number, null := w.field()
		if w.bad || null {
			return dst, ErrInvalid
		}
		var err error
		if dst, err = p.append(dst, element, number); err != nil {
			return dst, err
		}
	}
	return dst, w.end()
}
