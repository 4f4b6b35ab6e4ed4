// Package value turns the values of PostgreSQL's data types into text: the bytes of
// a parameter or a column, in the binary format, become what the type's output
// function prints in the server, byte for byte.
//
// [Types.Append] does it. The zero [Types] knows the built-in types. User-defined ones
// are learned from a file ([Types.Load]) or from what a client asks the catalog
// ([Lesson]). [Settings] are the run-time parameters of a session that change how a
// value is printed.
//
// The package holds no catalog of objects: a regclass and its like, which travel as
// OIDs, are printed as the server prints those of objects that are gone, which is
// the number. The built-in data types are known, so a regtype has its name.
//
// These built-in types have a binary form that is not printed: pg_ddl_command (there
// are no values of it) and the two summaries of BRIN indexes,
// pg_brin_bloom_summary and pg_brin_minmax_multi_summary, which are memory of the
// server and stay inside its indexes.
package value

import "errors"

// The errors of [Types.Append], as they are and never wrapped.
var (
	// ErrUnknownType: the binary form of the type is not known.
	ErrUnknownType = errors.New("unknown data type")
	// ErrInvalid: the bytes are not a value of the type in that format.
	ErrInvalid = errors.New("not a valid value of the data type")
	// ErrTooLarge: the text is out of proportion to the bytes, or values are nested
	// too deeply in each other. Nesting doubles quotation marks, so a few bytes can
	// claim gigabytes; the server would give up as well, only later.
	ErrTooLarge = errors.New("text too large or nested too deeply")
)

// The format codes of the protocol.
const (
	formatText   = 0
	formatBinary = 1
)

const (
	// maxDepth is how deep values may be nested in each other.
	maxDepth = 100
	// The text may take maxGrowth bytes for each of the value's, and maxText more.
	// The most that sound values come to is eight digits for a byte of a bit
	// string, but for the zeros of a numeric.
	maxGrowth = 16
	maxText   = 1 << 20
)

// TypeName returns the name of a built-in data type, such as "int4" or "text[]",
// or an empty string where the OID is not one of a built-in type.
func TypeName(oid uint32) string { return catalog[oid].Name }

// Append appends the text of one value to dst: b in the given format (0 text, 1
// binary) of the type with that OID. A NULL has no bytes and is the caller's affair.
//
// A value in text format is that text already and may be of any type; in binary
// format, where it is text in essence (json, xml, the labels of enums), it is taken
// as it is as well. Anything else is checked as the server's receive function does
// and put into the form that it gives the value, but for values that are normalized
// by what they mean: a jsonb stays as it was written, a range or multirange keeps
// its bounds, the lexemes of a tsvector their order.
//
// The memory is dst's, which grows as with append; Append allocates nothing else and
// keeps no reference to b. On an error - [ErrUnknownType], [ErrInvalid],
// [ErrTooLarge], or [charset.ErrInvalid] - dst is returned as it was.
func (t *Types) Append(dst []byte, oid uint32, format int16, b []byte) ([]byte, error) {
	p := printer{types: t, limit: len(dst) + maxGrowth*len(b) + maxText}
	var text []byte
	err := ErrInvalid
	switch format {
	case formatText:
		text, err = p.appendText(dst, b)
	case formatBinary:
		text, err = p.append(dst, oid, b)
	}
	if err != nil {
		return dst, err
	}
	return text, nil
}

// A printer is what goes along while a value is printed.
type printer struct {
	types *Types
	limit int // the length that the text must not pass
	depth int // of values in values
}

// append appends the text of a value in binary format. Values inside others come
// here as well.
func (p printer) append(dst []byte, oid uint32, b []byte) ([]byte, error) {
	if p.depth++; p.depth > maxDepth {
		return dst, ErrTooLarge
	}
	dst, err := p.dispatch(dst, oid, b)
	if err == nil && len(dst) > p.limit {
		err = ErrTooLarge
	}
	return dst, err
}

func (p printer) dispatch(dst []byte, oid uint32, b []byte) ([]byte, error) {
	if f := codecOf(oid); f != nil {
		return f(p, dst, b)
	}
	switch t := p.types.lookup(oid); t.Kind {
	case Array:
		return p.appendArray(dst, t.Element, b)
	case Range:
		return p.appendRange(dst, t.Element, b)
	case Multirange:
		return p.appendMultirange(dst, t.Element, b)
	case Composite:
		return p.appendRecord(dst, b)
	case Enum:
		return p.appendText(dst, b)
	case Base, Domain:
		if t.Element != 0 {
			return p.append(dst, t.Element, b)
		}
	}
	return dst, ErrUnknownType
}
