package reassembly

import (
	"bytes"
	"slices"
	"sort"
)

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
