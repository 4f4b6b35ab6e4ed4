package session

import (
	"slices"

	"github.com/pgwdump/pgwdump/message"
	"github.com/pgwdump/pgwdump/phase"
	"github.com/pgwdump/pgwdump/tlskeys"
)

// An Account is what there is to say of a connection as a whole when it has ended. It
// is the receiver's, and nothing changes it any more.
type Account struct {
	Login     *Login                  // as it was at the end
	Protocol  message.ProtocolVersion // that the client asked for; 0 where that was not captured
	ProcessID uint32                  // of the server's process; 0 where that was not captured
	Cancels   uint32                  // the process that a CancelRequest is for; 0 where it is none
	Encrypted Encryption
	TLS       *tlskeys.Info // nil where it is not TLS that encrypts
	Method    string        // of authentication, as pg_hba.conf calls it, or the SASL mechanism; empty where the server asked for nothing; or MethodSASL, or MethodUnknown
	Outcome   Outcome       // of the authentication
	Changes   []Change      // the first maxChanges of the run-time parameters that changed after the start-up, if there is room
	Changed   int           // how many there were

	Ended        [Incomplete + 1]int64 // statements, by their Status
	Rows         int64                 // that they had
	Transactions int64                 // that ended
	Sent         int64                 // bytes of the client, missing ones included
	Received     int64                 // bytes of the server, likewise

	// Began is the first packet; Finished the one that ended it, or the last of the capture,
	// but not before what was said last.
	Began, Finished Moment
	// Busy is for how long the server had something to answer, Idle for how long it had
	// not, and IdleInTransaction that part of Idle in which a transaction was open.
	// The start-up is in none of them. Nanoseconds, like all lengths of time here.
	Busy, Idle, IdleInTransaction int64
	LongestTransaction            Span
	LongestIdleInTransaction      Span
	Left                          message.TransactionStatus // in which the connection ended; 0 where nothing is known

	Farewell Farewell
	Error    []byte // the fields of the ErrorResponse that ended it; nil where there was none
}

// Hidden tells whether nothing of the session could be seen, because it was encrypted
// and nothing decrypts it.
func (a *Account) Hidden() bool {
	return a.Encrypted != Plain && a.Outcome == Unknown && a.Left == 0
}

// Statements returns how many statements there were.
func (a *Account) Statements() (n int64) {
	for _, k := range a.Ended {
		n += k
	}
	return n
}

// The Methods of which less is known.
const (
	MethodSASL    = "SASL"    // the server offered several mechanisms, or part of the offer is missing, and the client's choice was not captured
	MethodUnknown = "unknown" // the server may have asked for something that was not captured, or is encrypted
)

// An Encryption says what a connection is encrypted with.
type Encryption uint8

// The encryptions.
const (
	Plain Encryption = iota
	TLS
	GSSAPI
)

// String returns "none", "TLS" or "GSSAPI".
func (e Encryption) String() string { return [...]string{"none", "TLS", "GSSAPI"}[e] }

// An Outcome says how authentication went.
type Outcome uint8

// The outcomes.
const (
	Unknown  Outcome = iota // it was not captured, or not finished
	Accepted                // AuthenticationOk
	Refused                 // an ErrorResponse before that
)

// String returns the outcome in a word.
func (o Outcome) String() string { return [...]string{"unknown", "accepted", "refused"}[o] }

// A Farewell says who said that the session ends.
type Farewell uint8

// The farewells.
const (
	Silent   Farewell = iota // nobody
	ByClient                 // Terminate
	ByServer                 // an error of the severity FATAL or PANIC
)

// String returns "none", "client" or "server".
func (f Farewell) String() string { return [...]string{"none", "client", "server"}[f] }

// A Change is that of a run-time parameter, as the server reported it.
type Change struct {
	At             Moment
	Name, From, To string
}

const (
	// maxChanges is how many changes of parameters are kept.
	maxChanges = 50
	// maxError is how much is kept of the error that ends a connection.
	maxError = 64 << 10
	// maxParameters is of how many parameters it is known what they were before: more
	// than servers report.
	maxParameters = 64
)

// A parameter is one of the session, as the server reported it last.
type parameter struct{ name, value string }

// A Span is a length of time, in nanoseconds, and when it began.
type Span struct {
	Begin  Moment
	Length int64
}

// longer makes s the span between two moments if that is longer. One whose beginning
// is not known does not count.
func (s *Span) longer(begin, end Moment) {
	if n := end.Time - begin.Time; begin != (Moment{}) && n > s.Length {
		*s = Span{begin, n}
	}
}

// methods are what pg_hba.conf calls the ways of authentication that a server asks
// for; those of SASL are named by their mechanism.
var methods = [message.Kinds]string{
	message.KindAuthenticationCleartextPassword: "password",
	message.KindAuthenticationMD5Password:       "md5",
	message.KindAuthenticationCryptPassword:     "crypt",
	message.KindAuthenticationGSS:               "gss",
	message.KindAuthenticationSSPI:              "sspi",
	message.KindAuthenticationKerberosV4:        "krb4",
	message.KindAuthenticationKerberosV5:        "krb5",
	message.KindAuthenticationSCMCredential:     "scm",
}

// A ledger keeps the Account of a connection while it goes on.
type ledger struct {
	Account
	parameters  []parameter
	cost        int    // of these and of what is told at the end, about, in bytes
	started     bool   // the first ReadyForQuery has come
	ready       Moment // since when nothing is asked; zero while something is
	busy        Moment // since when something is; zero while nothing is, and where that was not seen
	transaction Moment // the beginning of the open one; zero for none, and where that was not seen
	last        Moment // the end of the last message
}

// see takes the next message of the connection.
func (l *ledger) see(m *seen, t *phase.Tracker, p *pairing) {
	w := &p.walker
	l.last = m.end
	if m.step.Outcome == phase.Requested && m.kind != message.KindTerminate {
		l.asked(m)
	}
	if method := methods[m.kind]; method != "" {
		l.Method = method
	}
	switch m.kind {
	case message.KindStartupMessage:
		readInto(w, &p.startup, m.body) // what can be read of a malformed one counts, here and below
		l.Protocol = p.startup.Protocol
	case message.KindAuthenticationSASL:
		l.Method = MethodSASL
		if w.Decode(&p.offer, m.body) == nil && len(p.offer.Mechanisms) == 1 { // all of it is here, and no choice
			l.chosen(p.offer.Mechanisms[0], p)
		}
	case message.KindSASLInitialResponse:
		readInto(w, &p.sasl, m.body)
		l.chosen(p.sasl.Mechanism, p)
	case message.KindAuthenticationOk:
		l.Outcome = Accepted
		if l.Method == "" && t.Phase() == phase.Unsynchronised {
			l.Method = MethodUnknown
		}
	case message.KindBackendKeyData:
		readInto(w, &p.key, m.body)
		l.ProcessID = p.key.ProcessID
	case message.KindCancelRequest:
		readInto(w, &p.cancel, m.body)
		l.Cancels = p.cancel.ProcessID
	case message.KindParameterStatus:
		readInto(w, &p.reported, m.body)
		before := l.cost
		l.changed(&p.reported, p, m.end)
		p.catalog.cost += l.cost - before
	case message.KindErrorResponse, message.KindErrorResponseV2:
		before := l.cost
		l.failed(m, p.roster.recode(m.body), t.Phase())
		p.catalog.cost += l.cost - before
	case message.KindTerminate:
		l.Farewell = ByClient
	case message.KindReadyForQuery:
		l.answered(m, t.PendingSyncs() > 0)
	}
}

// chosen takes the SASL mechanism. What is too long for a name of one stays unnamed.
func (l *ledger) chosen(mechanism message.Text, p *pairing) {
	l.Method = MethodSASL
	if n := len(mechanism); n > 0 && n <= maxWord {
		l.Method = p.roster.common.word(mechanism)
	}
}

// asked takes a request.
func (l *ledger) asked(m *seen) {
	if l.ready == (Moment{}) {
		return
	}
	l.rest(m.begin)
	if l.Left == message.Idle {
		l.transaction = m.begin
	}
	l.ready, l.busy = Moment{}, m.begin
}

// rest counts the time that nothing was asked, up to that moment.
func (l *ledger) rest(until Moment) {
	n := max(until.Time-l.ready.Time, 0)
	l.Idle += n
	if l.Left == message.InTransaction || l.Left == message.FailedTransaction {
		l.IdleInTransaction += n
		l.LongestIdleInTransaction.longer(l.ready, until)
	}
}

// answered takes a ReadyForQuery. More says that something else waits for an answer.
func (l *ledger) answered(m *seen, more bool) {
	if len(m.body) == 0 {
		return
	}
	before := l.Left
	l.Left = message.TransactionStatus(m.body[0])
	if l.Left == message.Idle && l.started {
		if before != message.Idle || l.transaction != (Moment{}) {
			l.Transactions++
			l.LongestTransaction.longer(l.transaction, m.end)
		}
		l.transaction = Moment{}
	}
	l.started = true
	switch {
	case !more:
		l.work(m.end)
		l.ready, l.busy = m.end, Moment{}
	case l.Left == message.Idle:
		l.transaction = m.end
	}
}

// work counts the time that something was asked, up to that moment.
func (l *ledger) work(until Moment) {
	if l.busy != (Moment{}) {
		l.Busy += max(until.Time-l.busy.Time, 0)
	}
}

// changed takes the server's report of a run-time parameter.
func (l *ledger) changed(m *message.ParameterStatus, p *pairing, when Moment) {
	name, to := p.roster.common.word(m.Name), p.roster.common.word(m.Value)
	at := slices.IndexFunc(l.parameters, func(p parameter) bool { return p.name == name })
	from, known := "", at >= 0
	switch {
	case known:
		from, l.parameters[at].value = l.parameters[at].value, to
		l.cost += costOf(to) - costOf(from)
	case len(l.parameters) < maxParameters:
		l.parameters = append(l.parameters, parameter{name, to})
		l.cost += costOf(name) + costOf(to)
	}
	if !l.started || known && from == to {
		return
	}
	if l.Changed++; len(l.Changes) < maxChanges && p.observer.hasRoom() {
		l.Changes = append(l.Changes, Change{when, name, from, to})
		l.cost += costOf(name) + costOf(from) + costOf(to)
	}
}

// costOf returns what it costs to keep a word: one that is short is the same for all.
func costOf(word string) int {
	const header = 16
	if len(word) <= maxWord {
		return header
	}
	return header + len(word)
}

// forget forgets what the parameters were.
func (l *ledger) forget() {
	for _, p := range l.parameters {
		l.cost -= costOf(p.name) + costOf(p.value)
	}
	l.parameters = nil
}

// failed takes an error with that body in UTF-8; the phase is that behind it. One that comes before the first
// ReadyForQuery ends the connection.
func (l *ledger) failed(m *seen, body []byte, after phase.Phase) {
	if after != phase.ServerClosed && (l.started || after == phase.Unsynchronised) {
		return
	}
	if !l.started && l.Outcome == Unknown && m.step.Phase != phase.Unsynchronised { // else it may have logged in before the capture
		l.Outcome = Refused
	}
	l.Farewell = ByServer
	l.Error = append([]byte{}, body[:min(len(body), maxError)]...)
	l.cost += len(l.Error)
	if m.kind == message.KindErrorResponseV2 { // nothing but the text of the message
		l.Error = append(append([]byte("M"), body...), 0)
	}
	if after == phase.ServerClosed {
		l.over(m.end)
		l.ready, l.busy, l.transaction = Moment{}, Moment{}, Moment{}
	}
}

// over counts the time until nothing is asked any more.
func (l *ledger) over(at Moment) {
	if l.ready != (Moment{}) {
		l.rest(at)
	} else {
		l.work(at)
	}
	l.LongestTransaction.longer(l.transaction, at)
}

// count counts a statement that has ended.
func (l *ledger) count(s *Statement) {
	l.Ended[s.Status]++
	l.Rows += s.Rows()
}

// close ends the account. It returns what is to be told.
func (l *ledger) close(s *stream, at Moment) *Account {
	at.Time = max(at.Time, s.conn.Time) // the packet that ends a capture may be older than others in it
	for i := range s.sides {
		if d := &s.sides[i]; d.seen {
			at.Time = max(at.Time, d.time)
		}
	}
	if s.pairing.unanswered {
		l.over(l.last) // nobody knows when the server was done
	} else {
		l.over(at)
	}
	if l.Method == "" && l.Outcome != Accepted && !unasked(s.tracker.Phase()) {
		l.Method = MethodUnknown
	}
	l.Login = s.pairing.roster.give()
	l.Began, l.Finished = Moment{s.conn.Packet, s.conn.Time}, at
	l.Sent, l.Received = s.sides[0].bytes, s.sides[1].bytes
	if s.tls != nil {
		l.Encrypted, l.TLS = TLS, s.tls.Info()
		l.Sent, l.Received = l.TLS.FromClient.Size, l.TLS.FromServer.Size
	}
	return &l.Account
}

// unasked tells whether a connection that ends in that phase, and that the server has not
// accepted, was followed from its beginning and asked for nothing.
func unasked(p phase.Phase) bool {
	switch p {
	case phase.Startup, phase.SSLNegotiation, phase.GSSNegotiation, phase.Cancelled, phase.Failed:
		return true
	}
	return false
}
