package render

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/pgwdump/pgwdump/message"
	"github.com/pgwdump/pgwdump/reassembly"
	"github.com/pgwdump/pgwdump/session"
)

// A Detail says how much of a message Text shows.
type Detail uint8

// The details.
const (
	Short  Detail = iota // a line a message, with what needs no explanation
	Normal               // a line a message
	Full                 // a line a field
	Octets               // a line a field, beside its bytes
)

// Text renders events for people.
type Text struct {
	Detail      Detail
	MaxValue    int // how many bytes of a value are shown; 0 for all
	ShowSecrets bool
	Clock       *Clock

	palette palette
	head    head
	reader  session.Reader
	recall  recall
	typing  typing
	shapes  perConn[labels]
	leads   [2][message.Kinds]lead // by side and kind, that of the payload where there is one
	labels  *labels                // those of shapes for this message
	asked   perConn[asked]
}

// NewText returns a Text with colours or without, in Normal detail.
func NewText(colours bool) *Text {
	return &Text{Detail: Normal, Clock: new(Clock), palette: newPalette(colours)}
}

const (
	connWidth = 4  // of "#12 "
	typeWidth = 22 // of the names of messages: few are longer
	shortest  = 40 // bytes of a value that Short shows
)

// Append appends what an event looks like, one line or more, to dst.
func (r *Text) Append(dst []byte, e *session.Event) []byte {
	switch e.Type {
	case session.Drop:
		return r.appendDrop(dst, e)
	case session.Shed:
		return r.appendShed(dst, e)
	}
	p := &r.palette
	if h := &r.head; !h.is(e) || r.Clock.Style == SinceLast {
		h.of(e, r.appendHead(h.text[:0], e))
	}
	dst = append(dst, r.head.text...)
	switch e.Type {
	case session.Message:
		if e.Again && r.Detail <= Normal { // there is nothing else to say of it
			return append(r.appendNotes(r.appendContent(dst, e), e), '\n')
		}
		return r.appendMessage(dst, e)
	case session.Open:
		dst = append(dst, p.aside.on...)
		dst = append(dst, "connection from "...)
		dst = append(dst, e.Conn.Client...)
		dst = append(dst, " to "...)
		dst = append(dst, e.Conn.Server...)
		dst = append(dst, p.aside.off...)
	case session.Row:
		dst = r.appendCopyRow(dst, e.Row)
	case session.Gap:
		dst = append(dst, p.warning.on...)
		dst = append(dst, gapText(e)...)
		dst = append(dst, p.warning.off...)
	case session.Conflict:
		dst = p.warning.append(dst, fmt.Sprintf("conflict: packet %d has other bytes than packet %d, %d of them from offset %d on; the first ones count", e.Packet, e.Before, e.Bytes, e.Offset))
	case session.Lapse:
		dst = p.warning.append(dst, lapseText(e.Err.(*session.Forgotten)))
	case session.Error:
		text := e.Err.Error()
		if errors.As(e.Err, new(*message.Error)) { // which names what it was taken for
			text = "not a message: " + text
		}
		dst = p.warning.append(dst, text)
	case session.Encrypted:
		dst = r.appendEncryption(dst, e.TLS)
	case session.Why:
		dst = append(dst, p.aside.on...)
		dst = append(dst, e.Conn.Client...)
		dst = append(dst, " to "...)
		dst = append(dst, e.Conn.Server...)
		dst = append(dst, ": "...)
		dst = append(dst, e.Reason...)
		dst = append(dst, p.aside.off...)
	case session.Close:
		dst = p.aside.append(dst, closings[e.How])
		dst = r.appendUnread(dst, e.TLS)
	}
	dst = r.appendNotes(dst, e)
	return append(dst, '\n')
}

// appendHead appends when it was, on which connection, and who spoke.
func (r *Text) appendHead(dst []byte, e *session.Event) []byte {
	dst = r.appendConn(dst, e)
	switch e.From {
	case message.Frontend:
		return r.palette.frontend.append(dst, "→ ")
	case message.Backend:
		return r.palette.backend.append(dst, "← ")
	}
	return append(dst, "  "...)
}

// appendConn appends when it was, and on which connection.
func (r *Text) appendConn(dst []byte, e *session.Event) []byte {
	p := &r.palette
	dst = r.appendTime(dst, e)
	conn := p.conns[(e.Conn.Number-1)%len(p.conns)]
	dst = append(dst, conn.on...)
	start := len(dst)
	dst = append(dst, '#')
	dst = appendNumber(dst, int64(e.Conn.Number))
	dst = appendSpaces(dst, max(connWidth-(len(dst)-start), 1))
	return append(dst, conn.off...)
}

func (r *Text) appendTime(dst []byte, e *session.Event) []byte {
	p := &r.palette
	dst = append(dst, p.time.on...)
	dst = r.Clock.append(dst, e)
	return append(dst, p.time.off...)
}

// appendDrop says that packets were lost, for which the capture had no room.
func (r *Text) appendDrop(dst []byte, e *session.Event) []byte {
	dst = r.appendTime(dst, e)
	text := string(appendMany([]byte("! "), e.Packets, "packet")) + " dropped before packet " + strconv.Itoa(e.Packet)
	dst = r.palette.warning.append(dst, text+": there was no room for more; give it some by -B, or filter")
	return append(dst, '\n')
}

// appendShed says that a connection is not looked at, or was not.
func (r *Text) appendShed(dst []byte, e *session.Event) []byte {
	if e.Conn.Number > 0 {
		dst = r.appendConn(dst, e)
	} else {
		dst = r.appendTime(dst, e)
	}
	dst = r.palette.warning.append(dst, "! "+shedText(e))
	return append(dst, '\n')
}

// shedText says which connection is shed, and how much of it.
func shedText(e *session.Event) string {
	s := e.Shedding
	who := e.Conn.Client + " to " + e.Conn.Server
	if !s.Named {
		who = "other connections"
	}
	if s.Stage == session.ShedBegun {
		return "overload: " + who + " is not looked at from packet " + strconv.Itoa(s.Since) + " on"
	}
	were := " were"
	if s.Packets == 1 {
		were = " was"
	}
	text := "overload: " + string(appendMany(nil, s.Packets, "packet")) + " of " + who + were + " not looked at, from packet " +
		strconv.Itoa(s.Since) + " on: " + string(appendMany(nil, s.Bytes, "byte"))
	if s.Stage == session.ShedResumed {
		text += "; it is looked at again"
	}
	return text
}

// gapText says what is missing, what of the rest could not be used, and where it
// goes on.
func gapText(e *session.Event) string {
	var s []string
	switch {
	case e.Err != nil:
		s = append(s, fmt.Sprintf("gap: %d encrypted bytes at offset %d: %v", e.Bytes, e.Offset, e.Err))
	case e.Bytes > 0:
		s = append(s, fmt.Sprintf("gap: %d bytes from offset %d on were not captured", e.Bytes, e.Offset))
	}
	if e.Passed > 0 {
		s = append(s, fmt.Sprintf("%d bytes could not be decoded", e.Passed))
	}
	if e.Resumed < 0 {
		s = append(s, "no message was found behind them")
	} else {
		s = append(s, fmt.Sprintf("messages go on at offset %d", e.Resumed))
	}
	return strings.Join(s, "; ")
}

// appendMessage appends a message: one line, or with more Detail one and those of its
// fields.
func (r *Text) appendMessage(dst []byte, e *session.Event) []byte {
	if r.Detail > Normal {
		return r.appendLong(dst, e)
	}
	start := len(dst)
	if place := r.recall.place(e); place.is(e) {
		dst = append(dst, place.text...)
	} else {
		dst = r.appendContent(dst, e)
		place.keep(e, dst[start:])
	}
	if e.Frame.Kind == message.KindExecute && e.Prepared != nil {
		dst = r.appendExecuted(dst, start, e)
	}
	if e.Cancel != nil {
		dst = r.appendCancel(append(dst, "  "...), e)
	}
	return r.appendEnd(dst, e)
}

// appendLong appends a message and its fields, each on a line of its own.
func (r *Text) appendLong(dst []byte, e *session.Event) []byte {
	fields := r.reader.Read(e)
	r.typing.of(e, fields)
	r.labels = r.shapes.of(e.Conn)
	dst, _ = r.appendKind(dst, e)
	dst = r.appendEnd(dst, e)
	if e.Prepared != nil {
		dst = r.appendAbout(dst, e)
	}
	if e.Cancel != nil {
		dst = r.appendLabel(append(dst, indent...), "cancel")
		dst = append(r.appendCancel(dst, e), '\n')
	}
	if r.Detail == Octets {
		return r.appendOctets(dst, e, fields)
	}
	return r.appendLines(dst, fields)
}

// appendEnd appends what is to be said of how a message came, and ends the line.
func (r *Text) appendEnd(dst []byte, e *session.Event) []byte {
	dst = r.appendPhase(dst, e)
	dst = r.appendNotes(dst, e)
	return append(dst, '\n')
}

// appendContent reads a message, and appends its name and those of its fields that a
// line has room for.
func (r *Text) appendContent(dst []byte, e *session.Event) []byte {
	row, isRow := r.reader.Row(e)
	data, isData := r.reader.Data(e)
	var fields []message.Field
	if !isRow && !isData {
		fields = r.reader.Read(e)
	}
	r.typing.of(e, fields)
	r.labels = r.shapes.of(e.Conn)
	lead := r.leadOf(e)
	before := len(dst) + lead.kind
	dst = append(dst, lead.text...)
	start := len(dst)
	switch {
	case isRow:
		dst = r.appendValues(dst, row)
	case isData:
		if len(data) > 0 {
			dst = r.appendBytes(dst, data)
		}
	default:
		dst = r.appendFields(dst, fields)
	}
	if len(dst) == start {
		return dst[:before] // no blanks at the end of a line
	}
	return dst
}

// A lead is how the line of a message goes on behind its head: with the kind of message, and
// blanks up to where its fields begin.
type lead struct {
	text []byte // nil before it is needed
	kind int    // bytes of it before the blanks
}

// leadOf returns the lead of a message that was read. There are few of them, so it keeps them.
func (r *Text) leadOf(e *session.Event) *lead {
	kind := e.Frame.Kind
	if e.Payload != message.KindUnknown {
		kind = e.Payload
	}
	l := &r.leads[e.From>>1&1][kind]
	if l.text == nil {
		text, width := r.appendKind(nil, e)
		l.text, l.kind = appendSpaces(text, max(typeWidth-width, 2)), len(text)
	}
	return l
}

// appendKind appends which message it is, and returns how many columns that takes.
func (r *Text) appendKind(dst []byte, e *session.Event) ([]byte, int) {
	role := &r.palette.frontend
	switch {
	case e.Frame.Kind == message.KindErrorResponse || e.Frame.Kind == message.KindErrorResponseV2:
		role = &r.palette.failure
	case e.From == message.Backend:
		role = &r.palette.backend
	}
	name := e.Frame.Kind.String()
	dst = role.append(dst, name)
	if e.Payload == message.KindUnknown {
		return dst, len(name)
	}
	payload := e.Payload.String()
	return role.append(append(dst, '/'), payload), len(name) + 1 + len(payload)
}

// appendExecuted appends the SQL that an Execute runs, to what begins at start.
func (r *Text) appendExecuted(dst []byte, start int, e *session.Event) []byte {
	name := e.Frame.Kind.String()
	room := 2
	if len(dst)-start == len(r.palette.frontend.on)+len(name)+len(r.palette.frontend.off) { // it has no fields
		room = typeWidth - len(name)
	}
	dst = appendSpaces(dst, room)
	a := r.asked.of(e.Conn)
	if a.is(e.Prepared) {
		return append(dst, a.text...)
	}
	start = len(dst)
	dst = r.appendCut(dst, r.palette.sql, e.Prepared.SQL, appendOneLine)
	a.keep(e.Prepared, dst[start:])
	return dst
}

// appendCancel appends whom a CancelRequest is for, or to an error from which one it
// comes.
func (r *Text) appendCancel(dst []byte, e *session.Event) []byte {
	p, c := &r.palette, e.Cancel
	switch {
	case e.Frame.Kind != message.KindCancelRequest:
		return p.warning.append(dst, cancelledBy(c))
	case c.Of == nil:
		return p.aside.append(dst, "for a connection that was not captured")
	}
	dst = p.warning.append(dst, "for #"+strconv.Itoa(c.Of.Number))
	if c.SQL != nil {
		dst = append(dst, "  "...)
		dst = r.appendCut(dst, p.sql, c.SQL, appendOneLine)
	}
	return dst
}

// cancelledBy names the connection and the packet of a CancelRequest.
func cancelledBy(c *session.Cancel) string {
	return "cancelled by #" + strconv.Itoa(c.By.Number) + ", packet " + strconv.Itoa(c.At.Packet)
}

// appendAbout appends the SQL of the statement that a message is about.
func (r *Text) appendAbout(dst []byte, e *session.Event) []byte {
	dst = r.appendLabel(append(dst, indent...), "for")
	dst = r.appendCut(dst, r.palette.sql, e.Prepared.SQL, appendEscaped)
	return append(dst, '\n')
}

// appendPhase appends the phase where it is another than that of the message
// before.
func (r *Text) appendPhase(dst []byte, e *session.Event) []byte {
	if !e.Moved {
		return dst
	}
	dst = append(dst, "  "...)
	dst = append(dst, r.palette.aside.on...)
	dst = append(dst, '[')
	dst = append(dst, e.Phase.String()...)
	dst = append(dst, ']')
	return append(dst, r.palette.aside.off...)
}

// appendNotes appends what is to be said against a message.
func (r *Text) appendNotes(dst []byte, e *session.Event) []byte {
	if !e.Partial && e.Malformed == nil && !e.Uncertain && len(e.Notes) == 0 {
		return dst
	}
	note := func(text string) {
		dst = append(dst, "  "...)
		dst = append(dst, r.palette.warning.on...)
		dst = append(dst, "! "...)
		dst = appendEscaped(dst, []byte(text))
		dst = append(dst, r.palette.warning.off...)
	}
	if e.Partial {
		f := &e.Frame
		note("incomplete: " + strconv.Itoa(f.Size-f.Missing()) + " of " + strconv.Itoa(f.Size) + " bytes")
	}
	if m := e.Malformed; m != nil {
		where := m.Field
		if where != "" {
			where += " "
		}
		note("malformed: " + where + "at byte " + strconv.Itoa(e.Frame.Head+int(m.Offset)) + ": " + m.Detail())
	}
	if e.Uncertain {
		note("uncertain: decoded after a guess")
	}
	for _, n := range e.Notes {
		note(n)
	}
	return dst
}

var closings = [...]string{
	reassembly.Open:      "still open at the end of the capture",
	reassembly.Finished:  "closed",
	reassembly.Reset:     "reset",
	reassembly.Replaced:  "gone: the same ports were opened anew",
	reassembly.Forgotten: "forgotten: there are more connections than --max-connections",
}
