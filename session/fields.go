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
	text    []byte // of fields that are in another encoding than UTF-8 in the message
}

// Read lists the fields of the message that e tells of, in e.Fields, and sets
// e.Malformed where not all of it could be understood. The fields are valid until
// Read is called again.
func (r *Reader) Read(e *Event) {
	var m message.Message
	m, e.Payload = r.empty(&e.Frame, e.From, e.Phase)
	var err error
	e.Fields, err = r.walker.List(m, e.Frame.Body)
	if err != nil && !e.Partial {
		e.Malformed = err.(*message.Error)
	}
	if e.Login != nil && e.Login.Values.Settings.ToUTF8 != nil {
		r.recode(e.Fields, e.Login.Values.Settings.ToUTF8)
	}
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
