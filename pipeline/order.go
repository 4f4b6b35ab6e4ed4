package pipeline

import (
	"cmp"
	"iter"
	"slices"

	"github.com/pgwdump/pgwdump/capture"
	"github.com/pgwdump/pgwdump/reassembly"
	"github.com/pgwdump/pgwdump/session"
)

// An order is what is known where all connections come together.
type order struct {
	conns       int   // that were found
	first, last int64 // when the first event began, and the one before
	started     bool  // there was one
	cancels     session.Cancels
	talking     map[capture.Ends]*session.Conn // PostgreSQL now; nil where nobody asks for it
}

// arrange puts the events of a batch in order, and does what needs that. Batches come
// one at a time, one after the other.
func (p *Pipeline) arrange(b *batch) {
	var totals session.Totals
	waiting := 0
	for i := range b.parts {
		totals.Add(&b.parts[i].totals)
		waiting += b.parts[i].waiting
	}
	p.mutex.Lock()
	for i := range b.told {
		p.dropped += b.told[i].Packets
	}
	totals.Dropped = p.dropped
	p.totals, p.waiting = totals, waiting
	p.mutex.Unlock()

	p.order.number(b)
	b.sort()
	if !p.order.cancels.Pass(b.lists()) {
		b.each(p.order.cancels.See)
	}
	if p.order.talking != nil {
		b.each(p.order.name)
	}
	if p.options.Select != nil {
		p.choose(b)
	}
	p.order.time(b)
}

// lists returns the events of all shards, each with its own.
func (b *batch) lists() iter.Seq[*session.Events] {
	return func(yield func(*session.Events) bool) {
		for i := range b.parts {
			if !yield(&b.parts[i].events) {
				return
			}
		}
	}
}

// each calls f for each event that is in order.
func (b *batch) each(f func(*session.Event)) {
	for _, events := range b.ordered {
		for i := range events {
			f(&events[i])
		}
	}
}

// number gives the connections that were found their numbers.
func (o *order) number(b *batch) {
	var found []*reassembly.Conn
	for i := range b.parts {
		found = append(found, b.parts[i].found...)
	}
	slices.SortFunc(found, func(a, b *reassembly.Conn) int { return a.Packet - b.Packet })
	for _, c := range found {
		o.conns++
		c.Number = o.conns
	}
}

// name says of a connection that is shed which one it is, where that is known.
func (o *order) name(e *session.Event) {
	switch e.Type {
	case session.Open:
		o.talking[endsOf(e.Conn)] = e.Conn
	case session.Close:
		if k := endsOf(e.Conn); o.talking[k] == e.Conn {
			delete(o.talking, k)
		}
	case session.Shed:
		if c := o.talking[endsOf(e.Conn)]; c != nil {
			e.Conn = c
		}
	}
}

func endsOf(c *session.Conn) capture.Ends { return capture.EndsOf(c.Ends[0], c.Ends[1]) }

// time notes the times that the first event of a batch has to know.
func (o *order) time(b *batch) {
	if len(b.ordered) == 0 {
		return
	}
	if !o.started {
		o.first = b.ordered[0][0].Began().Time
		o.last, o.started = o.first, true
	}
	b.first, b.before = o.first, o.last
	last := b.ordered[len(b.ordered)-1]
	o.last = last[len(last)-1].Began().Time
}

// choose leaves those events that Select passes on.
func (p *Pipeline) choose(b *batch) {
	b.ordered, b.candidates = b.candidates[:0], b.ordered
	var events []session.Event
	var i int
	pass := func(e *session.Event) {
		if e == &events[i] { // as most are, which stay where they are
			b.chosen(events, i)
			return
		}
		b.selected = append(b.selected, *e)
		b.chosen(b.selected, len(b.selected)-1)
	}
	for _, events = range b.candidates {
		for i = range events {
			if t := events[i].Type; t == session.Drop || t == session.Shed {
				pass(&events[i])
			} else {
				p.options.Select(&events[i], pass)
			}
		}
	}
}

// chosen puts an event behind what is to be rendered.
func (b *batch) chosen(list []session.Event, i int) {
	if n := len(b.ordered); n > 0 {
		last := &b.ordered[n-1]
		if k := len(*last); k < cap(*last) && &(*last)[:k+1][k] == &list[i] {
			*last = (*last)[:k+1]
			return
		}
	}
	b.ordered = append(b.ordered, list[i:i+1])
}

// sort puts the events of all shards in the order of the packets. What was due with a
// packet comes before what it brought.
func (b *batch) sort() {
	var others []late
	for i := range b.told {
		others = append(others, late{run{ofLoad, int32(i), int32(i + 1)}, b.told[i].Packet})
	}
	for i := range b.parts {
		others = append(others, b.parts[i].late...)
	}
	if len(others) == 0 {
		for _, r := range b.runs {
			b.arrangeRun(r)
		}
		return
	}
	for i := range b.segments {
		others = append(others, late{b.runs[i], b.segments[i].Number})
	}
	slices.SortStableFunc(others, func(a, b late) int { return cmp.Compare(a.order, b.order) })
	for _, r := range others {
		b.arrangeRun(r.run)
	}
}

// arrangeRun puts a run behind what is in order.
func (b *batch) arrangeRun(r run) {
	if r.from < r.to {
		b.ordered = append(b.ordered, b.events(r))
	}
}
