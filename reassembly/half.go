package reassembly

import (
	"bytes"
	"slices"
	"sort"

	"github.com/pgwdump/pgwdump/capture"
)

// A half is one direction of a connection: what one end sends.
type half struct {
	seen     bool // a packet was captured
	synced   bool // with a SYN
	started  bool // next is the byte that the Stream gets next; else it is where counting begins
	finished bool // with a FIN
	acked    bool // ack is known
	expected bool // first is known

	isn   uint32 // the sequence number of the SYN
	first uint32 // the byte that the other end waited for when it had sent nothing but its SYN
	base  uint32 // the sequence number of the first byte
	next  uint32
	end   uint32 // the sequence number of the FIN
	ack   uint32 // the byte that the other end waits for, as far as it has said

	offset int64 // of next in the stream
	heard  int64 // as in Chunk.Heard
	latest uint  // the number of the segment that was delivered last, in Table.past; 0 if there was none

	held []held // what came and cannot be delivered yet, in the order of the stream
	due  int    // the packet with which what is missing is given up; 0 while it is not
	look int    // the packet with which this direction is looked at again

	packet int // the latest of the packets that brought what was delivered
	time   int64
}

// A held segment waits for bytes before it, or for what the other end had said
// before.
type held struct {
	seq    uint32
	data   []byte
	cut    int // bytes behind data that were on the wire and not captured
	ack    uint32
	acks   bool // ack is valid
	packet int
	time   int64
}

func (s *held) end() uint32 { return s.seq + uint32(len(s.data)) }

// heldCost is what it costs to hold a segment besides its bytes.
const heldCost = 128

const (
	// maxHeld is how many bytes a direction holds back before it gives up what is
	// missing, and maxHeldSegments how many segments.
	maxHeld         = 8 << 20
	maxHeldSegments = 4096
	// maxHeldTotal is how many bytes all directions of a Table hold back together.
	maxHeldTotal = 8 << 20
	// ahead is how far ahead a segment may be: no window is larger.
	ahead = 1 << 30
)

// before tells whether sequence number a comes before b (RFC 9293, section 3.4).
func before(a, b uint32) bool { return int32(a-b) < 0 }

// synchronize notes a SYN.
func (h *half) synchronize(isn uint32) {
	if h.synced {
		return
	}
	h.synced, h.isn = true, isn
	if !h.started {
		h.started, h.base, h.next = true, isn+1, isn+1
	}
}

// accepts tells whether a SYN may belong to this direction: it is the first, or
// the same again, or comes late.
func (h *half) accepts(isn uint32) bool {
	if h.synced {
		return isn == h.isn
	}
	return !h.started || isn+1 == h.base
}

// heeds tells whether the receiver would heed an RST with this sequence number.
func (h *half) heeds(seq uint32) bool {
	const most = 1 << 16
	return !h.started || seq-h.next < most
}

// ended tells whether the Stream has got all that was sent up to the FIN.
func (h *half) ended() bool {
	return h.finished && h.started && len(h.held) == 0 && !before(h.next, h.end)
}

// tail returns how many bytes are missing at the end of the stream: before the FIN,
// or of what the receiver has acknowledged, which may count a FIN that was not
// captured.
func (h *half) tail() int {
	last := h.next
	switch {
	case !h.started, !h.seen:
	case h.finished:
		last = h.end
	case h.acked && before(h.next+1, h.ack):
		last = h.ack
	}
	if n := int(int32(last - h.next)); n > 0 && n < ahead {
		return n
	}
	return 0
}

// acknowledge notes what the receiver has. It tells whether that may change what is
// waited for.
func (h *half) acknowledge(ack uint32) bool {
	if h.acked && !before(h.ack, ack) {
		return false
	}
	h.acked, h.ack = true, ack
	return len(h.held) > 0
}

// expect notes what the receiver waited for when it had sent nothing but its SYN.
func (h *half) expect(ack uint32) {
	if !h.expected || before(ack, h.first) {
		h.expected, h.first = true, ack
	}
}

// start begins to count where no SYN says from where on: at what the other end waited for
// first, or where that is not known, at the first segment that is held.
func (h *half) start() {
	first := h.first
	if len(h.held) > 0 && (!h.expected || before(h.held[0].seq, first)) {
		first = h.held[0].seq
	}
	h.started, h.base, h.next = true, first, first
}

// hear notes what the sender of a segment had got of the other direction, its peer.
func (h *half) hear(peer *half, ack uint32) {
	if peer.started {
		h.heard = max(h.heard, peer.offset-int64(int32(peer.next-ack)))
	}
}

// take takes the payload of a segment, which begins at seq.
func (t *Table) take(c *Conn, from int, seq uint32, s *capture.Segment) {
	h := &c.halves[from]
	if c.ignored {
		t.release(c)
		c.Ignored += int64(len(s.Payload))
		return
	}
	if h.started && seq == h.next && len(h.held) == 0 && !t.mustWait(c, from, s.Ack, s.Flags&capture.ACK != 0) {
		if s.Flags&capture.ACK != 0 {
			h.hear(&c.halves[1-from], s.Ack)
		}
		t.deliver(c, from, s.Payload, 0, s.Number, s.Time)
		t.lose(c, from, s.Cut)
		if len(c.halves[1-from].held) > 0 {
			t.advance(c, 1-from)
		}
		return
	}
	n := held{seq: seq, data: s.Payload, cut: s.Cut, ack: s.Ack, acks: s.Flags&capture.ACK != 0, packet: s.Number, time: s.Time}
	if !h.seenData() {
		h.next = seq
	}
	size := len(n.data)
	t.conflict = Conflict{From: from, Packet: s.Number, Time: s.Time}
	if h.started && before(seq, h.next) {
		t.past.compare(&t.conflict, h, seq, n.data)
		n.trim(h.next)
	}
	fresh := len(n.data)+n.cut > 0 && before(n.seq, h.next+ahead) // else all of it was delivered, or it is nonsense
	if fresh {
		size -= t.hold(h, n)
	}
	if t.conflict.Bytes > 0 && !keepsAlive(s.Payload) {
		t.note(c, &t.conflict)
	}
	if fresh {
		t.advance(c, from)
	}
	t.Repeated += int64(size)
}

// release forgets what an ignored connection holds back.
func (t *Table) release(c *Conn) {
	for i := range c.halves {
		for h := &c.halves[i]; len(h.held) > 0; {
			c.Ignored += int64(len(t.shift(h).data))
		}
	}
}

// trim drops what is before next.
func (s *held) trim(next uint32) {
	if !before(s.seq, next) {
		return
	}
	over := int(next - s.seq)
	n := min(over, len(s.data))
	s.data = s.data[n:]
	s.cut -= min(over-n, s.cut)
	s.seq = next
}

// seenData tells whether next means something.
func (h *half) seenData() bool { return h.started || len(h.held) > 0 }

// hold keeps a copy of those bytes of n that are not held yet, and returns how many
// they are: what came first counts, as it does for most receivers. The others it
// compares with what is held.
func (t *Table) hold(h *half, n held) (kept int) {
	i := sort.Search(len(h.held), func(i int) bool { return before(n.seq, h.held[i].end()) })
	for len(n.data) > 0 && i < len(h.held) && before(h.held[i].seq, n.end()) {
		o := &h.held[i]
		if before(n.seq, o.seq) {
			part := n
			part.data, part.cut = n.data[:o.seq-n.seq], 0
			kept += len(part.data)
			t.insert(h, i, part)
			i++
			o = &h.held[i]
			n.seq, n.data = o.seq, n.data[len(part.data):]
		}
		over := min(int(o.end()-n.seq), len(n.data))
		at := int(n.seq - o.seq)
		t.conflict.compare(n.seq, n.data[:over], o.data[at:at+over], o.packet)
		if n.acks && o.acks && before(n.ack, o.ack) {
			i = t.sentBefore(h, i, at, over, n.ack)
		}
		if n.seq, n.data = n.seq+uint32(over), n.data[over:]; len(n.data) > 0 {
			i++
		}
	}
	// What was cut off came in another segment, as far as that is held.
	for ; len(n.data) == 0 && i < len(h.held) && !before(n.seq, h.held[i].seq); i++ {
		n.trim(h.held[i].end())
	}
	if len(n.data)+n.cut > 0 {
		kept += len(n.data)
		t.insert(h, i, n)
	}
	return kept
}

// sentBefore notes that n bytes of a segment that is held came in another one, too, whose
// sender had less of the other direction: so they need not wait for more. It returns the
// place of the segment that has them now.
func (t *Table) sentBefore(h *half, i, at, n int, ack uint32) int {
	if at > 0 {
		t.split(h, i, at)
		i++
	}
	if n < len(h.held[i].data) {
		t.split(h, i, n)
	}
	h.held[i].ack = ack
	return i
}

// split makes two segments of one that is held, the first of n bytes.
func (t *Table) split(h *half, i, n int) {
	rest := h.held[i]
	rest.seq, rest.data = rest.seq+uint32(n), rest.data[n:]
	h.held[i].data, h.held[i].cut = h.held[i].data[:n:n], 0
	h.held = slices.Insert(h.held, i+1, rest)
	t.held += heldCost
}

func (t *Table) insert(h *half, i int, n held) {
	n.data = bytes.Clone(n.data)
	h.held = slices.Insert(h.held, i, n)
	t.held += len(n.data) + heldCost
}

// mustWait tells whether a segment is not to be delivered yet because its sender
// had something from the other end, the peer, that the Stream has not got.
func (t *Table) mustWait(c *Conn, from int, ack uint32, acks bool) bool {
	peer := &c.halves[1-from]
	switch {
	case !acks, !peer.seen && t.packet >= c.Packet+Window: // nothing of the peer is captured
		return false
	case !peer.started:
		return len(peer.held) > 0 && before(peer.held[0].seq, ack)
	case !before(peer.next, ack):
		return false
	}
	return !peer.finished || before(peer.end+1, ack) || before(peer.next, peer.end)
}

// advance delivers what can be delivered of a direction, and of the other, which
// may have waited for that.
func (t *Table) advance(c *Conn, from int) {
	for t.step(c, from) {
		from = 1 - from
	}
}

// step delivers what can be delivered of one direction, and tells whether there
// was something.
func (t *Table) step(c *Conn, from int) (delivered bool) {
	h := &c.halves[from]
	for len(h.held) > 0 {
		s := &h.held[0]
		full := t.held > t.options.Held || len(h.held) > maxHeldSegments || h.holds() > maxHeld
		patient := !full && t.packet < s.packet+Window
		if !h.started {
			if patient { // the SYN, or what is before, may be late
				t.wait(c, from)
				return delivered
			}
			h.start()
		}
		missing := int(int32(s.seq - h.next))
		switch {
		case missing < 0:
			t.behind(h)
			continue
		case missing > 0 && !full && !t.givenUp(c, from):
			return delivered
		case missing == 0 && t.mustWait(c, from, s.ack, s.acks):
			if patient {
				t.wait(c, from)
				return delivered
			}
			t.miss(c, 1-from, s.ack)
		}
		t.pop(c, from, missing)
		delivered = true
	}
	return delivered
}

// miss gives up what a direction has not got of what its receiver acknowledges, as it
// has to be told of before the answer to it.
func (t *Table) miss(c *Conn, from int, ack uint32) {
	h := &c.halves[from]
	if !h.seen || !h.started {
		return
	}
	if len(h.held) > 0 && before(h.held[0].seq, ack) {
		ack = h.held[0].seq
	}
	if h.finished && before(h.end, ack) {
		ack = h.end
	}
	// The last one may count a FIN that was not captured.
	if n := int(int32(ack - h.next)); n > 1 && n < ahead {
		t.lose(c, from, n)
	}
}

// givenUp tells whether the bytes before what is held will not come any more: the
// receiver has them, or nobody knows what it has, and too many packets have gone by
// since.
func (t *Table) givenUp(c *Conn, from int) bool {
	h, peer := &c.halves[from], &c.halves[1-from]
	patience := 8 * Window // where the other direction was not captured
	switch {
	case h.acked && before(h.next, h.ack):
		patience = Window
	case peer.seen:
		h.due = 0
		return false
	}
	if due := t.packet + patience; h.due == 0 || due < h.due {
		h.due = due
	}
	t.wait(c, from)
	return t.packet >= h.due
}

// wait looks at a direction again some packets later.
func (t *Table) wait(c *Conn, from int) {
	if h := &c.halves[from]; h.look <= t.packet {
		h.look = t.packet + Window
		t.waits.push(wait{c, from, h.look})
	}
}

// holds returns how much of the stream is held, holes included.
func (h *half) holds() int { return int(h.held[len(h.held)-1].end() - h.held[0].seq) }

// shift forgets the first segment that is held, and returns it.
func (t *Table) shift(h *half) held {
	s := h.held[0]
	h.held[0].data = nil
	if h.held = h.held[1:]; len(h.held) == 0 {
		h.held = nil
	}
	t.held -= len(s.data) + heldCost
	return s
}

// behind drops what has been passed of the first segment that is held: its data, where
// the SYN came late and says that it is from before, or bytes that were cut off it, where
// another segment had them.
func (t *Table) behind(h *half) {
	s := &h.held[0]
	n := len(s.data)
	s.trim(h.next)
	n -= len(s.data)
	t.held -= n
	t.Repeated += int64(n)
	if len(s.data)+s.cut == 0 {
		t.shift(h)
	}
}

// pop delivers the first segment that is held, behind bytes that are missing.
func (t *Table) pop(c *Conn, from, missing int) {
	h := &c.halves[from]
	s := t.shift(h)
	if s.acks {
		h.hear(&c.halves[1-from], s.ack)
	}
	t.deliver(c, from, s.data, missing, s.packet, s.time)
	if s.cut > 0 && len(h.held) > 0 { // what follows was captured, and may end before
		o := &h.held[0]
		o.cut = max(o.cut, int(int32(h.next+uint32(s.cut)-o.end())))
		s.cut = min(s.cut, max(int(int32(o.seq-h.next)), 0))
	}
	t.lose(c, from, s.cut)
}

// deliver gives the Stream the next bytes of a direction.
func (t *Table) deliver(c *Conn, from int, b []byte, missing, packet int, time int64) {
	h := &c.halves[from]
	if missing+len(b) == 0 {
		return
	}
	if len(b) > 0 {
		if t.past == nil {
			t.past = new(past)
		}
		t.past.add(h, h.next+uint32(missing), b, packet)
	}
	h.next += uint32(missing + len(b))
	h.offset += int64(missing + len(b))
	h.due = 0
	if packet > h.packet {
		h.packet, h.time = packet, time
	}
	if len(c.untold) > 0 {
		t.noteUntold(c)
	}
	stream := t.streamOf(c)
	t.chunk = Chunk{From: from, Bytes: b, Missing: missing, Heard: h.heard, Packet: h.packet, Time: h.time}
	stream.Data(&t.chunk)
}

// streamOf returns the Stream of a connection. It is opened when there is something to
// tell.
func (t *Table) streamOf(c *Conn) Stream {
	if c.stream == nil {
		c.stream = t.open(c)
	}
	return c.stream
}

// lose tells the Stream of bytes that were on the wire and not captured: behind the last
// packet of that direction, or where there was none, since the connection was opened.
func (t *Table) lose(c *Conn, from, n int) {
	if n <= 0 {
		return
	}
	packet, time := c.halves[from].packet, c.halves[from].time
	if packet == 0 {
		packet, time = c.Packet, c.Time
	}
	t.deliver(c, from, nil, n, packet, time)
}

// drain delivers all that a connection holds back, without waiting for what is
// missing.
func (t *Table) drain(c *Conn) {
	for {
		from := 0
		a, b := c.halves[0].held, c.halves[1].held
		switch {
		case len(a)+len(b) == 0:
			return
		case len(a) == 0:
			from = 1
		case len(b) == 0:
		case t.mustWait(c, 0, a[0].ack, a[0].acks) != t.mustWait(c, 1, b[0].ack, b[0].acks):
			if t.mustWait(c, 0, a[0].ack, a[0].acks) {
				from = 1
			}
		case b[0].packet < a[0].packet:
			from = 1
		}
		h := &c.halves[from]
		s := &h.held[0]
		if !h.started {
			h.start()
		}
		if before(s.seq, h.next) {
			t.behind(h)
			continue
		}
		if s.seq == h.next && t.mustWait(c, from, s.ack, s.acks) {
			t.miss(c, 1-from, s.ack)
		}
		t.pop(c, from, int(s.seq-h.next))
	}
}
