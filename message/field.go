package message

import "slices"

// A FieldType tells how the value of a [Field] is to be read. A renderer needs
// to know these and no message.
type FieldType uint8

const (
	// FieldInt is a number, in Field.Int.
	FieldInt FieldType = iota
	// FieldOID is an object identifier, in Field.Int.
	FieldOID
	// FieldChar is a single byte with a meaning, in Field.Int.
	FieldChar
	// FieldString is text in the session's encoding, in Field.Bytes.
	FieldString
	// FieldSQL is a FieldString that holds statements or a replication command.
	FieldSQL
	// FieldBytes is data that need not be text, in Field.Bytes.
	FieldBytes
	// FieldNull is the SQL NULL, or an absent value.
	FieldNull
	// FieldValues is a list of values: FieldBytes and FieldNull without names, read
	// by Field.Values.
	FieldValues
	// FieldVersion is a protocol version, in Field.Int: major<<16 | minor.
	FieldVersion
	// FieldLSN is a position in the write-ahead log, in Field.Int.
	FieldLSN
	// FieldTime is microseconds since 2000-01-01 00:00 UTC, in Field.Int.
	FieldTime
	// FieldKey is the name of the field that follows, where the wire gives the name.
	FieldKey
	// FieldList opens a list: the fields up to its FieldEnd are the elements, unnamed.
	// Its own bytes are the count, where it has one; those of its FieldEnd are the
	// zero byte at the end, where it has that.
	FieldList
	// FieldObject opens a group: the fields up to its FieldEnd belong together.
	FieldObject
	// FieldMap opens a group like FieldObject, whose names the sender chose and may
	// have repeated. One without a name itself belongs to the group around it.
	FieldMap
	// FieldEnd closes the FieldList, FieldObject or FieldMap opened last.
	FieldEnd
)

// A Field is one field of a decoded message, or the beginning or end of a group
// of them. Its Bytes point into the body that was decoded.
type Field struct {
	Name   string // the manual's name in snake_case; empty inside a list and after a FieldKey
	Symbol string // what a code stands for, such as "binary" for format 1; empty if nothing
	Bytes  []byte
	Int    int64
	Offset int32 // first byte of the field in the body, its length word included
	Size   int32 // bytes of the field in the body
	Type   FieldType
	Secret bool // a password, key, token or proof: to be masked
	Detail bool // of use to few: for verbose output
	Bare   bool // says what it is without its name
	Cut    bool // only the beginning of Bytes is there: the message ends early
}

// Values returns the list in a field of type FieldValues.
func (f *Field) Values() Values { return Values{int(f.Int), f.Bytes} }

// add lists a field of size bytes that ends at the cursor.
func (w *Walker) add(name string, t FieldType, size int, i int64, b []byte) {
	if w.list && w.err == nil {
		f := w.next()
		f.Name, f.Type, f.Int, f.Bytes = name, t, i, b
		f.Offset, f.Size = int32(w.pos-size), int32(size)
	}
}

// next returns a new field to be filled in where it is. A whole Field would be put
// together elsewhere and copied, which costs more than all the rest.
func (w *Walker) next() *Field {
	n := len(w.fields)
	w.fields = slices.Grow(w.fields, 1)[:n+1]
	f := &w.fields[n]
	*f = Field{}
	return f
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
		f := w.next()
		f.Type, f.Offset, f.Size = FieldEnd, int32(w.pos-size), int32(size)
	}
}
