package render

import (
	"github.com/pgwdump/pgwdump/message"
	"github.com/pgwdump/pgwdump/phase"
	"github.com/pgwdump/pgwdump/session"
)

// JSON renders events as JSON lines, as docs/json.md describes them.
type JSON struct {
	// ShowSecrets shows passwords, tokens, proofs and keys.
	ShowSecrets bool

	reader session.Reader
	recall recall
	times  seconds
	head   head
	round  int64 // the first of the offsets whose digits the head has but for the last four
	whats  [phase.Count][message.Kinds]string

	abouts     perConn[about]
	typing     typing
	parameters parameters
	walker     message.Walker
	response   message.ErrorResponse
}

// step is how many offsets differ in no more than the last four digits.
const step = 10_000

// Append appends the line of an event to dst.
func (r *JSON) Append(dst []byte, e *session.Event) []byte {
	if e.Type == session.Ended {
		dst = r.appendStatement(r.appendHead(dst, e), e)
		return append(dst, "}\n"...)
	}
	if e.Again {
		if line, ok := r.appendAgain(dst, e); ok {
			return line
		}
	}
	switch e.Type {
	case session.Drop:
		return r.appendDrop(dst, e)
	case session.Shed:
		return r.appendShed(dst, e)
	}
	if e.Account != nil {
		dst = r.appendSession(r.appendHeadOf(dst, "session", session.Moment{Packet: e.Packet, Time: e.Time}, e.Conn), e)
		return append(dst, "}\n"...)
	}
	dst = r.appendBegin(dst, e)
	switch e.Type {
	case session.Message:
		dst = r.appendMessage(dst, e)
	case session.Row:
		dst = r.appendCopyRow(dst, e.Row)
	case session.Gap:
		dst = append(dst, `,"bytes":`...)
		dst = appendNumber(dst, e.Bytes)
		dst = append(dst, `,"passed":`...)
		dst = appendNumber(dst, e.Passed)
		dst = append(dst, `,"before":`...)
		dst = appendNumber(dst, int64(e.Before))
		dst = append(dst, `,"resumed":`...)
		if e.Resumed < 0 {
			dst = append(dst, "null"...)
		} else {
			dst = appendNumber(dst, e.Resumed)
		}
		if e.Err != nil {
			dst = append(dst, `,"reason":`...)
			dst = appendJSONString(dst, e.Err.Error())
		}
	case session.Conflict:
		dst = append(dst, `,"bytes":`...)
		dst = appendNumber(dst, e.Bytes)
		dst = append(dst, `,"before":`...)
		dst = appendNumber(dst, int64(e.Before))
	case session.Lapse:
		dst = appendLapse(dst, e.Err.(*session.Forgotten))
	case session.Error:
		dst = append(dst, `,"phase":"`...)
		dst = append(dst, e.Phase.String()...)
		dst = append(dst, `","reason":`...)
		dst = appendJSONString(dst, e.Err.Error())
	case session.Encrypted:
		dst = appendEncryption(dst, e.TLS)
	case session.Why:
		dst = append(dst, `,"reason":`...)
		dst = appendJSONString(dst, e.Reason)
	case session.Close:
		dst = append(dst, `,"phase":"`...)
		dst = append(dst, e.Phase.String()...)
		dst = append(dst, `","how":"`...)
		dst = append(dst, e.How.String()...)
		dst = append(dst, '"')
		if e.TLS != nil {
			dst = append(dst, `,"tls":{`...)
			dst = appendRecords(dst, e.TLS)
			dst = append(dst, '}')
		}
	}
	if len(e.Notes) > 0 {
		dst = append(dst, `,"notes":`...)
		dst = appendJSONStrings(dst, e.Notes)
	}
	return append(dst, "}\n"...)
}

// appendAgain appends the line of a row, or of data of a COPY, that is like the one before.
// It returns false where there is more to say.
func (r *JSON) appendAgain(dst []byte, e *session.Event) (_ []byte, ok bool) {
	line, ok := r.appendRow(r.appendBegin(dst, e), e)
	if e.Columns != nil {
		line = append(line, r.abouts.of(e.Conn).namesOf(e.Columns)...)
	}
	return append(line, "}\n"...), ok
}

// appendBegin appends the beginning of a line, up to the offset.
func (r *JSON) appendBegin(dst []byte, e *session.Event) []byte {
	if h := &r.head; !h.is(e) || uint64(e.Offset-r.round) >= step {
		h.of(e, r.appendHead(h.text[:0], e))
		if r.round = e.Offset - e.Offset%step; e.From != 0 {
			h.text = append(append(append(h.text, `,"from":"`...), e.From.String()...), `","offset":`...)
			if r.round > 0 {
				h.text = appendNumber(h.text, r.round/step)
			}
		}
	}
	dst = append(dst, r.head.text...)
	switch {
	case e.From == 0:
		return dst
	case r.round > 0:
		return appendFour(dst, uint64(e.Offset-r.round))
	}
	return appendNumber(dst, e.Offset)
}

// appendDrop appends the line of packets that were lost: it is of no connection.
func (r *JSON) appendDrop(dst []byte, e *session.Event) []byte {
	dst = append(dst, `{"event":"drop","frame":`...)
	dst = appendNumber(dst, int64(e.Packet))
	dst = append(dst, `,"time":"`...)
	dst = r.times.appendUTC(dst, e.Time)
	dst = append(dst, `","packets":`...)
	dst = appendNumber(dst, e.Packets)
	return append(dst, "}\n"...)
}

// appendShed appends the line of a connection that is not looked at, or was not.
func (r *JSON) appendShed(dst []byte, e *session.Event) []byte {
	dst = append(dst, `{"event":"shed","frame":`...)
	dst = appendNumber(dst, int64(e.Packet))
	dst = append(dst, `,"time":"`...)
	dst = r.times.appendUTC(dst, e.Time)
	dst = append(dst, '"')
	s := e.Shedding
	if e.Conn.Number > 0 {
		dst = append(dst, `,"conn":`...)
		dst = appendNumber(dst, int64(e.Conn.Number))
	}
	if s.Named {
		dst = append(append(dst, `,"client":"`...), e.Conn.Client...)
		dst = append(append(append(dst, `","server":"`...), e.Conn.Server...), '"')
	}
	dst = append(append(append(dst, `,"stage":"`...), s.Stage.String()...), `","since":`...)
	dst = appendNumber(dst, int64(s.Since))
	dst = append(dst, `,"packets":`...)
	dst = appendNumber(dst, s.Packets)
	dst = append(dst, `,"bytes":`...)
	dst = appendNumber(dst, s.Bytes)
	return append(dst, "}\n"...)
}

func (r *JSON) appendHead(dst []byte, e *session.Event) []byte {
	return r.appendHeadOf(dst, eventNames[e.Type], e.Began(), e.Conn)
}

func (r *JSON) appendHeadOf(dst []byte, name string, m session.Moment, c *session.Conn) []byte {
	dst = append(dst, `{"event":"`...)
	dst = append(dst, name...)
	dst = append(dst, `","frame":`...)
	dst = appendNumber(dst, int64(m.Packet))
	dst = append(dst, `,"time":"`...)
	dst = append(r.times.appendUTC(dst, m.Time), '"')
	return append(dst, r.abouts.of(c).endsOf(c)...)
}

// what returns the part of a line that says in which phase a message of which type
// came. There are few of them, so it keeps them.
func (r *JSON) what(e *session.Event) string {
	s := &r.whats[e.Phase][e.Frame.Kind]
	if *s == "" {
		*s = `,"phase":"` + e.Phase.String() + `","type":"` + e.Frame.Kind.String() + `","length":`
	}
	return *s
}

var eventNames = [...]string{
	session.Open:      "open",
	session.Message:   "message",
	session.Ended:     "statement",
	session.Row:       "copy_row",
	session.Gap:       "gap",
	session.Conflict:  "conflict",
	session.Lapse:     "forgotten",
	session.Error:     "error",
	session.Encrypted: "encrypted",
	session.Why:       "why",
	session.Close:     "close",
}

func (r *JSON) appendMessage(dst []byte, e *session.Event) []byte {
	f := &e.Frame
	var fields []message.Field
	if place := r.recall.place(e); place.is(e) {
		dst = append(dst, place.text...)
	} else if text, ok := r.appendRow(dst, e); ok {
		dst = text
	} else {
		start := len(dst)
		dst, fields = r.appendContent(dst, e)
		place.keep(e, dst[start:])
	}
	if e.Partial {
		dst = append(dst, `,"incomplete":true,"have":`...)
		dst = appendNumber(dst, int64(f.Size-f.Missing()))
	}
	if m := e.Malformed; m != nil {
		dst = append(dst, `,"malformed":{"field":`...)
		dst = appendJSONString(dst, m.Field)
		dst = append(dst, `,"byte":`...)
		dst = appendNumber(dst, int64(f.Head)+m.Offset)
		dst = append(dst, `,"reason":`...)
		dst = appendJSONString(dst, m.Detail())
		dst = append(dst, '}')
	}
	if e.Uncertain {
		dst = append(dst, `,"uncertain":true`...)
	}
	return r.appendMeaning(dst, e, fields)
}

// appendRow appends what a message is and its only field, if that is a row or data of a COPY
// as it is shown; else it returns false.
func (r *JSON) appendRow(dst []byte, e *session.Event) (_ []byte, ok bool) {
	if row, ok := r.reader.Row(e); ok && r.typing.of(e, nil) {
		dst = append(r.appendWhat(dst, e), `"values":`...)
		return append(appendJSONValues(dst, row), '}'), true
	}
	if data, ok := r.reader.Data(e); ok {
		dst = append(r.appendWhat(dst, e), `"data":`...)
		return append(appendJSONBytes(dst, data), '}'), true
	}
	return dst, false
}

// appendWhat appends what a message is, and begins the object of its fields.
func (r *JSON) appendWhat(dst []byte, e *session.Event) []byte {
	dst = appendNumber(append(dst, r.what(e)...), int64(e.Frame.Length))
	return append(dst, `,"msg":{`...)
}

// appendContent reads a message and appends what it is and its fields, which it returns.
func (r *JSON) appendContent(dst []byte, e *session.Event) ([]byte, []message.Field) {
	fields := r.reader.Read(e)
	dst = r.appendWhat(dst, e)
	if e.Payload != message.KindUnknown {
		dst = append(dst, `"payload":"`...)
		dst = append(dst, e.Payload.String()...)
		dst = append(dst, '"')
	}
	dst, _ = r.appendMembers(dst, fields, e.Payload != message.KindUnknown)
	return append(dst, '}'), fields
}

// appendMeaning appends what is known of a message from others: the SQL of what it is
// about, the names of the columns, and values as PostgreSQL prints them, where they
// are not that already.
func (r *JSON) appendMeaning(dst []byte, e *session.Event, fields []message.Field) []byte {
	if c := e.Cancel; c != nil && e.Frame.Kind != message.KindCancelRequest {
		dst = appendCancelled(dst, c)
	} else if c != nil && c.Of != nil {
		dst = append(dst, `,"cancels":{"conn":`...)
		dst = appendNumber(dst, int64(c.Of.Number))
		if c.SQL != nil {
			dst = append(dst, `,"sql":`...)
			dst = appendJSONBytes(dst, whole(c.SQL))
		}
		dst = append(dst, '}')
	}
	if e.Prepared != nil {
		dst = r.abouts.of(e.Conn).appendSQL(dst, e.Prepared)
	}
	if e.Columns != nil {
		dst = append(dst, r.abouts.of(e.Conn).namesOf(e.Columns)...)
	}
	if r.typing.of(e, fields) {
		return dst
	}
	for i := range fields {
		if f := &fields[i]; f.Type == message.FieldValues {
			dst = append(dst, `,"text":[`...)
			for i, v := range f.Values().All() {
				if i > 0 {
					dst = append(dst, ',')
				}
				if v == nil {
					dst = append(dst, "null"...)
				} else {
					dst = appendJSONBytes(dst, r.typing.value(i, v))
				}
			}
			dst = append(dst, ']')
		}
	}
	return dst
}

// appendCancelled appends where the CancelRequest came from that hit a statement.
func appendCancelled(dst []byte, c *session.Cancel) []byte {
	dst = append(dst, `,"cancelled_by":{"conn":`...)
	dst = appendNumber(dst, int64(c.By.Number))
	dst = append(dst, `,"frame":`...)
	dst = appendNumber(dst, int64(c.At.Packet))
	return append(dst, '}')
}

func appendNames(dst []byte, columns []message.Column) []byte {
	dst = append(dst, `,"columns":[`...)
	for i := range columns {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendJSONBytes(dst, columns[i].Name)
	}
	return append(dst, ']')
}

func appendJSONStrings(dst []byte, list []string) []byte {
	dst = append(dst, '[')
	for i, s := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendJSONString(dst, s)
	}
	return append(dst, ']')
}
