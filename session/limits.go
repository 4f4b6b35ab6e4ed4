package session

import "github.com/pgwdump/pgwdump/reassembly"

// DefaultMaxBody is a good limit for how much of a message's body is kept: larger ones
// are rare. What is over a limit is given up, told of and counted; package reassembly
// has limits of its own.
const DefaultMaxBody = 4 << 20

// shortened is how much is kept of a message that has to be given up because there is
// too much of all.
const shortened = 4 << 10

// shortenedNote is what is said of a message of which not all was kept.
const shortenedNote = "the rest of the message came, but is more than is kept"

// hold counts what is held more, or less, than before. It tells whether that is too
// much.
func (o *Observer) hold(more int) bool {
	o.held += more
	return o.held > o.options.Held && o.options.Held > 0
}

// keep counts what is held of the message that is not whole yet, and shortens it where
// that is too much.
func (s *stream) keep(d *side) {
	n := d.decoder.Holds() + cap(d.marks)*markSize
	if n == d.held {
		return
	}
	if s.observer.hold(n-d.held) && n > d.held {
		d.decoder.Shorten(shortened)
		d.marks = nil
		left := d.decoder.Holds()
		s.observer.hold(left - n)
		n = left
	}
	d.held = n
}

// maxPassed is how many statements of a Query that are not run are told of one by one, and of
// several Queries, if no more is said meanwhile: each has two bytes at least.
const maxPassed = 2048

const (
	// askCost and statementCost are what a request that waits costs besides its text, and
	// the statement that it makes; pendingCost is what it costs the Tracker.
	askCost       = 256
	statementCost = 768
	pendingCost   = 32
	// few requests cost a Tracker next to nothing.
	few = 16
)

// full tells whether requests that wait for their answers have as much as they may.
func (o *Observer) full() bool { return o.options.Held > 0 && o.asked > 2*o.options.Held }

// keepAsked counts what requests of the connection that wait for their answers cost.
// Where that is too much in all, its oldest ones are forgotten for the new ones.
func (s *stream) keepAsked(c *reassembly.Chunk) {
	before := s.asked
	s.countAsked()
	for s.asked > before && s.observer.full() && s.tracker.Pending() > 1 {
		s.tracker.Forget()
		s.pairing.giveUpBefore(s.tracker.Oldest())
		s.countAsked()
	}
	if n := s.tracker.Forgotten(); n != s.forgotten {
		s.forgot(c, Forgotten{Requests: int64(n - s.forgotten)})
		s.forgotten = n
		s.tellStatements(c)
	}
}

func (s *stream) countAsked() {
	n := s.tracker.Pending() * pendingCost
	if s.observer.pairs() {
		n += s.pairing.asks.cost
	}
	if n == s.asked {
		return
	}
	s.observer.asked += n - s.asked
	s.asked = n
}

// release counts out what was held of a connection.
func (s *stream) release() {
	s.observer.asked -= s.asked
	s.asked = 0
	s.observer.knowing.count(s, 0)
	for i := range s.sides {
		s.observer.hold(-s.sides[i].held)
		s.sides[i].held = 0
	}
}
