package decode

import (
	"encoding/binary"
	"math"

	"github.com/pgwdump/pgwdump/message"
)

const (
	// maxHunt is how many bytes are held while the beginning of a message is
	// searched for: more than the largest piece of a COPY that clients send.
	maxHunt = 80 << 10
	// maxCandidates is how many places are kept in mind meanwhile.
	maxCandidates = 64
)

// What is found by searching is believed on evidence that is counted in points. A
// message has some by how unlikely it is that anything else looks like it.
const (
	raw      = 1 // a known type, a length, a body that may be anything
	parsed   = 2 // a body that is what its type demands, to the byte
	readable = 3 // so, and it is text
	fixed    = 4 // six bytes that are always the same, but for a choice of three: ReadyForQuery

	// enough makes a place sure where something follows that may be a message, or
	// where nothing follows at all; plenty makes it sure without asking.
	enough = 4
	plenty = 8

	// What speaks for a place without looking at it: segments often begin with a
	// message, and whoever begins to speak does so with one.
	segment = 1
	turn    = 2
)

// A hunt is the search for the beginning of a message. Its places are counted from
// the first byte that the Decoder has not gone over.
type hunt struct {
	starts     bool            // what has no type byte may come too: the client is starting up
	framing    message.Framing // of the message that was found
	guessed    bool            // a place was found, and nothing has confirmed it
	points     int             // what has spoken for it since
	ended      bool            // no more will be fed, or not without a gap
	scanned    int             // places that were looked at as possible beginnings
	likely     int             // a place for which something speaks beforehand
	bonus      int             // that, in points
	due        int             // how many bytes make one of the candidates better known
	candidates []candidate     // in the order of their places
	walker     message.Walker
}

// A candidate is a place where a message may begin.
type candidate struct {
	at     int
	end    int // of the whole messages that follow one another from there
	size   int // of the message behind them, 0 while its head is not there
	points int
	kind   message.Kind // of that message
	sure   bool
}

// candidateSize is how many bytes one takes, about.
const candidateSize = 48

// due returns how many bytes have to be there to judge further.
func (c *candidate) due() int {
	switch {
	case c.sure:
		return math.MaxInt
	case c.size == 0:
		return c.end + head
	}
	return c.end + c.size
}

// head is how many bytes come before the body of a message with a type byte.
const head = 5

// Gap says that n bytes of the stream are missing behind those fed so far, all of
// which must have been taken with Next. Inside a message whose length is known the
// Decoder skips to its end, and hands it out with what came before the gap; else
// it is lost.
func (d *Decoder) Gap(n int64) {
	d.settle()
	if d.state == filling {
		rest := int64(d.frame.Size - len(d.held) - d.dropped)
		d.keep = len(d.held)
		d.dropped += int(min(n, rest))
		d.absent += int(min(n, rest))
		d.beyond = max(n-rest, 0)
		d.broken = n > rest
		return
	}
	d.pass(len(d.held))
	d.held = d.held[:0]
	d.offset += n
	d.lose(segment)
}

// Break is a Gap of which n is only about how many bytes are missing: the current
// message is handed out with what came before it, and then the Decoder is lost.
func (d *Decoder) Break(n int64) {
	d.settle()
	if d.state == filling {
		rest := d.frame.Size - len(d.held) - d.dropped
		d.keep = len(d.held)
		d.dropped += rest
		d.beyond = n - int64(rest)
		d.broken = true
		return
	}
	d.Gap(n)
}

// Lose makes the Decoder search for the beginning of a message before it hands out
// any, as in a stream of which the beginning was not seen.
func (d *Decoder) Lose() {
	d.settle()
	d.lose(segment)
}

// lose begins a search. So much speaks for the next byte of the stream.
func (d *Decoder) lose(bonus int) {
	d.state = lost
	if d.hunt == nil {
		d.hunt = new(hunt)
	}
	h := d.hunt
	h.scanned, h.candidates, h.ended = 0, h.candidates[:0], false
	h.likely, h.bonus, h.due = 0, bonus, head
}

// Lost tells whether the Decoder does not know where the next message begins.
func (d *Decoder) Lost() bool { return d.state == lost }

// Passed returns how many bytes the Decoder has gone over, gaps aside, without
// finding a message in them, and counts anew from there.
func (d *Decoder) Passed() int64 {
	n := d.passed
	d.passed = 0
	return n
}

// Ends returns where in the stream the current message ends, if its length is
// known and it is not lost in a gap.
func (d *Decoder) Ends() (int64, bool) {
	if d.state != filling || d.broken {
		return 0, false
	}
	return d.offset + int64(d.frame.Size), true
}

// End says that no more will be fed, or nothing before the next Gap. What may be
// the beginning of a message is taken for one on less evidence then.
func (d *Decoder) End() {
	if d.hunt != nil {
		d.hunt.ended = true
	}
}

// Turn says that the other side speaks now and has got all that was fed: it is
// likely that a message ends here, and that another begins with what comes next. It
// matters to a Decoder that is lost only.
func (d *Decoder) Turn() {
	if d.state != lost {
		return
	}
	h := d.hunt
	for i := range h.candidates {
		if c := &h.candidates[i]; c.sure || c.closes(len(d.held)) {
			c.sure = true
			h.candidates = h.candidates[i:] // those before would be cut by the turn
			break
		}
	}
	h.likely, h.bonus = len(d.held), turn
}

// closes tells whether the messages from there on end with the last byte that is
// there, and are enough.
func (c *candidate) closes(n int) bool {
	return c.size == 0 && c.end == n && c.end > c.at && c.points+1 >= enough
}

// search looks for the beginning of a message in what was held and fed.
func (d *Decoder) search(f message.Framing) bool {
	if !d.options.Resync {
		d.pass(len(d.held) + len(d.in))
		d.held, d.in = d.held[:0], nil
		return false
	}
	h := d.hunt
	h.starts = f == message.Startup
	b, borrowed := d.in, len(d.held) == 0
	if !borrowed {
		d.hold(d.in)
		b = d.held
	}
	d.in = nil
	at, found := h.look(d.side, b)
	if !found && h.ended {
		if at, found = h.last(len(b)); !found {
			at = len(b)
		}
	}
	d.pass(at)
	if found {
		if !borrowed {
			d.kept, d.held = d.held, nil
		}
		d.in, d.state = b[at:], heading
		return true
	}
	if borrowed {
		d.hold(b[at:])
	} else if at > 0 {
		d.held = d.held[:copy(d.held, b[at:])]
	}
	return false
}

// pass goes over the first n bytes that were held and fed.
func (d *Decoder) pass(n int) {
	d.offset += int64(n)
	d.passed += int64(n)
	h := d.hunt
	if h == nil {
		return
	}
	h.scanned = max(h.scanned-n, 0)
	h.likely -= n
	h.due -= n
	left := h.candidates[:0]
	for _, c := range h.candidates {
		if c.at -= n; c.at >= 0 {
			c.end -= n
			left = append(left, c)
		}
	}
	h.candidates = left
}

// look looks for the beginning of a message in b. It returns the place, or false
// and from where on b is still needed. It goes on byte by byte, and looks at each
// place and each candidate as soon as that many bytes are there: so the answer does
// not depend on how many there are.
func (h *hunt) look(side message.Side, b []byte) (at int, found bool) {
	for {
		n := min(h.scanned+head, len(b))
		if n >= h.due {
			h.advance(side, b[:n])
		}
		if at, found = h.first(n); found {
			return at, true
		}
		if h.scanned+head > len(b) {
			break
		}
		h.begin(side, b[h.scanned:n])
	}
	if len(h.candidates) > 0 {
		return h.candidates[0].at, false
	}
	return h.scanned, false
}

// begin takes the next place for a candidate if what is there may be the head of a
// message.
func (h *hunt) begin(side message.Side, b []byte) {
	c := candidate{at: h.scanned, end: h.scanned}
	h.scanned++
	if c.at == h.likely {
		c.points = h.bonus
	}
	if !c.judge(side, b) && !(h.starts && c.judgeStart(b)) {
		return
	}
	if len(h.candidates) == maxCandidates {
		h.forgetLargest()
	}
	h.candidates = append(h.candidates, c)
	h.due = min(h.due, c.due())
}

// forgetLargest makes room. What claims to be the largest message is the least
// likely to be one.
func (h *hunt) forgetLargest() {
	largest := 0
	for i := range h.candidates {
		if h.candidates[i].size > h.candidates[largest].size {
			largest = i
		}
	}
	h.candidates = append(h.candidates[:largest], h.candidates[largest+1:]...)
}

// judge reads the head of a message, of which it wants the type to be known and
// the length to be one that can be seen through.
func (c *candidate) judge(side message.Side, b []byte) bool {
	if b[1] != 0 {
		return false
	}
	length := uint32(b[2])<<16 | uint32(b[3])<<8 | uint32(b[4])
	kind, ok := message.Judge(side, b[0], length)
	if !ok || kind == message.KindUnknown || length >= maxHunt {
		return false
	}
	c.kind, c.size = kind, int(length)+1
	c.sure = c.points >= enough && c.end > c.at
	return true
}

// judgeStart reads the first bytes of what may be a message without type byte: its length
// and the first of its code.
func (c *candidate) judgeStart(b []byte) bool {
	const least, most = 8, 10000 // as in PostgreSQL's ProcessStartupPacket
	n := int(binary.BigEndian.Uint32(b))
	const version3, request = 0, 1234 >> 8
	if n < least || n > most || b[4] != version3 && b[4] != request {
		return false
	}
	c.kind, c.size = message.KindStartupMessage, n
	return true
}

// advance looks again at the candidates, with as many bytes as there are.
func (h *hunt) advance(side message.Side, b []byte) {
	h.due = math.MaxInt
	left := h.candidates[:0]
	for _, c := range h.candidates {
		may := true
		for may && c.due() <= len(b) {
			if c.size == 0 {
				may = c.judge(side, b[c.end:])
			} else {
				may = h.weigh(&c, b[c.end:c.end+c.size])
			}
		}
		if may {
			left = append(left, c)
			h.due = min(h.due, c.due())
		}
	}
	h.candidates = left
}

// weigh looks at a whole message.
func (h *hunt) weigh(c *candidate, b []byte) bool {
	var points int
	if c.kind.Framing() == message.Startup {
		points = h.pointsOfStart(b)
	} else {
		points = h.pointsOf(c.kind, b[head:])
	}
	c.end, c.size = c.end+c.size, 0
	c.points += points
	c.sure = c.points >= plenty
	return points > 0
}

// pointsOf returns what speaks for a message, 0 where it is none.
func (h *hunt) pointsOf(k message.Kind, body []byte) int {
	k = k.Refine(body)
	if h.walker.Decode(message.New(k), body) != nil {
		return 0
	}
	switch k {
	case message.KindReadyForQuery:
		return fixed
	case message.KindCopyData, message.KindAuthenticationResponse, message.KindAuthenticationUnknown,
		message.KindAuthenticationGSSContinue, message.KindAuthenticationSASLContinue:
		return raw
	case message.KindQuery, message.KindCommandComplete:
		if text := body[:len(body)-1]; len(text) > 3 && isText(text) {
			return readable
		}
	case message.KindErrorResponse, message.KindNoticeResponse:
		if len(body) > 3 && body[0] == 'S' {
			return readable
		}
	}
	if len(body) > 0 && len(body) < 3 {
		return raw
	}
	return parsed
}

// pointsOfStart returns what speaks for a message without type byte. That is a lot: its
// code, and of a StartupMessage that it has a user and is well-formed to its last byte.
func (h *hunt) pointsOfStart(b []byte) int {
	head, _, err := message.ReadHead(b, message.Frontend, message.Context{Framing: message.Startup})
	if err != nil {
		return 0
	}
	m := message.New(head.Kind)
	if h.walker.Decode(m, b[head.Body:]) != nil {
		return 0
	}
	if m, ok := m.(*message.StartupMessage); ok && m.Parameter("user") == nil {
		return 0
	}
	return plenty
}

func isText(b []byte) bool {
	for _, c := range b {
		if c < ' ' && c != '\n' && c != '\t' && c != '\r' || c == 0x7f {
			return false
		}
	}
	return true
}

// first returns the first candidate if it is sure. Others have to wait: they may
// be inside the message of one before them. Where one has waited for too long, it
// is given up, or taken as a guess.
func (h *hunt) first(n int) (at int, found bool) {
	for len(h.candidates) > 0 {
		switch c := h.candidates[0]; {
		case c.sure:
			return h.take(&c, true)
		case n-c.at <= maxHunt:
			return 0, false
		case c.end > c.at:
			return h.take(&c, false)
		}
		h.candidates = h.candidates[1:]
	}
	return 0, false
}

// last returns the best candidate when no more will come.
func (h *hunt) last(n int) (at int, found bool) {
	for i := range h.candidates {
		if c := &h.candidates[i]; c.sure || c.closes(n) {
			return h.take(c, true)
		}
	}
	for i := range h.candidates {
		if c := &h.candidates[i]; c.end > c.at {
			return h.take(c, false)
		}
	}
	return 0, false
}

// take takes a candidate, which may be a guess.
func (h *hunt) take(c *candidate, sure bool) (at int, found bool) {
	h.guessed, h.points, h.framing = !sure, 0, message.Typed
	if c.sure {
		h.framing = c.kind.Framing()
	}
	return c.at, true
}

// confirm tells whether a message confirms that its beginning was found and not
// only guessed.
func (d *Decoder) confirm(f *Frame) bool {
	h := d.hunt
	if f.Missing() == 0 && f.Kind.Framing() == message.Typed && f.Kind != message.KindUnknown {
		h.points += h.pointsOf(f.Kind, f.Body)
	}
	if h.points < plenty {
		return false
	}
	d.hunt = nil
	return true
}

// guessed tells whether nothing has confirmed yet that the message begins where it does.
func (d *Decoder) guessed() bool { return d.hunt != nil && d.hunt.guessed }

// Find looks for the beginning of a message of that side in b, which is a part of its
// stream that something may follow, but nothing needs to. It returns the place, and
// false where none is sure.
func Find(side message.Side, b []byte) (at int, sure bool) {
	h := hunt{due: head, bonus: segment, starts: side == message.Frontend}
	if at, sure = h.look(side, b); !sure {
		at, sure = h.last(len(b))
	}
	return at, sure && !h.guessed
}
