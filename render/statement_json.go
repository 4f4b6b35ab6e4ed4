package render

import (
	"strconv"

	"github.com/pgwdump/pgwdump/message"
	"github.com/pgwdump/pgwdump/session"
)

// appendStatement appends what there is to say of a statement, behind the head of
// its line.
func (r *JSON) appendStatement(dst []byte, e *session.Event) []byte {
	s := e.Statement
	named := func(name string, text []byte) {
		dst = append(append(append(dst, `,"`...), name...), `":`...)
		if text == nil {
			dst = append(dst, "null"...)
		} else {
			dst = appendJSONBytes(dst, text)
		}
	}
	given := func(name, text string) {
		if text != "" {
			named(name, []byte(text))
		}
	}
	number := func(name string, n int64) {
		dst = append(append(append(dst, `,"`...), name...), `":`...)
		dst = strconv.AppendInt(dst, n, 10)
	}
	number("number", s.Number)
	given("user", s.Login.User)
	given("database", s.Login.Database)
	given("application", s.Login.Application)
	given("protocol", s.Protocol.String())
	given("status", s.Status.String())
	if s.Request != message.KindUnknown {
		given("request", s.Request.String())
	}
	if s.Parts > 1 {
		dst = append(dst, `,"part":{"number":`...)
		dst = strconv.AppendInt(dst, int64(s.Part), 10)
		dst = append(dst, `,"of":`...)
		dst = strconv.AppendInt(dst, int64(s.Parts), 10)
		dst = append(dst, '}')
	}
	if s.Protocol == session.Extended || len(s.Name) > 0 {
		named("statement", notNil(s.Name))
	}
	if s.Protocol == session.Extended {
		named("portal", notNil(s.Portal))
	}
	named("sql", s.SQL)
	if s.Prepared != nil {
		named("prepared", s.Prepared)
	}
	if s.Arguments != nil {
		dst = r.appendParameters(dst, s)
	}
	if s.MaxRows > 0 {
		number("max_rows", int64(s.MaxRows))
	}
	if s.Tag != nil {
		named("tag", s.Tag)
	}
	number("rows", s.Rows())
	dst = append(dst, `,"bytes":{"request":`...)
	dst = strconv.AppendInt(dst, s.Sent, 10)
	dst = append(dst, `,"answer":`...)
	dst = strconv.AppendInt(dst, s.Received, 10)
	dst = append(dst, '}')
	if s.Copy != nil {
		dst = appendCopy(dst, s)
	}
	dst = append(dst, `,"tx":{"before":`...)
	dst = appendJSONStatus(dst, s.Before)
	dst = append(dst, `,"after":`...)
	dst = appendJSONStatus(dst, s.After)
	dst = append(dst, '}')
	dst = appendTimes(dst, s)
	if s.Error != nil {
		dst = append(dst, `,"error":`...)
		dst = r.appendErrorFields(dst, s.Error)
	}
	if s.Noticed > 0 {
		dst = append(dst, `,"notices":[`...)
		for i, n := range s.Notices {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = r.appendErrorFields(dst, n)
		}
		dst = append(dst, ']')
		if s.Noticed > len(s.Notices) {
			number("notices_left_out", int64(s.Noticed-len(s.Notices)))
		}
	}
	if s.Cancel != nil {
		dst = appendCancelled(dst, s.Cancel)
	}
	if s.Missing {
		dst = append(dst, `,"missing":true`...)
	}
	if s.Cut {
		dst = append(dst, `,"cut":true`...)
	}
	if e.Wanted {
		dst = append(dst, `,"wanted":true`...)
	}
	return dst
}

func notNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// appendParameters appends the parameters, each with its type, format and value.
func (r *JSON) appendParameters(dst []byte, s *session.Statement) []byte {
	dst = appendFunction(dst, s)
	dst = append(dst, `,"params":[`...)
	whole := r.parameters.each(s, func(i int, p *parameter) {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, `{"type":`...)
		dst = appendType(dst, s, p.oid)
		if p.format != message.TextFormat {
			dst = append(dst, `,"format":`...)
			dst = strconv.AppendInt(dst, int64(p.format), 10)
		}
		dst = append(dst, `,"value":`...)
		switch {
		case p.value == nil:
			dst = append(dst, "null"...)
		case p.text == nil:
			dst = append(dst, `{"hex":"`...)
			dst = append(appendHex(dst, p.value), `"}`...)
		default:
			dst = appendJSONBytes(dst, p.text)
		}
		dst = append(dst, '}')
	})
	dst = append(dst, ']')
	if !whole {
		dst = append(dst, `,"params_malformed":true`...)
	}
	return dst
}

// appendFunction appends which function it is that a FunctionCall calls.
func appendFunction(dst []byte, s *session.Statement) []byte {
	if s.Protocol != session.Function || len(s.Arguments) < 4 {
		return dst
	}
	function := functionOf(s.Arguments)
	dst = strconv.AppendUint(append(dst, `,"function":`...), uint64(function), 10)
	if name := functions[function].name; name != "" {
		dst = appendJSONString(append(dst, `,"function_name":`...), name)
	}
	return dst
}

// appendType appends the name of a type, its OID where it has no name here, or null.
func appendType(dst []byte, s *session.Statement, oid message.OID) []byte {
	if oid == 0 {
		return append(dst, "null"...)
	}
	if name := s.Login.Values.Name(uint32(oid)); name != "" {
		return appendJSONString(dst, name)
	}
	return strconv.AppendUint(dst, uint64(oid), 10)
}

func appendCopy(dst []byte, s *session.Statement) []byte {
	c := s.Copy
	dst = append(dst, `,"copy":{"direction":"`...)
	dst = append(dst, map[message.Kind]string{
		message.KindCopyInResponse: "in", message.KindCopyOutResponse: "out", message.KindCopyBothResponse: "both",
	}[c.Response]...)
	dst = append(dst, `","format":`...)
	dst = strconv.AppendInt(dst, int64(c.Format), 10)
	dst = append(dst, `,"columns":`...)
	dst = strconv.AppendInt(dst, int64(c.Columns), 10)
	for _, t := range []struct {
		name string
		of   session.Transfer
	}{{"in", c.In}, {"out", c.Out}} {
		if t.of.Messages == 0 {
			continue
		}
		dst = append(append(append(dst, `,"`...), t.name...), `":{"messages":`...)
		dst = strconv.AppendInt(dst, t.of.Messages, 10)
		dst = append(dst, `,"bytes":`...)
		dst = strconv.AppendInt(dst, t.of.Bytes, 10)
		dst = append(dst, '}')
	}
	if said, ok := s.CopyStatement(); ok {
		dst = append(append(append(dst, `,"data":"`...), said.Options.Format.String()...), '"')
		if said.Table != nil {
			dst = appendJSONBytes(append(dst, `,"table":`...), said.Table)
		}
		if said.Columns != nil {
			dst = appendJSONList(append(dst, `,"names":`...), said.Columns)
		}
	}
	return append(dst, '}')
}

func appendJSONStatus(dst []byte, s message.TransactionStatus) []byte {
	if s.String() == "" {
		return append(dst, "null"...)
	}
	return appendJSONString(dst, s.String())
}

// appendTimes appends the spans of time, in milliseconds, and the packets that they
// are between.
func appendTimes(dst []byte, s *session.Statement) []byte {
	dst = append(dst, `,"ms":{`...)
	more := false
	span := func(name string, ns int64, ok bool) {
		if !ok {
			return
		}
		if more {
			dst = append(dst, ',')
		}
		more = true
		dst = append(append(append(dst, '"'), name...), `":`...)
		dst = appendExactMilliseconds(dst, ns)
	}
	span("pause", s.Pause, s.Pause >= 0)
	first, ok := s.Since(s.First)
	span("first_byte", first, ok)
	row, ok := s.Since(s.FirstRow)
	span("first_row", row, ok)
	took, ok := s.Took()
	span("total", took, ok && s.Status != session.Skipped)
	dst = append(dst, `},"frames":{`...)
	more = false
	frame := func(name string, m session.Moment) {
		if m == (session.Moment{}) {
			return
		}
		if more {
			dst = append(dst, ',')
		}
		more = true
		dst = append(append(append(dst, '"'), name...), `":`...)
		dst = strconv.AppendInt(dst, int64(m.Packet), 10)
	}
	frame("request", s.Begin)
	frame("answer", s.First)
	frame("end", s.End)
	return append(dst, '}')
}

// appendExactMilliseconds appends nanoseconds as a number of milliseconds, with as
// many digits as it takes.
func appendExactMilliseconds(dst []byte, ns int64) []byte {
	if ns < 0 {
		dst = append(dst, '-')
		ns = -ns
	}
	dst = strconv.AppendInt(dst, ns/1e6, 10)
	if ns %= 1e6; ns > 0 {
		dst = appendDigits(append(dst, '.'), ns, 6)
		for dst[len(dst)-1] == '0' {
			dst = dst[:len(dst)-1]
		}
	}
	return dst
}

// appendErrorFields appends the fields of an error or notice by their names.
func (r *JSON) appendErrorFields(dst []byte, body []byte) []byte {
	fields, _ := r.walker.List(&r.response, body) // what can be read of a malformed one counts
	dst, _ = r.appendMembers(append(dst, '{'), fields, false)
	return append(dst, '}')
}
