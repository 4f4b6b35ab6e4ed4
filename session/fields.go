package session

import (
	"github.com/pgwdump/pgwdump/decode"
	"github.com/pgwdump/pgwdump/message"
	"github.com/pgwdump/pgwdump/phase"
	"github.com/pgwdump/pgwdump/value/charset"
)

// A Reader reads what is in the messages that an Observer tells of. It may be
// another goroutine than the Observer's that does so, each with a Reader of its
// own; the zero value is ready.
type Reader struct {
	walker  message.Walker
	scratch [message.Kinds]message.Message // one of each kind, decoded into again and again
	unknown message.Unknown
	row     message.DataRow
	text    []byte // of fields that are in another encoding than UTF-8 in the message
}

// Read returns the fields of the message that e tells of, those that were understood,
// and sets e.Malformed where not all of it could be. The fields are valid until Read is
// called again.
func (r *Reader) Read(e *Event) []message.Field {
	var m message.Message
	m, e.Payload = r.empty(&e.Frame, e.From, e.Phase)
	fields, err := r.walker.List(m, e.Frame.Body)
	if err != nil && !e.Partial {
		e.own().Malformed = err.(*message.Error)
	}
	if e.Login != nil && e.Login.Values.Settings.ToUTF8 != nil {
		r.recode(fields, e.Login.Values.Settings.ToUTF8)
	}
	return fields
}

// Row returns the values of a DataRow, valid as long as its body. It returns false for
// another message, and where not all of this one is there and in order. There are so
// many of them that it pays not to list the only field.
func (r *Reader) Row(e *Event) (values message.Values, ok bool) {
	if e.Frame.Kind != message.KindDataRow || e.Partial || r.walker.Decode(&r.row, e.Frame.Body) != nil {
		return message.Values{}, false
	}
	return r.row.Values, true
}

// Data returns what a CopyData holds that is not a message of replication, valid as long as
// its body. It returns false for another message, and where not all of it is there. Of them
// too there are many.
func (r *Reader) Data(e *Event) (data []byte, ok bool) {
	return e.Frame.Body, e.Frame.Kind == message.KindCopyData && !e.Partial && !e.Phase.Replicating()
}

// sound tells whether a message that was captured as a whole can be read.
func (r *Reader) sound(f *decode.Frame, from message.Side, at phase.Phase) bool {
	m, _ := r.empty(f, from, at)
	return r.walker.Decode(m, f.Body) == nil
}

// empty returns what a message is decoded into, and what a CopyData holds.
func (r *Reader) empty(f *decode.Frame, from message.Side, at phase.Phase) (m message.Message, payload message.Kind) {
	kind := f.Kind
	switch kind {
	case message.KindUnknown:
		r.unknown.Tag = f.Tag
		return &r.unknown, payload
	case message.KindCopyData:
		if at.Replicating() {
			payload = message.Payload(from, f.Body)
		}
		if payload != message.KindUnknown {
			kind = payload
		}
	}
	if r.scratch[kind] == nil {
		r.scratch[kind] = message.New(kind)
	}
	return r.scratch[kind], payload
}

// recode turns text in client_encoding into UTF-8. What is not text in that encoding
// stays as it is.
func (r *Reader) recode(fields []message.Field, convert charset.Decoder) {
	r.text = r.text[:0]
	for i := range fields {
		f := &fields[i]
		if f.Secret || f.Type != message.FieldString && f.Type != message.FieldSQL && f.Type != message.FieldKey {
			continue
		}
		start := len(r.text)
		if text, err := convert(r.text, f.Bytes); err == nil {
			r.text = text
			f.Bytes = text[start:len(text):len(text)]
		}
	}
}
