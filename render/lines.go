package render

import (
	"strconv"

	"github.com/pgwdump/pgwdump/message"
)

// indent is what the lines of a field begin with.
const indent = "        "

// appendLines appends a line for each field, and for each element of a list.
func (r *Text) appendLines(dst []byte, fields []message.Field) []byte {
	r.eachPart(members(fields), "", func(path string, part []message.Field) {
		switch part[0].Type {
		case message.FieldKey, message.FieldList, message.FieldObject, message.FieldMap, message.FieldEnd:
			return
		}
		dst = append(dst, indent...)
		dst = r.appendLabel(dst, path)
		dst = r.appendValue(dst, part)
		dst = append(dst, '\n')
	})
	return dst
}

func (r *Text) appendLabel(dst []byte, path string) []byte {
	dst = append(dst, r.palette.name.on...)
	dst = appendEscaped(dst, []byte(path))
	dst = append(dst, ": "...)
	return append(dst, r.palette.name.off...)
}

// eachPart calls f for each field with its path, such as "columns[1].name", in the
// order of the wire: for a list first with its beginning, which has the count, then
// for each element, then with its end. Values are taken apart.
func (r *Text) eachPart(fields []message.Field, path string, f func(path string, part []message.Field)) {
	for i := 0; len(fields) > 0; i++ {
		var group []message.Field
		group, fields = split(fields)
		part := join(path, i, group)
		switch group[0].Type {
		case message.FieldKey:
			f(part, group[:1])
			if len(group) > 1 {
				f(part, group[1:])
			}
		case message.FieldList, message.FieldObject, message.FieldMap:
			f(part, group[:1])
			r.eachPart(inside(group), part, f)
			f(part, group[len(group)-1:])
		case message.FieldValues:
			r.eachValue(&group[0], part, f)
		default:
			f(part, group)
		}
	}
}

// join returns the path of a field, the i-th in what path names.
func join(path string, i int, group []message.Field) string {
	name := group[0].Name
	if group[0].Type == message.FieldKey {
		name = string(group[0].Bytes)
	}
	switch {
	case name == "":
		return path + "[" + strconv.Itoa(i) + "]"
	case path == "":
		return name
	}
	return path + "." + name
}

// eachValue calls f for the values in a field as if each were one, in the text that
// they stand for. That of a row has the name of its column behind its path.
func (r *Text) eachValue(v *message.Field, path string, f func(path string, part []message.Field)) {
	const count, length = 2, 4
	part := message.Field{Type: message.FieldList, Int: v.Int, Offset: v.Offset, Size: count}
	f(path, []message.Field{part})
	for i, value := range v.Values().All() {
		part = message.Field{Type: message.FieldBytes, Bytes: r.typing.value(i, value), Offset: part.Offset + part.Size, Size: length + int32(len(value))}
		if value == nil {
			part.Type = message.FieldNull
		}
		label := path + "[" + strconv.Itoa(i) + "]"
		if name := r.typing.name(i); name != nil {
			label += " " + string(name)
		}
		f(label, []message.Field{part})
	}
	f(path, []message.Field{{Type: message.FieldEnd}})
}
