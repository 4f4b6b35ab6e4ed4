package tlskeys

import (
	"container/list"
	"slices"
)

// maxPartial is how many bytes all connections of some Stages may hold of records and of
// messages of the handshake that are not whole.
const maxPartial = 4 << 20

// A partials counts these. The list has the connections that have held something, those
// first for which nothing has come for the longest.
type partials struct {
	most   int // bytes
	size   int
	stages list.List
}

// account counts what a connection holds that has just been fed. Where that is too much in
// all, those give up what they hold that have waited for the longest.
func (x *partials) account(s *stage) {
	if x.count(s); s.partial > 0 {
		if s.place == nil {
			s.place = x.stages.PushBack(s)
		} else {
			x.stages.MoveToBack(s.place)
		}
	}
	for x.size > x.most && x.stages.Len() > 0 {
		oldest := x.stages.Front().Value.(*stage)
		oldest.tls.abandon(s.tls.at)
		x.count(oldest)
		x.forget(oldest)
	}
}

// count takes note of how much a connection holds.
func (x *partials) count(s *stage) {
	n := s.tls.partial()
	x.size += n - s.partial
	s.partial = n
}

// forget takes a connection off the list.
func (x *partials) forget(s *stage) {
	if s.place != nil {
		x.stages.Remove(s.place)
		s.place = nil
	}
}

// partial returns how many bytes of memory there are for what is not whole.
func (c *Conn) partial() (n int) {
	for i := range c.halves {
		h := &c.halves[i]
		if len(h.framer.held()) > 0 {
			n += cap(h.framer.buf)
		}
		n += cap(h.messages.buf)
	}
	return n
}

// abandon loses what is not whole, as if it had not been captured.
func (c *Conn) abandon(at Origin) {
	for i := range c.halves {
		h := &c.halves[i]
		if p := h.framer.abandon(); p.size > 0 {
			p.Origin = at
			c.arrive(h, p)
		}
		if len(h.messages.buf) > 0 {
			h.messages = messages{lost: true}
		}
	}
}

// abandon passes over a record that is not whole, and over the rest of it when it comes.
// Where not even its header is, that is kept.
func (f *framer) abandon() (p piece) {
	f.drop(f.used)
	f.used = 0
	if held := f.held(); len(held) < headerSize {
		f.buf, f.from = slices.Clone(held), 0
		return p
	}
	p = f.gap(0)
	p.why = NoRoom
	return p
}
