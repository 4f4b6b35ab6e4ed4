// Package reassembly puts TCP segments into order: per connection and direction
// it gives the bytes of the stream as a receiver would read them, and says where
// some are missing.
//
// A [Table] knows the connections: where one begins and ends, who opened it, and
// when the same addresses and ports are a new one. Bringing the bytes of each
// direction into order is left to gopacket's reassembly, which stays behind the
// types of this package.
package reassembly

import (
	"maps"
	"slices"

	"github.com/pgwdump/pgwdump/capture"
)

// A Conn is one TCP connection of the capture.
type Conn struct {
	Number int // counted from 1, in the order of the first packets
	Packet int // number of the first packet
	Time   int64

	// Ends are the two ends. The first sent the first packet that was seen.
	Ends [2]capture.Endpoint
	// Opener is the index in Ends of the end that opened the connection: who
	// sent the SYN, or received the SYN-ACK. It is Unknown where neither was seen.
	Opener int

	stream Stream
	halves [2]half // what each of Ends sends
	reset  bool    // an RST was seen
	closed bool
}

// Unknown is the Opener of a connection whose opening was not captured.
const Unknown = -1

// A Chunk is the next piece of one direction of a connection.
type Chunk struct {
	From    int    // index in Conn.Ends of the sender
	Bytes   []byte // valid until the Stream returns
	Missing int    // bytes lost right before Bytes
	Packet  int    // the packet by which all of Bytes was there
	Time    int64  // of that packet, nanoseconds since 1970-01-01 UTC
}

// An Ending says how a connection ended.
type Ending uint8

const (
	// Open: the capture ended first.
	Open Ending = iota
	// Finished: both ends have sent FIN.
	Finished
	// Reset: one end has sent RST.
	Reset
	// Replaced: the same addresses and ports were opened anew.
	Replaced
)

// String returns "open", "finished", "reset" or "replaced".
func (e Ending) String() string {
	return [...]string{"open", "finished", "reset", "replaced"}[e]
}

// A Stream takes what one connection carries.
type Stream interface {
	// Data takes the next bytes of one direction.
	Data(*Chunk)
	// Close tells that no more will come. The packet is that which ended it, or
	// the last of the capture.
	Close(how Ending, packet int, time int64)
}

// NewStream is called with the first packet of each connection.
type NewStream func(*Conn) Stream

// A half is one direction of a connection: what one end sends.
type half struct {
	synSeen bool
	finSeen bool
	started bool   // next is known
	isn     uint32 // the sequence number of the SYN
	next    uint32 // the sequence number of the byte that the Stream gets next
	end     uint32 // the sequence number of the FIN
	packet  int    // the latest packet of those that brought what was delivered
	time    int64  // of it
	begun   bool   // gopacket knows next
	behind  int    // segments that came since a byte is missing
	cut     bool   // the capture keeps only the beginnings of packets
}

// A key is the pair of ends, in a fixed order.
type key [2]capture.Endpoint

// A Table holds the connections of a capture.
type Table struct {
	open     NewStream
	conns    map[key]*Conn
	count    int
	resets   []reset // connections that are closed when no more has come for a while
	assembly *assembly

	packet int // the last one seen
	time   int64
}

// A reset is a connection that has seen an RST, and when.
type reset struct {
	conn   *Conn
	packet int
	time   int64
}

// linger is how many packets are waited for after an RST: what the other end had
// sent before it knew is often captured after it.
const linger = 64

// New returns a Table that opens a Stream for each connection.
func New(open NewStream) *Table {
	return &Table{open: open, conns: map[key]*Conn{}, assembly: newAssembly()}
}

// Add takes the next segment of the capture.
func (t *Table) Add(s *capture.Segment) {
	t.packet, t.time = s.Number, s.Time
	for len(t.resets) > 0 && s.Number-t.resets[0].packet > linger {
		r := t.resets[0]
		t.resets = t.resets[1:]
		t.close(r.conn, Reset, r.packet, r.time)
	}
	c, from := t.find(s)
	if c.closed {
		return
	}
	h := &c.halves[from]
	if s.Flags&capture.SYN != 0 && !h.synSeen {
		h.synSeen, h.isn = true, s.Seq
		if !h.started {
			h.started, h.next = true, s.Seq+1
		}
		if c.Opener == Unknown {
			c.Opener = from
			if s.Flags&capture.ACK != 0 {
				c.Opener = 1 - from
			}
		}
	}
	if len(s.Payload)+s.Cut > 0 {
		t.assembly.add(c, from, s)
	}
	switch {
	case s.Flags&capture.RST != 0 && !c.reset && h.inWindow(s.Seq):
		c.reset = true
		t.resets = append(t.resets, reset{c, s.Number, s.Time})
	case s.Flags&capture.FIN != 0 && !h.finSeen:
		h.finSeen, h.end = true, s.Seq+uint32(len(s.Payload)+s.Cut)
	}
	if c.halves[0].ended() && c.halves[1].ended() {
		t.close(c, Finished, s.Number, s.Time)
	}
}

// find returns the connection that a segment belongs to and which end sent it. A
// SYN with another sequence number than that of the connection is a new one with
// the same addresses and ports.
func (t *Table) find(s *capture.Segment) (c *Conn, from int) {
	k := key{s.From, s.To}
	if s.To.Before(s.From) {
		k = key{s.To, s.From}
	}
	if c = t.conns[k]; c != nil {
		if c.Ends[0] != s.From {
			from = 1
		}
		if s.Flags&capture.SYN == 0 || c.halves[from].accepts(s) {
			return c, from
		}
		t.close(c, Replaced, s.Number, s.Time)
	}
	t.count++
	c = &Conn{Number: t.count, Packet: s.Number, Time: s.Time, Ends: [2]capture.Endpoint{s.From, s.To}, Opener: Unknown}
	c.stream = t.open(c)
	t.conns[k] = c
	return c, 0
}

// accepts tells whether a SYN may belong to this direction: it is the first, or
// the same again, or comes late.
func (h *half) accepts(s *capture.Segment) bool {
	if h.synSeen {
		return s.Seq == h.isn
	}
	return !h.started || s.Seq+1 == h.next
}

// inWindow tells whether a receiver would heed an RST with this sequence number.
func (h *half) inWindow(seq uint32) bool {
	const window = 1 << 16
	return !h.started || seq-h.next < window
}

// ended tells whether the Stream has got all that was sent up to the FIN.
func (h *half) ended() bool {
	return h.finSeen && (!h.started || int32(h.end-h.next) <= 0)
}

func (t *Table) close(c *Conn, how Ending, packet int, time int64) {
	if c.closed {
		return
	}
	t.assembly.finish(c)
	c.closed = true
	c.stream.Close(how, packet, time)
	c.stream = nil
}

// Close ends the capture: what was held back is delivered, and the connections
// are closed in the order of their numbers.
func (t *Table) Close() {
	t.assembly.flush()
	for _, r := range t.resets {
		t.close(r.conn, Reset, r.packet, r.time)
	}
	conns := slices.Collect(maps.Values(t.conns))
	slices.SortFunc(conns, func(a, b *Conn) int { return a.Number - b.Number })
	for _, c := range conns {
		t.close(c, Open, t.packet, t.time)
	}
}
