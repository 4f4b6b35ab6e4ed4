package render

import (
	"crypto/tls"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

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

// A layout has the widths of the columns, with the blank behind them; a column of width 0
// is left out.
type layout struct {
	length     int // of "1234.567 s "
	busy       int // of "busy 100% "
	statements int // of "12345 statements "
	errors     int // of "123 errors "; if left out, it is said with the rest
}

// layouts are those of terminals: each from so many columns on. Who it was, and from where,
// is worth more than what is left out.
var layouts = []struct {
	from int
	layout
}{
	{150, layout{12, 10, 17, 11}},
	{100, layout{10, 10, 15, 0}},
	{0, layout{10, 0, 0, 0}},
}

// layout returns the layout that fits.
func (r *Sessions) layout() *layout {
	for i := range layouts {
		if l := &layouts[i]; !r.limited() || r.Width >= l.from {
			return &l.layout
		}
	}
	return nil
}

// limited tells whether a line has to fit in a terminal.
func (r *Sessions) limited() bool { return r.Width > 0 && r.Detail < Full }

// Append appends what an event looks like to dst.
func (r *Sessions) Append(dst []byte, e *session.Event) []byte {
	columns := r.layout()
	r.Clock.Whole = columns.errors == 0 // which is how narrow it is
	if e.Type != session.Close {
		return r.Text.Append(dst, e)
	}
	a := e.Account
	begin := len(dst)
	dst = r.appendConn(dst, e)
	cell := func(width int, text []byte) {
		if width > 0 {
			start := len(dst)
			dst = alignRight(append(dst, text...), start, width-1)
		}
	}
	cell(columns.length, append(appendSeconds(nil, a.Finished.Time-a.Began.Time), " s"...))
	var busy, statements, errors []byte
	if all := a.Busy + a.Idle; all > 0 {
		busy = fmt.Appendf(nil, "busy %d%%", a.Busy*100/all)
	}
	if !a.Hidden() && a.Cancels == 0 {
		statements = appendMany(nil, a.Statements(), "statement")
	}
	if n := a.Ended[session.Failed] + a.Ended[session.Cancelled]; n > 0 {
		errors = appendMany(nil, n, "error")
	}
	cell(columns.busy, busy)
	cell(columns.statements, statements)
	dst = append(dst, r.palette.failure.on...)
	cell(columns.errors, errors)
	dst = append(dst, r.palette.failure.off...)
	dst = r.appendWho(dst, a.Login)
	if columns.errors > 0 {
		errors = nil
	}
	dst = r.appendRest(dst, e, errors, visible(dst[begin:]))
	dst = r.appendNotes(dst, e)
	dst = append(dst, '\n')
	if r.Detail >= Full {
		dst = r.appendDetails(dst, e)
	}
	return dst
}

// appendRest appends how the connection ended, and what is worth a word besides the
// columns, as far as there is room for it behind what is taken. Errors are how many there
// were, if no column says so.
func (r *Sessions) appendRest(dst []byte, e *session.Event, errors []byte, taken int) []byte {
	l := line{text: dst}
	if r.limited() {
		l.limited, l.columns = true, max(r.Width-taken, 0)
	}
	put := func(m remark) {
		between := "  "
		if len(l.text) == len(dst) {
			between = ""
		}
		l.put(m.style, []byte(between+m.text))
	}
	if errors != nil {
		put(remark{r.palette.failure, string(errors)})
	}
	how, text := r.ending(e)
	end, remarks := remark{how, string(appendOneLine(nil, []byte(text)))}, r.remarks(e)
	if e.Account.Farewell == session.ByClient && l.limited {
		remarks = append(remarks, end) // as usual, which is worth the least
	} else {
		rest := 0
		for _, m := range remarks {
			rest += len("  ") + utf8.RuneCountInString(m.text)
		}
		rest = min(rest, l.columns/2) // an error may be long
		l.columns -= rest
		put(end)
		l.columns += rest
	}
	for _, m := range remarks {
		put(m)
	}
	return l.text
}

// A remark is a piece of text behind the columns.
type remark struct {
	style style
	text  string
}

// remarks returns what is worth a word besides the columns, and that there is any of.
func (r *Sessions) remarks(e *session.Event) (s []remark) {
	add := func(style style, text string) {
		if text != "" {
			s = append(s, remark{style, string(appendOneLine(nil, []byte(text)))})
		}
	}
	a := e.Account
	add(r.palette.value, e.Conn.Client)
	add(r.palette.name, a.Login.Application)
	add(r.palette.aside, r.method(a))
	add(r.palette.aside, encryptionName(a))
	if n := a.LongestTransaction.Length; n > 0 && r.Detail > Short {
		add(r.palette.aside, "longest transaction "+length(n))
	}
	if n := a.LongestIdleInTransaction.Length; n > 0 && r.Detail > Short {
		add(r.palette.aside, "idle in transaction "+length(n))
	}
	return s
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
	case a.Method != "" && a.Method != session.MethodUnknown:
		return a.Method
	case a.Outcome != session.Accepted:
		return ""
	case a.Method != "":
		return "log-in not captured"
	case a.TLS != nil && a.TLS.ClientCertificate:
		return "no password, client certificate"
	}
	return "no password"
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
