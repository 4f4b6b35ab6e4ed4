package pipeline

import (
	"slices"
	"sync/atomic"

	"github.com/pgwdump/pgwdump/reassembly"
	"github.com/pgwdump/pgwdump/session"
)

const (
	// batchesPerJob is how many batches there are for each goroutine.
	batchesPerJob = 4
	// keptBytes is how much memory for output is kept for the next batch.
	keptBytes = 4 << 20
	// heldOutput is how much output of a batch is held: what it refers to may be much larger
	// than its packets are, and is in it again and again.
	heldOutput = 4 << 20
)

// A batch is a load that is worked on, and all that becomes of it.
type batch struct {
	*load
	parts [shards]part
	runs  []run // of each segment, in their order

	observing  atomic.Int32      // workers that are not done
	ordered    [][]session.Event // what to render
	candidates [][]session.Event // what that was chosen from
	selected   []session.Event   // memory for what was not told of with this batch
	first      int64             // the time of the first event of the capture
	before     int64             // the time of the event before those of this batch

	out       []byte
	malformed int64
	rendered  chan rendered // by who renders it, for who writes
	taken     chan struct{} // what was rendered, but for the last
}

// A rendered is part of the output of a batch, or the rest of it.
type rendered struct {
	out  []byte
	last bool
}

// A part is what one shard makes of a batch.
type part struct {
	events  session.Events
	late    []late
	found   []*reassembly.Conn
	totals  session.Totals // of the shard up to here
	waiting int            // connections of the shard that wait for a key
}

// A run is some events of a shard that follow one another.
type run struct {
	shard    uint8
	from, to int32
}

// ofLoad is the shard of the events that come from none.
const ofLoad = shards

// A late run happened with a packet of another shard.
type late struct {
	run
	order int // the number of the packet
}

// batchFor returns a batch for a load. It waits where there are enough.
func (p *Pipeline) batchFor(l *load) (b *batch) {
	select {
	case b = <-p.free:
	default:
		if p.made == cap(p.free) {
			b = <-p.free
			break
		}
		p.made++
		b = &batch{rendered: make(chan rendered, 1), taken: make(chan struct{}, 1)}
		for i := range b.parts {
			b.parts[i].events.Long = p.long
		}
	}
	b.load = l
	b.runs = slices.Grow(b.runs[:0], len(l.segments))[:len(l.segments)]
	return b
}

// release empties a batch for the next load.
func (p *Pipeline) release(b *batch) {
	for i := range b.parts {
		t := &b.parts[i]
		t.events.Reset()
		clear(t.found)
		t.late, t.found = t.late[:0], t.found[:0]
	}
	if cap(b.out) > keptBytes {
		b.out = nil
	}
	clear(b.ordered)
	clear(b.candidates)
	clear(b.selected)
	b.selected = b.selected[:0]
	b.ordered, b.candidates, b.out, b.malformed = b.ordered[:0], b.candidates[:0], b.out[:0], 0
	l := b.load
	b.load = nil
	p.free <- b
	p.recycle(l)
}

// events returns the events of a run.
func (b *batch) events(r run) []session.Event {
	if r.shard == ofLoad {
		return b.told[r.from:r.to]
	}
	return b.parts[r.shard].events.List[r.from:r.to]
}
