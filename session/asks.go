package session

import (
	"github.com/pgwdump/pgwdump/message"
	"github.com/pgwdump/pgwdump/sql"
)

// An ask is a request that waits for its answer.
type ask struct {
	number    uint64 // as in phase.Step
	kind      message.Kind
	statement *Statement // that it belongs to; nil for none
	slot      *slot      // Parse, Close: the name
	before    *prepared  // what that stood for before
	prepared  *prepared  // Describe, Execute: of what; nil where that is not known
	portal    *portal    // Bind: that it makes; Describe: of what
	script    *script    // Query; nil where there is nothing to say of it

	begin Moment // as in seen
	size  int64
	cost  int // in bytes, about
}

// A script is what is to be known of a Query besides the statement that is being run: few
// have several, and few of those are commands.
type script struct {
	command sql.Command
	text    []byte // of several statements: all of them
	rest    []byte // and those behind the one that is being run; nil for none
}

// command returns what the first words of the statement say that the request runs.
func (a *ask) command() *sql.Command {
	switch {
	case a.script != nil:
		return &a.script.command
	case a.kind == message.KindExecute && a.prepared != nil:
		return &a.prepared.command
	}
	return &noCommand
}

// noCommand is what most statements say of prepared ones. It never changes.
var noCommand sql.Command

// goesOn tells whether other statements of the Query come behind the one being run.
func (a *ask) goesOn() bool { return a.script != nil && a.script.rest != nil }

// A queue holds asks, oldest first.
type queue struct {
	spares *spares // what memory comes from, and goes to when nothing waits
	items  []ask
	first  int
	cost   int // of those that wait, about, in bytes
}

func (q *queue) waiting() []ask { return q.items[q.first:] }

func (q *queue) push() *ask {
	switch {
	case q.items == nil:
		q.items = q.spares.take()
	case len(q.items) == cap(q.items) && q.first > len(q.items)/2: // else as much would be moved again and again
		n := copy(q.items, q.waiting())
		clear(q.items[n:])
		q.items, q.first = q.items[:n], 0
	}
	q.items = append(q.items, ask{})
	return &q.items[len(q.items)-1]
}

func (q *queue) drop(n int) {
	for i := range q.waiting()[:n] {
		a := &q.items[q.first+i]
		q.cost -= a.cost
		refer(&a.statement, nil)
	}
	clear(q.items[q.first : q.first+n])
	if q.first += n; q.first == len(q.items) && n > 0 {
		q.spares.give(q.items)
		q.items, q.first = nil, 0
	}
}

// Spares are memory for queues of asks in which nothing waits for now.
type spares struct{ lists [][]ask }

const (
	// maxSpares is how many lists are kept, maxSpare how many asks they may have room for.
	maxSpares = 64
	maxSpare  = 64
)

// take returns an empty list.
func (s *spares) take() []ask {
	if len(s.lists) == 0 {
		return make([]ask, 0, 4)
	}
	last := len(s.lists) - 1
	list := s.lists[last]
	s.lists = s.lists[:last]
	return list
}

// give takes a list back in which nothing is any more.
func (s *spares) give(list []ask) {
	if cap(list) <= maxSpare && len(s.lists) < maxSpares {
		s.lists = append(s.lists, list[:0])
	}
}
