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

	// Ignored is how many bytes of payload came after Ignore.
	Ignored int64

	stream  Stream // nil until there is something to tell
	untold  []Conflict
	halves  [2]half
	ending  bool // an end was seen
	closed  bool
	ignored bool
	newer   *Conn // the one that had its last packet after this one
	older   *Conn
}

// Ignore says that the Stream wants no more of the connection: its bytes are only
// counted from then on, and nothing is held back.
func (c *Conn) Ignore() { c.ignored = true }

// Unknown is the Opener of a connection whose opening was not captured.
const Unknown = -1

// A Chunk is the next piece of one direction of a connection.
type Chunk struct {
	From    int    // index in Conn.Ends of the sender
	Bytes   []byte // valid for as long as the Payload of the segments is
	Missing int    // bytes lost right before Bytes
	Heard   int64  // how many bytes of the other direction the sender has acknowledged so far, lost ones included; 0 where that is not known
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
	// Forgotten: there were too many connections, and of all that were open this one
	// has been silent for the longest.
	Forgotten
)

// String returns "open", "finished", "reset", "replaced" or "forgotten".
func (e Ending) String() string {
	return [...]string{"open", "finished", "reset", "replaced", "forgotten"}[e]
}

// A Stream takes what one connection carries.
type Stream interface {
	// Data takes the next bytes of one direction.
	Data(*Chunk)
	// Conflict tells that bytes came again, and were others, as far as that is noticed.
	// It is valid until Conflict returns.
	Conflict(*Conflict)
	// Close tells that no more will come. The packet is that which ended it, or
	// the last of the capture.
	Close(how Ending, packet int, time int64)
}

// NewStream returns the Stream of a connection, when there is something to tell it.
type NewStream func(*Conn) Stream

// Window is by how many packets a capture may have put one before another that it
// should follow: cards with several queues, and captures of several interfaces, do.
const Window = 128

// lingering is for how many packets a connection that has ended is remembered, for
// what comes late of it.
const lingering = 4096

// Options limit what a Table holds.
type Options struct {
	// Connections is how many may be open; over that the one that has been silent
	// for the longest is [Forgotten]. 0 is no limit.
	Connections int
	// Held is how many bytes all directions hold back together, until what is missing
	// before them comes; over that it is given up. 0 is 8 MiB.
	Held int
}

// A Table holds the connections of a capture, or some of them.
type Table struct {
	// Repeated is how many bytes of payload no receiver would have taken: most of them
	// had come before, some came when they had been given up. Forgotten is how many
	// connections have had that end.
	Repeated  int64
	Short     int64 // segments of which the capture has not kept all
	Forgotten int

	options Options
	open    NewStream
	conns   map[capture.Ends]*Conn
	count   int           // of those that are open
	recent  Conn          // the end of the list of those, by their last packets
	ended   queue[gone]   // connections to be dropped from the table
	latest  *Conn         // the one that the segment before belonged to
	found   []*Conn       // since Found was asked
	ending  queue[ending] // connections that have seen their end
	waits   queue[wait]   // directions to be looked at again
	chunk   Chunk
	held    int // bytes that all connections hold back

	past     *past    // nil until something was delivered
	conflict Conflict // of the segment that is being added

	closing bool    // Close was called
	left    []*Conn // then: those that are still open, by their first packets

	packet int // the one that is being added, or the last one
	time   int64
}

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

// A gone connection has been closed with that packet.
type gone struct {
	conn   *Conn
	packet int
}

// New returns a Table that opens a Stream for each connection.
func New(o Options, open NewStream) *Table {
	if o.Held == 0 {
		o.Held = maxHeldTotal
	}
	t := &Table{options: o, open: open, conns: map[capture.Ends]*Conn{}}
	t.recent.newer, t.recent.older = &t.recent, &t.recent
	return t
}

// Add takes the next segment of the capture.
func (t *Table) Add(s *capture.Segment) {
	t.Pass(s.Number, func(int) {})
	t.time = s.Time
	const impossible = capture.SYN | capture.FIN | capture.RST
	if f := s.Flags & impossible; f&capture.SYN != 0 && f != capture.SYN {
		t.Repeated += int64(len(s.Payload))
		return // no receiver heeds it
	}
	c, from := t.find(s)
	if c.closed {
		t.Repeated += int64(len(s.Payload))
		return
	}
	if c != t.latest {
		t.touch(c)
	}
	h, peer := &c.halves[from], &c.halves[1-from]
	h.seen = true
	seq := s.Seq
	if s.Flags&capture.SYN != 0 {
		c.opened(from, s)
		seq++
	}
	if s.Cut > 0 {
		t.Short++
	}
	if len(s.Payload)+s.Cut > 0 {
		t.take(c, from, seq, s)
	}
	if s.Flags&capture.ACK != 0 && s.Flags&capture.RST == 0 {
		if h.synced && s.Seq == h.isn+1 {
			peer.expect(s.Ack)
		}
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
		case wait != nil && wait.due <= packet && (end == nil || wait.due <= end.packet+Window):
			w := t.waits.pop()
			if t.packet = w.due; !w.conn.closed {
				t.advance(w.conn, w.from)
			}
		case end != nil && end.packet+Window <= packet:
			e := t.ending.pop()
			t.packet = e.packet + Window
			t.close(e.conn, e.how, e.packet, e.time)
		default:
			t.packet = packet
			t.drop()
			return
		}
		done(t.packet)
	}
}

// drop drops connections from the table that have ended long enough ago.
func (t *Table) drop() {
	for e := t.ended.first(); e != nil && e.packet+lingering <= t.packet; e = t.ended.first() {
		c := t.ended.pop().conn
		if k := capture.EndsOf(c.Ends[0], c.Ends[1]); t.conns[k] == c {
			delete(t.conns, k)
		}
	}
}

// touch makes c the one with the latest packet.
func (t *Table) touch(c *Conn) {
	c.unlink()
	c.older, c.newer = t.recent.older, &t.recent
	c.older.newer, c.newer.older = c, c
	t.latest = c
}

// unlink takes c out of the list.
func (c *Conn) unlink() {
	if c.newer != nil {
		c.newer.older, c.older.newer = c.older, c.newer
		c.newer, c.older = nil, nil
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
	k := capture.EndsOf(s.From, s.To)
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
	if t.count++; t.count > t.options.Connections && t.options.Connections > 0 {
		t.Forgotten++
		t.close(t.recent.newer, Forgotten, s.Number, s.Time)
	}
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
	if c.ignored {
		t.release(c)
	} else {
		t.drain(c)
		for from := range c.halves {
			h := &c.halves[from]
			if h.seen && h.expected && !h.started {
				h.start()
			}
			t.lose(c, from, h.tail())
		}
	}
	c.closed = true
	if c.halves[0].synced || c.halves[1].synced {
		t.streamOf(c)
	}
	if c.stream != nil { // else nothing was sent, nor opened
		c.stream.Close(how, packet, time)
		c.stream = nil
	}
	t.count--
	c.unlink()
	if t.latest == c {
		t.latest = nil
	}
	t.ended.push(gone{c, t.packet})
}

// Close ends the capture with the packet of that number and time. What was held back
// is delivered. The connections that have seen their end are closed in the order in
// which they have, then the others in the order of their first packets: those whose
// first packet has at most the number to, so that the end of many can be told of in
// several steps. After each it calls done with a number that puts those of several
// Tables into that order.
func (t *Table) Close(packet int, time int64, to int, done func(order int)) {
	for t.ending.len() > 0 {
		e := t.ending.pop()
		t.close(e.conn, e.how, e.packet, e.time)
		done(e.packet)
	}
	if !t.closing {
		t.closing = true
		for c := t.recent.newer; c != &t.recent; c = c.newer {
			t.left = append(t.left, c)
		}
		slices.SortFunc(t.left, func(a, b *Conn) int { return a.Packet - b.Packet })
	}
	for len(t.left) > 0 && t.left[0].Packet <= to {
		c := t.left[0]
		t.left = t.left[1:]
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
