package tlskeys

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
)

// A segment is what one side sent at once.
type segment struct {
	fromClient bool
	bytes      []byte
}

// A session is a recorded connection: what was on the wire, in its order, the key
// log of it, and what both sides have said, the client first.
type session struct {
	segments []segment
	keys     []byte
	said     [2][]byte
}

// log returns the key log of a session.
func (s *session) log(t testing.TB) *Log {
	t.Helper()
	l := new(Log)
	if err := l.Read(bytes.NewReader(s.keys)); err != nil {
		t.Fatal(err)
	}
	return l
}

// stream returns the encrypted bytes of one direction.
func (s *session) stream(fromClient bool) (b []byte) {
	for _, g := range s.segments {
		if g.fromClient == fromClient {
			b = append(b, g.bytes...)
		}
	}
	return b
}

// cut returns the session with its segments cut by f, which says how long the next
// part is.
func (s *session) cut(f func() int) *session {
	c := *s
	c.segments = nil
	for _, g := range s.segments {
		for len(g.bytes) > 0 {
			n := min(f(), len(g.bytes))
			c.segments = append(c.segments, segment{g.fromClient, g.bytes[:n]})
			g.bytes = g.bytes[n:]
		}
	}
	return &c
}

// cuts returns the session in segments of one byte, of random sizes, and all that one
// side sent before all that the other did.
func (s *session) cuts(r *rand.Rand) map[string]*session {
	c, p := *s, *s
	client, server := segment{true, s.stream(true)}, segment{false, s.stream(false)}
	c.segments, p.segments = []segment{client, server}, []segment{server, client}
	return map[string]*session{
		"as it was":    s,
		"byte by byte": s.cut(func() int { return 1 }),
		"small pieces": s.cut(func() int { return 1 + r.IntN(64) }),
		"large pieces": s.cut(func() int { return 1 + r.IntN(30000) }),
		"client first": &c,
		"server first": &p,
	}
}

// A heard is what came out of a session.
type heard struct {
	plain [2][]byte   // with nothing where something was lost
	parts [2][]string // between the losses
	lost  [2]int64
	items []Item // copies
	info  Info
}

// index is 0 for the client and 1 for the server.
func index(fromClient bool) int {
	if fromClient {
		return 0
	}
	return 1
}

// hear returns a Conn that writes what comes out into h.
func hear(l *Log, o Options) (*Conn, *heard) {
	h := &heard{parts: [2][]string{{""}, {""}}}
	return New(l, o, func(i Item) {
		side := index(i.FromClient)
		if (i.Lost > 0) == (len(i.Plain) > 0) || (i.Lost > 0) != (i.Why != nil) {
			panic(fmt.Sprintf("an item that is neither data nor a loss: %+v", i))
		}
		i.Plain = bytes.Clone(i.Plain)
		h.items = append(h.items, i)
		h.lost[side] += i.Lost
		h.plain[side] = append(h.plain[side], i.Plain...)
		if i.Lost > 0 {
			h.parts[side] = append(h.parts[side], "")
		}
		h.parts[side][len(h.parts[side])-1] += string(i.Plain)
	}), h
}

// play feeds a session to a Conn.
func play(l *Log, s *session) *heard {
	c, h := hear(l, Options{})
	for i, g := range s.segments {
		c.Feed(g.fromClient, g.bytes, Origin{Packet: i + 1})
	}
	c.Close()
	h.info = *c.Info()
	return h
}

// checkWhole checks that all that was said came out.
func checkWhole(t *testing.T, s *session, h *heard) {
	t.Helper()
	for side, name := range []string{"client", "server"} {
		if !bytes.Equal(h.plain[side], s.said[side]) {
			t.Errorf("%s: %d bytes came out, not what was said, %d bytes", name, len(h.plain[side]), len(s.said[side]))
		}
		if h.lost[side] > 0 {
			t.Errorf("%s: %d bytes lost: %v", name, h.lost[side], h.items)
		}
	}
	if why := h.info.Why(); why != nil {
		t.Errorf("cannot be read: %v", why)
	}
}

// checkCuts checks that all that was said comes out, however the stream is cut.
func checkCuts(t *testing.T, s *session) {
	t.Helper()
	for name, c := range s.cuts(rand.New(rand.NewPCG(1, 2))) {
		t.Run(name, func(t *testing.T) { checkWhole(t, c, play(s.log(t), c)) })
	}
}
