package session

import (
	"github.com/pgwdump/pgwdump/decode"
	"github.com/pgwdump/pgwdump/message"
	"github.com/pgwdump/pgwdump/phase"
	"github.com/pgwdump/pgwdump/reassembly"
	"github.com/pgwdump/pgwdump/tlskeys"
)

// A stream is what the Observer knows of one connection.
type stream struct {
	observer *Observer
	tcp      *reassembly.Conn
	state    state
	hearing  *hearing // while it is undecided

	conn        Conn
	client      int            // index in the ends of tcp
	tracker     *phase.Tracker // where the conversation stands
	shown       phase.Phase    // that of the last message
	spoken      bool           // there was a message
	speaker     message.Side   // who sent the last bytes
	running     int32          // its place in the list of that name, if it is in there
	sides       [2]side        // the frontend's and the backend's
	negotiation []owed         // the one-byte answers of the backend
	answered    int            // those that came before their requests
	doubt       doubt
	exposure    exposure
	tls         *tlskeys.TLS      // nil where there is none
	tlsFrom     *reassembly.Chunk // where it was told of
	pairing     *pairing
	asked       int    // bytes of requests that wait for their answers, as far as the Observer has counted
	forgotten   uint64 // requests, as far as they were told of
	known       known
	early       []reassembly.Chunk // answers that were captured before their request
	earlyCost   int                // of these, in bytes
}

type state uint8

const (
	undecided state = iota // nobody knows yet who speaks what
	talking                // PostgreSQL
	encrypted              // PostgreSQL, inside TLS or GSSAPI
	disowned               // told of, and nothing more is looked at: something else on a port of PostgreSQL, or nothing
	foreign                // something else
)

// A side is what one side sends.
type side struct {
	from    message.Side
	framing message.Framing // of what comes next, as far as that side decides it
	decoder *decode.Decoder
	bytes   int64 // of the stream so far, missing ones included
	seen    bool  // something came
	lost    *loss // not told of yet
	marks   []mark
	odd     int64  // where, counted from 1, its message begins that was not whole when something of the other side did not fit
	heard   int64  // bytes of the other side that it had acknowledged by then
	packet  int    // the last one that brought something
	time    int64  // of it
	held    int    // bytes of it, as far as the Observer has counted
	begun   Moment // the first byte of the message that is not whole yet; zero where there is none
}

// Data takes the next bytes of one direction.
func (s *stream) Data(c *reassembly.Chunk) {
	switch s.state {
	case undecided:
		s.decide(c)
	case talking, encrypted:
		s.inOrder(c)
	default:
		s.observer.Totals.Foreign += int64(len(c.Bytes))
	}
}

// take takes the next bytes of a connection whose two sides are known.
func (s *stream) take(c *reassembly.Chunk) {
	d := s.side(c)
	if s.tls != nil {
		s.decrypted()
	}
	d.seen = true
	s.turn(d, c)
	if c.Missing > 0 {
		s.gap(d, c)
	}
	d.bytes += int64(len(c.Bytes))
	s.observer.passing = min(s.observer.passing+len(c.Bytes)/2, maxPassed)
	d.packet, d.time, d.heard = c.Packet, c.Time, c.Heard
	d.mark()
	if s.state == encrypted {
		s.observer.Totals.Encrypted += int64(len(c.Bytes))
		return
	}
	d.decoder.Feed(c.Bytes)
	s.drain(d, c)
	s.keep(d)
	if d.from == message.Frontend {
		s.known.used = true
	}
	if s.tracker.Pending() > few || s.asked > 0 || s.observer.pairs() {
		s.keepAsked(c)
	}
	if s.pairing.catalog.cost != s.known.size {
		s.keepKnown(c)
	}
	if d.begun == (Moment{}) && s.state == talking && d.decoder.Unread() > 0 && !d.decoder.Lost() {
		d.begun = Moment{c.Packet, c.Time}
	}
}

// turn takes note of who speaks. A message hardly ever goes on after the other side
// has spoken, which helps to find the next one.
func (s *stream) turn(d *side, c *reassembly.Chunk) {
	before := s.speaker
	if s.speaker = d.from; before == d.from || before == 0 || s.state != talking {
		return
	}
	if other := s.other(d); other.decoder.Lost() {
		other.decoder.Turn()
		s.drain(other, c)
	}
}

// side returns the side that a chunk comes from.
func (s *stream) side(c *reassembly.Chunk) *side {
	if c.From == s.client {
		return &s.sides[0]
	}
	return &s.sides[1]
}

// drain tells of the messages in what was fed.
func (s *stream) drain(d *side, c *reassembly.Chunk) {
	for {
		f, err := d.decoder.Next(s.context(d))
		if err == decode.ErrMore {
			return
		}
		if err != nil {
			s.misplaced(d, c, err)
			continue
		}
		if d.lost == nil || f.Offset >= d.lost.offset { // else it is the message that the gap cuts off
			s.tellLoss(d, f.Offset)
		}
		s.message(d, c, f)
		if s.tracker.Phase() == phase.Encrypted {
			s.encrypt(f.Kind, c)
			return
		}
	}
}

// context says how the next message of a side is framed. What the two sides say
// is not always captured in the order in which they said it: a one-byte answer is
// expected for as long as it is owed, and where the requests were not captured, by
// what it looks like.
func (s *stream) context(d *side) message.Context {
	if d.from == message.Frontend {
		c := s.tracker.Context(message.Frontend)
		c.Framing = d.framing
		return c
	}
	if c := s.tracker.Context(message.Backend); c.Framing == message.Typed && len(s.negotiation) == 0 && s.tracker.Phase() != phase.Startup {
		return c
	}
	b := d.decoder.Peek(2)
	typed := len(b) > 1 && b[1] == 0 // a length word follows
	if len(s.negotiation) > 0 && !typed {
		return message.Context{Framing: message.OneByte, Answer: s.negotiation[0].answer}
	}
	if answer := s.unasked(d); answer != 0 {
		return message.Context{Framing: message.OneByte, Answer: answer}
	}
	c := s.tracker.Context(message.Backend)
	if typed {
		c.Framing = message.Typed
	}
	return c
}

// unasked returns which one-byte answer comes next though nobody asked for it, as far as
// was captured; 0 where none does.
func (s *stream) unasked(d *side) message.Kind {
	if d.from != message.Backend || len(s.negotiation) > 0 || s.tracker.Phase() != phase.Startup {
		return 0
	}
	return guessAnswer(d.decoder.Peek(2))
}

// guessAnswer tells which answer the first bytes from a backend are, or 0: any
// message would go on with a length word, and a length that begins with another
// byte than 0 is not one of a NoticeResponse.
func guessAnswer(b []byte) message.Kind {
	if len(b) > 1 && b[1] == 0 || len(b) == 0 {
		return 0
	}
	switch message.Answer(b[0]) {
	case message.SSLAccepted, message.Refused:
		return message.KindSSLResponse
	case message.GSSAccepted:
		return message.KindGSSENCResponse
	}
	return 0
}

// message tells of one message, and of what ended with it.
func (s *stream) message(d *side, c *reassembly.Chunk, f *decode.Frame) {
	packet, time := d.when(f, c)
	told := s.observer.tells(Message, f.Kind)
	e := s.observer.add(told, Message, s, packet, time)
	e.From, e.Offset = d.from, f.Offset
	if told {
		s.observer.events.notice(s, f.Kind)
	}
	begin := d.begun
	d.begun = Moment{}
	step, err := s.follow(d, f, e)
	if !s.observer.pairs() {
		s.tell(e, f, told)
		if mayRepeat(f.Kind) && err == nil && s.repeats(d, f, e) {
			s.alike(d, f, e)
		}
		return
	}
	var m seen // field by field: put together elsewhere and copied it costs more than following the message
	m.from, m.kind, m.body, m.size, m.cut = d.from, f.Kind, f.Body, int64(f.Size), isCut(f)
	m.begin, m.end.Packet, m.end.Time = begin, packet, time
	m.step.Phase, m.step.Outcome, m.step.Request, m.step.Skipped, m.err = step.Phase, step.Outcome, step.Request, step.Skipped, err
	if begin == (Moment{}) {
		m.begin.Packet, m.begin.Time = packet, time
	}
	if s.observer.options.View == Messages {
		m.event = e
		if r := &s.pairing.roster; r.login.Values.Settings.ToUTF8 != nil {
			e.Login = r.give()
		}
	}
	s.pairing.see(&m)
	if s.pairing.ledger != nil {
		s.pairing.ledger.see(&m, s.tracker, s.pairing)
	}
	s.tell(e, f, told)
	if mayRepeat(f.Kind) && err == nil && s.repeats(d, f, e) && s.pairing.onlyCounts(&m) {
		messages, size := s.alike(d, f, e)
		s.pairing.alike(&m, messages, size)
	}
	if s.pairing.fed != nil {
		s.tellRows(d, c, f)
	}
	s.tellStatements(c)
}

// tell counts a message whose phase is known, and tells of it where told says so.
func (s *stream) tell(e *Event, f *decode.Frame, told bool) {
	e.Partial, e.Uncertain = f.Missing() > 0, f.Guessed
	e.Moved = s.shown != e.Phase || !s.spoken
	s.shown, s.spoken = e.Phase, true
	t := &s.observer.Totals
	t.Messages++
	t.Decoded += int64(f.Size - f.Missing())
	t.Undecoded += int64(f.Dropped)
	if f.Dropped > 0 && f.Dropped == f.Missing() { // not for a gap
		t.Shortened++
		e.note(shortenedNote)
	}
	if e.Partial {
		t.Incomplete++
	}
	if e.Uncertain {
		t.Uncertain++
	}
	if o := s.observer; o.options.Check && !e.Partial && !o.reader.sound(f, e.From, e.Phase) {
		t.Malformed++
	}
	if !told {
		return
	}
	e.Frame = *f
	if f.Held || s.tls != nil {
		e.Frame.Body = s.observer.events.keep(f.Body)
	}
}

// tellStatements tells of the statements that ended.
func (s *stream) tellStatements(c *reassembly.Chunk) {
	p := s.pairing
	for i, statement := range p.ended {
		p.ended[i] = nil
		s.observer.Totals.Statements++
		if p.ledger != nil {
			p.ledger.count(statement)
		}
		if s.observer.options.View == Statements && s.observer.tells(Ended, 0) {
			e := s.observer.begin(Ended, s, c.Packet, c.Time)
			e.Statement = s.observer.events.ended.take(statement)
		}
		if p.last == statement {
			p.last = nil
		}
		s.observer.spare(statement)
	}
	p.ended = p.ended[:0]
}

// follow moves the tracker on by one message and notes what is odd about it.
func (s *stream) follow(d *side, f *decode.Frame, e *Event) (phase.Step, error) {
	switch f.Kind {
	default:
		d.framing = message.Typed
	case message.KindSSLRequest:
		s.asks(message.KindSSLResponse, f)
	case message.KindGSSENCRequest:
		s.asks(message.KindGSSENCResponse, f)
	case message.KindSSLResponse, message.KindGSSENCResponse:
		if len(s.negotiation) == 0 {
			f.Guessed = true
			s.answered++
		} else {
			f.Guessed = s.doubt.late && d.heard > s.negotiation[0].end
			s.negotiation = s.negotiation[1:]
		}
	}
	if f.Kind.Framing() == message.Startup && s.tracker.Phase() > phase.GSSNegotiation {
		// The server's side was captured first, and has gone further.
		e.Phase = phase.Startup
		return phase.Step{Phase: phase.Startup}, nil
	}
	step, err := s.judge(d, f)
	e.Phase = step.Phase
	if err != nil {
		s.observer.Totals.Violations++
		e.note(err.Error())
	}
	if s.exposure.see(f) {
		e.note(exposedNote)
	}
	return step, err
}

// An owed is a one-byte answer that the backend owes.
type owed struct {
	answer message.Kind
	end    int64 // of the request: the client waits for the answer, so that who gives it has heard no more
}

// asks notes that a one-byte answer to a request is owed, unless it has come already.
func (s *stream) asks(answer message.Kind, f *decode.Frame) {
	if s.answered > 0 {
		s.answered--
		return
	}
	if len(s.negotiation) < maxOwed {
		s.negotiation = append(s.negotiation, owed{answer, f.Offset + int64(f.Size)})
	}
}

// maxOwed is how many one-byte answers may be owed: a client asks for one thing after the
// other.
const maxOwed = 16
