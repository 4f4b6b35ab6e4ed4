package session

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/pgwdump/pgwdump/decode"
	"github.com/pgwdump/pgwdump/message"
	"github.com/pgwdump/pgwdump/phase"
	"github.com/pgwdump/pgwdump/reassembly"
)

// NotPostgreSQL is the error of a connection that speaks something else, on a port
// that was said to be PostgreSQL's.
type NotPostgreSQL struct {
	Protocol string // what it speaks, empty where that is not known
	First    []byte // its first bytes
}

// Error returns one line that shows the first bytes.
func (e *NotPostgreSQL) Error() string {
	s := "not PostgreSQL"
	if e.Protocol != "" {
		s += " but " + e.Protocol
	}
	if len(e.First) == 0 {
		return s
	}
	return s + fmt.Sprintf(": begins with %+q", e.First)
}

// A finding is what a connection was found to be.
type finding struct {
	state  state  // talking or foreign
	client int    // index of the client's end
	why    string // in a few words
}

// rules find out what a connection is, each from other evidence. The first that
// finds something decides; where none does, more has to be heard.
var rules = []func(*stream, *hearing) *finding{
	asksInTLS,
	asksForPostgreSQL,
	speaksOtherProtocol,
	speaksPostgreSQL,
	doesNotAsk,
	doesNotSpeak,
	isOnPort,
	isNothingKnown,
}

// decide finds out who of the two is the client, and whether they speak PostgreSQL.
// Until it knows it holds what comes.
func (s *stream) decide(c *reassembly.Chunk) {
	h := s.hear()
	before := h.cost
	h.take(s, c)
	if s.observer.hold(h.cost - before) {
		h.last = true
	}
	s.findOut()
}

// decideAtLast decides at the end of a connection that was too short to tell.
func (s *stream) decideAtLast() {
	s.hear().last = true
	s.findOut()
}

// hear returns what is held of the connection.
func (s *stream) hear() *hearing {
	if s.hearing == nil {
		s.hearing = new(hearing)
	}
	return s.hearing
}

func (s *stream) findOut() {
	h := s.hear()
	for _, rule := range rules {
		if f := rule(s, h); f != nil {
			s.found(f)
			return
		}
	}
}

// found goes on with what a connection was found to be.
func (s *stream) found(f *finding) {
	h := s.hearing
	s.observer.hold(-h.cost)
	s.client, s.hearing = f.client, nil
	s.conn = Conn{
		Conn:   s.tcp,
		Client: s.tcp.Ends[f.client].String(), Server: s.tcp.Ends[1-f.client].String(),
	}
	switch {
	case f.state == foreign:
		s.refuse(f, h)
		return
	case h.last && h.silent(0) && h.silent(1) && s.tls == nil && s.observer.options.View != Sessions: // no more is to be told
		s.state = disowned
		s.open(f)
		return
	}
	s.begin(f, h)
	for i := range h.conflicts {
		s.Conflict(&h.conflicts[i])
	}
	for i := range h.chunks {
		s.Data(&h.chunks[i])
	}
}

// begin begins to tell of a PostgreSQL connection.
func (s *stream) begin(f *finding, h *hearing) {
	s.state = talking
	start := phase.Startup
	if e := &h.ends[f.client]; s.tls == nil && s.tcp.Opener == reassembly.Unknown && (e.cut || opening(e.bytes) < likely) {
		start = phase.Unsynchronised
	}
	s.tracker, s.doubt.torn = phase.New(start), start == phase.Unsynchronised
	s.doubt.late = s.tls == nil && s.tcp.Opener == reassembly.Unknown
	for i, from := range []message.Side{message.Frontend, message.Backend} {
		s.sides[i] = side{from: from, decoder: decode.New(from, decode.Options{MaxBody: s.observer.options.MaxBody, Resync: true, Memory: &s.observer.memory})}
		if start == phase.Unsynchronised {
			s.sides[i].decoder.Lose()
		}
	}
	s.sides[0].framing = s.tracker.Context(message.Frontend).Framing
	s.pairing = newPairing(s)
	if s.observer.options.View == Sessions {
		s.pairing.ledger = new(ledger)
	}
	s.open(f)
	if s.tls != nil {
		s.enterTLS()
	}
}

// open tells that a connection is PostgreSQL's.
func (s *stream) open(f *finding) {
	s.observer.Totals.Connections++
	s.observer.begin(Open, s, s.conn.Packet, s.conn.Time)
	s.tellWhy("PostgreSQL: "+f.why, s.conn.Packet, s.conn.Time)
}

// refuse gives up a connection. It is told of on a port that was said to be
// PostgreSQL's, and nothing more costs anything.
func (s *stream) refuse(f *finding, h *hearing) {
	s.state = foreign
	s.tcp.Ignore()
	s.observer.Totals.Others++
	s.observer.Totals.Foreign += h.size()
	packet, time := s.tcp.Packet, s.tcp.Time
	if n := len(h.chunks); n > 0 {
		packet, time = h.chunks[n-1].Packet, h.chunks[n-1].Time
	}
	if s.listed(1 - f.client) {
		s.state = disowned
		s.observer.begin(Open, s, s.conn.Packet, s.conn.Time)
		s.observer.Totals.Violations++
		from := h.first()
		e := s.observer.begin(Error, s, packet, time)
		e.From = message.Frontend
		if from != f.client {
			e.From = message.Backend
		}
		err := &NotPostgreSQL{Protocol: protocol(h.ends[from].bytes), First: h.ends[from].head()}
		if s.tls != nil && err.Protocol == "" {
			err.Protocol = fmt.Sprintf("TLS for %+q", s.tls.Info().Protocols)
		}
		e.Err = err
	}
	s.tellWhy("not PostgreSQL: "+f.why, packet, time)
}

// tellWhy tells why a connection was taken for what it was taken for.
func (s *stream) tellWhy(why string, packet int, time int64) {
	if s.observer.options.Why {
		e := s.observer.begin(Why, s, packet, time)
		e.Reason = why
	}
}

// listed tells whether that end has a port that was said to be PostgreSQL's.
func (s *stream) listed(end int) bool {
	return slices.Contains(s.observer.options.Ports, s.tcp.Ends[end].Port())
}

// likelyClient returns the end that is the client if nothing says otherwise: the one
// that opened the connection, else the one whose port is not PostgreSQL's, else the
// one that was seen first.
func (s *stream) likelyClient() int {
	switch {
	case s.tls != nil:
		return s.tls.Client
	case s.tcp.Opener != reassembly.Unknown:
		return s.tcp.Opener
	case s.listed(0) && !s.listed(1):
		return 1
	}
	return 0
}

// begun tells whether what was heard of an end is what it said first.
func (s *stream) begun(end int) bool {
	return (s.tcp.Opener != reassembly.Unknown || s.tls != nil) && !s.hearing.ends[end].cut
}

// asksInTLS looks for the protocol that a client asks for in TLS. One that asks for
// none may have been told what it is to by somebody: its port is taken at its word, or
// what comes out of it.
func asksInTLS(s *stream, h *hearing) *finding {
	if s.tls == nil {
		return nil
	}
	t, client := s.tls.Info(), s.tls.Client
	asked := t.Protocols
	switch {
	case slices.Contains(asked, alpn):
		return &finding{talking, client, "the client begins TLS and asks for the protocol " + alpn}
	case t.Why() == nil: // what is inside says more
		return nil
	case len(asked) > 0:
		return &finding{foreign, client, fmt.Sprintf("the client begins TLS and asks for the protocol %+q", asked)}
	case len(asked) == 0 && s.listed(1-client):
		return &finding{talking, client, "TLS on port " + port(s, 1-client)}
	case h.last && h.silent(0) && h.silent(1):
		return &finding{foreign, client, "TLS that asks for no protocol"}
	}
	return nil
}

// asksForPostgreSQL looks for a start-up packet. What only looks like a start-up packet is believed on a port of
// PostgreSQL.
func asksForPostgreSQL(s *stream, h *hearing) *finding {
	first := s.likelyClient()
	for _, client := range [2]int{first, 1 - first} {
		e := &h.ends[client]
		if e.cut {
			continue
		}
		if v := opening(e.bytes); v == certain || v == likely && s.listed(1-client) {
			return &finding{talking, client, "the client begins with " + openingName(e.bytes)}
		}
	}
	return nil
}

// speaksOtherProtocol looks for protocols that are known by how they begin.
func speaksOtherProtocol(s *stream, h *hearing) *finding {
	client := s.likelyClient()
	for end := range h.ends {
		b := h.ends[end].bytes
		switch name := protocol(b); {
		case name == "":
		case s.begun(end):
			return &finding{foreign, client, name + fmt.Sprintf(", begins with %+q", h.ends[end].head())}
		case !h.speaks(message.Frontend, end) && !h.speaks(message.Backend, end):
			return &finding{foreign, client, name}
		}
	}
	return nil
}

// speaksPostgreSQL looks for messages that follow one another. On a port of
// PostgreSQL one side is enough, else none must say anything else.
func speaksPostgreSQL(s *stream, h *hearing) *finding {
	first := s.likelyClient()
	if s.begun(first) { // that it begins otherwise than a client should is no matter if it is answered
		if end := 1 - first; h.answers(end) && (s.listed(end) || len(h.ends[first].bytes) == 0) {
			return &finding{talking, first, "the server answers like PostgreSQL"}
		}
		return nil
	}
	best, most := 0, 0
	for _, client := range [2]int{first, 1 - first} {
		n := 0
		if h.speaks(message.Frontend, client) {
			n++
		}
		if h.speaks(message.Backend, 1-client) {
			n++
		}
		if n > most {
			best, most = client, n
		}
	}
	switch {
	case most == 2:
		return &finding{talking, best, "both sides send messages that follow one another"}
	case most == 0:
		return nil
	case s.listed(1-best) || h.last && (h.silent(0) || h.silent(1)):
		return &finding{talking, best, "one side sends messages that follow one another"}
	}
	return nil
}

// doesNotAsk finds what begins, and begins otherwise than a client of PostgreSQL.
func doesNotAsk(s *stream, h *hearing) *finding {
	const few = 300 // bytes that a client sends before it is answered
	client := s.likelyClient()
	asks, answers := &h.ends[client], &h.ends[1-client]
	if !s.begun(client) || opening(asks.bytes) != no {
		return nil
	}
	if !s.listed(1-client) || h.last || len(asks.bytes) >= few || !plausible(message.Backend, answers.bytes) {
		return &finding{foreign, client, fmt.Sprintf("the client begins with %+q", asks.head())}
	}
	return nil
}

// doesNotSpeak finds what is no message, where one would begin: when a server speaks
// first, and when one side begins to speak after the other.
func doesNotSpeak(s *stream, h *hearing) *finding {
	const often = 3
	client := s.likelyClient()
	answers := &h.ends[1-client]
	switch {
	case s.begun(1-client) && h.silent(client) && !plausible(message.Backend, answers.bytes) &&
		(h.last || len(answers.bytes) > 5 && opening(answers.bytes) != perhaps): // it may be the client after all
		return &finding{foreign, client, fmt.Sprintf("the server speaks first, and says %+q", answers.head())}
	case h.fine == 0 && (h.odd >= often || h.last && h.odd > 0):
		return &finding{foreign, client, "no side begins with a message when it begins to speak"}
	}
	return nil
}

// isOnPort takes a connection at its port's word, when nothing else speaks for or
// against it.
func isOnPort(s *stream, h *hearing) *finding {
	if client := s.likelyClient(); s.listed(1-client) && (h.last || h.cost > maxHeld) {
		return &finding{talking, client, "it is to port " + port(s, 1-client)}
	}
	return nil
}

// isNothingKnown gives up.
func isNothingKnown(s *stream, h *hearing) *finding {
	switch client := s.likelyClient(); {
	case h.last && h.silent(0) && h.silent(1):
		return &finding{foreign, client, "nothing was said"}
	case h.last || h.cost > maxHeldElsewhere && !s.listed(1-client):
		return &finding{foreign, client, fmt.Sprintf("no messages are seen in what begins with %+q", h.ends[h.first()].head())}
	}
	return nil
}

func port(s *stream, end int) string { return strconv.Itoa(int(s.tcp.Ends[end].Port())) }

// A verdict says whether bytes are the first of a PostgreSQL client.
type verdict uint8

const (
	no      verdict = iota
	perhaps         // there are too few
	likely          // the head of a start-up packet
	certain         // a start-up packet to its end
)

// opening judges the first bytes of a client.
func opening(b []byte) verdict {
	h, whole, err := message.ReadHead(b, message.Frontend, message.Context{Framing: message.Startup})
	switch {
	case err != nil:
		return no
	case !whole:
		return perhaps
	case h.Size > len(b):
		return likely
	case h.Kind == message.KindStartupMessage && !isStartup(b[h.Body:h.Size]):
		return likely
	}
	return certain
}

// isStartup tells whether this is the body of a StartupMessage that a server would
// accept: one with a user.
func isStartup(body []byte) bool {
	var m message.StartupMessage
	return message.Decode(&m, body) == nil && m.Protocol.Major() == 3 &&
		slices.ContainsFunc(m.Parameters, func(p message.Parameter) bool { return string(p.Name) == "user" })
}

// openingName says what the first bytes of a client are.
func openingName(b []byte) string {
	h, _, _ := message.ReadHead(b, message.Frontend, message.Context{Framing: message.Startup})
	return h.Kind.String()
}

// plausible tells whether a message of that side may begin so: with a type byte, the one-byte
// answer to an SSLRequest, or the head of a start-up packet.
func plausible(from message.Side, b []byte) bool {
	if from == message.Backend && guessAnswer(b) != 0 || from == message.Frontend && opening(b) != no {
		return true
	}
	h, _, err := message.ReadHead(b, from, message.Context{})
	return err == nil && (len(b) == 0 || h.Kind != message.KindUnknown)
}
