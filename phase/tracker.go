package phase

import m "github.com/pgwdump/pgwdump/message"

// MaxRequests is how many unanswered requests a [Tracker] remembers. A server
// stops reading long before a real client has made so many; where only the
// client's side was captured, the oldest are forgotten.
const MaxRequests = 1 << 16

// An Outcome says what a message did to the queue of requests.
type Outcome uint8

const (
	// Alone: the message neither asks for an answer nor is one.
	Alone Outcome = iota
	// Requested: the message is a request and waits for its answer.
	Requested
	// Answered: the message is part of an answer, and more is to come.
	Answered
	// Completed: the message completes the answer to its request.
	Completed
	// Erred: the message is an error that completes the answer to its request.
	// What the client asks for between that and the next Sync has no answer.
	Erred
	// Ignored: the server reads over the message.
	Ignored
)

// A Step is what a message meant.
type Step struct {
	Phase   Phase // in which the message came
	Outcome Outcome
	Request uint64 // the number, counted from 1, of the request that it is or answers; 0 for none
	Skipped int    // with Erred: how many requests behind that one go without an answer
}

// A Tracker goes along with one connection. The zero value is one in Startup.
type Tracker struct {
	phase  Phase
	status m.TransactionStatus
	count  uint64 // requests so far
	queue  queue
	forgot uint64 // requests that there was no room for
	ahead  bool   // the client has been seen not to wait for its ReadyForQuery
}

// New returns a Tracker that starts in the given phase: Startup, or
// Unsynchronised for a conversation that is joined half-way.
func New(p Phase) *Tracker { return &Tracker{phase: p} }

// Phase returns where the connection stands.
func (t *Tracker) Phase() Phase { return t.phase }

// Status returns what the last ReadyForQuery said, 0 before the first.
func (t *Tracker) Status() m.TransactionStatus { return t.status }

// Pending returns how many requests wait for an answer.
func (t *Tracker) Pending() int {
	if t.queue.len() == 0 {
		return 0
	}
	c := &t.queue.counts
	return t.queue.len() - int(c[terminate]+c[copyEnd]+c[unseen]+c[skipping])
}

// Oldest returns the number of the oldest request that waits for an answer; where
// none does, that of the next one to come. All before it are answered, skipped, or
// given up.
func (t *Tracker) Oldest() uint64 {
	if n := t.queue.oldest(); n > 0 {
		return n
	}
	return t.count + 1
}

// PendingSyncs returns how many ReadyForQuery are still to come.
func (t *Tracker) PendingSyncs() int { return t.queue.syncs }

// Context returns how the next message of that side is framed, and what it is
// where its type byte does not say so.
func (t *Tracker) Context(from m.Side) m.Context {
	if from == m.Frontend {
		return lifecycle[t.phase].context[0]
	}
	return lifecycle[t.phase].context[1]
}

// Assume puts the connection into a phase that the caller knows it to be in,
// though the messages that led there were not seen. The requests that wait for an
// answer stay.
func (t *Tracker) Assume(p Phase) { t.phase = p }

// See moves on by one message. The body is looked into where it decides: the
// one-byte answers, the target of a Describe, the severity of an error, the
// status of a ReadyForQuery. A message that is not allowed is an [*Error] and
// changes nothing.
func (t *Tracker) See(from m.Side, k m.Kind, body []byte) (Step, error) {
	step := Step{Phase: t.phase}
	allowed := false
	switch side := k.Side(); {
	case side != from && side != m.Both: // the tables are of what both send
	case from == m.Frontend && t.phase.begun():
		allowed = t.request(&step, k, body)
	case t.phase.inSession():
		allowed = t.answer(&step, k, body)
	default:
		allowed = !late[k] && t.live(k, body) // of the table those are the client's
	}
	if !allowed {
		return step, &Error{Phase: t.phase, Side: from, Kind: k, Expected: t.expected(from)}
	}
	return step, nil
}

// Repeats tells whether another message of that kind, right behind one of them that was
// allowed, is so too and changes nothing: a row behind a row, or data of a COPY behind other.
func (t *Tracker) Repeats(from m.Side, k m.Kind) bool {
	next := &replies
	if from == m.Frontend {
		next = &copies
	}
	head := t.queue.head().request
	return head != none && k != m.KindErrorResponse && next[head][k] == head && t.phase == answers[head].phase
}

// begun tells whether the client may make requests.
func (p Phase) begun() bool { return p >= Authenticating }

// inSession tells whether the server answers requests.
func (p Phase) inSession() bool { return p >= Ready && p <= Terminated || p == Unsynchronised }

// live follows the first table.
func (t *Tracker) live(k m.Kind, body []byte) bool {
	e := event(k)
	if k == m.KindSSLResponse || k == m.KindGSSENCResponse {
		if k != lifecycle[t.phase].context[1].Answer {
			return false
		}
		yes := m.SSLAccepted
		if k == m.KindGSSENCResponse {
			yes = m.GSSAccepted
		}
		e = refused // or it means nothing: then too, who goes on does so in clear
		if len(body) > 0 && m.Answer(body[0]) == yes {
			e = accepted
		}
	}
	to, ok := moves[t.phase].to(e)
	switch {
	case !ok:
		return false
	case k == m.KindReadyForQuery:
		t.ready(body)
	case to != stay:
		t.phase = to
	}
	return true
}

// request takes what a client sends once it may make requests.
func (t *Tracker) request(step *Step, k m.Kind, body []byte) bool {
	if _, ok := moves[t.phase].to(event(k)); !ok || t.queue.last() == terminate && k != m.KindTerminate && t.phase != Unsynchronised {
		return false
	}
	head := t.queue.head()
	if next := copies[head.request][k]; next != none {
		step.Request = head.number
		t.become(next)
		return true
	}
	opened := opens[k]
	if k == m.KindDescribe && len(body) > 0 && m.Target(body[0]) == m.Portal {
		opened = describePortal
	}
	switch {
	case t.phase == ServerClosed || t.phase == Failed,
		t.phase == CopyIn && k != m.KindTerminate,
		head.request == skipping && opened != sync && opened != terminate,
		late[k] && head.request == none:
		step.Outcome = Ignored
	case opened == copyEnd:
		t.push(pending{request: copyEnd})
	case opened != none:
		if head.request == skipping {
			t.queue.drop(1)
		}
		t.ahead = t.ahead || opened != terminate && t.phase != Unsynchronised && t.queue.ends()
		t.count++
		step.Outcome, step.Request = Requested, t.count
		t.push(pending{opened, t.count})
		t.catchUp()
	}
	return true
}

// Forget forgets the oldest request, for a caller who has no room for more of them: the
// connection is Unsynchronised then, as it is over [MaxRequests].
func (t *Tracker) Forget() {
	if t.queue.len() > 0 {
		t.queue.drop(1)
		t.phase = Unsynchronised
		t.forgot++
	}
}

// Forgotten returns how many requests were forgotten because there was no room for them:
// by [Tracker.Forget], or over [MaxRequests].
func (t *Tracker) Forgotten() uint64 { return t.forgot }

// push queues a request. Where nothing else is being answered, the connection
// is in its phase from now on.
func (t *Tracker) push(p pending) {
	if t.queue.len() >= MaxRequests {
		t.Forget()
	}
	t.queue.push(p)
	if t.queue.len() == 1 && t.phase.inSession() {
		t.become(p.request)
	}
}

// become changes what the server is answering.
func (t *Tracker) become(r request) {
	t.queue.become(r)
	if t.phase != Unsynchronised {
		t.phase = answers[r].phase
	}
}

// answer takes what the server sends in a session.
func (t *Tracker) answer(step *Step, k m.Kind, body []byte) bool {
	if anytime[k] {
		return true
	}
	if t.Repeats(m.Backend, k) {
		step.Request, step.Outcome = t.queue.head().number, Answered
		return true
	}
	for t.queue.head().request == copyEnd {
		t.queue.drop(1)
	}
	t.catchUp()
	head := t.queue.head()
	step.Request = head.number
	if k == m.KindErrorResponse && isFatal(body) {
		step.Outcome, step.Skipped = Erred, max(t.queue.len()-1, 0)
		t.queue.drop(t.queue.len())
		t.phase = ServerClosed
		return true
	}
	step.Outcome = Answered
	switch next := replies[head.request][k]; next {
	case none:
		step.Outcome, step.Request = Alone, 0
		if t.phase == Unsynchronised && k == m.KindReadyForQuery {
			t.resynchronise(body)
			return true
		}
		return t.phase == Unsynchronised || t.phase == Ready && k == m.KindErrorResponse
	case done:
		step.Outcome = Completed
		t.queue.drop(1)
	case skip:
		step.Outcome = Erred
		t.queue.drop(1)
		step.Skipped = t.skip()
	case queryCopyIn, executeCopyIn:
		t.become(next)
		t.swallow(next)
	default:
		t.become(next)
	}
	if k == m.KindReadyForQuery {
		t.ready(body)
	} else if t.phase != Unsynchronised {
		t.turn(ExtendedQuery)
	}
	return true
}

// turn turns to the request at the head of the queue. Where there is none, the phase is
// idle.
func (t *Tracker) turn(idle Phase) {
	switch head := t.queue.head().request; head {
	case none:
		t.phase = idle
	case unseen:
		t.phase = Unsynchronised
		t.queue.drop(1)
	default:
		t.phase = answers[head].phase
	}
}

// ready ends the answer to a request, or the start-up.
func (t *Tracker) ready(body []byte) {
	if len(body) > 0 {
		t.status = m.TransactionStatus(body[0])
	}
	for !t.ahead && t.queue.head().request == unseen || t.queue.head().request == copyEnd {
		t.queue.drop(1)
	}
	if t.phase != Unsynchronised || !t.ahead {
		t.turn(Ready)
	}
}

// awaitsReady tells whether a ReadyForQuery ends the answer to the request.
func (r request) awaitsReady() bool {
	return r == sync || r == functionCall || r >= query && r < parse
}

// skip forgets the requests that the server skips after an error in a batch: all
// up to the next Sync, which may be yet to come. It returns how many.
func (t *Tracker) skip() int {
	skipped := 0
	for {
		switch t.queue.head().request {
		case sync, terminate, unseen:
			return skipped
		case none:
			t.queue.push(pending{request: skipping})
			return skipped
		case copyEnd:
		default:
			skipped++
		}
		t.queue.drop(1)
	}
}

// swallow forgets what the client has sent already when its COPY begins, in the state
// copyIn, and what the server reads while it waits for data: each Sync, which it reads
// over, and the end of the COPY. Anything else it takes for an error; behind that it goes
// on in the batch, if it is in one.
func (t *Tracker) swallow(copyIn request) {
	switch next := t.queue.readOver(); {
	case next == copyEnd:
		t.queue.forgetNext(1)
		t.become(copies[copyIn][m.KindCopyDone])
	case copyIn == queryCopyIn && next != none && next != unseen && next != terminate:
		t.queue.forgetNext(1)
	}
}

// isFatal tells whether an error ends the session. What can be read of a malformed one
// counts.
func isFatal(body []byte) bool {
	for code, value := range m.ErrorFields(body) {
		switch code {
		case 'S', 'V':
			if s := string(value); s == "FATAL" || s == "PANIC" {
				return true
			}
		}
	}
	return false
}

// String returns the outcome in a word, such as "requested".
func (o Outcome) String() string {
	return [...]string{"alone", "requested", "answered", "completed", "erred", "ignored"}[o]
}
