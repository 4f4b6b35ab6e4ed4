package pipeline

import (
	"github.com/pgwdump/pgwdump/reassembly"
	"github.com/pgwdump/pgwdump/session"
)

// shards is into how many parts the connections are divided: a number of which the
// output depends in odd cases, so that it is the same everywhere. It limits how many
// goroutines can observe.
const shards = 16

// A shard observes a part of the connections.
type shard struct {
	table    *reassembly.Table
	observer *session.Observer

	index uint8
	tells bool  // of events
	part  *part // of the batch that is being observed
	told  int   // events that a run was made of
	late  func(order int)
}

func newShard(index int, o *Options) *shard {
	observed := o.Session
	observed.Held = share(o.Held, 2)
	observed.Together = o.Select == nil || o.Session.View != session.Messages // Select is asked about each event
	s := &shard{index: uint8(index), observer: session.New(observed), tells: o.Render != nil || o.Select != nil}
	s.table = reassembly.New(reassembly.Options{
		Connections: share(o.Connections, 1),
		Held:        share(o.Held, 2),
	}, s.observer.Open)
	s.late = func(order int) {
		if r := s.run(); r.from < r.to {
			s.part.late = append(s.part.late, late{r, order})
		}
	}
	return s
}

// share returns the part of a limit that a shard has, where that is divided into so many
// parts for each: never 0, which is none, of something.
func share(limit, parts int) int {
	return (limit + shards*parts - 1) / (shards * parts)
}

// observe observes the shard's part of a batch.
func (s *shard) observe(b *batch) {
	s.part, s.told = &b.parts[s.index], 0
	if s.tells {
		s.observer.Tell(&s.part.events)
	}
	for i, g := range b.of(s.index) {
		s.table.Pass(g.Number, s.late)
		if g.passed != nil {
			s.table.Skip(&g.Segment, g.passed.sent, g.passed.received)
		}
		s.table.Add(&g.Segment)
		b.runs[i] = s.run()
	}
	s.table.Pass(b.last+b.passed, s.late)
	if b.idle {
		s.observer.Retry()
		s.late(b.last)
	}
	if b.closeTo > 0 {
		s.table.Close(b.last, b.time, b.closeTo, s.late)
	}
	s.part.found = append(s.part.found, s.table.Found()...)
	s.part.totals, s.part.waiting = s.observer.Totals, s.observer.Waiting()
	s.part.totals.Repeated, s.part.totals.Short, s.part.totals.Forgotten = s.table.Repeated, s.table.Short, s.table.Forgotten
}

// run returns the events since the last run.
func (s *shard) run() run {
	from, to := s.told, len(s.part.events.List)
	s.told = to
	return run{s.index, int32(from), int32(to)}
}
