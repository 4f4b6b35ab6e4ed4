package session_test

import (
	"fmt"
	"testing"

	"github.com/pgwdump/pgwdump/reassembly"
	"github.com/pgwdump/pgwdump/session"
)

// A crowd is some connections that one Observer sees.
type crowd struct {
	observer *session.Observer
	told     session.Events
	streams  []reassembly.Stream
}

func newCrowd(t *testing.T, o session.Options, size int) *crowd {
	o.Ports = []uint16{0}
	c := &crowd{observer: session.New(o)}
	c.observer.Tell(&c.told)
	for n := range size {
		c.streams = append(c.streams, c.open(t, n))
	}
	return c
}

// open opens a connection, and logs in.
func (c *crowd) open(t *testing.T, n int) reassembly.Stream {
	begin, err := parse("")
	if err != nil {
		t.Fatal(err)
	}
	s := c.observer.Open(&reassembly.Conn{Number: n, Opener: client})
	for i := range begin.chunks {
		s.Data(&begin.chunks[i])
	}
	return s
}

// say lets a connection say something, and returns what was told.
func (c *crowd) say(t *testing.T, conn int, text string) []session.Event {
	c.told.Reset()
	for _, chunk := range read(t, text).chunks {
		c.streams[conn].Data(&chunk)
	}
	return c.told.List
}

// prepared is a statement that is prepared under a name, which is part of its text.
const prepared = "> 1 Parse %[1]s \"select %[1]s\"\n> 1 Sync\n< 2 ParseComplete\n< 2 ReadyForQuery I\n"

// TestLapse lets connections prepare more than there is room for. The names of those go
// that have asked for nothing since, all of a connection at a time, and are told of.
func TestLapse(t *testing.T) {
	c := newCrowd(t, session.Options{View: session.Statements, Held: 8 << 10}, 4)
	run := "> 3 Bind \"\" %[1]s\n> 3 Execute \"\" 0\n> 3 Sync\n< 4 BindComplete\n< 4 CommandComplete SELECT 1\n< 4 ReadyForQuery I\n"
	sqlOf := func(conn int, name string) string {
		events := c.say(t, conn, fmt.Sprintf(run, name))
		for i := range events {
			if s := events[i].Statement; s != nil && s.SQL != nil {
				return string(s.SQL)
			}
		}
		return "?"
	}
	for conn := range 3 {
		for i := range 5 {
			c.say(t, conn, fmt.Sprintf(prepared, fmt.Sprintf("a%d", i)))
		}
	}
	var lapsed []int
	var sum session.Forgotten
	for i := range 30 {
		sqlOf(1, "a0") // it goes on, so that it is not the first to be forgotten
		events := c.say(t, 3, fmt.Sprintf(prepared, fmt.Sprintf("b%d", i)))
		for j := range events {
			if e := &events[j]; e.Type == session.Lapse {
				lapsed = append(lapsed, e.Conn.Number)
				sum.Add(e.Err.(*session.Forgotten))
			}
		}
		if len(lapsed) == 2 {
			break
		}
	}
	if got := fmt.Sprint(lapsed); got != "[0 2]" {
		t.Fatalf("what was forgotten is that of %s", got)
	}
	if sum.Prepared != 10 || sum != c.observer.Totals.Lapsed {
		t.Errorf("forgotten: %+v, in all %+v", sum, c.observer.Totals.Lapsed)
	}
	for conn, want := range []string{"?", "select a0", "?"} {
		if got := sqlOf(conn, "a0"); got != want {
			t.Errorf("connection %d runs %q", conn, got)
		}
	}
	c.say(t, 0, fmt.Sprintf(prepared, "a0"))
	if got := sqlOf(0, "a0"); got != "select a0" {
		t.Errorf("prepared again it is %q", got)
	}
}

// TestLapseAlone lets one connection make more names than there is room for, and keep
// portals open: its own go then, but those that it waits for.
func TestLapseAlone(t *testing.T) {
	c := newCrowd(t, session.Options{View: session.Statements, Held: 8 << 10}, 1)
	for i := range 200 {
		c.say(t, 0, fmt.Sprintf("> 1 Parse s%[1]d \"select %[1]d\"\n> 1 Bind p%[1]d s%[1]d\n> 1 Execute p%[1]d 1\n> 1 Sync\n", i))
		events := c.say(t, 0, "< 2 ParseComplete\n< 2 BindComplete\n< 2 PortalSuspended\n< 2 ReadyForQuery T\n")
		last := events[len(events)-1].Statement
		if last == nil || string(last.SQL) != fmt.Sprint("select ", i) {
			t.Fatalf("statement %d is %v", i, last)
		}
	}
	if f := c.observer.Totals.Lapsed; f.Prepared != f.Portals || f.Prepared < 150 || f.Prepared >= 200 || f.Requests > 0 {
		t.Errorf("forgotten: %+v", f)
	}
}

// TestLapsedRequests counts the requests that are given up because too many wait, of one
// connection and of all together, in whichever view.
func TestLapsedRequests(t *testing.T) {
	for _, view := range []session.View{session.Messages, session.Statements, session.Sessions} {
		c := newCrowd(t, session.Options{View: view, Held: 8 << 10}, 1)
		told := session.Forgotten{}
		for range 100 {
			events := c.say(t, 0, "> 1 Query \"select 1\"\n")
			for i := range events {
				if events[i].Type == session.Lapse {
					told.Add(events[i].Err.(*session.Forgotten))
				}
			}
		}
		if told.Requests < 80 || told.Requests >= 100 || told != c.observer.Totals.Lapsed {
			t.Errorf("view %d: %+v were told of, %+v counted", view, told, c.observer.Totals.Lapsed)
		}
	}
}
