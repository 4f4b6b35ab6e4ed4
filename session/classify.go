package session

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/pgwdump/pgwdump/decode"
	"github.com/pgwdump/pgwdump/message"
	"github.com/pgwdump/pgwdump/phase"
	"github.com/pgwdump/pgwdump/reassembly"
)

// maxHeld is how many bytes of a connection are held until it is known what it is.
const maxHeld = 16 << 10

// NotPostgreSQL is the error of a connection that begins as none of PostgreSQL
// does, on a port that was said to be one.
type NotPostgreSQL struct {
	First []byte // the first bytes
	Err   error  // why they are no message
}

// Error returns one line that shows the first bytes.
func (e *NotPostgreSQL) Error() string {
	return fmt.Sprintf("not PostgreSQL: begins with %+q", e.First)
}

// Unwrap returns why the first bytes are no message.
func (e *NotPostgreSQL) Unwrap() error { return e.Err }

// decide finds out who of the two is the client, and whether they speak
// PostgreSQL. Until it knows it holds what comes.
func (s *stream) decide(c *reassembly.Chunk) {
	held := *c
	held.Bytes = bytes.Clone(c.Bytes)
	s.held = append(s.held, held)
	client, known := s.whoIsClient()
	switch {
	case known && s.listed(1-client):
		s.begin(client)
	case known && (s.tcp.Opener != reassembly.Unknown || s.tls != nil):
		switch begins(s.first(client)) {
		case yes:
			s.begin(client)
		case no:
			s.forget()
		}
	case known && begins(s.first(client)) == yes:
		s.begin(client)
	case !s.listed(0) && !s.listed(1):
		s.forget()
	}
	if s.state == undecided && s.holding() > maxHeld {
		s.forget()
	}
}

// decideAtLast decides at the end of a connection that was too short to tell. One
// to a PostgreSQL port is told of even if it carried nothing.
func (s *stream) decideAtLast() {
	client, known := s.whoIsClient()
	if !known {
		client = 0
	}
	if s.listed(1 - client) {
		s.begin(client)
	}
}

// begin begins to tell of a PostgreSQL connection with what was held.
func (s *stream) begin(client int) {
	s.client = client
	s.state = talking
	s.conn = Conn{
		Number: s.tcp.Number, Packet: s.tcp.Packet, Time: s.tcp.Time,
		Client: s.tcp.Ends[client].String(), Server: s.tcp.Ends[1-client].String(),
	}
	start := phase.Startup
	if s.tls == nil && s.tcp.Opener == reassembly.Unknown && begins(s.first(client)) != yes {
		start = phase.Unsynchronised
	}
	s.tracker = phase.New(start)
	for i, from := range []message.Side{message.Frontend, message.Backend} {
		s.sides[i] = side{from: from, decoder: decode.New(from, decode.Options{MaxBody: s.observer.options.MaxBody, Resync: true})}
		if start == phase.Unsynchronised {
			s.sides[i].decoder.Lose()
		}
	}
	s.pairing = newPairing(s)
	s.observer.Totals.Connections++
	s.observer.emit(s.observer.begin(Open, s, s.conn.Packet, s.conn.Time))
	if s.tls != nil {
		s.enterTLS()
	}
	held := s.held
	s.held = nil
	for i := range held {
		s.Data(&held[i])
	}
}

// forget stops looking at a connection.
func (s *stream) forget() {
	s.state = foreign
	s.held = nil
}

// listed tells whether that end has a port that was said to be PostgreSQL's.
func (s *stream) listed(end int) bool {
	return slices.Contains(s.observer.options.Ports, s.tcp.Ends[end].Port())
}

// first returns what was held of what that end sent.
func (s *stream) first(end int) []byte {
	var b []byte
	for i := range s.held {
		if s.held[i].From == end {
			b = append(b, s.held[i].Bytes...)
		}
	}
	return b
}

func (s *stream) holding() (n int) {
	for i := range s.held {
		n += len(s.held[i].Bytes)
	}
	return n
}

// whoIsClient tells which end is the client: the one that opened the connection,
// else the one whose port is not PostgreSQL's, else the one that talks like it.
func (s *stream) whoIsClient() (end int, known bool) {
	switch {
	case s.tls != nil:
		return s.tls.Client, true
	case s.tcp.Opener != reassembly.Unknown:
		return s.tcp.Opener, true
	case s.listed(0) != s.listed(1):
		if s.listed(0) {
			return 1, true
		}
		return 0, true
	}
	for end := range s.tcp.Ends {
		b := s.first(end)
		if len(b) == 0 {
			continue
		}
		frontend, backend := whole(b, message.Frontend), whole(b, message.Backend)
		switch {
		case begins(b) == yes || frontend > backend:
			return end, true
		case backend > frontend:
			return 1 - end, true
		}
	}
	return 0, false
}

type verdict uint8

const (
	perhaps verdict = iota
	yes
	no
)

// begins tells whether these are the first bytes of a PostgreSQL client: a
// start-up packet.
func begins(b []byte) verdict {
	_, whole, err := message.ReadHead(b, message.Frontend, message.Context{Framing: message.Startup})
	switch {
	case whole:
		return yes
	case err != nil:
		return no
	}
	return perhaps
}

// whole returns how many whole messages of that side b begins with, none if
// something in it cannot be one.
func whole(b []byte, from message.Side) (n int) {
	d := decode.New(from, decode.Options{})
	d.Feed(b)
	for {
		f, err := d.Next(message.Context{})
		switch {
		case err == decode.ErrMore:
			return n
		case err != nil, f.Kind == message.KindUnknown, message.Decode(f.New(), f.Body) != nil:
			return 0
		}
		n++
	}
}
