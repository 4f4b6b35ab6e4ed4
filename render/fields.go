package render

import (
	"encoding/binary"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/pgwdump/pgwdump/message"
	"github.com/pgwdump/pgwdump/value"
)

// split cuts the first field off, with all that belongs to it: the value behind a
// key, the group up to its end.
func split(fields []message.Field) (first, rest []message.Field) {
	depth := 0
	for i := range fields {
		switch fields[i].Type {
		case message.FieldKey:
			continue
		case message.FieldList, message.FieldObject, message.FieldMap:
			depth++
		case message.FieldEnd:
			depth--
		}
		if depth <= 0 {
			return fields[:i+1], fields[i+1:]
		}
	}
	return fields, nil
}

// inside returns the fields of a group without its beginning and end.
func inside(group []message.Field) []message.Field { return group[1 : len(group)-1] }

// members returns the fields of a message, where a group without a name stands
// for what is in it.
func members(fields []message.Field) []message.Field {
	if len(fields) > 0 && fields[0].Type == message.FieldMap && fields[0].Name == "" {
		return inside(fields)
	}
	return fields
}

// appendFields appends the fields of a message on one line. The only one that a
// message has stands for itself; several are told apart by their names, but for
// those that need none.
func (r *Text) appendFields(dst []byte, fields []message.Field) []byte {
	group, rest := split(members(fields))
	single := len(rest) == 0
	for more := false; len(group) > 0; group, rest = split(rest) {
		if !worth(group) || r.Detail == Short && !single && !evident(&group[0]) {
			continue
		}
		if more {
			dst = append(dst, "  "...)
		}
		more = true
		dst = r.appendField(dst, group, single)
	}
	return dst
}

// evident tells whether a field needs no name to be understood. What is in a map has names
// of its own.
func evident(f *message.Field) bool { return f.Bare || f.Type == message.FieldMap }

// worth tells whether a line has room for a field: not for one that is empty or
// of use to few.
func worth(group []message.Field) bool {
	f := &group[0]
	switch f.Type {
	case message.FieldString, message.FieldSQL, message.FieldBytes:
		return !f.Detail && (f.Bare || len(f.Bytes) > 0)
	case message.FieldInt, message.FieldOID:
		return !f.Detail && f.Int != 0
	case message.FieldValues:
		return f.Int > 0
	case message.FieldList, message.FieldObject, message.FieldMap:
		return len(group) > 2
	case message.FieldEnd:
		return false
	}
	return !f.Detail
}

// appendField appends one field, or the members of a map, with its name where it
// needs that.
func (r *Text) appendField(dst []byte, group []message.Field, single bool) []byte {
	f := &group[0]
	if f.Type == message.FieldKey {
		dst = append(dst, r.palette.name.on...)
		dst = appendEscaped(dst, f.Bytes)
		dst = append(dst, '=')
		dst = append(dst, r.palette.name.off...)
		return r.appendQuoted(dst, group[1:])
	}
	if f.Type == message.FieldMap {
		return r.appendMembers(dst, inside(group))
	}
	if single || f.Bare || f.Type == message.FieldObject {
		return r.appendValue(dst, group)
	}
	dst = r.appendName(dst, f.Name)
	switch f.Type {
	case message.FieldList, message.FieldValues:
		dst = append(dst, '[')
		dst = r.appendValue(dst, group)
		return append(dst, ']')
	}
	return r.appendQuoted(dst, group)
}

// appendMembers appends fields with a blank between them.
func (r *Text) appendMembers(dst []byte, fields []message.Field) []byte {
	for more := false; len(fields) > 0; {
		var group []message.Field
		if group, fields = split(fields); !worth(group) {
			continue
		}
		if more {
			dst = append(dst, ' ')
		}
		more = true
		dst = r.appendField(dst, group, false)
	}
	return dst
}

func (r *Text) appendName(dst []byte, name string) []byte {
	dst = append(dst, r.palette.name.on...)
	dst = append(dst, name...)
	dst = append(dst, '=')
	return append(dst, r.palette.name.off...)
}

// appendQuoted appends a value, in quotation marks where it would run into what
// stands beside it.
func (r *Text) appendQuoted(dst []byte, group []message.Field) []byte {
	if len(group) == 0 {
		return dst // the value behind a key could not be read
	}
	f := &group[0]
	switch f.Type {
	case message.FieldString, message.FieldSQL, message.FieldBytes:
		if masked := f.Secret && !r.ShowSecrets; !masked {
			return r.appendElement(dst, f.Bytes, blankClass|markClass)
		}
	}
	return r.appendValue(dst, group)
}

// appendValue appends a value without name and quotation marks.
func (r *Text) appendValue(dst []byte, group []message.Field) []byte {
	f, p := &group[0], &r.palette
	if f.Secret && !r.ShowSecrets && f.Type != message.FieldNull {
		dst = append(dst, p.aside.on...)
		dst = append(dst, "(masked, "...)
		if f.Symbol != "" {
			dst = append(append(dst, f.Symbol...), ", "...)
		}
		dst = strconv.AppendInt(dst, int64(len(f.Bytes)), 10)
		dst = append(dst, " bytes)"...)
		return append(dst, p.aside.off...)
	}
	switch f.Type {
	case message.FieldString, message.FieldSQL, message.FieldBytes:
		switch {
		case len(f.Bytes) == 0:
			dst = append(dst, "''"...)
		case f.Type == message.FieldString:
			dst = r.appendCut(dst, p.value, f.Bytes, appendEscaped)
		case f.Type == message.FieldSQL:
			dst = r.appendCut(dst, p.sql, f.Bytes, appendEscaped)
		default:
			dst = r.appendBytes(dst, f.Bytes)
		}
		if f.Cut {
			dst = p.warning.append(dst, "…")
		}
		return dst
	case message.FieldNull:
		return p.null.append(dst, "NULL")
	case message.FieldValues:
		return r.appendValues(dst, f.Values())
	case message.FieldList:
		return r.appendList(dst, inside(group))
	case message.FieldObject, message.FieldMap:
		return r.appendMembers(dst, inside(group))
	}
	dst = append(dst, p.value.on...)
	dst = appendScalar(dst, f)
	return append(dst, p.value.off...)
}

// appendScalar appends a number, or what it stands for.
func appendScalar(dst []byte, f *message.Field) []byte {
	if f.Symbol != "" {
		return append(dst, f.Symbol...)
	}
	switch f.Type {
	case message.FieldOID:
		if name := value.TypeName(uint32(f.Int)); name != "" {
			return append(dst, name...)
		}
	case message.FieldChar:
		return appendEscaped(dst, []byte{byte(f.Int)})
	case message.FieldVersion:
		return appendVersion(dst, f.Int)
	case message.FieldLSN:
		return appendLSN(dst, f.Int)
	case message.FieldTime:
		return time.UnixMicro(f.Int+postgresEpoch).UTC().AppendFormat(dst, timeFormat)
	}
	return appendNumber(dst, f.Int)
}

func (r *Text) appendList(dst []byte, elements []message.Field) []byte {
	for more := false; len(elements) > 0; more = true {
		var group []message.Field
		group, elements = split(elements)
		if more {
			dst = append(dst, ", "...)
		}
		if t := group[0].Type; t == message.FieldBytes || t == message.FieldString {
			dst = r.appendElement(dst, group[0].Bytes, listClass|markClass)
		} else {
			dst = r.appendValue(dst, group)
		}
	}
	return dst
}

// appendValues appends a list of values. Nearly all are a few bytes that stand for
// themselves, which therefore are copied and looked at in one go.
func (r *Text) appendValues(dst []byte, values message.Values) []byte {
	names := r.labels.of(r.typing.columns, values.Len(), r.palette.name)
	limit, style := r.limit(), &r.palette.value
	for i, v := range values.All() {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		if i < len(names) {
			dst = append(dst, names[i]...)
		}
		if v == nil {
			dst = r.palette.null.append(dst, "NULL")
			continue
		}
		v = r.typing.value(i, v)
		if limit > 0 && len(v) > limit || misread(v) {
			dst = r.appendElement(dst, v, listClass|markClass)
			continue
		}
		start := len(dst)
		if style.on != "" {
			dst = append(dst, style.on...)
		}
		dst = slices.Grow(dst, len(v)+word)
		to, found := dst[len(dst):cap(dst)], uint64(0)
		if len(v) >= word {
			for i := 0; i < len(v)-word; i += word {
				x := binary.LittleEndian.Uint64(v[i : i+word])
				binary.LittleEndian.PutUint64(to[i:i+word], x)
				found |= special(x)
			}
			x := binary.LittleEndian.Uint64(v[len(v)-word:]) // some of it once more
			binary.LittleEndian.PutUint64(to[len(v)-word:], x)
			found |= special(x)
		} else {
			x, _ := lastWord(v)
			binary.LittleEndian.PutUint64(to, x)
			found = special(x)
		}
		if found&highs != 0 {
			dst = r.appendElement(dst[:start], v, listClass|markClass)
			continue
		}
		dst = dst[:len(dst)+len(v)]
		if style.off != "" {
			dst = append(dst, style.off...)
		}
	}
	return dst
}

// appendElement appends one value of several, in quotation marks where it has
// characters of one of the given classes, or would be taken for NULL, or for
// nothing.
func (r *Text) appendElement(dst, b []byte, marked class) []byte {
	c := classOf(b)
	switch {
	case c&binaryClass != 0:
		return r.appendCut(dst, r.palette.value, b, appendHexValue)
	case c&marked == 0 && !misread(b):
		return r.appendCut(dst, r.palette.value, b, appendEscaped)
	}
	dst = append(dst, '\'')
	dst = r.appendCut(dst, r.palette.value, b, appendMarked)
	return append(dst, '\'')
}

// misread tells whether a value would be taken for another one without quotation marks.
func misread(b []byte) bool {
	return len(b) == 0 || b[0] == ' ' || b[len(b)-1] == ' ' || string(b) == "NULL"
}

func appendMarked(dst, b []byte) []byte {
	dst, _ = markedEscaper.append(dst, b)
	return dst
}

// appendBytes appends data that may be text: as text where it can be that, else
// in hexadecimal. What is shown is looked at while it is written.
func (r *Text) appendBytes(dst, b []byte) []byte {
	return r.appendCut(dst, r.palette.value, b, func(dst, show []byte) []byte {
		if text, ok := dataEscaper.append(dst, show); ok && !isBinary(b[len(show):]) {
			return text
		}
		return appendHexValue(dst, show)
	})
}

// limit returns how many bytes of a value are shown; 0 for all.
func (r *Text) limit() int {
	if r.Detail == Short && (r.MaxValue == 0 || r.MaxValue > shortest) {
		return shortest
	}
	return r.MaxValue
}

// appendCut appends as much of b as is shown of a value. Of one that is cut it
// says how long it is.
func (r *Text) appendCut(dst []byte, s style, b []byte, write func(dst, b []byte) []byte) []byte {
	limit := r.limit()
	show := b
	if limit > 0 && len(b) > limit {
		show = whole(b[:limit])
	}
	dst = append(dst, s.on...)
	dst = write(dst, show)
	dst = append(dst, s.off...)
	if len(show) < len(b) {
		dst = append(dst, r.palette.aside.on...)
		dst = append(dst, "… ("...)
		dst = strconv.AppendInt(dst, int64(len(b)), 10)
		dst = append(dst, " bytes)"...)
		dst = append(dst, r.palette.aside.off...)
	}
	return dst
}

// whole returns b without the beginning of a character that it may end with.
func whole(b []byte) []byte {
	for i := 1; i < utf8.UTFMax && i < len(b); i++ {
		if utf8.RuneStart(b[len(b)-i]) {
			if !utf8.FullRune(b[len(b)-i:]) {
				return b[:len(b)-i]
			}
			break
		}
	}
	return b
}
