package reassembly

import "bytes"

// A Conflict says that a segment has other bytes than had come before for the same
// place in a stream. Those that came first were delivered, or will be.
type Conflict struct {
	From   int   // index in Conn.Ends of the sender
	Offset int64 // in the stream, of the first byte that differs
	Bytes  int   // that differ
	Before int   // the packet that brought the byte at Offset first
	Packet int   // the one that contradicts it
	Time   int64 // of that, nanoseconds since 1970-01-01 UTC

	seq uint32 // of the byte at Offset
}

// compare compares what a segment has from seq on with what a packet had brought.
func (k *Conflict) compare(seq uint32, b, first []byte, packet int) {
	if bytes.Equal(b, first) {
		return
	}
	for i := len(b) - 1; i >= 0; i-- {
		if b[i] == first[i] {
			continue
		}
		if at := seq + uint32(i); k.Bytes == 0 || before(at, k.seq) {
			k.seq, k.Before = at, packet
		}
		k.Bytes++
	}
}

// note tells of a conflict. Where it is not known yet where the stream begins, it is
// told with the first that is delivered: that does not take long.
func (t *Table) note(c *Conn, k *Conflict) {
	h := &c.halves[k.From]
	if !h.started {
		c.untold = append(c.untold, *k)
		return
	}
	k.Offset = h.offset + int64(int32(k.seq-h.next))
	t.streamOf(c).Conflict(k)
}

// noteUntold tells of the conflicts that were not told of.
func (t *Table) noteUntold(c *Conn) {
	untold := c.untold
	c.untold = nil
	for i := range untold {
		t.note(c, &untold[i])
	}
}

// keepsAlive tells whether a segment may only be to keep a connection alive: one byte
// before the next, which means nothing (RFC 9293, section 3.8.4), and is a zero with
// those systems that send one.
func keepsAlive(b []byte) bool { return len(b) == 1 && b[0] == 0 }

const (
	// pastBytes and pastSegments are how much a Table remembers of what it has delivered,
	// and remembered is how much of a segment: the last bytes.
	pastBytes    = 64 << 10
	pastSegments = 512
	remembered   = 2 << 10
)

// A past remembers what was delivered last, on all connections of a Table together.
type past struct {
	count    uint                    // of the segments that were ever remembered
	end      uint                    // as many bytes were ever used in the ring
	segments [pastSegments]delivered // a ring
	bytes    [pastBytes]byte         // another ring
}

// A delivered segment, or its last bytes.
type delivered struct {
	seq, size uint32
	at        uint // where in past.bytes it is, as if that was no ring
	packet    int  // that brought it
	previous  uint // the number of the one before in the same direction
}

// add remembers that b, which begins at seq, was delivered.
func (p *past) add(h *half, seq uint32, b []byte, packet int) {
	if over := len(b) - remembered; over > 0 {
		b = b[over:]
		seq += uint32(over)
	}
	if rest := pastBytes - p.end%pastBytes; rest < uint(len(b)) { // each is in one piece
		p.end += rest
	}
	d := &p.segments[p.count%pastSegments]
	d.seq, d.size, d.at, d.packet, d.previous = seq, uint32(len(b)), p.end, packet, h.latest
	copy(p.bytes[p.end%pastBytes:], b)
	p.end += uint(len(b))
	p.count++
	h.latest = p.count
}

// compare compares b, which begins at seq, with what is remembered of a direction.
func (p *past) compare(k *Conflict, h *half, seq uint32, b []byte) {
	end := seq + uint32(len(b))
	for n := h.latest; n > 0 && p.count-n < pastSegments; {
		d := &p.segments[(n-1)%pastSegments]
		if n = d.previous; p.end-d.at > pastBytes || !before(seq, d.seq+d.size) {
			return
		}
		from, to := d.seq, d.seq+d.size
		if before(from, seq) {
			from = seq
		}
		if before(end, to) {
			to = end
		}
		if before(from, to) {
			at := (d.at + uint(from-d.seq)) % pastBytes
			k.compare(from, b[from-seq:to-seq], p.bytes[at:at+uint(to-from)], d.packet)
		}
	}
}
