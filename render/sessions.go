package render

import (
	"crypto/tls"
	"strconv"
	"strings"

	"github.com/pgwdump/pgwdump/message"
	"github.com/pgwdump/pgwdump/reassembly"
	"github.com/pgwdump/pgwdump/session"
)

// Sessions renders events of the view Sessions for people: a line a connection, or
// with Detail Full a line for each thing that is known of it.
type Sessions struct {
	Text
	// Width is that of the terminal: lines are cut to it. 0 is no limit.
	Width int

	walker   message.Walker
	response message.ErrorResponse
}

// NewSessions returns a Sessions with colours or without, in Normal detail.
func NewSessions(colours bool) *Sessions { return &Sessions{Text: *NewText(colours)} }

// The widths of the columns of counts, with the blank behind them.
const (
	lengthWidth     = 12 // of "1234.567 s "
	busyWidth       = 10 // of "busy 100% "
	statementsWidth = 17 // of "12345 statements "
	errorsWidth     = 11 // of "123 errors "
)

// Append appends what an event looks like to dst.
func (r *Sessions) Append(dst []byte, e *session.Event) []byte {
	if e.Type != session.Close {
		return r.Text.Append(dst, e)
	}
	a := e.Account
	begin := len(dst)
	dst = r.appendConn(dst, opened(e))
	start := len(dst)
	dst = appendSeconds(dst, a.Finished.Time-a.Began.Time)
	dst = alignRight(append(dst, " s"...), start, lengthWidth-1)
	start = len(dst)
	if all := a.Busy + a.Idle; all > 0 {
		dst = strconv.AppendInt(append(dst, "busy "...), a.Busy*100/all, 10)
		dst = append(dst, '%')
	}
	dst = alignRight(dst, start, busyWidth-1)
	start = len(dst)
	if !a.Hidden() && a.Cancels == 0 {
		dst = appendMany(dst, a.Statements(), "statement")
	}
	dst = alignRight(dst, start, statementsWidth-1)
	dst = r.appendErrors(dst, a)
	dst = r.appendWho(dst, a.Login)
	dst = r.appendRest(dst, e, visible(dst[begin:]))
	dst = r.appendNotes(dst, e)
	dst = append(dst, '\n')
	if r.Detail >= Full {
		dst = r.appendDetails(dst, e)
	}
	return dst
}

// appendRest appends how the connection ended, and what is worth a word besides the
// columns, as far as there is room for it behind what is taken.
func (r *Sessions) appendRest(dst []byte, e *session.Event, taken int) []byte {
	l := line{text: dst}
	if r.Width > 0 && r.Detail < Full {
		l.limited, l.columns = true, max(r.Width-taken, leastRest)
	}
	colour, text := r.ending(e)
	l.put(colour, appendOneLine(nil, []byte(text)))
	remark := func(s style, text string) {
		if text != "" {
			l.put(s, appendOneLine([]byte("  "), []byte(text)))
		}
	}
	a := e.Account
	remark(r.palette.value, e.Conn.Client)
	remark(r.palette.name, a.Login.Application)
	remark(r.palette.aside, r.method(a))
	remark(r.palette.aside, encryptionName(a))
	if n := a.LongestTransaction.Length; n > 0 && r.Detail > Short {
		remark(r.palette.aside, "longest transaction "+length(n))
	}
	if n := a.LongestIdleInTransaction.Length; n > 0 && r.Detail > Short {
		remark(r.palette.aside, "idle in transaction "+length(n))
	}
	return l.text
}

// opened returns the event as of the time when the connection began.
func opened(e *session.Event) *session.Event {
	o := *e
	o.Packet, o.Time = e.Account.Began.Packet, e.Account.Began.Time
	return &o
}

// appendSeconds appends a length of time as "12.345".
func appendSeconds(dst []byte, ns int64) []byte {
	if ns < 0 { // the clock was set back
		dst = append(dst, '-')
		ns = -ns
	}
	dst = strconv.AppendInt(dst, ns/1e9, 10)
	return appendDigits(append(dst, '.'), ns%1e9/1e6, 3)
}

// appendErrors appends how many statements failed, and nothing where none did.
func (r *Sessions) appendErrors(dst []byte, a *session.Account) []byte {
	dst = append(dst, r.palette.failure.on...)
	start := len(dst)
	if n := a.Ended[session.Failed] + a.Ended[session.Cancelled]; n > 0 {
		dst = appendMany(dst, n, "error")
	}
	dst = alignRight(dst, start, errorsWidth-1)
	return append(dst, r.palette.failure.off...)
}

// ending says how the connection ended.
func (r *Sessions) ending(e *session.Event) (s style, text string) {
	s = r.palette.aside
	switch a := e.Account; {
	case a.Cancels != 0:
		text = "process " + strconv.FormatUint(uint64(a.Cancels), 10)
		if c := e.Cancel; c != nil && c.Of != nil { // which is short, and all that many want to know
			text = "#" + strconv.Itoa(c.Of.Number) + ", " + text
		}
		text = "cancel request for " + text
	case a.Error != nil:
		s = r.palette.failure
		r.walker.Decode(&r.response, a.Error) // what can be read of a malformed one counts
		text = strings.TrimSpace(string(r.response.Field('S')) + " " + string(r.response.Field('C')) + " " + string(r.response.Field('M')))
	case a.Farewell == session.ByClient:
		text = "terminated"
	case e.How == reassembly.Open, a.Hidden():
		text = e.How.String()
	default:
		s, text = r.palette.warning, e.How.String()+" without Terminate"
	}
	return s, text
}

// length returns a length of time in seconds, or in milliseconds where it is shorter
// than one.
func length(ns int64) string {
	if ns < 1e9 {
		return string(append(appendMilliseconds(nil, ns), " ms"...))
	}
	return string(append(appendSeconds(nil, ns), " s"...))
}

// method says how the client proved who it is.
func (r *Sessions) method(a *session.Account) string {
	switch {
	case a.Method == session.MethodUnknown:
		return "log-in not captured"
	case a.Method != "":
		return a.Method
	case a.Outcome == session.Accepted && a.TLS != nil && a.TLS.ClientCertificate:
		return "no password, client certificate"
	case a.Outcome == session.Accepted:
		return "no password"
	}
	return ""
}

// encryptionName names what a connection is encrypted with, as closely as is known.
func encryptionName(a *session.Account) string {
	switch {
	case a.Encrypted == session.Plain:
		return ""
	case a.TLS != nil && a.TLS.Server:
		return tls.VersionName(a.TLS.Version)
	}
	return a.Encrypted.String()
}

// appendDetails appends a line for each thing that is known of a connection and not
// on its first line.
func (r *Sessions) appendDetails(dst []byte, e *session.Event) []byte {
	a := e.Account
	line := func(label, text string) {
		if text == "" {
			return
		}
		dst = r.appendLabel(append(dst, indent...), label)
		dst = r.palette.value.append(dst, string(appendEscaped(nil, []byte(text))))
		dst = append(dst, '\n')
	}
	line("server", e.Conn.Server)
	line("server version", a.Login.ServerVersion)
	if a.Protocol != 0 {
		line("protocol", a.Protocol.String())
	}
	if a.ProcessID != 0 {
		line("process", strconv.FormatUint(uint64(a.ProcessID), 10))
	}
	if t := a.TLS; t != nil && t.Server {
		line("cipher", tls.CipherSuiteName(t.CipherSuite))
		line("client certificate", t.ClientSubject)
	}
	line("authentication", a.Outcome.String())
	if a.Login.Replication {
		line("replication", "yes")
	}
	line("statements", endings(&a.Ended))
	line("bytes", strconv.FormatInt(a.Sent, 10)+" sent, "+strconv.FormatInt(a.Received, 10)+" received")
	line("connection", closings[e.How]+", packet "+strconv.Itoa(a.Finished.Packet))
	if a.Error != nil {
		r.walker.Decode(&r.response, a.Error)
		for i := range r.response.Fields {
			f := &r.response.Fields[i]
			line("error "+f.Name(), string(f.Value))
		}
	}
	if a.Left == 0 { // it was never ready for a statement
		return dst
	}
	line("rows", strconv.FormatInt(a.Rows, 10))
	line("transactions", strconv.FormatInt(a.Transactions, 10))
	line("time", "busy "+length(a.Busy)+", idle "+length(a.Idle)+", of that in transaction "+length(a.IdleInTransaction))
	span := func(label string, s session.Span) {
		if s.Length > 0 {
			line(label, length(s.Length)+", from packet "+strconv.Itoa(s.Begin.Packet)+" on")
		}
	}
	span("longest transaction", a.LongestTransaction)
	span("longest idle in transaction", a.LongestIdleInTransaction)
	for _, c := range a.Changes {
		text := "set to " + c.To
		if c.From != "" {
			text = c.From + ", set to " + c.To
		}
		line("parameter "+c.Name, text+" in packet "+strconv.Itoa(c.At.Packet))
	}
	if more := a.Changed - len(a.Changes); more > 0 {
		line("parameters", strconv.Itoa(more)+" more changes")
	}
	line("at the end", a.Left.String())
	return dst
}
