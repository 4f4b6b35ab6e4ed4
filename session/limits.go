package session

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
	n := d.decoder.Unread()
	if n == d.held {
		return
	}
	if s.observer.hold(n-d.held) && n > d.held {
		d.decoder.Shorten(shortened)
		left := d.decoder.Unread()
		s.observer.hold(left - n)
		n = left
	}
	d.held = n
}

// release counts out what was held of a connection.
func (s *stream) release() {
	for i := range s.sides {
		s.observer.hold(-s.sides[i].held)
		s.sides[i].held = 0
	}
}
