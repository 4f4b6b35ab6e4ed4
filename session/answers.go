package session

import (
	"bytes"
	"encoding/binary"
	"unicode/utf8"

	"github.com/pgwdump/pgwdump/message"
	"github.com/pgwdump/pgwdump/phase"
	"github.com/pgwdump/pgwdump/sql"
)

// fromBackend takes a message of the server.
func (p *pairing) fromBackend(m *seen) {
	switch m.kind {
	case message.KindParameterStatus:
		p.roster.reported(m.body)
		return
	case message.KindNoticeResponse:
		p.notice(m)
		return
	case message.KindNotificationResponse:
		return
	case message.KindReadyForQuery:
		p.ready(m)
		return
	}
	if m.step.Request == 0 {
		if m.inDoubt() || m.err != nil {
			p.unasked(m)
		}
		return
	}
	a := p.answering(m.step.Request)
	if a == nil {
		if m.kind == message.KindErrorResponse { // at the commit that a Sync makes
			p.commitFailed(m)
		}
		if m.step.Outcome == phase.Erred {
			p.settle(m)
		}
		return
	}
	s := a.statement
	if s != nil {
		s.Missing = s.Missing || m.inDoubt() || m.cut && m.kind != message.KindDataRow && m.kind != message.KindCopyData
		p.receive(s, m)
	}
	switch m.kind {
	case message.KindDataRow:
		if s != nil {
			s.Returned++
			p.row(a, m)
		}
	case message.KindRowDescription:
		p.columns(a, m)
	case message.KindParameterDescription:
		if a.prepared != nil {
			a.prepared.describe(m.body)
		}
	case message.KindCloseComplete:
		if a.slot != nil {
			p.catalog.drop(a.slot)
		}
	case message.KindErrorResponse:
		p.failed(a, m)
	case message.KindCommandComplete, message.KindEmptyQueryResponse, message.KindPortalSuspended:
		p.completed(a, m)
	}
	if m.step.Outcome != phase.Answered {
		p.answered = m.end
		p.settle(m)
	}
}

// answering returns the request that is being answered, or nil where it is one of
// those that are not kept. What was asked before it is given up.
func (p *pairing) answering(number uint64) *ask {
	p.giveUpBefore(number)
	if w := p.asks.waiting(); len(w) > 0 && w[0].number == number {
		return &w[0]
	}
	return nil
}

// receive takes a message of the answer to a statement.
func (p *pairing) receive(s *Statement, m *seen) {
	if s.First == (Moment{}) {
		s.First = m.begin
	}
	s.End = m.end
	s.Received += m.size
	switch m.kind {
	case message.KindDataRow:
		if s.Returned == 0 {
			s.FirstRow = m.begin
		}
	case message.KindCopyData:
		if s.copy.Out.Messages == 0 {
			s.FirstRow = m.begin
		}
		s.copy.Out.add(len(m.body))
		p.copied(s, m)
	case message.KindCopyDone:
		p.copied(s, m)
	case message.KindCopyInResponse, message.KindCopyOutResponse, message.KindCopyBothResponse:
		s.Copy = &s.copy
		s.copy.Response = m.kind
		if len(m.body) >= 3 {
			s.copy.Format = message.Format(m.body[0])
			s.copy.Columns = int(binary.BigEndian.Uint16(m.body[1:]))
		}
	}
}

// columns takes a RowDescription.
func (p *pairing) columns(a *ask, m *seen) {
	if m.event == nil && !a.teaches() && !p.copies {
		return
	}
	c := p.catalog.shape(&p.walker, &p.roster, m.body)
	p.described = c
	switch {
	case a.kind == message.KindQuery:
		a.statement.columns = c
	case a.prepared != nil:
		a.prepared.columns, a.prepared.bound = c, bound{}
		p.catalog.count(a.prepared)
	default:
		if a.statement != nil {
			a.statement.columns = c
		}
		if a.portal != nil && a.portal.asked < a.number {
			a.portal.columns = c
		}
	}
}

// teaches tells whether the result of the statement that a request is for may tell of data
// types.
func (a *ask) teaches() bool {
	if a.prepared != nil {
		return a.prepared.teaches
	}
	return a.statement != nil && a.statement.teaches
}

// row says what the columns of a row are, and learns from it.
func (p *pairing) row(a *ask, m *seen) {
	s := a.statement
	first := s.Returned == 1
	teaches := s.lesson != nil || first && s.teaches
	if m.event == nil && !teaches {
		return
	}
	if s.columns == nil && first && a.prepared != nil && a.prepared.columns != nil && !s.Cut {
		readInto(&p.walker, &p.bind, s.Arguments)
		s.columns = p.catalog.bound(a.prepared, p.bind.ResultFormats)
	}
	if teaches && first {
		if s.lesson = lessonOf(s.columns); s.lesson != nil && !s.lesson.HasOID() {
			s.about = p.askedFor(s)
		}
	}
	if s.lesson != nil {
		p.learn(s, m)
	}
	if m.event != nil {
		m.event.Columns, m.event.Login = s.columns.of(m.body), s.Login
	}
}

// completed takes what ends the answer to a statement without an error.
func (p *pairing) completed(a *ask, m *seen) {
	s := a.statement
	if s == nil {
		return
	}
	status := OK
	switch m.kind {
	case message.KindCommandComplete:
		tag := untilZero(m.body)
		s.complete(tag)
		p.ran(a, tag)
	case message.KindPortalSuspended:
		status = Suspended
	}
	if a.kind != message.KindQuery {
		p.finish(s, status)
	} else if a.goesOn() {
		p.finish(s, status)
		p.next(a, m)
	} // else it is the last of its Query, which ends with ReadyForQuery
}

// ran keeps the books of prepared statements after one has run that changes them.
func (p *pairing) ran(a *ask, tag []byte) {
	switch c := a.command(); {
	case c.Verb == sql.Prepare && string(tag) == "PREPARE":
		made := newPrepared(c.Body, p.roster.login.backslashes)
		s := p.catalog.slot(c.Name)
		p.catalog.set(s, made)
		p.catalog.made(s)
		refer(&s.draft, nil)
	case c.Verb == sql.Deallocate:
		p.catalog.forget(c.Name, a.number)
	case c.Verb == sql.Forget:
		p.catalog.forget(nil, a.number)
	}
}

// next goes on to the next statement of a Query.
func (p *pairing) next(a *ask, m *seen) {
	before := a.statement
	text, rest := sql.Next(a.script.rest, p.roster.login.backslashes)
	s := p.begin(m)
	s.Protocol, s.Request, s.executed = Simple, message.KindQuery, true
	s.Pause = 0
	if s.Begin = before.End; s.Begin == (Moment{}) {
		s.Begin = before.Begin
	}
	s.Part, s.Parts = before.Part+1, before.Parts
	refer(&a.statement, s)
	a.script.rest = rest
	if s.Part == s.Parts {
		a.script.rest = nil
	}
	p.words(a, p.keep(s, text))
}

// pass goes on to the next statement of a Query, which is not run. Where very many were told
// of already, that is all the rest.
func (p *pairing) pass(a *ask, m *seen) {
	all := a.script.rest
	p.next(a, m)
	left := &p.observer.passing
	if *left = max(*left-1, 0); *left == 0 && a.goesOn() {
		s := a.statement
		s.memory = s.memory[:0]
		p.words(a, p.keep(s, bytes.TrimSpace(all)))
		a.script.rest = nil
	}
}

// failed takes an error that is the answer to a request.
func (p *pairing) failed(a *ask, m *seen) {
	s := a.statement
	if s == nil || !s.executed {
		s = p.victim(a, m)
	}
	for at := a.position(m.body); a.goesOn() && at > len(a.script.text)-len(a.script.rest); s = a.statement {
		p.finish(s, Skipped) // all of the text is parsed before any of it runs
		p.pass(a, m)
		p.receive(a.statement, m)
	}
	before := len(s.Error)
	p.erred(s, m)
	more := len(s.Error) - before
	a.cost += more
	p.asks.cost += more
	if a.kind == message.KindParse && len(a.slot.name) == 0 {
		a.before = nil // the unnamed one is gone before the new one is looked at
	}
	p.undo(a)
	for a.goesOn() { // the rest of the Query is not run
		p.finish(s, s.Status)
		p.pass(a, m)
		s = a.statement
		s.Status = Skipped
	}
	if a.kind != message.KindQuery || m.step.Outcome == phase.Erred {
		p.finish(s, s.Status)
	} // else ReadyForQuery comes
}

// position returns where in the text of a Query its error is, in bytes, 0 where the
// server did not say. It counts characters, which are taken for bytes where they are
// not UTF-8.
func (a *ask) position(fields []byte) int {
	if !a.goesOn() {
		return 0 // there is no other one
	}
	n, text := 0, a.script.text
	for _, c := range errorField(fields, 'P') {
		n = min(n*10+int(c-'0'), len(text))
	}
	if !utf8.Valid(text) {
		return n
	}
	at := 0
	for ; n > 0 && at < len(text); n-- {
		_, size := utf8.DecodeRune(text[at:])
		at += size
	}
	return at
}

// erred gives a statement its error, instead of one that it had before.
func (p *pairing) erred(s *Statement, m *seen) {
	body := p.roster.recode(m.body)
	if len(body) > leastKept && p.observer.full() {
		body, s.Cut = body[:leastKept], true
	}
	s.Error = s.replace(s.Error, body)
	s.Status = Failed
	if copy(s.SQLState[:], errorField(m.body, 'C')) != len(s.SQLState) {
		s.SQLState = SQLState{}
	}
	if s.SQLState == queryCanceled {
		s.Status = Cancelled
	}
}

// errorField returns the first field with that code in the body of an ErrorResponse, or
// nil.
func errorField(body []byte, code byte) []byte {
	for c, value := range message.ErrorFields(body) {
		if c == code {
			return value
		}
	}
	return nil
}

// victim returns the statement that does not run because of an error of a Parse,
// Bind, Describe or Close: the one that the message is for. Where the message that
// runs it has not come, that which failed stands for it.
func (p *pairing) victim(a *ask, m *seen) *Statement {
	s := a.statement
	if s == nil {
		s = p.draft(m)
		s.Begin, s.Sent, s.Pause = a.begin, a.size, -1
		p.receive(s, m)
		if a.slot != nil {
			s.Name = a.slot.name
			if a.before != nil {
				s.SQL = a.before.SQL
			}
		}
		refer(&a.statement, s)
	}
	s.Request = a.kind
	return s
}

// commitFailed takes an error that is the answer to a Sync.
func (p *pairing) commitFailed(m *seen) {
	s := p.draft(m)
	s.Begin, s.Pause, s.Request = Moment{}, -1, message.KindSync
	p.receive(s, m)
	p.erred(s, m)
	p.finish(s, s.Status)
}

// ready takes a ReadyForQuery.
func (p *pairing) ready(m *seen) {
	if m.step.Request != 0 {
		if a := p.answering(m.step.Request); a != nil && a.statement != nil && !a.statement.ended {
			s := a.statement
			s.Missing = s.Missing || m.inDoubt()
			switch {
			case s.Error != nil || s.Status == Skipped:
				p.finish(s, s.Status)
			case s.Tag != nil || s.Protocol == Function || !a.goesOn():
				p.finish(s, OK)
			default:
				p.giveUp(a, Incomplete)
			}
		}
	}
	if p.orphan != nil {
		p.finish(p.orphan, Incomplete)
	}
	p.settle(m)
	if len(m.body) > 0 {
		p.status = message.TransactionStatus(m.body[0])
	}
	if p.held != nil {
		p.held.After = p.status
		p.release()
	}
	p.fresh, p.answered = true, m.end
	if p.status == message.Idle {
		p.catalog.endTransaction(max(m.step.Request, 1))
	}
}

// notice takes a NoticeResponse, which is part of the answer that is being given.
func (p *pairing) notice(m *seen) {
	s, room := p.held, false
	w := p.asks.waiting()
	if len(w) > 0 {
		if s = w[0].statement; s != nil {
			p.receive(s, m)
			room = !p.observer.full()
		}
	}
	if s == nil {
		return
	}
	s.Noticed++
	if len(s.Notices) == maxNotices || len(m.body) > leastKept && !room {
		return
	}
	s.Notices = append(s.Notices, s.keep(p.roster.recode(m.body)))
	if room {
		w[0].cost += len(m.body)
		p.asks.cost += len(m.body)
	}
}

// unasked takes part of an answer to a request that was not captured.
func (p *pairing) unasked(m *seen) {
	s := p.orphan
	if s == nil {
		switch m.kind {
		case message.KindErrorResponse:
			if p.tracker.Phase() == phase.ServerClosed {
				return // it is the end of the session, not of a statement
			}
		case message.KindDataRow, message.KindRowDescription, message.KindCommandComplete,
			message.KindPortalSuspended, message.KindEmptyQueryResponse, message.KindCopyData:
		default:
			return
		}
		s = p.begin(m)
		s.Begin, s.Pause, s.Missing = Moment{}, -1, true
		p.orphan = s
	}
	p.receive(s, m)
	switch m.kind {
	case message.KindDataRow:
		s.Returned++
	case message.KindErrorResponse:
		p.erred(s, m)
		p.finish(s, s.Status)
	case message.KindCommandComplete:
		s.complete(untilZero(m.body))
		p.finish(s, Incomplete)
	case message.KindPortalSuspended, message.KindEmptyQueryResponse:
		p.finish(s, Incomplete)
	}
}
