package pipeline

import (
	"iter"

	"github.com/pgwdump/pgwdump/capture"
	"github.com/pgwdump/pgwdump/session"
)

const (
	// A load is as many packets as have loadBytes of payload, at most loadSegments:
	// little enough to stay in a core's own cache.
	loadBytes    = 96 << 10
	loadSegments = 512
	// loadBuffers is how many Buffers a load holds at most: what is in them between its
	// packets may be much.
	loadBuffers = 4
	// toldPerLoad is about how many events a load has that do not come from its segments.
	toldPerLoad = 256
)

// A load is some packets that follow one another, and owns their payloads or holds the
// Buffers that they are in: what Add fills, and what waits where more comes than can be
// worked on.
type load struct {
	size     int               // bytes of the payloads
	held     []*capture.Buffer // that some of them are in
	payloads []byte            // the others
	segments []segment
	ends     [shards]struct{ first, last int } // the first and the last segment of each shard, plus 1
	last     int                               // the number of the last segment's packet, be it of a load before
	time     int64                             // of it
	told     []session.Event                   // what comes from no segment, in the order of the packets
	closing  bool                              // the capture ends here
	closeTo  int                               // it does so for the connections that began with a packet up to this
	idle     bool                              // there was nothing for a while
	passed   int                               // as many packets as if they had gone by since, where none has in time
}

// A segment is one of a load.
type segment struct {
	capture.Segment
	next   int     // the next one of its shard, plus 1; 0 where there is none
	passed *passed // right before it; nil where nothing was
}

// of returns the segments of a shard, with their places in the load.
func (l *load) of(shard uint8) iter.Seq2[int, *segment] {
	return func(yield func(int, *segment) bool) {
		for i := l.ends[shard].first; i > 0; i = l.segments[i-1].next {
			if !yield(i-1, &l.segments[i-1]) {
				return
			}
		}
	}
}

// next returns an empty load. Where there are enough it waits for one, or returns nil
// if there is a backlog.
func (p *Pipeline) next() *load {
	select {
	case l := <-p.empty:
		return l
	default:
	}
	switch {
	case p.loads < cap(p.empty):
		p.loads++
		return &load{segments: make([]segment, 0, loadSegments)}
	case p.backlog != nil && !p.closing:
		return nil
	}
	return <-p.empty
}

// full tells whether there is no room for a segment.
func (l *load) full(s *capture.Segment) bool {
	return len(l.segments) > 0 && (len(l.segments) == loadSegments || l.size+len(s.Payload) > loadBytes ||
		len(l.held) == loadBuffers && l.held[loadBuffers-1] != s.Buffer)
}

// add adds a segment that there is room for, or the first.
func (l *load) add(s *capture.Segment, before *passed) {
	l.size += len(s.Payload)
	l.own(s)
	l.segments = append(l.segments, segment{Segment: *s, passed: before})
	n, ends := len(l.segments), &l.ends[s.Flow()%shards]
	if ends.first == 0 {
		ends.first = n
	} else {
		l.segments[ends.last-1].next = n
	}
	ends.last = n
	l.last, l.time = s.Number, s.Time
}

// own makes the payload of a segment stay as long as the load.
func (l *load) own(s *capture.Segment) {
	if s.Buffer == nil {
		if l.payloads == nil {
			l.payloads = make([]byte, 0, loadBytes)
		}
		start := len(l.payloads)
		l.payloads = append(l.payloads, s.Payload...)
		s.Payload = l.payloads[start:len(l.payloads):len(l.payloads)]
		return
	}
	if n := len(l.held); n > 0 && l.held[n-1] == s.Buffer {
		return
	}
	s.Buffer.Hold()
	l.held = append(l.held, s.Buffer)
}

// recycle empties a load for the next packets.
func (p *Pipeline) recycle(l *load) {
	clear(l.ends[:])
	if cap(l.payloads) > loadBytes {
		l.payloads = make([]byte, 0, loadBytes)
	}
	for i, b := range l.held {
		l.held[i] = nil
		b.Release()
	}
	clear(l.told)
	l.size, l.held, l.payloads, l.segments, l.told = 0, l.held[:0], l.payloads[:0], l.segments[:0], l.told[:0]
	l.closeTo, l.idle, l.passed = 0, false, 0
	p.empty <- l
}
