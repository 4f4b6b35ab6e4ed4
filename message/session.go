package message

import (
	"bytes"
	"fmt"
	"iter"
)

// empty is the walk of a message without fields.
type empty struct{}

func (empty) walk(*Walker) {}

// BackendKeyData gives what a CancelRequest for this session must name. The key
// is 4 bytes long, with protocol 3.2 up to 256.
type BackendKeyData struct {
	ProcessID uint32
	SecretKey []byte
}

func (m *BackendKeyData) walk(w *Walker) {
	w.uint32("process_id", FieldInt, &m.ProcessID)
	w.rest("secret_key", FieldBytes, &m.SecretKey)
	w.secret()
}

// ParameterStatus reports the value of a run-time parameter, at start-up and
// whenever it changes.
type ParameterStatus struct{ Name, Value Text }

func (m *ParameterStatus) walk(w *Walker) {
	w.text("name", &m.Name)
	w.bare()
	w.text("value", &m.Value)
	w.bare()
}

// A TransactionStatus is what ReadyForQuery says of the session.
type TransactionStatus byte

// The statuses of ReadyForQuery.
const (
	Idle              TransactionStatus = 'I' // not in a transaction block
	InTransaction     TransactionStatus = 'T' // in a transaction block
	FailedTransaction TransactionStatus = 'E' // in a failed one, until it is rolled back
)

// String returns "idle", "in transaction" or "failed transaction", and nothing
// for an unknown status.
func (s TransactionStatus) String() string {
	switch s {
	case Idle:
		return "idle"
	case InTransaction:
		return "in transaction"
	case FailedTransaction:
		return "failed transaction"
	}
	return ""
}

// ReadyForQuery ends the answer to a Query, FunctionCall or Sync, and the start-up.
type ReadyForQuery struct{ Status TransactionStatus }

func (m *ReadyForQuery) walk(w *Walker) {
	w.char("status", (*byte)(&m.Status))
	w.meaning("status", byte(m.Status), m.Status.String())
}

// NotificationResponse is a NOTIFY on a channel that the session listens to.
type NotificationResponse struct {
	ProcessID uint32 // of the notifying session
	Channel   Text
	Payload   Text
}

func (m *NotificationResponse) walk(w *Walker) {
	w.uint32("process_id", FieldInt, &m.ProcessID)
	w.text("channel", &m.Channel)
	w.text("payload", &m.Payload)
}

// ErrorResponse reports an error by a list of fields.
type ErrorResponse struct{ Fields []ErrorField }

// NoticeResponse is a warning or hint, with the fields of an ErrorResponse.
type NoticeResponse struct{ Fields []ErrorField }

func (m *ErrorResponse) walk(w *Walker)  { w.errorFields(&m.Fields) }
func (m *NoticeResponse) walk(w *Walker) { w.errorFields(&m.Fields) }

func (w *Walker) errorFields(p *[]ErrorField) {
	endedList(w, "", FieldMap, "fields", p, (*ErrorField).walk)
}

// An ErrorField is one field of an ErrorResponse or NoticeResponse. The codes are
// those of the section "Error and Notice Message Fields" of the manual.
type ErrorField struct {
	Code  byte
	Value Text
}

// Field returns the value of the first field with that code, such as 'M' for the
// message, or nil.
func (m *ErrorResponse) Field(code byte) Text { return firstField(m.Fields, code) }

// Field returns the value of the first field with that code, or nil.
func (m *NoticeResponse) Field(code byte) Text { return firstField(m.Fields, code) }

func firstField(fields []ErrorField, code byte) Text {
	for i := range fields {
		if fields[i].Code == code {
			return fields[i].Value
		}
	}
	return nil
}

// ErrorFields returns the codes and values of the fields in the body of an
// ErrorResponse or NoticeResponse: those that are whole, at most as many as are decoded,
// and without taking memory for a list. A value points into the body.
func ErrorFields(body []byte) iter.Seq2[byte, Text] {
	return func(yield func(byte, Text) bool) {
		for n := 0; len(body) > 0 && body[0] != 0 && n < maxElements; n++ {
			end := bytes.IndexByte(body[1:], 0)
			if end < 0 || !yield(body[0], body[1:1+end:1+end]) {
				return
			}
			body = body[1+end+1:]
		}
	}
}

// Name returns the name of the field in snake_case, such as "severity" for 'S',
// or "unknown_" and the code itself.
func (f *ErrorField) Name() string { return errorFields[f.Code] }

func (f *ErrorField) walk(w *Walker) {
	w.code(&f.Code)
	w.text(f.Name(), &f.Value)
	if l := w.last(); l != nil {
		l.Offset, l.Size = l.Offset-1, l.Size+1
	}
	switch f.Code {
	case 'S', 'C', 'M':
		w.bare()
	case 'V', 'F', 'L', 'R': // for programs, and for readers of the server's source
		w.detail()
	}
}

var errorFields = func() (names [256]string) {
	for c := range names {
		names[c] = fmt.Sprintf("unknown_%#02x", c)
		if 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z' {
			names[c] = fmt.Sprintf("unknown_%c", c)
		}
	}
	for c, name := range map[byte]string{
		'S': "severity", 'V': "severity_nonlocalized", 'C': "code", 'M': "message", 'D': "detail", 'H': "hint",
		'P': "position", 'p': "internal_position", 'q': "internal_query", 'W': "where",
		's': "schema", 't': "table", 'c': "column", 'd': "data_type", 'n': "constraint",
		'F': "file", 'L': "line", 'R': "routine",
	} {
		names[c] = name
	}
	return names
}()

// Terminate ends the session.
type Terminate struct{ empty }
