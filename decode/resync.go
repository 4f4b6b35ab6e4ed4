package decode

import "github.com/pgwdump/pgwdump/message"

const (
	// maxHunt is how many bytes are held while the beginning of a message is
	// searched for.
	maxHunt = 64 << 10
	// maxCandidates is how many places are kept in mind meanwhile.
	maxCandidates = 64
	// largest is the largest length word that is believed where it is not known
	// that it is one.
	largest = 1 << 24
	// enough is how many whole messages in a row are no coincidence.
	enough = 3
)

// A hunt is the search for the beginning of a message.
type hunt struct {
	guessed    bool        // a place was found, and nothing has confirmed it
	ended      bool        // no more will be fed
	passed     int64       // bytes gone over
	scanned    int         // bytes of held that were looked at as possible beginnings
	candidates []candidate // those that may be one
}

// A candidate is a place in held where a message may begin.
type candidate struct {
	at    int
	need  int // bytes from there on that are needed to judge further
	whole int // messages that follow one another there
}

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
		d.beyond = max(n-rest, 0)
		return
	}
	d.Lose()
	d.pass(len(d.held))
	d.offset += n
}

// Lose makes the Decoder search for the beginning of a message before it hands out
// any, as in a stream of which the beginning was not seen.
func (d *Decoder) Lose() {
	d.settle()
	d.state = lost
	d.hunt.guessed = true
}

// Lost tells whether the Decoder does not know where the next message begins.
func (d *Decoder) Lost() bool { return d.state == lost }

// Passed returns how many bytes the Decoder has gone over, gaps aside, without
// finding a message in them, and counts anew from there.
func (d *Decoder) Passed() int64 {
	n := d.hunt.passed
	d.hunt.passed = 0
	return n
}

// Ends returns where in the stream the current message ends, if its length is
// known and it is not lost in a gap.
func (d *Decoder) Ends() (int64, bool) {
	if d.state != filling || d.beyond > 0 {
		return 0, false
	}
	return d.offset + int64(d.frame.Size), true
}

// End says that no more will be fed. What may be the beginning of a message is
// taken for one on less evidence then.
func (d *Decoder) End() { d.hunt.ended = true }

// search looks for the beginning of a message in what was held and fed.
func (d *Decoder) search() bool {
	if !d.options.Resync {
		d.held = append(d.held, d.in...)
		d.in = nil
		d.pass(len(d.held))
		return false
	}
	h := &d.hunt
	d.held = append(d.held, d.in...)
	d.in = nil
	for i := 0; i < len(h.candidates); i++ {
		c := &h.candidates[i]
		if len(d.held)-c.at < c.need {
			continue
		}
		switch d.examine(c) {
		case sure:
			return d.found(c.at)
		case never:
			h.candidates = append(h.candidates[:i], h.candidates[i+1:]...)
			i--
		}
	}
	for ; h.scanned < len(d.held) && len(h.candidates) < maxCandidates; h.scanned++ {
		c := candidate{at: h.scanned}
		switch d.examine(&c) {
		case sure:
			return d.found(c.at)
		case perhaps:
			h.candidates = append(h.candidates, c)
		}
	}
	if h.ended {
		for _, c := range h.candidates {
			if c.whole > 0 {
				return d.found(c.at)
			}
		}
		d.pass(len(d.held))
		return false
	}
	for len(h.candidates) > 0 && len(d.held)-h.candidates[0].at > maxHunt {
		h.candidates = h.candidates[1:]
	}
	first := h.scanned
	if len(h.candidates) > 0 {
		first = h.candidates[0].at
	}
	d.pass(first)
	return false
}

// found goes on at a place in held.
func (d *Decoder) found(at int) bool {
	d.pass(at)
	d.kept = append(d.kept[:0], d.held...)
	d.in = d.kept
	d.release()
	d.hunt.scanned, d.hunt.candidates = 0, d.hunt.candidates[:0]
	d.state = heading
	return true
}

// pass goes over the first n bytes of held.
func (d *Decoder) pass(n int) {
	h := &d.hunt
	d.offset += int64(n)
	h.passed += int64(n)
	d.held = d.held[:copy(d.held, d.held[n:])]
	h.scanned = max(h.scanned-n, 0)
	left := h.candidates[:0]
	for _, c := range h.candidates {
		if c.at -= n; c.at >= 0 {
			left = append(left, c)
		}
	}
	h.candidates = left
}

type confidence uint8

const (
	never confidence = iota
	perhaps
	sure
)

// examine tells whether a message begins at c: whether from there messages follow
// one another that have known types, possible lengths and bodies that parse, and
// whether there are enough of them, or such as hardly occur by chance.
func (d *Decoder) examine(c *candidate) confidence {
	c.whole = 0
	rest := d.held[c.at:]
	var best anchor
	for len(rest) > 0 {
		h, complete, err := message.ReadHead(rest, d.side, message.Context{})
		if err != nil || h.Kind == message.KindUnknown || h.Length >= largest {
			return never
		}
		if c.whole >= enough || best == strong || complete && best == weak {
			return sure
		}
		if !complete || h.Size > len(rest) {
			c.need = len(d.held) - c.at - len(rest) + max(h.Size, h.Body)
			return perhaps
		}
		body := rest[h.Body:h.Size]
		kind := h.Kind.Refine(body)
		if message.Decode(message.New(kind), body) != nil {
			return never
		}
		c.whole++
		best = max(best, anchorOf(kind, body))
		rest = rest[h.Size:]
	}
	if c.whole >= enough || best == strong || best == weak && c.whole > 1 {
		return sure
	}
	c.need = len(d.held) - c.at + 1
	return perhaps
}

// An anchor says how unlikely it is that a message is there by chance.
type anchor uint8

const (
	none   anchor = iota
	weak          // five bytes that are always the same
	strong        // six such bytes, or readable text to the end
)

func anchorOf(k message.Kind, body []byte) anchor {
	switch {
	case k == message.KindReadyForQuery:
		return strong
	case len(body) == 0:
		return weak
	case k == message.KindQuery || k == message.KindCommandComplete:
		if text := body[:len(body)-1]; len(text) > 3 && isText(text) {
			return strong
		}
	}
	return none
}

func isText(b []byte) bool {
	for _, c := range b {
		if c < ' ' && c != '\n' && c != '\t' && c != '\r' || c == 0x7f {
			return false
		}
	}
	return true
}

// confirm tells whether a message confirms that its beginning was found and not
// only guessed.
func (d *Decoder) confirm(f *Frame) bool {
	if f.Missing() == 0 && anchorOf(f.Kind, f.Body) == strong {
		d.hunt.guessed = false
	}
	return !d.hunt.guessed
}
