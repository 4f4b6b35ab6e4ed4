package message

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"math"
	"slices"
)

// MaxLength is the largest length word that PostgreSQL writes or accepts: its
// MaxAllocSize, one byte short of 1 GiB.
const MaxLength = 0x3fffffff

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
func (w *Walker) Decode(m Message, body []byte) error {
	// Nearly all that servers send is one of these, and in order. What the walk would
	// do comes to this.
	if row, ok := m.(*DataRow); ok {
		if n, end := skipValues(body, 0); end == len(body) {
			row.Values = Values{n, body[2:end:end]}
			return nil
		}
	} else if data, ok := m.(*CopyData); ok {
		data.Data = body[:len(body):len(body)]
		return nil
	}
	k := m.Kind()
	switch k {
	case KindCommandComplete:
		if n := len(body) - 1; n >= 0 && bytes.IndexByte(body, 0) == n {
			m.(*CommandComplete).Tag = Text(body[:n:n])
			return nil
		}
	case KindReadyForQuery:
		if len(body) == 1 && TransactionStatus(body[0]).String() != "" {
			m.(*ReadyForQuery).Status = TransactionStatus(body[0])
			return nil
		}
	default:
		if len(body) == 0 && rows[k].bodiless {
			return nil
		}
	}
	w.list = false
	return w.read(m, k, body)
}

// List decodes m from body as [Decode] does and also returns its fields in the
// order of the wire, those before an error included. Lists and objects are
// closed even then. The fields are valid until the Walker is used again.
func (w *Walker) List(m Message, body []byte) ([]Field, error) {
	w.list, w.fields = true, w.fields[:0]
	err := w.read(m, m.Kind(), body)
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
func (w *Walker) Append(dst []byte, m Message) ([]byte, error) {
	k := m.Kind()
	r := &rows[k]
	var out []byte
	switch {
	case k == KindUnknown:
		out = append(dst, m.(*Unknown).Tag, 0, 0, 0, 0)
	case r.plain:
		out = append(dst, r.tag, 0, 0, 0, 0) // as below, and sooner
	case r.bodiless:
		return append(dst, r.tag, 0, 0, 0, 4), nil // likewise
	default:
		out = append(dst, r.head...)
		if r.fieldless {
			return out, nil
		}
	}
	w.mode, w.list, w.buf, w.pos = writing, false, out, len(dst)+r.body
	m.walk(w)
	out = w.buf
	w.buf = nil
	length := len(out) - len(dst)
	if r.tagged {
		length--
	}
	if length > MaxLength {
		w.fail(TooLong, "", int64(length))
	}
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

// add lists a field of size bytes that ends at the cursor.
func (w *Walker) add(name string, t FieldType, size int, i int64, b []byte) {
	if w.list && w.err == nil {
		w.fields = append(w.fields, Field{Name: name, Type: t, Int: i, Bytes: b,
			Offset: int32(w.pos - size), Size: int32(size)})
	}
}

// beginning lists what is there of a field of n bytes that the body does not hold
// all of.
func (w *Walker) beginning(name string, t FieldType, n int) {
	if rest := w.buf[w.pos:]; w.list && n > len(rest) && len(rest) > 0 {
		w.fields = append(w.fields, Field{Name: name, Type: t, Bytes: rest, Cut: true,
			Offset: int32(w.pos), Size: int32(len(rest))})
	}
}

// last returns the field just read, to say more about it, or nil where nothing is
// listed.
func (w *Walker) last() *Field {
	if w.list && w.err == nil {
		return &w.fields[len(w.fields)-1]
	}
	return nil
}

func (w *Walker) symbol(s string) {
	if f := w.last(); f != nil {
		f.Symbol = s
	}
}

// meaning says what the byte c, the field just read, stands for; it may be nothing.
func (w *Walker) meaning(name string, c byte, s string) {
	if w.mode == reading {
		w.symbol(s)
		w.check(s != "", name, 1, int64(c))
	}
}

// secret marks the field listed last. Where a message ends early that is the one that
// is cut, though the secret may have come behind it: who cannot tell, masks.
func (w *Walker) secret() {
	if f := w.last(); f != nil {
		f.Secret = true
	} else if n := len(w.fields); w.list && n > 0 && w.fields[n-1].Cut {
		w.fields[n-1].Secret = true
	}
}

func (w *Walker) detail() {
	if f := w.last(); f != nil {
		f.Detail = true
	}
}

func (w *Walker) bare() {
	if f := w.last(); f != nil {
		f.Bare = true
	}
}

// open begins a list or object and tells whether it was listed, which close is
// to be told: a group that was opened is closed even after an error.
func (w *Walker) open(name string, t FieldType) bool {
	w.add(name, t, 0, 0, nil)
	return w.list && w.err == nil
}

func (w *Walker) close(opened bool, size int) {
	if opened {
		w.fields = append(w.fields, Field{Type: FieldEnd, Offset: int32(w.pos - size), Size: int32(size)})
	}
}

// integer is a big-endian number of size bytes.
func (w *Walker) integer(name string, size int, t FieldType, v int64) int64 {
	switch w.mode {
	case writing:
		w.appendNumber(size, v)
	case reading:
		if size > len(w.buf)-w.pos {
			w.fail(Truncated, name, int64(size))
			return 0
		}
		v = number(w.buf[w.pos : w.pos+size])
		w.pos += size
		if w.list {
			w.add(name, t, size, v, nil)
		}
	}
	return v
}

// number reads the signed number that fills b; a single byte is unsigned.
func number(b []byte) int64 {
	switch len(b) {
	case 1:
		return int64(b[0])
	case 2:
		return int64(int16(binary.BigEndian.Uint16(b)))
	case 4:
		return int64(int32(binary.BigEndian.Uint32(b)))
	}
	return int64(binary.BigEndian.Uint64(b))
}

func (w *Walker) appendNumber(size int, v int64) {
	switch size {
	case 1:
		w.buf = append(w.buf, byte(v))
	case 2:
		w.buf = binary.BigEndian.AppendUint16(w.buf, uint16(v))
	case 4:
		w.buf = binary.BigEndian.AppendUint32(w.buf, uint32(v))
	case 8:
		w.buf = binary.BigEndian.AppendUint64(w.buf, uint64(v))
	}
}

func (w *Walker) char(name string, p *byte)   { *p = byte(w.integer(name, 1, FieldChar, int64(*p))) }
func (w *Walker) int8(name string, p *uint8)  { *p = uint8(w.integer(name, 1, FieldInt, int64(*p))) }
func (w *Walker) int16(name string, p *int16) { *p = int16(w.integer(name, 2, FieldInt, int64(*p))) }
func (w *Walker) int32(name string, p *int32) { *p = int32(w.integer(name, 4, FieldInt, int64(*p))) }

// code is a byte that says what the next field is. It is not listed itself.
func (w *Walker) code(p *byte) {
	switch w.mode {
	case reading:
		if b := w.take("code", 1); b != nil {
			*p = b[0]
		}
	case writing:
		w.buf = append(w.buf, *p)
	}
}

func (w *Walker) lsn(name string, p *uint64) { *p = uint64(w.integer(name, 8, FieldLSN, int64(*p))) }
func (w *Walker) time(name string, p *int64) { *p = w.integer(name, 8, FieldTime, *p) }

// uint32 is a number that the manual calls Int32 and that has no sign, such as
// an OID, a process ID or a protocol version.
func (w *Walker) uint32(name string, t FieldType, p *uint32) {
	*p = uint32(w.integer(name, 4, t, int64(*p)))
	if f := w.last(); f != nil {
		f.Int = int64(*p)
	}
}

// format is the format code of a value; the manual knows 0 and 1.
func (w *Walker) format(name string, p *Format) {
	w.int16(name, (*int16)(p))
	if w.mode == reading {
		w.symbol(p.String())
		w.check(*p == TextFormat || *p == BinaryFormat, name, 2, int64(*p))
	}
}

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
	copy(p, w.bytes(name, FieldBytes, len(p), p))
}

// rest is all that follows in the body.
func (w *Walker) rest(name string, t FieldType, p *[]byte) {
	*p = w.bytes(name, t, len(w.buf)-w.pos, *p)
}

// terminated is a string with a zero byte behind it.
func (w *Walker) terminated(name string, t FieldType, p *Text) {
	switch w.mode {
	case reading:
		n := 0
		if w.pos == len(w.buf) || w.buf[w.pos] != 0 { // many names are empty
			n = bytes.IndexByte(w.buf[w.pos:], 0)
		}
		if n < 0 {
			w.unterminated(name, t)
			return
		}
		*p = Text(w.buf[w.pos : w.pos+n : w.pos+n])
		w.pos += n + 1
		if w.list {
			w.add(name, t, n+1, 0, *p)
		}
	case writing:
		if len(*p) == 0 { // many names are empty
			w.buf = append(w.buf, 0)
			return
		}
		if bytes.IndexByte(*p, 0) >= 0 {
			w.fail(EmbeddedZero, name, 0)
		}
		w.buf = append(append(w.buf, *p...), 0)
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

// count is the number of elements of a list, a word of size bytes: n where the
// message is in memory, else as many as the body says. Each element takes least
// bytes at the least, so that a count can be judged before memory is taken.
func (w *Walker) count(name string, size, n, least int) int {
	switch w.mode {
	case reading:
		b := w.take(name, size)
		if b == nil {
			return 0
		}
		if size == 2 {
			n = int(binary.BigEndian.Uint16(b))
		} else {
			n = int(binary.BigEndian.Uint32(b))
		}
		if n > (len(w.buf)-w.pos)/least {
			w.pos -= size
			w.fail(BadCount, name, int64(n))
			return 0
		}
		if f := w.last(); f != nil && f.Type == FieldList {
			f.Size, f.Int = int32(size), int64(n)
		}
	case writing:
		if n > math.MaxUint16 && size == 2 {
			w.fail(TooMany, name, int64(n))
		}
		w.appendNumber(size, int64(n))
	}
	return n
}

// resize gives the list the length that was read, in its old memory where that
// is large enough; a clone gets memory of its own.
func resize[T any](w *Walker, s []T, n int) []T {
	switch w.mode {
	case reading:
		return slices.Grow(s[:0], n)[:n]
	case cloning:
		return slices.Clone(s)
	}
	return s
}

// list is a list with a count of size bytes before it, whose elements take at
// least so many bytes each.
func list[T any](w *Walker, name string, p *[]T, size, least int, walk func(*T, *Walker)) {
	if w.mode == writing {
		w.count(name, size, len(*p), least)
		for i := 0; i < len(*p) && w.err == nil; i++ {
			if walk(&(*p)[i], w); w.err != nil {
				w.err.under(name, i)
			}
		}
		return
	}
	opened := w.open(name, FieldList)
	n := w.count(name, size, len(*p), least)
	s := resize(w, *p, n)
	for i := 0; i < len(s) && w.err == nil; i++ {
		flaw := w.flaw
		walk(&s[i], w)
		if w.flaw != flaw {
			w.flaw.under(name, i)
		}
		if w.err != nil {
			w.err.under(name, i)
			s = s[:i]
		}
	}
	*p = s
	w.close(opened, 0)
}

// endedList is a list with a zero byte behind it, whose elements do not begin
// with one. It is listed as t and by name, and path is what errors call it.
func endedList[T any](w *Walker, name string, t FieldType, path string, p *[]T, walk func(*T, *Walker)) {
	opened := w.open(name, t)
	s := resize(w, *p, 0)
	for i := 0; w.more(path, i, len(s)); i++ {
		if w.mode == reading {
			s = append(s, *new(T))
		}
		start := len(w.buf)
		walk(&s[i], w)
		if w.mode == writing && w.err == nil && w.buf[start] == 0 {
			w.fail(EmptyName, "", 0)
		}
		if w.err != nil {
			w.err.under(path, i)
			s = s[:i]
		}
	}
	if w.mode != writing {
		*p = s
	}
	end := 1
	if w.err != nil {
		end = 0
	}
	w.close(opened, end)
}

// more tells whether an ended list has an element i; where it has none, the zero
// byte is read or written.
func (w *Walker) more(name string, i, n int) bool {
	switch {
	case w.err != nil:
		return false
	case w.mode != reading && i < n:
		return true
	case w.mode == writing:
		w.buf = append(w.buf, 0)
	case w.mode == reading && w.pos == len(w.buf):
		w.fail(Unterminated, name, 0)
	case w.mode == reading && w.buf[w.pos] != 0:
		return true
	case w.mode == reading:
		w.pos++
	}
	return false
}
