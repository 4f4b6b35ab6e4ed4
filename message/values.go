package message

import (
	"bytes"
	"encoding/binary"
	"iter"
	"math"
)

// Values is a list of parameters or of a row's columns, as the wire has it: each
// value with its length before it, NULL as length -1. It stays in that form
// because most programs look at few of the values that go past them. The zero
// Values is the empty list.
type Values struct {
	n    int
	wire []byte // without the count
}

// NewValues returns a list of these values. A nil slice is NULL, an empty one is
// not.
func NewValues(values ...[]byte) Values {
	v := Values{n: len(values)}
	for _, value := range values {
		v.wire = appendValue(v.wire, value)
	}
	return v
}

// null is the length of NULL.
const null = 1<<32 - 1

// Len returns the number of values.
func (v Values) Len() int { return v.n }

// Equal tells whether two lists have the same values.
func (v Values) Equal(o Values) bool { return v.n == o.n && bytes.Equal(v.wire, o.wire) }

// All returns the values with their indexes from 0. A nil slice is NULL. Each
// points into the memory that the list was decoded from.
func (v Values) All() iter.Seq2[int, []byte] {
	return func(yield func(int, []byte) bool) {
		at := 0
		for i := range v.n {
			size := binary.BigEndian.Uint32(v.wire[at:])
			at += 4
			var value []byte
			if size != null {
				value = v.wire[at : at+int(size) : at+int(size)]
				at += int(size)
			}
			if !yield(i, value) {
				return
			}
		}
	}
}

func appendValue(dst, v []byte) []byte {
	if v == nil {
		return binary.BigEndian.AppendUint32(dst, null)
	}
	return append(binary.BigEndian.AppendUint32(dst, uint32(len(v))), v...)
}

// skipValues returns the number of values in the counted list that b begins with and
// where it ends, or -1 where something is not in order. It is kept tight, because
// decoding rows is where the time goes.
func skipValues(b []byte) (n, end int) {
	if len(b) < 2 {
		return 0, -1
	}
	n = int(binary.BigEndian.Uint16(b))
	end = 2
	for range n {
		if end > len(b)-4 {
			return 0, -1
		}
		size := binary.BigEndian.Uint32(b[end:])
		end += 4
		if size <= math.MaxInt32 && int(size) <= len(b)-end {
			end += int(size)
		} else if size != null {
			return 0, -1
		}
	}
	return n, end
}

// values is a list of values with a 16-bit count.
func (w *Walker) values(name string, p *Values) {
	switch w.mode {
	case reading:
		n, size := skipValues(w.buf[w.pos:])
		if size < 0 {
			w.brokenValues(name, p)
			return
		}
		p.n, p.wire = n, w.buf[w.pos+2:w.pos+size:w.pos+size]
		w.pos += size
		if w.list {
			w.add(name, FieldValues, size, int64(n), p.wire)
		}
	case writing:
		if p.n > math.MaxUint16 {
			w.fail(TooMany, name, int64(p.n))
		}
		w.appendNumber(2, int64(p.n))
		w.buf = append(w.buf, p.wire...)
	case cloning:
		p.wire = bytes.Clone(p.wire)
	}
}

// brokenValues reads one by one the values of a list that is not in order, to
// keep those before the error and to say where it is.
func (w *Walker) brokenValues(name string, p *Values) {
	opened := w.open(name, FieldList)
	n := w.count(name, 2, 0, 4)
	start := w.pos
	for i := 0; i < n && w.err == nil; i++ {
		var v []byte
		if w.value("", &v); w.err != nil {
			w.err.under(name, i)
			n = i
		}
	}
	p.n, p.wire = n, w.buf[start:w.pos:w.pos]
	w.close(opened, 0)
}

// value is a byte string with its 32-bit length before it; length -1 is NULL,
// a nil slice.
func (w *Walker) value(name string, p *[]byte) {
	switch w.mode {
	case reading:
		*p = w.readValue(name)
	case writing:
		w.buf = appendValue(w.buf, *p)
	case cloning:
		*p = bytes.Clone(*p)
	}
}

// readValue returns nil where there is NULL, and where it fails.
func (w *Walker) readValue(name string) []byte {
	b := w.take(name, 4)
	if b == nil {
		return nil
	}
	n := int(number(b))
	if n == -1 {
		w.add(name, FieldNull, 4, 0, nil)
		return nil
	}
	if n < 0 || n > len(w.buf)-w.pos {
		w.beginning(name, FieldBytes, n)
		w.pos -= 4
		w.fail(BadLength, name, int64(n))
		return nil
	}
	value := w.take(name, n)
	w.add(name, FieldBytes, 4+n, 0, value)
	return value
}
