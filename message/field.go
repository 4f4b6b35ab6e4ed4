package message

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
