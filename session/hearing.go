package session

import (
	"bytes"

	"github.com/pgwdump/pgwdump/decode"
	"github.com/pgwdump/pgwdump/message"
	"github.com/pgwdump/pgwdump/reassembly"
)

const (
	// maxHeld is what may be held of a connection to a port of PostgreSQL until it
	// is known what it is, maxHeldElsewhere of others.
	maxHeld          = 64 << 10
	maxHeldElsewhere = 8 << 10
	// chunkCost is what it costs to hold a chunk besides its bytes.
	chunkCost = 64
)

// A hearing is what is held of a connection until it is known what it is.
type hearing struct {
	chunks    []reassembly.Chunk
	conflicts []reassembly.Conflict
	cost      int
	ends      [2]heard
	last      bool // no more will come

	speaker int  // index of the end that spoke last, plus 1
	turns   int  // how often that has changed
	judged  bool // its first bytes since were looked at
	fine    int  // times when they may have been the beginning of a message
	odd     int  // times when not
}

// heard is what one end said, since the last gap.
type heard struct {
	bytes  []byte
	cut    bool // something is missing before
	turn   int  // where in bytes it began to speak last
	proofs [2]proof
}

// A proof is whether messages of one side were found, in how many of the bytes.
type proof struct {
	size  int
	at    int
	found bool
}

// take takes the next bytes of one end.
func (h *hearing) take(s *stream, c *reassembly.Chunk) {
	held := *c
	held.Bytes = bytes.Clone(c.Bytes)
	h.chunks = append(h.chunks, held)
	h.cost += len(c.Bytes) + chunkCost
	e := &h.ends[c.From]
	if c.Missing > 0 {
		*e = heard{cut: true}
		h.judged = true
	}
	if len(c.Bytes) == 0 {
		return
	}
	if h.speaker != c.From+1 {
		h.speaker, h.judged = c.From+1, h.speaker == 0
		h.turns++
		e.turn = len(e.bytes)
	}
	e.bytes = append(e.bytes, c.Bytes...)
	if b := e.bytes[e.turn:]; !h.judged && len(b) >= 5 {
		h.judged = true
		client := s.likelyClient()
		sides := []message.Side{message.Backend, message.Frontend}
		if s.listed(1-client) && !s.listed(client) {
			sides = sides[:1]
			if c.From == client {
				sides[0] = message.Frontend
			}
		}
		h.judge(b, sides)
	}
}

// contradict takes note that bytes came again, and were others. It returns what it costs.
func (h *hearing) contradict(k *reassembly.Conflict) (cost int) {
	h.conflicts = append(h.conflicts, *k)
	h.cost += chunkCost
	return chunkCost
}

// judge notes whether what an end said when it began to speak may be a message of one
// of those sides.
func (h *hearing) judge(b []byte, sides []message.Side) {
	for _, side := range sides {
		if plausible(side, b) {
			h.fine++
			return
		}
	}
	h.odd++
}

// speaks tells whether an end was heard to send messages of that side.
func (h *hearing) speaks(side message.Side, end int) bool {
	return h.prove(side, end).found
}

// answers tells whether an end was heard to send messages of the backend from its
// first byte on, but for the answer to an SSLRequest.
func (h *hearing) answers(end int) bool {
	e := &h.ends[end]
	p := h.prove(message.Backend, end)
	return p.found && !e.cut && (p.at == 0 || p.at == 1 && guessAnswer(e.bytes) != 0)
}

// prove looks for messages, again where there are enough new bytes for that.
func (h *hearing) prove(side message.Side, end int) *proof {
	e := &h.ends[end]
	p := &e.proofs[side>>1]
	if n := len(e.bytes); !p.found && n > p.size+p.size/8 || n > p.size && h.last {
		p.size = n
		p.at, p.found = decode.Find(side, e.bytes)
	}
	return p
}

// silent tells whether nothing was heard of an end.
func (h *hearing) silent(end int) bool { return len(h.ends[end].bytes) == 0 && !h.ends[end].cut }

// first returns the end that was heard first, with something still held of it.
func (h *hearing) first() int {
	for i := range h.chunks {
		if from := h.chunks[i].From; len(h.ends[from].bytes) > 0 {
			return from
		}
	}
	return 0
}

// head returns the first bytes that were heard, in memory of their own.
func (e *heard) head() []byte {
	const few = 16
	return bytes.Clone(e.bytes[:min(few, len(e.bytes))])
}

// size returns how many bytes are held.
func (h *hearing) size() (n int64) {
	for i := range h.chunks {
		n += int64(len(h.chunks[i].Bytes))
	}
	return n
}
