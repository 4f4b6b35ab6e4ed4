package render

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strconv"
	"unicode/utf8"

	"github.com/pgwdump/pgwdump/message"
	"github.com/pgwdump/pgwdump/session"
)

// Statements renders events of the view Statements for people: a line a statement,
// or with Detail Full a line for each thing that is known of it.
type Statements struct {
	Text
	// Width is that of the terminal: lines are cut to it, and a narrow one does not say who
	// it was. 0 is no limit.
	Width int
	// Marked says that statements which were looked for are marked, because others
	// stand around them.
	Marked bool

	abouts     perConn[spoken]
	parameters parameters
	plain      Text // writes values without colours: their line has them
	walker     message.Walker
	response   message.ErrorResponse
	scratch    []byte
	failed     []byte
}

// NewStatements returns a Statements with colours or without, in Normal detail.
func NewStatements(colours bool) *Statements { return &Statements{Text: *NewText(colours)} }

// The widths of the columns, with the blank behind them.
const (
	tookWidth = 12 // of "1234.567 ms "
	endWidth  = 11 // of "incomplete " and "99999 rows "
	whoWidth  = 19 // of "user@database "
	leastRest = 30 // for SQL, parameters and error, however narrow the terminal
	whoFrom   = 92 // of a line that says who it was: in a narrower one SQL is worth more
)

// Append appends what an event looks like to dst.
func (r *Statements) Append(dst []byte, e *session.Event) []byte {
	if e.Type != session.Ended {
		return r.Text.Append(dst, e)
	}
	return r.appendStatement(dst, e)
}

func (r *Statements) appendStatement(dst []byte, e *session.Event) []byte {
	s := e.Statement
	start := len(dst)
	if r.Marked {
		mark := "  "
		if e.Wanted {
			mark = "> "
		}
		dst = append(dst, mark...)
	}
	dst = r.appendConn(dst, e)
	dst = r.appendTook(dst, s)
	dst = r.appendEnd(dst, s)
	if r.Width == 0 || r.Width >= whoFrom {
		dst = append(dst, r.who(r.abouts.of(s.Conn), s.Login)...)
	}
	room := 0
	if r.Width > 0 && r.Detail < Full {
		room = max(r.Width-visible(dst[start:]), leastRest)
	}
	dst = r.appendRest(dst, s, room)
	dst = append(dst, '\n')
	if r.Detail >= Full {
		dst = r.appendDetails(dst, s)
	}
	return dst
}

// appendTook appends how long it took, in milliseconds.
func (r *Statements) appendTook(dst []byte, s *session.Statement) []byte {
	start := len(dst)
	if took, ok := s.Took(); ok && s.Status != session.Skipped {
		dst = appendMilliseconds(dst, took)
		dst = append(dst, " ms"...)
	}
	return alignRight(dst, start, tookWidth-1)
}

// appendMilliseconds appends a length of time as "12.345".
func appendMilliseconds(dst []byte, ns int64) []byte {
	if ns < 0 {
		dst = append(dst, '-')
		ns = -ns
	}
	dst = strconv.AppendInt(dst, ns/1e6, 10)
	dst = append(dst, '.')
	return appendDigits(dst, ns%1e6/1000, 3)
}

// appendEnd appends how it ended: the number of rows where the statement can have
// any, the SQLSTATE of its error, or the status.
func (r *Statements) appendEnd(dst []byte, s *session.Statement) []byte {
	style := r.palette.warning
	rows := s.Status == session.OK && (s.Affected >= 0 || s.Returned > 0)
	switch {
	case rows:
		style = r.palette.value
	case s.Status == session.OK:
		style = r.palette.aside
	case s.Status == session.Failed, s.Status == session.Cancelled:
		style = r.palette.failure
	}
	dst = append(dst, style.on...)
	start := len(dst)
	switch {
	case rows:
		dst = strconv.AppendInt(dst, s.Rows(), 10)
		if dst = append(dst, " row"...); s.Rows() != 1 {
			dst = append(dst, 's')
		}
	case s.Status == session.Failed && s.SQLState.String() != "":
		dst = appendEscaped(dst, []byte(s.SQLState.String()))
	default:
		dst = append(dst, s.Status.String()...)
	}
	n := len(dst) - start
	dst = append(dst, style.off...)
	return appendSpaces(dst, max(endWidth-n, 1))
}

// appendWho appends the user and the database, as far as they are known.
func (r *Text) appendWho(dst []byte, l *session.Login) []byte {
	dst = append(dst, r.palette.name.on...)
	start := len(dst)
	switch {
	case l.User == "" && l.Database == "":
		dst = append(dst, '?')
	default:
		dst = appendEscaped(dst, []byte(l.User))
		dst = append(dst, '@')
		dst = appendEscaped(dst, []byte(l.Database))
	}
	n := utf8.RuneCount(dst[start:])
	dst = append(dst, r.palette.name.off...)
	return appendSpaces(dst, max(whoWidth-n, 1))
}

// appendRest appends the SQL, the parameters and the error, in so many columns; 0 is
// no limit. The error is what is read first: it may take half of them.
func (r *Statements) appendRest(dst []byte, s *session.Statement, columns int) []byte {
	l := line{text: dst, limited: columns > 0, columns: columns}
	failure := r.failure(s)
	reserved := 0
	if len(failure) > 0 && l.limited {
		reserved = min(utf8.RuneCount(failure)+2, columns/2)
		l.columns -= reserved
	}
	r.putCall(&l, s)
	if len(failure) > 0 {
		l.columns += reserved
		l.text = append(l.text, "  "...)
		l.columns -= 2
		l.put(r.palette.failure, failure)
	}
	return l.text
}

// putCall puts down what was run, and its parameters.
func (r *Statements) putCall(l *line, s *session.Statement) {
	p := &r.palette
	switch {
	case s.SQL != nil && len(s.SQL) == 0:
		l.put(p.aside, []byte("(empty)"))
	case s.SQL != nil:
		l.put(p.sql, r.oneLine(r.abouts.of(s.Conn), r.cut(s.SQL)))
		if len(r.cut(s.SQL)) < len(s.SQL) {
			l.put(p.aside, fmt.Appendf(nil, "… (%d bytes)", len(s.SQL)))
		}
	default:
		l.put(p.aside, []byte(r.instead(s)))
	}
	if s.Prepared != nil {
		l.put(p.aside, []byte(" = "))
		r.scratch = appendOneLine(r.scratch[:0], r.cut(s.Prepared))
		l.put(p.sql, r.scratch)
	}
	r.parameters.each(s, func(i int, v *parameter) {
		between := ", $"
		if i == 0 {
			between = "  $"
		}
		r.scratch = append(strconv.AppendInt(append(r.scratch[:0], between...), int64(i)+1, 10), " = "...)
		l.put(p.name, r.scratch)
		switch {
		case v.value == nil:
			l.put(p.null, []byte("NULL"))
		case v.text == nil:
			l.put(p.value, appendHexValue(r.scratch[:0], r.cut(v.value)))
		default:
			r.plain.MaxValue, r.plain.Detail = r.MaxValue, r.Detail
			r.scratch = r.plain.appendElement(r.scratch[:0], v.text, listClass|markClass)
			l.put(p.value, r.scratch)
		}
	})
}

// instead says what there is where the SQL is not known.
func (r *Statements) instead(s *session.Statement) string {
	switch {
	case s.Protocol == session.Function:
		if len(s.Arguments) >= 4 {
			if name := functions[functionOf(s.Arguments)].name; name != "" {
				return name
			}
			return "function " + strconv.FormatUint(uint64(functionOf(s.Arguments)), 10)
		}
		return "function"
	case s.Request == message.KindSync:
		return "(commit at the end of the batch)"
	case s.Request == message.KindUnknown:
		return "(not captured)"
	case len(s.Name) > 0:
		return "(prepared before the capture: " + string(appendEscaped(nil, s.Name)) + ")"
	}
	return "(prepared before the capture)"
}

// functionOf returns the OID that the body of a FunctionCall begins with.
func functionOf(body []byte) message.OID { return message.OID(binary.BigEndian.Uint32(body)) }

// failure returns the message of the error, escaped, or nothing. It is valid until
// the next call.
func (r *Statements) failure(s *session.Statement) []byte {
	if s.Error == nil {
		return nil
	}
	r.walker.Decode(&r.response, s.Error) // what can be read of a malformed one counts
	text := r.response.Field('M')
	r.failed = r.failed[:0]
	if s.Status == session.Cancelled {
		r.failed = append(append(r.failed, s.SQLState.String()...), ' ')
	}
	r.failed = appendOneLine(r.failed, r.cut(text))
	if s.Cancel != nil {
		r.failed = append(append(r.failed, "; "...), cancelledBy(s.Cancel)...)
	}
	return r.failed
}

// cut returns as much of a value as is shown.
func (r *Statements) cut(b []byte) []byte {
	if r.MaxValue > 0 && len(b) > r.MaxValue && r.Detail < Full {
		return whole(b[:r.MaxValue])
	}
	return b
}

// appendOneLine appends text with a blank in the place of each line break and of
// the white space around it, so that SQL of many lines can be read on one.
func appendOneLine(dst, b []byte) []byte {
	for len(b) > 0 {
		n := bytes.IndexAny(b, "\r\n")
		if n < 0 {
			return appendEscaped(dst, b)
		}
		dst = appendEscaped(dst, bytes.TrimRight(b[:n], " \t"))
		if b = bytes.TrimLeft(b[n:], " \t\r\n"); len(b) > 0 {
			dst = append(dst, ' ')
		}
	}
	return dst
}

// A line is one that may not be longer than so many columns.
type line struct {
	text    []byte
	limited bool
	columns int // that are left
}

// put puts down text, as much of it as there is room for. The text is escaped.
func (l *line) put(s style, text []byte) {
	if l.limited && l.columns <= 0 || len(text) == 0 {
		return
	}
	cut := false
	if l.limited {
		text, cut = l.fit(text)
	}
	l.text = append(l.text, s.on...)
	l.text = append(l.text, text...)
	if cut {
		l.text = append(l.text, "…"...)
	}
	l.text = append(l.text, s.off...)
}

// fit returns as much of text as there is room for, and whether that is not all. One
// column is left for the mark that says so.
func (l *line) fit(text []byte) (fits []byte, cut bool) {
	n := utf8.RuneCount(text)
	if n <= l.columns {
		l.columns -= n
		return text, false
	}
	at := 0
	for range l.columns - 1 {
		_, size := utf8.DecodeRune(text[at:])
		at += size
	}
	l.columns = 0
	return text[:at], true
}

// alignRight puts blanks before what stands behind start, to make it so wide, and
// one behind it.
func alignRight(dst []byte, start, width int) []byte {
	if pad := width - (len(dst) - start); pad > 0 {
		dst = appendSpaces(dst, pad)
		copy(dst[start+pad:], dst[start:])
		for i := range pad {
			dst[start+i] = ' '
		}
	}
	return append(dst, ' ')
}

// visible returns how many columns text takes, colours not counted.
func visible(b []byte) (n int) {
	for i := 0; i < len(b); i++ {
		if b[i] == '\x1b' {
			for i < len(b) && b[i] != 'm' {
				i++
			}
			continue
		}
		if utf8.RuneStart(b[i]) {
			n++
		}
	}
	return n
}
