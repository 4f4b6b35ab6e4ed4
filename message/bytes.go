package message

import (
	"bytes"
	"math"
)

// bytes is a byte string of fixed or known length n.
func (w *Walker) bytes(name string, t FieldType, n int, b []byte) []byte {
	switch w.mode {
	case reading:
		if n > len(w.buf)-w.pos {
			w.beginning(name, t, n)
			w.fail(Truncated, name, int64(n))
			return nil
		}
		b = w.buf[w.pos : w.pos+n : w.pos+n]
		w.pos += n
		if w.list {
			w.add(name, t, n, 0, b)
		}
	case writing:
		w.buf = append(w.buf, b...)
	case cloning:
		b = bytes.Clone(b)
	}
	return b
}

// salt is a byte string of fixed length that is part of the struct.
func (w *Walker) salt(name string, p []byte) {
	b := w.bytes(name, FieldBytes, len(p), p)
	if b == nil {
		clear(p)
	}
	copy(p, b)
}

// rest is all that follows in the body.
func (w *Walker) rest(name string, t FieldType, p *[]byte) {
	*p = w.bytes(name, t, len(w.buf)-w.pos, *p)
}

// absent is a list or byte string that the form of the message that was read does not
// have: what an earlier message left there is none of this one.
func absent[T any](w *Walker, p *[]T) {
	if w.mode == reading {
		*p = nil
	}
}

// terminated is a string with a zero byte behind it.
func (w *Walker) terminated(name string, t FieldType, p *Text) {
	switch w.mode {
	case reading:
		n := zeroAt(w.buf[w.pos:])
		if n < 0 {
			*p = nil
			w.unterminated(name, t)
			return
		}
		*p = Text(w.buf[w.pos : w.pos+n : w.pos+n])
		w.pos += n + 1
		if w.list {
			w.add(name, t, n+1, 0, *p)
		}
	case writing:
		if b := appendText(w.buf, *p); b != nil {
			w.buf = b
		} else {
			w.fail(EmbeddedZero, name, 0)
		}
	case cloning:
		*p = bytes.Clone(*p)
	}
}

// unterminated fails for want of a zero byte.
func (w *Walker) unterminated(name string, t FieldType) {
	w.beginning(name, t, math.MaxInt)
	w.fail(Unterminated, name, int64(len(w.buf)-w.pos))
}

func (w *Walker) text(name string, p *Text) { w.terminated(name, FieldString, p) }
func (w *Walker) sql(name string, p *Text)  { w.terminated(name, FieldSQL, p) }
