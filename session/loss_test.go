package session_test

import (
	"testing"

	"github.com/pgwdump/pgwdump/reassembly"
	"github.com/pgwdump/pgwdump/session"
)

// What a server answers is no violation while the requests are among the bytes in which
// the next message is searched for.
func TestAnswersWhileSearching(t *testing.T) {
	c, err := parse(`
> 20 gap 30
> 20 Query "searched for"
< 21 CommandComplete SELECT 1
< 21 ReadyForQuery I
< 31 CommandComplete SELECT 1
< 31 ReadyForQuery I
`)
	if err != nil {
		t.Fatal(err)
	}
	o := session.New(session.Options{Ports: []uint16{0}})
	o.Tell(new(session.Events))
	s := o.Open(&reassembly.Conn{Number: 1, Opener: client})
	for i, chunk := range c.chunks {
		if i > 0 && c.chunks[i-1].Missing > 0 {
			chunk.Bytes = chunk.Bytes[len(chunk.Bytes)-8:] // the end of a message, which is none
		}
		s.Data(&chunk)
	}
	s.Close(reassembly.Finished, len(c.chunks), 0)
	if n := o.Totals.Violations; n != 0 {
		t.Errorf("%d violations", n)
	}
	if o.Totals.Lost != 30 || o.Totals.Undecoded != 8 {
		t.Errorf("%d bytes lost, %d not decoded", o.Totals.Lost, o.Totals.Undecoded)
	}
}

// What is against the protocol is told of while a message of the other side is on its way:
// that it is not whole yet does not say that anything is missing.
func TestViolationInMessage(t *testing.T) {
	c, err := parse(`
> 10 Query "on its way"
> 12 cut 8
< 11 AuthenticationOk
`)
	if err != nil {
		t.Fatal(err)
	}
	o := session.New(session.Options{Ports: []uint16{0}})
	o.Tell(new(session.Events))
	s := o.Open(&reassembly.Conn{Number: 1, Opener: client})
	last := len(c.chunks) - 1
	c.chunks[last-1], c.chunks[last] = c.chunks[last], c.chunks[last-1] // the rest of the Query comes behind the answer
	for i := range c.chunks {
		s.Data(&c.chunks[i])
	}
	s.Close(reassembly.Finished, len(c.chunks), 0)
	if o.Totals.Violations != 1 || o.Totals.Lost != 0 {
		t.Errorf("%d violations, %d bytes lost", o.Totals.Violations, o.Totals.Lost)
	}
}

// A client that sends its StartupMessage with the SSLRequest, and does not wait for what
// the server says to that, gets two answers at a time. Each is to what it is to.
func TestStartsWithoutWaiting(t *testing.T) {
	start, err := encode("StartupMessage", []string{"user", "app"})
	if err != nil {
		t.Fatal(err)
	}
	ok, _ := encode("AuthenticationOk", nil)
	ready, _ := encode("ReadyForQuery", []string{"I"})
	o := session.New(session.Options{Ports: []uint16{0}})
	o.Tell(new(session.Events))
	s := o.Open(&reassembly.Conn{Number: 1, Opener: client})
	s.Data(&reassembly.Chunk{From: client, Bytes: append([]byte("\x00\x00\x00\x08\x04\xd2\x16\x2f"), start...), Packet: 1})
	s.Data(&reassembly.Chunk{From: server, Bytes: append(append([]byte("N"), ok...), ready...), Packet: 2})
	s.Close(reassembly.Finished, 3, 0)
	if o.Totals.Violations != 0 || o.Totals.Messages != 5 {
		t.Errorf("%d messages, %d violations", o.Totals.Messages, o.Totals.Violations)
	}
}

// A request that claims to be longer than it is swallows those behind it. That is told of
// once, by the first answer that does not fit.
func TestViolationOnce(t *testing.T) {
	c, err := parse(`
> 10 Query "too long"
> 20 Query "swallowed"
< 11 CommandComplete SELECT 1
< 11 ReadyForQuery I
< 21 CommandComplete SELECT 1
< 21 ReadyForQuery I
`)
	if err != nil {
		t.Fatal(err)
	}
	o := session.New(session.Options{Ports: []uint16{0}})
	o.Tell(new(session.Events))
	s := o.Open(&reassembly.Conn{Number: 1, Opener: client})
	heard := int64(0)
	for _, chunk := range c.chunks {
		if chunk.From == client {
			if heard += int64(len(chunk.Bytes)); chunk.Time == 10*ms {
				chunk.Bytes[2] = 1 // 64 kB more
			}
		}
		chunk.Heard = heard
		s.Data(&chunk)
	}
	s.Close(reassembly.Finished, len(c.chunks), 0)
	if n := o.Totals.Violations; n != 1 {
		t.Errorf("%d violations", n)
	}
}

// What is against the protocol is told of again once the two sides are in step for certain:
// when a second has passed after a ReadyForQuery, and nobody has said anything.
func TestViolationAfterLoss(t *testing.T) {
	for _, c := range []struct {
		script     string
		violations int64
	}{
		{`
> 10 gap 30
> 11 Query "behind it"
< 12 CommandComplete SELECT 1
< 12 ReadyForQuery I
> 1012 Query "after a pause"
< 1013 ParseComplete
`, 1},
		{`
> 10 gap 30
> 11 Query "behind it"
< 12 CommandComplete SELECT 1
< 12 ReadyForQuery I
> 1011 Query "too soon"
< 1013 ParseComplete
`, 0},
		{`
> 10 gap 30
> 11 Query "behind it"
< 12 CommandComplete SELECT 1
< 12 ReadyForQuery I
< 500 NoticeResponse S NOTICE
> 1012 Query "somebody has said something"
< 1013 ParseComplete
`, 0},
		{`
> 10 gap 30
> 11 Query "behind it"
< 12 CommandComplete SELECT 1
< 12 ReadyForQuery I
> 1012 Query "after a pause"
> 1013 gap 30
< 1014 ParseComplete
`, 0},
	} {
		script, err := parse(c.script)
		if err != nil {
			t.Fatal(err)
		}
		o := session.New(session.Options{Ports: []uint16{0}})
		o.Tell(new(session.Events))
		s := o.Open(&reassembly.Conn{Number: 1, Opener: client})
		for i := range script.chunks {
			s.Data(&script.chunks[i])
		}
		s.Close(reassembly.Finished, len(script.chunks), 0)
		if o.Totals.Violations != c.violations {
			t.Errorf("%d violations, want %d in %s", o.Totals.Violations, c.violations, c.script)
		}
	}
}
