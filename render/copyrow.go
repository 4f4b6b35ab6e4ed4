package render

import (
	"strconv"

	"github.com/pgwdump/pgwdump/session"
)

// appendCopyRow appends a row of a COPY: its number, and each value behind the name of its
// column.
func (r *Text) appendCopyRow(dst []byte, row *session.CopyRow) []byte {
	start := len(dst)
	dst = append(dst, r.palette.aside.on...)
	dst = strconv.AppendInt(append(dst, "row "...), row.Number, 10)
	width := len(dst) - start - len(r.palette.aside.on)
	dst = append(dst, r.palette.aside.off...)
	dst = appendSpaces(dst, max(typeWidth-width, 2))
	for i, v := range row.Values {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		if i < len(row.Names) {
			dst = append(dst, r.palette.name.on...)
			dst = append(appendEscaped(dst, row.Names[i]), '=')
			dst = append(dst, r.palette.name.off...)
		}
		if v == nil {
			dst = r.palette.null.append(dst, "NULL")
		} else {
			dst = r.appendElement(dst, v, listClass|markClass)
		}
	}
	return dst
}

// appendCopyRow appends a row of a COPY.
func (r *JSON) appendCopyRow(dst []byte, row *session.CopyRow) []byte {
	dst = append(dst, `,"row":`...)
	dst = strconv.AppendInt(dst, row.Number, 10)
	if row.Names != nil {
		dst = appendJSONList(append(dst, `,"columns":`...), row.Names)
	}
	return appendJSONList(append(dst, `,"values":`...), row.Values)
}

// appendJSONList appends strings as an array, with null for those that are nil.
func appendJSONList(dst []byte, list [][]byte) []byte {
	dst = append(dst, '[')
	for i, b := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		if b == nil {
			dst = append(dst, "null"...)
		} else {
			dst = appendJSONBytes(dst, b)
		}
	}
	return append(dst, ']')
}
