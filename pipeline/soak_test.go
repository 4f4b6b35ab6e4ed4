//go:build soak

package pipeline

import (
	"bytes"
	"flag"
	"io"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/pgwdump/pgwdump/capture"
	"github.com/pgwdump/pgwdump/message"
	"github.com/pgwdump/pgwdump/render"
	"github.com/pgwdump/pgwdump/session"
)

var packets = flag.Int("packets", 10_000_000, "how many packets to soak in")

// A soaker makes the packets of a network on which PostgreSQL and other things are
// spoken on many connections at a time, and spoils them.
type soaker struct {
	*rand.Rand
	p       *Pipeline
	number  int
	late    [32]capture.Packet // packets that are held back
	turn    int                // which of them comes next
	conns   [64]talk
	opened  uint32
	sent    int64 // bytes of payload
	dropped int64 // of them
	given   int64 // bytes of payload that were captured, repeated ones included
}

// A talk is one connection.
type talk struct {
	client  uint32
	port    uint16 // of the server
	seq     [2]uint32
	steps   int // left
	foreign bool
}

// TestSoak runs a pipeline for as long as it takes to have seen ten million packets, of
// which 2 in a hundred were lost, 1 came twice and others late. Memory does not grow,
// and in the end the sums are right.
func TestSoak(t *testing.T) {
	s := &soaker{Rand: rand.New(rand.NewPCG(7, 7))}
	s.p = New(Options{
		Session:     session.Options{Ports: []uint16{session.DefaultPort}, MaxBody: session.DefaultMaxBody},
		Connections: 1 << 12,
		Held:        64 << 20,
		Jobs:        2,
		Render:      func() Renderer { return &render.JSON{} },
		Output:      io.Discard,
	})
	early := 0
	for s.number < *packets {
		s.step(&s.conns[s.IntN(len(s.conns))])
		if early == 0 && s.number > *packets/10 {
			early = resident(t)
		}
	}
	late := resident(t)
	for i := range s.late {
		s.add(&s.late[i])
	}
	if err := s.p.Close(); err != nil {
		t.Fatal(err)
	}
	totals := s.p.Totals()
	t.Logf("%d packets, %d connections, %d kB resident after a tenth, %d kB at the end: %+v", s.number, s.opened, early, late, totals)
	if late > early+early/2 || late > 256<<10 {
		t.Errorf("%d kB were resident after a tenth of the packets, and %d kB at the end", early, late)
	}
	if n := totals.Decoded + totals.Undecoded + totals.Encrypted + totals.Foreign + totals.Repeated; n != s.given {
		t.Errorf("%d bytes are accounted for, %d were captured", n, s.given)
	}
	// What other connections lost is not told of, nor what was lost at the end of all.
	if lost := totals.Lost; lost > s.dropped || lost < s.dropped*9/10 {
		t.Errorf("%d bytes are said to be lost of %d", lost, s.dropped)
	}
	if totals.Violations > 0 {
		t.Errorf("%d violations were told of, none was made", totals.Violations)
	}
	if totals.Forgotten > 0 || totals.Malformed > 0 || totals.Connections == 0 || totals.Others == 0 {
		t.Errorf("%+v", totals)
	}
}

// resident returns how many kB of memory the process has.
func resident(t *testing.T) int {
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Skip(err)
	}
	pages, _ := strconv.Atoi(strings.Fields(string(b))[1])
	return pages * os.Getpagesize() >> 10
}

// step lets one connection go on.
func (s *soaker) step(c *talk) {
	switch {
	case c.steps == 0:
		s.opened++
		*c = talk{client: 0x0a000000 + s.opened, port: session.DefaultPort, steps: 2 + s.IntN(200), foreign: s.IntN(10) == 0}
		if c.foreign {
			c.port = 80
		}
		c.seq = [2]uint32{s.Uint32(), s.Uint32()}
		s.packet(c, 0, capture.SYN, nil)
		s.packet(c, 1, capture.SYN|capture.ACK, nil)
		if c.foreign {
			return
		}
		s.say(c, 0, &message.StartupMessage{Protocol: message.Version30, Parameters: []message.Parameter{{Name: message.Text("user"), Value: message.Text("soak")}}})
		s.say(c, 1, &message.AuthenticationOk{}, &message.ReadyForQuery{Status: message.Idle})
	case c.steps == 1:
		if !c.foreign {
			s.say(c, 0, &message.Terminate{})
		}
		for range 3 { // so that at least one is captured
			s.packet(c, 0, capture.FIN|capture.ACK, nil)
			s.packet(c, 1, capture.FIN|capture.ACK, nil)
		}
	case c.foreign:
		s.packet(c, s.IntN(2), capture.ACK, bytes.Repeat([]byte("GET / HTTP/1.1\r\n"), 1+s.IntN(60)))
	default:
		s.say(c, 0, &message.Query{SQL: message.Text("select id, name from things where id > " + strconv.Itoa(s.IntN(1000)))})
		rows := []message.Message{&message.RowDescription{Columns: []message.Column{{Name: message.Text("id"), Type: 23, Size: 4}, {Name: message.Text("name"), Type: 25, Size: -1}}}}
		for range s.IntN(20) {
			rows = append(rows, &message.DataRow{Values: message.NewValues([]byte(strconv.Itoa(s.IntN(1e6))), bytes.Repeat([]byte("x"), s.IntN(300)))})
		}
		s.say(c, 1, append(rows, &message.CommandComplete{Tag: message.Text("SELECT " + strconv.Itoa(len(rows)-1))}, &message.ReadyForQuery{Status: message.Idle})...)
	}
	c.steps--
}

// say sends messages, in segments of 1448 bytes.
func (s *soaker) say(c *talk, from int, messages ...message.Message) {
	var b []byte
	for _, m := range messages {
		b, _ = message.Append(b, m)
	}
	for len(b) > 0 {
		n := min(len(b), 1448)
		s.packet(c, from, capture.ACK, b[:n])
		b = b[n:]
	}
}

// packet sends a packet, which may be lost, come late, or twice.
func (s *soaker) packet(c *talk, from int, flags byte, payload []byte) {
	p := packetOf(c.client, c.port, from, c.seq, flags, payload)
	if c.seq[from] += uint32(len(payload)); flags&capture.SYN != 0 {
		c.seq[from]++
	}
	if !c.foreign {
		s.sent += int64(len(payload))
	}
	if s.IntN(50) == 0 && flags&(capture.SYN|capture.FIN) == 0 {
		if !c.foreign {
			s.dropped += int64(len(payload))
		}
		return
	}
	switch s.IntN(100) {
	case 0:
		s.add(&p)
		s.add(&p)
	case 1, 2, 3:
		s.late[s.turn] = p
	default:
		s.add(&p)
	}
	s.turn = (s.turn + 1) % len(s.late)
	s.add(&s.late[s.turn])
	s.late[s.turn] = capture.Packet{}
}

// add captures a packet.
func (s *soaker) add(p *capture.Packet) {
	if p.Data == nil {
		return
	}
	s.number++
	q := *p
	q.Number, q.Time = s.number, int64(s.number)*1000
	s.given += int64(len(p.Data) - 40)
	s.p.Add(&q)
}
