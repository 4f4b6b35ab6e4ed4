package session

import (
	"github.com/pgwdump/pgwdump/reassembly"
)

// Forgotten counts what was known of connections and is not any more, because there was
// more of all than may be held.
type Forgotten struct {
	Requests   int64 // that waited for their answers
	Prepared   int64 // prepared statements
	Portals    int64
	Types      int64 // data types that a client had asked the catalog for
	Parameters int64 // what run-time parameters were before they change
}

// Error says why it was forgotten.
func (f *Forgotten) Error() string { return "more was known of all connections than may be held" }

// Add adds what was forgotten elsewhere.
func (f *Forgotten) Add(o *Forgotten) {
	f.Requests += o.Requests
	f.Prepared += o.Prepared
	f.Portals += o.Portals
	f.Types += o.Types
	f.Parameters += o.Parameters
}

// A Knowing is the list of the connections of which something is known that they may
// refer to later, by when that was first counted.
type knowing struct {
	first, last *stream
	size        int // bytes of it, about
}

// A known is what the Observer has counted of one connection.
type known struct {
	size         int
	used         bool // the client has asked for something since it was the first of the list
	newer, older *stream
}

func (k *knowing) push(s *stream) {
	if s.known.older = k.last; k.last != nil {
		k.last.known.newer = s
	} else {
		k.first = s
	}
	k.last = s
}

func (k *knowing) remove(s *stream) {
	older, newer := s.known.older, s.known.newer
	if older != nil {
		older.known.newer = newer
	} else {
		k.first = newer
	}
	if newer != nil {
		newer.known.older = older
	} else {
		k.last = older
	}
	s.known.older, s.known.newer = nil, nil
}

// count counts what is known of a connection by now, and tells whether it has become
// more.
func (k *knowing) count(s *stream, size int) (grown bool) {
	before := s.known.size
	switch {
	case size == before:
		return false
	case before == 0:
		k.push(s)
	case size == 0:
		k.remove(s)
	}
	k.size += size - before
	s.known.size = size
	return size > before
}

// keepKnown counts what is known of a connection. Where that is too much in all, what is
// known of others is forgotten, of those first that have asked for nothing for the
// longest; at last that of the connection itself, but for what it waits for.
func (s *stream) keepKnown(c *reassembly.Chunk) {
	o := s.observer
	if !o.knowing.count(s, s.pairing.catalog.cost) {
		return
	}
	for n := 0; n < patience && o.options.Held > 0 && o.knowing.size > 2*o.options.Held; n++ {
		oldest := o.knowing.first
		if oldest.known.used && oldest != o.knowing.last {
			oldest.known.used = false
		} else {
			oldest.forgot(c, oldest.pairing.forget())
			oldest.tellStatements(c)
			o.knowing.count(oldest, oldest.pairing.catalog.cost)
		}
		if oldest.known.size > 0 { // it asks for something, or waits for what it has asked for
			o.knowing.remove(oldest)
			o.knowing.push(oldest)
		}
	}
}

// hasRoom tells whether there is room for what stays to the end of a connection, so that
// nothing else has to be forgotten for it.
func (o *Observer) hasRoom() bool { return o.options.Held == 0 || o.knowing.size < o.options.Held }

// forgot tells of what was forgotten of a connection.
func (s *stream) forgot(c *reassembly.Chunk, f Forgotten) {
	if f == (Forgotten{}) {
		return
	}
	s.observer.Totals.Lapsed.Add(&f)
	e := s.observer.begin(Lapse, s, c.Packet, c.Time)
	e.Phase, e.Err = s.tracker.Phase(), &f
}

// patience is how many connections are looked at for what can be forgotten: the next
// chunk goes on with others.
const patience = 64

// typeCost is what it costs to know a data type.
const typeCost = 256

// forget forgets what is known of the connection, but for what it waits for.
func (p *pairing) forget() Forgotten {
	p.release()
	p.dropIgnored()
	f := p.catalog.lapse(p.tracker.Oldest())
	types := p.roster.unlearn()
	p.catalog.cost -= types * typeCost
	f.Types = int64(types)
	if l := p.ledger; l != nil {
		f.Parameters = int64(len(l.parameters))
		before := l.cost
		l.forget()
		p.catalog.cost += l.cost - before
	}
	return f
}
