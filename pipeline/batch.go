package pipeline

import (
	"iter"
	"sync/atomic"

	"github.com/pgwdump/pgwdump/capture"
	"github.com/pgwdump/pgwdump/reassembly"
	"github.com/pgwdump/pgwdump/session"
)

const (
	// A batch is as many packets as have batchBytes of payload, at most
	// batchSegments: little enough to stay in a core's own cache.
	batchBytes    = 48 << 10
	batchSegments = 256
	// batchesPerJob is how many batches there are for each goroutine.
	batchesPerJob = 4
	// keptBytes is how much memory for output is kept for the next batch.
	keptBytes = 4 << 20
)

// A batch is some packets that follow one another, and all that becomes of them.
type batch struct {
	payloads []byte
	parts    [shards]part
	runs     []run           // of each segment, in their order
	last     int             // the number of the last segment's packet, be it of a batch before
	time     int64           // of it
	closing  bool            // the capture ends here
	closeTo  int             // it does so for the connections that began with a packet up to this
	idle     bool            // there was nothing for a while
	passed   int             // as many packets as if they had gone by since, where none has in time
	dropped  []session.Event // before the first packet

	observing atomic.Int32      // workers that are not done
	ordered   [][]session.Event // what to render
	selected  []session.Event   // memory for that, where not all is
	first     int64             // the time of the first event of the capture
	before    int64             // the time of the event before those of this batch

	out       []byte
	malformed int64
	rendered  chan struct{}
}

// A part is what one shard has to do with a batch.
type part struct {
	segments []segment
	events   session.Events
	late     []late
	found    []*reassembly.Conn
	totals   session.Totals // of the shard up to here
	waiting  int            // connections of the shard that wait for a key
}

// A segment is one of a batch.
type segment struct {
	capture.Segment
	index int // in the batch
}

// A run is some events of a part that follow one another.
type run struct {
	shard    uint8
	from, to int32
}

// A late run happened with a packet of another shard.
type late struct {
	run
	order int // the number of the packet
}

func (p *Pipeline) newBatch() *batch {
	p.made++
	b := &batch{payloads: make([]byte, 0, batchBytes), rendered: make(chan struct{}, 1)}
	return b
}

// next returns an empty batch. It waits for one where there are enough.
func (p *Pipeline) next() *batch {
	if p.made == cap(p.free) {
		return <-p.free
	}
	select {
	case b := <-p.free:
		return b
	default:
		return p.newBatch()
	}
}

// full tells whether there is no room for a segment.
func (b *batch) full(s *capture.Segment) bool {
	return len(b.runs) > 0 && (len(b.runs) == batchSegments || len(b.payloads)+len(s.Payload) > batchBytes)
}

// add adds a segment that there is room for, or the first.
func (b *batch) add(s *capture.Segment) {
	start := len(b.payloads)
	b.payloads = append(b.payloads, s.Payload...)
	s.Payload = b.payloads[start:len(b.payloads):len(b.payloads)]
	p := &b.parts[s.Flow()%shards]
	p.segments = append(p.segments, segment{*s, len(b.runs)})
	b.runs = append(b.runs, run{})
	b.last, b.time = s.Number, s.Time
}

// recycle empties a batch for the next packets.
func (p *Pipeline) recycle(b *batch) {
	for i := range b.parts {
		t := &b.parts[i]
		t.events.Reset()
		clear(t.found)
		t.segments, t.late, t.found = t.segments[:0], t.late[:0], t.found[:0]
	}
	if cap(b.payloads) > batchBytes {
		b.payloads = make([]byte, 0, batchBytes)
	}
	if cap(b.out) > keptBytes {
		b.out = nil
	}
	b.passed, b.dropped = 0, b.dropped[:0]
	clear(b.ordered)
	clear(b.selected)
	b.selected = b.selected[:0]
	b.closeTo, b.idle = 0, false
	b.payloads, b.runs, b.ordered, b.out, b.malformed = b.payloads[:0], b.runs[:0], b.ordered[:0], b.out[:0], 0
	p.free <- b
}

// all returns what is to be rendered.
func (b *batch) all() iter.Seq[*session.Event] {
	return func(yield func(*session.Event) bool) {
		last := b.before
		for _, events := range b.ordered {
			for i := range events {
				e := &events[i]
				e.First, e.Last = b.first, last
				last = e.Time
				if !yield(e) {
					return
				}
			}
		}
	}
}
