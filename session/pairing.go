package session

import (
	"bytes"
	"encoding/binary"

	"github.com/pgwdump/pgwdump/message"
	"github.com/pgwdump/pgwdump/phase"
	"github.com/pgwdump/pgwdump/sql"
)

// A pairing makes statements of the messages of one connection. Which answer is for
// which request the phase.Tracker knows; the pairing keeps what was asked, under the
// Tracker's numbers.
type pairing struct {
	*scratch
	observer *Observer
	conn     *Conn
	tracker  *phase.Tracker
	roster   roster
	catalog  catalog
	asks     queue // not answered yet
	ended    []*Statement

	last        *Statement // the one asked for last
	syncs       uint64     // Syncs that the client has sent
	orphan      *Statement // being answered without having been seen to be asked for
	ignored     *Statement // being asked for, though the server does not heed it
	ignoredCost int        // bytes of it, as far as they are counted

	held     *Statement // has ended, and waits for what the server says of the transaction
	past     Moment     // the end of the one before
	heldCost int        // bytes of it, as far as they are counted
	status   message.TransactionStatus
	fresh    bool   // nothing has ended since the server said so
	answered Moment // when the last answer was complete; zero where that is not known
	count    int64  // of statements that ended
	marked   uint64 // the last request before a part of the answers that was not seen
	kept     int    // bytes of text and parameters that were kept since nothing waited

	unanswered bool // when the connection ended, as answers were not captured

	copies    bool     // somebody wants to see the rows of COPY
	described *Columns // the last ones
	fed       *copier  // that has got something to be told of
	ledger    *ledger  // nil where nobody is told of it
}

func newPairing(s *stream) *pairing {
	o := s.observer
	return &pairing{scratch: &o.scratch, observer: o, conn: &s.conn, tracker: s.tracker, roster: newRoster(o), asks: queue{spares: &o.asks}, copies: o.options.CopyRows}
}

const (
	// maxKept is how many bytes of text and parameters the statements that wait may
	// have. From each that comes when they have more, leastKept are kept.
	maxKept   = 64 << 20
	leastKept = 1 << 10
)

// A seen is a message of the connection.
type seen struct {
	from  message.Side
	kind  message.Kind
	body  []byte
	size  int64
	begin Moment // its first byte
	end   Moment // its last byte
	step  phase.Step
	err   error  // it is not allowed where it came
	cut   bool   // part of it was not captured
	event *Event // to say more in; nil where messages are not told of
}

// inDoubt tells whether the message may be for another request, or the answer to another,
// than it is taken for.
func (m *seen) inDoubt() bool { return m.step.Phase == phase.Unsynchronised }

// see takes the next message. What ended with it is in p.ended.
func (p *pairing) see(m *seen) {
	if m.from == message.Frontend {
		p.fromFrontend(m)
	} else {
		p.fromBackend(m)
	}
}

// fromFrontend takes a message of the client.
func (p *pairing) fromFrontend(m *seen) {
	if m.step.Outcome == phase.Requested {
		p.request(m)
		return
	}
	switch m.kind {
	case message.KindStartupMessage:
		p.roster.started(m.body)
	case message.KindQuery, message.KindParse, message.KindBind, message.KindExecute, message.KindFunctionCall:
		p.unheard(m)
	case message.KindCopyData:
		if s := p.copying(m); s != nil {
			s.Sent += m.size
			s.copy.In.add(len(m.body))
			p.copied(s, m)
		}
	case message.KindCopyDone, message.KindCopyFail:
		if s := p.copying(m); s != nil {
			s.Sent += m.size
			p.copied(s, m)
		}
	}
}

// copying returns the statement whose COPY a message of the client is for: the one
// that is being answered, or, where the client did not wait for it to begin, the
// last that was asked for.
func (p *pairing) copying(m *seen) *Statement {
	if w := p.asks.waiting(); m.step.Request != 0 && len(w) > 0 && w[0].number == m.step.Request {
		return w[0].statement
	}
	if m.step.Outcome == phase.Ignored || len(p.asks.waiting()) == 0 {
		return nil
	}
	return p.last
}

// request takes a request that will be answered.
func (p *pairing) request(m *seen) {
	switch m.kind {
	case message.KindSync:
		p.syncs++
		p.dropIgnored()
		return
	case message.KindTerminate:
		return
	}
	p.giveUpBefore(p.tracker.Oldest())
	kept := p.kept
	a := p.asks.push()
	a.number, a.kind, a.begin, a.size = m.step.Request, m.kind, m.begin, m.size
	switch m.kind {
	case message.KindQuery:
		p.query(a, m)
	case message.KindParse:
		p.prepare(a, m)
	case message.KindBind:
		p.bound(a, m)
	case message.KindDescribe:
		readInto(&p.walker, &p.describe, m.body)
		if p.describe.Target == message.Portal {
			o := p.catalog.portal(p.describe.Name)
			a.statement, a.portal = p.draftOf(o.draft, o.syncs), o
			m.about(o.prepared, p)
		} else {
			s := p.catalog.slot(p.describe.Name)
			a.statement, a.prepared = p.draftOf(s.draft, s.syncs), s.now
			m.about(s.now, p)
		}
	case message.KindClose:
		p.close(a, m)
	case message.KindExecute:
		p.executed(a, m)
	case message.KindFunctionCall:
		s := p.begin(m)
		s.Protocol, s.Request, s.executed = Function, m.kind, true
		s.Arguments = p.keep(s, m.body)
		a.statement = s
	}
	a.cost = askCost + p.kept - kept
	if s := a.statement; s != nil {
		s.referred++
		if s.Sent == 0 {
			a.cost += statementCost
		}
		s.Sent += m.size
		s.Missing = s.Missing || m.cut || m.inDoubt()
		p.last = s
	}
	p.asks.cost += a.cost
}

// begin returns a new statement that a message asks for.
func (p *pairing) begin(m *seen) *Statement {
	s := p.observer.statement()
	s.Conn, s.Login = p.conn, p.roster.give()
	s.Begin, s.Affected = m.begin, -1
	switch {
	case p.answered == (Moment{}):
		s.Pause = -1
	case p.tracker.Oldest() >= m.step.Request: // nothing else waits
		s.Pause = max(m.begin.Time-p.answered.Time, 0)
	}
	return s
}

// query takes a Query: all its statements, one after the other.
func (p *pairing) query(a *ask, m *seen) {
	text := p.roster.recode(untilZero(m.body))
	backslashes := p.roster.login.backslashes
	s := p.begin(m)
	s.Protocol, s.Request, s.executed = Simple, m.kind, true
	a.statement = s
	if p.kept <= maxKept && !p.observer.full() && sql.Several(text) {
		n := 0
		for part, rest := sql.Next(text, backslashes); part != nil; part, rest = sql.Next(rest, backslashes) {
			n++
		}
		if n > 1 {
			s.Part, s.Parts = 1, n
			a.script = &script{text: bytes.Clone(text)}
			p.kept += len(text)
			text, a.script.rest = sql.Next(a.script.text, backslashes)
		}
	}
	p.words(a, p.keep(s, text))
	p.catalog.set(&p.catalog.unnamed, nil) // it is the end of it
	p.catalog.closePortal(nil)
}

// keep keeps text or parameters with a statement, but not more of them than memory is
// to be spent on.
func (p *pairing) keep(s *Statement, b []byte) []byte { return s.keep(p.within(s, b)) }

// within returns as much of text or parameters as is kept with a statement.
func (p *pairing) within(s *Statement, b []byte) []byte {
	limit := maxSQL
	if p.kept > maxKept || p.observer.full() {
		limit = leastKept
	}
	if len(b) > limit {
		b, s.Cut = b[:limit], true
	}
	p.kept += len(b)
	return b
}

// untilZero returns the string that a body begins with.
func untilZero(body []byte) []byte {
	s, _ := cutZero(body)
	return s
}

// cutZero returns the string that a body begins with, and what is behind it.
func cutZero(body []byte) (s, rest []byte) {
	if n := bytes.IndexByte(body, 0); n >= 0 {
		return body[:n], body[n+1:]
	}
	return body, nil
}

// words takes the SQL of a simple statement, and what it says of prepared ones.
func (p *pairing) words(a *ask, text []byte) {
	s := a.statement
	s.SQL, s.teaches = text, mayTeach(text)
	command := sql.Parse(text, p.roster.login.backslashes)
	if a.script == nil && command.Verb != sql.Other {
		a.script = new(script)
	}
	if a.script != nil {
		a.script.command = command
	}
	p.command(s, &command)
}

// command takes what a statement says of prepared ones.
func (p *pairing) command(s *Statement, c *sql.Command) {
	switch c.Verb {
	case sql.Replication:
		s.Protocol = Replication
	case sql.Execute:
		s.Name = c.Name
		if slot := p.catalog.find(c.Name); slot != nil && slot.now != nil {
			s.Prepared = slot.now.SQL
		}
	}
}

// prepare takes a Parse.
func (p *pairing) prepare(a *ask, m *seen) {
	name, rest := cutZero(m.body)
	a.slot = p.catalog.slot(name)
	a.before = a.slot.now
	made := p.catalog.text(rest)
	if m.cut {
		made = nil
	} else if made == nil {
		readInto(&p.walker, &p.parse, m.body)
		p.parse.SQL = p.roster.recode(p.parse.SQL)
		made = p.catalog.remember(rest, &p.parse, p.roster.login.backslashes)
		p.kept += len(made.SQL)
	}
	p.catalog.set(a.slot, made)
	p.catalog.ask(a.slot, a.number)
	s := p.draft(m)
	p.from(s, a.slot)
	refer(&a.slot.draft, s)
	a.slot.syncs, a.statement = p.syncs, s
}

// draft returns a new statement of which the message that runs it is to come.
func (p *pairing) draft(m *seen) *Statement {
	s := p.begin(m)
	s.Protocol = Extended
	return s
}

// draftOf returns a draft if it is of the batch that is being sent.
func (p *pairing) draftOf(s *Statement, syncs uint64) *Statement {
	if s == nil || syncs != p.syncs || s.ended {
		return nil
	}
	return s
}

// from gives a statement what is known of the prepared one that it is from.
func (p *pairing) from(s *Statement, of *slot) {
	s.Name = of.name
	s.SQL, s.of, s.teaches = nil, of.now, false
	if of.now != nil {
		s.SQL, s.teaches = of.now.SQL, of.now.teaches
		p.command(s, &of.now.command)
	}
}

// bound takes a Bind.
func (p *pairing) bound(a *ask, m *seen) {
	name, rest := cutZero(m.body)
	statement, rest := cutZero(rest)
	of, o := p.catalog.slot(statement), p.catalog.portal(name)
	if m.cut && rest == nil {
		of = new(slot) // nobody knows which
	}
	s := p.draftOf(of.draft, of.syncs)
	if s == nil || s.executed {
		s = p.draft(m)
		p.from(s, of)
	}
	refer(&of.draft, nil)
	p.catalog.bind(o, of, a.number, m.body)
	refer(&o.draft, s)
	o.syncs = p.syncs
	s.Portal, s.Arguments = o.name, p.keep(s, m.body)
	a.statement, a.portal = s, o
	m.about(of.now, p)
}

// about says in the event of a message which prepared statement it is about.
func (m *seen) about(s *prepared, p *pairing) {
	if m.event != nil && s != nil {
		m.event.Prepared, m.event.Login = s.Prepared, p.roster.give()
	}
}

// executed takes an Execute.
func (p *pairing) executed(a *ask, m *seen) {
	name, rest := cutZero(m.body)
	o := p.catalog.portal(name)
	if m.cut && rest == nil {
		o = new(portal) // nobody knows which
	}
	s := p.draftOf(o.draft, o.syncs)
	if s == nil || s.executed {
		s = p.draft(m)
		p.again(s, name, o)
	}
	refer(&o.draft, nil)
	s.Request, s.executed = m.kind, true
	if len(rest) >= 4 {
		s.MaxRows = int32(binary.BigEndian.Uint32(rest))
	}
	a.statement = s
	if o.prepared != nil && o.open {
		a.prepared = o.prepared
		m.about(o.prepared, p)
	}
}

// again gives a statement what is known of a portal that was made for another one
// before.
func (p *pairing) again(s *Statement, name []byte, o *portal) {
	s.Portal = p.keep(s, name)
	if !o.open {
		return
	}
	s.Name, s.columns = o.statement, o.columns
	s.Arguments, o.lent = p.within(s, o.arguments), true
	if s.of = o.prepared; s.of != nil {
		s.SQL, s.teaches = o.prepared.SQL, o.prepared.teaches
		p.command(s, &o.prepared.command)
	}
}

// close takes a Close.
func (p *pairing) close(a *ask, m *seen) {
	readInto(&p.walker, &p.closing, m.body)
	if p.closing.Target == message.Portal {
		p.catalog.closePortal(p.closing.Name)
		return
	}
	if s := p.catalog.find(p.closing.Name); s != nil {
		a.slot, a.before = s, s.now
		p.catalog.set(s, nil)
		p.catalog.ask(s, a.number)
		refer(&s.draft, nil)
	}
}

// unheard takes a request that the server reads over, because of an error before it
// or because it is not allowed, or does not read, because it has ended the session.
func (p *pairing) unheard(m *seen) {
	how, closed := Skipped, p.tracker.Phase() == phase.ServerClosed
	if closed {
		how = Incomplete
	}
	switch s := p.ignored; {
	case s == nil:
	case m.kind == message.KindParse, m.kind == message.KindQuery, m.kind == message.KindFunctionCall,
		m.kind == message.KindBind && s.Arguments != nil:
		p.dropIgnored() // it is not run
	}
	if p.ignored == nil {
		p.ignored = p.draft(m)
		if !closed {
			p.ignored.Pause = 0
		}
	}
	s := p.ignored
	s.Sent += m.size
	switch m.kind {
	case message.KindParse:
		readInto(&p.walker, &p.parse, m.body)
		s.Name, s.SQL = p.keep(s, p.parse.Statement), p.keep(s, p.roster.recode(p.parse.SQL))
		p.countIgnored()
		return
	case message.KindBind:
		readInto(&p.walker, &p.bind, m.body)
		if of := p.catalog.find(p.bind.Statement); s.SQL == nil && of != nil {
			p.from(s, of)
		}
		s.Portal, s.Arguments = p.keep(s, p.bind.Portal), p.keep(s, m.body)
		p.countIgnored()
		return
	case message.KindExecute:
		if s.Arguments == nil {
			name, _ := cutZero(m.body)
			p.again(s, name, p.catalog.portal(name))
		}
	case message.KindQuery:
		s.Protocol, s.SQL = Simple, p.keep(s, p.roster.recode(untilZero(m.body)))
	case message.KindFunctionCall:
		s.Protocol, s.Arguments = Function, p.keep(s, m.body)
	}
	s.Request, s.executed = m.kind, true
	p.finish(s, how)
}
