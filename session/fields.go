package session

import (
	"github.com/pgwdump/pgwdump/message"
	"github.com/pgwdump/pgwdump/value/charset"
)

// A Reader reads what is in the messages that an Observer tells of. It may be
// another goroutine than the Observer's that does so, each with a Reader of its
// own; the zero value is ready.
type Reader struct {
	walker  message.Walker
	scratch [message.Kinds]message.Message // one of each kind, decoded into again and again
	unknown message.Unknown
	text    []byte // of fields that are in another encoding than UTF-8 in the message
}

// Read lists the fields of the message that e tells of, in e.Fields, and sets
// e.Malformed where not all of it could be understood. The fields are valid until
// Read is called again.
func (r *Reader) Read(e *Event) {
	f := &e.Frame
	var m message.Message
	if f.Kind == message.KindUnknown {
		r.unknown.Tag = f.Tag
		m = &r.unknown
	} else {
		if f.Kind == message.KindCopyData && e.Phase.Replicating() {
			e.Payload = message.Payload(e.From, f.Body)
		}
		kind := f.Kind
		if e.Payload != message.KindUnknown {
			kind = e.Payload
		}
		if r.scratch[kind] == nil {
			r.scratch[kind] = message.New(kind)
		}
		m = r.scratch[kind]
	}
	var err error
	e.Fields, err = r.walker.List(m, f.Body)
	if err != nil && !e.Partial {
		e.Malformed = err.(*message.Error)
	}
	if e.Login != nil && e.Login.Values.Settings.ToUTF8 != nil {
		r.recode(e.Fields, e.Login.Values.Settings.ToUTF8)
	}
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
