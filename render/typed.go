package render

import (
	"github.com/pgwdump/pgwdump/message"
	"github.com/pgwdump/pgwdump/session"
)

// A typing knows the types of the values in a message, as far as they are known, and
// prints them as PostgreSQL does.
type typing struct {
	types   []message.OID    // of the parameters of a Bind
	formats []message.Format // of them
	columns *session.Columns // of a DataRow; nil where they are not known
	login   *session.Login
	plain   bool // all values are what they are in the message
	text    []byte
}

// of takes the next message, and the fields of it if it is a Bind. It returns plain.
func (t *typing) of(e *session.Event, fields []message.Field) bool {
	if e.Columns != nil && e.Columns == t.columns && e.Login == t.login {
		return t.plain // a row like the one before
	}
	t.types, t.formats, t.columns, t.login, t.plain = nil, t.formats[:0], nil, e.Login, true
	if t.login == nil {
		return true
	}
	recoded := t.login.Values.Settings.ToUTF8 != nil
	switch {
	case e.Columns != nil:
		t.columns = e.Columns
		t.plain = !recoded && t.columns.Text
	case e.Prepared != nil && e.Frame.Kind == message.KindBind:
		t.types = e.Prepared.Types
		t.plain = !recoded && !t.listed(fields)
	}
	return t.plain
}

// listed takes the formats of the parameters from the fields of a Bind, and tells
// whether one of them is not text.
func (t *typing) listed(fields []message.Field) (odd bool) {
	inside := false
	for i := range fields {
		switch f := &fields[i]; {
		case f.Type == message.FieldList:
			inside = f.Name == "parameter_formats"
		case f.Type == message.FieldEnd && inside:
			return odd
		case inside:
			t.formats = append(t.formats, message.Format(f.Int))
			odd = odd || f.Int != int64(message.TextFormat)
		}
	}
	return odd
}

// value returns the text of the i-th value. It is b itself where nothing better is
// known, and valid until the next call.
func (t *typing) value(i int, b []byte) []byte {
	if t.plain || b == nil {
		return b
	}
	return t.print(i, b)
}

// print is value where the value may have to be printed anew.
func (t *typing) print(i int, b []byte) []byte {
	oid, format := message.OID(0), formatOf(t.formats, i)
	switch {
	case t.columns != nil && i < len(t.columns.List):
		oid, format = t.columns.List[i].Type, t.columns.List[i].Format
	case i < len(t.types):
		oid = t.types[i]
	}
	text, err := t.login.Values.Append(t.text[:0], uint32(oid), int16(format), b)
	if err != nil {
		return b
	}
	if t.text = text; text == nil {
		return []byte{}
	}
	return text
}

// name returns the name of the column that the i-th value is of, nil where there is
// none.
func (t *typing) name(i int) []byte {
	if t.columns != nil && i < len(t.columns.List) {
		return t.columns.List[i].Name
	}
	return nil
}
