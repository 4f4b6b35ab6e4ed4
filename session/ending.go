package session

import (
	"github.com/pgwdump/pgwdump/message"
	"github.com/pgwdump/pgwdump/phase"
)

// settle ends what will have no answer: what was asked for before the oldest request
// that waits for one.
func (p *pairing) settle(m *seen) {
	oldest := p.tracker.Oldest()
	w := p.asks.waiting()
	n := 0
	for n < len(w) && w[n].number < oldest {
		n++
	}
	how := Incomplete
	if m.step.Outcome == phase.Erred {
		if p.tracker.Phase() != phase.ServerClosed {
			how = Skipped
		}
		for i := n - 1; i > 0; i-- {
			p.undo(&w[i])
		}
	}
	for i := range w[:n] {
		p.giveUp(&w[i], how)
	}
	if p.asks.drop(n); len(p.asks.waiting()) == 0 {
		p.kept = 0
	}
}

// giveUpBefore gives up what was asked for before that request.
func (p *pairing) giveUpBefore(number uint64) {
	for w := p.asks.waiting(); len(w) > 0 && w[0].number < number; w = p.asks.waiting() {
		p.giveUp(&w[0], Incomplete)
		w[0].dropDraft()
		p.asks.drop(1)
	}
}

// dropDraft drops the draft that the request has made, if nothing has come of it yet: a name
// would keep it for as long as it stands for something.
func (a *ask) dropDraft() {
	switch {
	case a.statement == nil:
	case a.kind == message.KindParse && a.slot.draft == a.statement:
		refer(&a.slot.draft, nil)
	case a.kind == message.KindBind && a.portal.draft == a.statement:
		refer(&a.portal.draft, nil)
	}
}

// giveUp ends the statement that a request runs, if it has not ended yet.
func (p *pairing) giveUp(a *ask, how Status) {
	s := a.statement
	if s == nil || s.ended || s.Request != a.kind {
		return
	}
	for ; a.goesOn(); s = a.statement {
		p.finish(s, how)
		p.pass(a, &seen{})
	}
	p.finish(s, how)
}

// undo takes back what the server has not done.
func (p *pairing) undo(a *ask) {
	switch {
	case a.slot != nil && a.slot.asked == a.number:
		p.catalog.set(a.slot, a.before)
		refer(&a.slot.draft, nil)
	case a.portal != nil && a.portal.asked == a.number:
		a.portal.open = false
		refer(&a.portal.draft, nil)
	}
}

// finish ends a statement. It is told of when it is known what the server says of
// the transaction after it.
func (p *pairing) finish(s *Statement, how Status) {
	if s.ended {
		return
	}
	s.ended, s.Status = true, how
	if s.of != nil { // the server may have described it only now
		s.Types, s.of = s.of.Types, nil
	}
	if s.Missing && (how == OK || how == Suspended) {
		s.Status = Incomplete
	}
	switch s {
	case p.orphan:
		p.orphan = nil
	case p.ignored:
		p.ignored = nil
		p.countIgnored()
	}
	p.release()
	if p.fresh {
		s.Before, p.fresh = p.status, false
	}
	p.held = s
	if n := cap(s.memory); n > littleHeld {
		p.heldCost = n
		p.catalog.cost += n
	}
}

// littleHeld is how much memory of a statement is not counted that does not wait for its
// answer.
const littleHeld = 4 << 10

// countIgnored counts the memory of the statement that the server does not heed.
func (p *pairing) countIgnored() {
	n := 0
	if s := p.ignored; s != nil && cap(s.memory) > littleHeld {
		n = cap(s.memory)
	}
	p.catalog.cost += n - p.ignoredCost
	p.ignoredCost = n
}

// dropIgnored drops the statement that the server does not heed: the message that runs it
// does not come.
func (p *pairing) dropIgnored() {
	if s := p.ignored; s != nil {
		p.ignored = nil
		p.countIgnored()
		p.observer.spare(s)
	}
}

// release tells of the statement that ended last.
func (p *pairing) release() {
	if s := p.held; s != nil {
		p.held = nil
		p.catalog.cost -= p.heldCost
		p.heldCost = 0
		p.count++
		s.Number = p.count
		if s.before = p.past; s.End != (Moment{}) {
			p.past = s.End
		}
		p.ended = append(p.ended, s)
	}
}

// lost takes note that part of what one side has said was not seen. What the client said
// was for the last that it had asked for, if not for something else.
func (p *pairing) lost(from message.Side) {
	p.answered = Moment{}
	w := p.asks.waiting()
	last := len(w) - 1
	switch {
	case last < 0:
	case from == message.Frontend:
		w[last].lost()
	default: // the oldest may have gone on to its next statement since the others were marked
		w[0].lost()
		for i := last; i > 0 && w[i].number > p.marked; i-- {
			w[i].lost()
		}
		p.marked = w[last].number
	}
}

// lost marks the statement of a request.
func (a *ask) lost() {
	if a.statement != nil {
		a.statement.Missing = true
	}
}

// end ends what is open when the connection is. Where answers are missing, and where nothing
// was heard of the server at all, how long the client waited is not known.
func (p *pairing) end(at Moment, heard bool) {
	w := p.asks.waiting()
	for i := range w {
		switch s := w[i].statement; {
		case !heard || s != nil && s.Missing:
			p.unanswered = true
		case s != nil && s.End == (Moment{}):
			s.End = at
		}
		p.giveUp(&w[i], Incomplete)
	}
	p.asks.drop(len(w))
	if p.orphan != nil {
		p.finish(p.orphan, Incomplete)
	}
	p.release()
}
