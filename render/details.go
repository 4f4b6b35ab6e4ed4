package render

import (
	"bytes"
	"strconv"

	"github.com/pgwdump/pgwdump/message"
	"github.com/pgwdump/pgwdump/session"
)

// appendDetails appends a line for each thing that is known of a statement and not
// on its first line.
func (r *Statements) appendDetails(dst []byte, s *session.Statement) []byte {
	line := func(label string, style style, text []byte) {
		dst = r.appendLabel(append(dst, indent...), label)
		dst = append(dst, style.on...)
		dst = append(dst, text...)
		dst = append(dst, style.off...)
		dst = append(dst, '\n')
	}
	text := func(label string, text string) {
		if text != "" {
			line(label, r.palette.value, appendEscaped(nil, []byte(text)))
		}
	}
	text("client", s.Conn.Client)
	text("server", s.Conn.Server)
	text("application", s.Login.Application)
	how := s.Protocol.String()
	if s.Parts > 1 {
		how += ", statement " + strconv.Itoa(s.Part) + " of " + strconv.Itoa(s.Parts)
	}
	text("protocol", how)
	if s.Error != nil && s.Request != message.KindQuery && s.Request != message.KindExecute && s.Request != message.KindUnknown {
		text("failed in", s.Request.String())
	}
	text("prepared statement", string(s.Name))
	text("portal", string(s.Portal))
	if s.SQL != nil {
		line("sql", r.palette.sql, appendEscaped(nil, s.SQL))
	}
	if s.Prepared != nil {
		line("prepared", r.palette.sql, appendEscaped(nil, s.Prepared))
	}
	r.parameters.each(s, func(i int, p *parameter) {
		label := "$" + strconv.Itoa(i+1)
		if name := s.Login.Values.Name(uint32(p.oid)); name != "" {
			label += " (" + name + ")"
		} else if p.oid != 0 {
			label += " (type " + strconv.FormatUint(uint64(p.oid), 10) + ")"
		}
		switch {
		case p.value == nil:
			line(label, r.palette.null, []byte("NULL"))
		case p.text == nil:
			line(label, r.palette.value, appendHexValue(nil, p.value))
		default:
			line(label, r.palette.value, appendEscaped(nil, p.text))
		}
	})
	text("tag", string(s.Tag))
	if s.MaxRows > 0 {
		text("at most", strconv.Itoa(int(s.MaxRows))+" rows")
	}
	text("bytes", strconv.FormatInt(s.Sent, 10)+" sent, "+strconv.FormatInt(s.Received, 10)+" received")
	if s.Copy != nil {
		r.copyDetails(s, text)
	}
	if s.Before != 0 || s.After != 0 {
		text("transaction", status(s.Before)+" before, "+status(s.After)+" after")
	}
	span := func(label string, ns int64, ok bool) {
		if ok {
			text(label, string(append(appendMilliseconds(nil, ns), " ms"...)))
		}
	}
	span("pause before", s.Pause, s.Pause >= 0)
	first, ok := s.Since(s.First)
	span("first byte after", first, ok)
	row, ok := s.Since(s.FirstRow)
	span("first row after", row, ok)
	text("packets", packets(s))
	for i, n := range s.Notices {
		r.fields("notice "+strconv.Itoa(i+1), n, text)
	}
	if more := s.Noticed - len(s.Notices); more > 0 {
		text("notices", strconv.Itoa(more)+" more")
	}
	if s.Error != nil {
		r.fields("error", s.Error, text)
	}
	if s.Cancel != nil {
		text("cancel", cancelledBy(s.Cancel))
	}
	if s.Cut {
		text("cut", "there was more of the SQL, the parameters or the error than is kept")
	}
	if s.Missing {
		text("missing", "part of it was not captured")
	}
	return dst
}

// copyDetails puts down what went to and fro in a COPY: how much, how fast, and what
// the statement says of it.
func (r *Statements) copyDetails(s *session.Statement, text func(label, text string)) {
	c := s.Copy
	format := c.Format.String()
	said, ok := s.CopyStatement()
	if ok {
		format = said.Options.Format.String()
	}
	for _, d := range []struct {
		label string
		moved session.Transfer
		never message.Kind // with which nothing goes that way
	}{{"copy in", c.In, message.KindCopyOutResponse}, {"copy out", c.Out, message.KindCopyInResponse}} {
		if d.moved.Messages == 0 && c.Response == d.never {
			continue
		}
		how := format + ", " + Many(d.moved.Bytes, "byte") + " in " + Many(d.moved.Messages, "message")
		if took, ok := s.Took(); ok && took > 0 {
			how += ", " + strconv.FormatInt(int64(float64(d.moved.Bytes)*1e9/float64(took)), 10) + " bytes a second"
		}
		text(d.label, how)
	}
	text("table", string(said.Table))
	text("columns", string(bytes.Join(said.Columns, []byte(", "))))
}

// fields puts down the fields of an error or notice.
func (r *Statements) fields(label string, body []byte, text func(label, text string)) {
	r.walker.Decode(&r.response, body)
	for i := range r.response.Fields {
		f := &r.response.Fields[i]
		text(label+" "+f.Name(), string(f.Value))
	}
}

// status names a status of a transaction.
func status(s message.TransactionStatus) string {
	if name := s.String(); name != "" {
		return name
	}
	return "not known"
}

// packets names the packets of a statement.
func packets(s *session.Statement) string {
	text := ""
	add := func(label string, m session.Moment) {
		if m != (session.Moment{}) {
			if text != "" {
				text += ", "
			}
			text += label + " " + strconv.Itoa(m.Packet)
		}
	}
	add("request", s.Begin)
	add("answer", s.First)
	add("end", s.End)
	return text
}
