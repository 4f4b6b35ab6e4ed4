// Package reassembly puts TCP segments into order: per connection and direction
// it gives the bytes of the stream as the receiver read them, and says where some
// are missing.
//
// A [Table] knows the connections: where one begins and ends, who opened it, and
// when the same addresses and ports are a new one. A capture is not the network:
// packets may be recorded twice, late, cut short, or not at all, while the
// receiver had them all. So the Table never waits for a byte that the receiver has
// acknowledged longer than a capture may reorder packets, and never gives up one
// that it has not.
//
// The connections of a capture may be spread over several Tables, which know nothing
// of each other: [capture.Segment.Flow] says which belong together. What a Table
// does depends on its own segments and on the numbers of their packets alone.
package reassembly

import (
	"maps"
	"slices"

	"github.com/pgwdump/pgwdump/capture"
)

// A Conn is one TCP connection of the capture.
type Conn struct {
	Number int // counted from 1 in the order of the first packets: by whoever asks Table.Found
	Packet int // number of the first packet
	Time   int64

	// Ends are the two ends. The first sent the first packet that was seen.
	Ends [2]capture.Endpoint
	// Opener is the index in Ends of the end that opened the connection: who
	// sent the SYN, or received the SYN-ACK. It is Unknown where neither was seen.
	Opener int

	stream Stream // nil until there is something to tell
	halves [2]half
	ending bool // an end was seen
	closed bool
}

// Unknown is the Opener of a connection whose opening was not captured.
const Unknown = -1

// A Chunk is the next piece of one direction of a connection.
type Chunk struct {
	From    int    // index in Conn.Ends of the sender
	Bytes   []byte // valid for as long as the Payload of the segments is
	Missing int    // bytes lost right before Bytes
	Packet  int    // the packet by which all of Bytes, and what was before, was there
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

// NewStream returns the Stream of a connection, when there is something to tell it.
type NewStream func(*Conn) Stream

// window is by how many packets a capture may have put one before another that it
// should follow: cards with several queues, and captures of several interfaces, do.
const window = 128

// A Table holds the connections of a capture, or some of them.
type Table struct {
	open   NewStream
	conns  map[key]*Conn
	latest *Conn         // the one that the segment before belonged to
	found  []*Conn       // since Found was asked
	ending queue[ending] // connections that have seen their end
	waits  queue[wait]   // directions to be looked at again
	chunk  Chunk
	held   int // bytes that all connections hold back

	packet int // the one that is being added, or the last one
	time   int64
}

// A key is the pair of ends, in a fixed order.
type key [2]capture.Endpoint

// An ending is a connection that has seen an RST, or a FIN from both sides, while
// something is missing. It is closed some packets later: what was sent before is
// often captured after it.
type ending struct {
	conn   *Conn
	how    Ending
	packet int
	time   int64
}

// A wait is a direction that holds something back that is to be delivered by the
// packet due, if not before.
type wait struct {
	conn *Conn
	from int
	due  int
}

// New returns a Table that opens a Stream for each connection.
func New(open NewStream) *Table { return &Table{open: open, conns: map[key]*Conn{}} }

// Add takes the next segment of the capture.
func (t *Table) Add(s *capture.Segment) {
	t.Pass(s.Number, func(int) {})
	t.time = s.Time
	const impossible = capture.SYN | capture.FIN | capture.RST
	if f := s.Flags & impossible; f&capture.SYN != 0 && f != capture.SYN {
		return // no receiver heeds it
	}
	c, from := t.find(s)
	t.latest = c
	if c.closed {
		return
	}
	h, peer := &c.halves[from], &c.halves[1-from]
	h.seen = true
	seq := s.Seq
	if s.Flags&capture.SYN != 0 {
		c.opened(from, s)
		seq++
	}
	if len(s.Payload)+s.Cut > 0 {
		t.take(c, from, seq, s)
	}
	if s.Flags&capture.ACK != 0 && s.Flags&capture.RST == 0 {
		if peer.acknowledge(s.Ack) {
			t.advance(c, 1-from)
		}
	}
	switch {
	case s.Flags&capture.RST != 0 && h.heeds(s.Seq):
		t.end(c, Reset)
	case s.Flags&capture.FIN != 0 && !h.finished:
		h.finished, h.end = true, seq+uint32(len(s.Payload)+s.Cut)
		if peer.finished {
			t.end(c, Finished)
		}
	}
	if c.halves[0].ended() && c.halves[1].ended() {
		t.close(c, Finished, s.Number, s.Time)
	}
}

// end notes that a connection has seen its end.
func (t *Table) end(c *Conn, how Ending) {
	if !c.ending {
		c.ending = true
		t.ending.push(ending{c, how, t.packet, t.time})
	}
}

// Pass tells that the capture has come to that packet, and does what was due until
// then. Each time something was, it calls done with the number of the packet with
// which it was due. [Table.Add] does the same.
func (t *Table) Pass(packet int, done func(packet int)) {
	for {
		switch wait, end := t.waits.first(), t.ending.first(); {
		case wait != nil && wait.due <= packet && (end == nil || wait.due <= end.packet+window):
			w := t.waits.pop()
			if t.packet = w.due; !w.conn.closed {
				t.advance(w.conn, w.from)
			}
		case end != nil && end.packet+window <= packet:
			e := t.ending.pop()
			t.packet = e.packet + window
			t.close(e.conn, e.how, e.packet, e.time)
		default:
			t.packet = packet
			return
		}
		done(t.packet)
	}
}

// Found returns the connections that were found since it was last asked, in the order
// of their first packets. It is valid until the next segment is added.
func (t *Table) Found() []*Conn {
	found := t.found
	t.found = t.found[:0]
	return found
}

// find returns the connection that a segment belongs to and which end sent it. A
// SYN with another sequence number than that of the connection is a new one with
// the same addresses and ports.
func (t *Table) find(s *capture.Segment) (c *Conn, from int) {
	if c = t.latest; c != nil && s.Flags&capture.SYN == 0 {
		switch {
		case c.Ends[0] == s.From && c.Ends[1] == s.To:
			return c, 0
		case c.Ends[1] == s.From && c.Ends[0] == s.To:
			return c, 1
		}
	}
	k := key{s.From, s.To}
	if s.To.Before(s.From) {
		k = key{s.To, s.From}
	}
	if c = t.conns[k]; c != nil {
		if c.Ends[0] != s.From {
			from = 1
		}
		if s.Flags&capture.SYN == 0 || c.halves[from].accepts(s.Seq) {
			return c, from
		}
		t.close(c, Replaced, s.Number, s.Time)
	}
	c = &Conn{Packet: s.Number, Time: s.Time, Ends: [2]capture.Endpoint{s.From, s.To}, Opener: Unknown}
	t.conns[k] = c
	t.found = append(t.found, c)
	return c, 0
}

// opened notes a SYN.
func (c *Conn) opened(from int, s *capture.Segment) {
	c.halves[from].synchronize(s.Seq)
	answer := s.Flags&capture.ACK != 0
	if answer { // it says where the other direction begins
		c.halves[1-from].synchronize(s.Ack - 1)
	}
	if c.Opener == Unknown {
		c.Opener = from
		if answer {
			c.Opener = 1 - from
		}
	}
}

// close delivers what a connection holds back and tells its Stream.
func (t *Table) close(c *Conn, how Ending, packet int, time int64) {
	if c.closed {
		return
	}
	t.drain(c)
	for from := range c.halves {
		t.lose(c, from, c.halves[from].tail())
	}
	c.closed = true
	if c.stream == nil {
		c.stream = t.open(c)
	}
	c.stream.Close(how, packet, time)
	c.stream = nil
}

// Close ends the capture with the packet of that number and time. What was held back
// is delivered. The connections that have seen their end are closed in the order in
// which they have, then the others in the order of their first packets. After each it
// calls done with a number that puts those of several Tables into that order.
func (t *Table) Close(packet int, time int64, done func(order int)) {
	for t.ending.len() > 0 {
		e := t.ending.pop()
		t.close(e.conn, e.how, e.packet, e.time)
		done(e.packet)
	}
	conns := slices.Collect(maps.Values(t.conns))
	slices.SortFunc(conns, func(a, b *Conn) int { return a.Packet - b.Packet })
	for _, c := range conns {
		t.close(c, Open, packet, time)
		done(packet + c.Packet)
	}
}

// A queue is a first-in-first-out list.
type queue[T any] struct {
	items []T
	head  int
}

func (q *queue[T]) len() int { return len(q.items) - q.head }

// first returns the item that was pushed first, nil where there is none.
func (q *queue[T]) first() *T {
	if q.len() == 0 {
		return nil
	}
	return &q.items[q.head]
}

func (q *queue[T]) push(item T) {
	if q.head > len(q.items)/2 {
		q.items = slices.Delete(q.items, 0, q.head)
		q.head = 0
	}
	q.items = append(q.items, item)
}

func (q *queue[T]) pop() T {
	item := q.items[q.head]
	q.head++
	return item
}
