package message

import (
	"cmp"
	"encoding/binary"
)

// MaxLength is the largest length word that PostgreSQL writes: a server's, of a body
// that is one byte short of its MaxAllocSize, and of the length word itself.
const MaxLength = 0x3fffffff - 1 + 4

// A Walker goes over the fields of messages: it decodes, encodes and lists
// them. It holds scratch memory, so that a program which keeps one allocates
// nothing per message. The zero value is ready; it is not for use by several
// goroutines at once.
type Walker struct {
	mode   mode
	list   bool    // reading also fills fields
	err    *Error  // the first error: the cursor does not move after it
	flaw   *Error  // the first value without a meaning: reading goes on after it
	buf    []byte  // reading: the body; writing: the caller's buffer so far
	pos    int     // reading: the next byte of buf; writing: the first of the body
	fields []Field // what was listed
}

type mode uint8

const (
	reading mode = iota
	writing
	cloning
)

// Decode is [Decode] without its allocation.
func (w *Walker) Decode(m Message, body []byte) error { return m.read(w, body) }

// List decodes m from body as [Decode] does and also returns its fields in the
// order of the wire, those before an error included. Lists and objects are
// closed even then. The fields are valid until the Walker is used again.
func (w *Walker) List(m Message, body []byte) ([]Field, error) {
	w.list, w.fields = true, w.fields[:0]
	err := w.read(m, m.Kind(), body)
	w.list = false
	return w.fields, err
}

// read returns a plain error so that success is a nil interface.
func (w *Walker) read(m Message, k Kind, body []byte) error {
	w.mode, w.buf, w.pos = reading, body, 0
	if codeSizes[k] > 0 {
		w.takeCode(&rows[k], int(codeSizes[k]))
	}
	m.walk(w)
	if w.pos == len(body) && w.err == nil && w.flaw == nil {
		return nil
	}
	if w.pos < len(body) {
		w.fail(Trailing, "", int64(len(body)-w.pos))
	}
	err := cmp.Or(w.err, w.flaw)
	w.err, w.flaw = nil, nil
	err.Kind = k
	return err
}

// Append is [Append] without its allocation.
func (w *Walker) Append(dst []byte, m Message) ([]byte, error) { return m.append(w, dst) }

// write appends m of kind k.
func (w *Walker) write(dst []byte, m Message, k Kind) ([]byte, error) {
	r := &rows[k]
	out := append(dst, r.head...)
	if k == KindUnknown {
		out[len(dst)] = m.(*Unknown).Tag
	}
	w.mode, w.buf, w.pos = writing, out, len(dst)+r.body
	m.walk(w)
	out = w.buf
	length := len(out) - len(dst)
	if r.tagged {
		length--
	}
	if length > MaxLength {
		w.fail(TooLong, "", int64(length))
	}
	w.buf = nil
	if err := w.err; err != nil {
		w.err = nil
		err.Kind = k
		return dst, err
	}
	if r.framing.hasLength() {
		binary.BigEndian.PutUint32(out[len(dst)+r.body-4:], uint32(length))
	}
	return out, nil
}

// takeCode goes over what says which message the body is.
func (w *Walker) takeCode(r *row, size int) {
	b := w.take("code", size)
	if b == nil {
		return
	}
	want := r.code
	if r.framing == Inside {
		want = int64(r.tag)
	}
	w.check(number(b) == want, "code", size, number(b))
}

// fail records the first error. What is read after it finds no more bytes.
func (w *Walker) fail(r Reason, field string, value int64) {
	if w.err != nil {
		return
	}
	at := w.pos
	if w.mode == writing {
		at = len(w.buf) - w.pos
	} else {
		w.buf = w.buf[:w.pos]
	}
	w.err = &Error{Reason: r, Field: field, Offset: int64(at), Value: value}
}

// check records that the value of the field just read, size bytes long, has no
// meaning. Only what is read is checked: who encodes such a value means it.
func (w *Walker) check(ok bool, field string, size int, value int64) {
	if !ok && w.mode == reading && w.err == nil && w.flaw == nil {
		w.flaw = &Error{Reason: BadValue, Field: field, Offset: int64(w.pos - size), Value: value}
	}
}

// take returns the next n bytes of the body, or nil and fails.
func (w *Walker) take(field string, n int) []byte {
	if n > len(w.buf)-w.pos || w.err != nil {
		w.fail(Truncated, field, int64(n))
		return nil
	}
	b := w.buf[w.pos : w.pos+n : w.pos+n]
	w.pos += n
	return b
}
