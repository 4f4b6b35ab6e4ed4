package reassembly

import "github.com/pgwdump/pgwdump/capture"

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

// seenData tells whether next means something.
func (h *half) seenData() bool { return h.started || len(h.held) > 0 }
