// Package session observes captured connections: it takes the ordered bytes of
// both directions from package reassembly and tells, as a sequence of events,
// what the two sides said to each other.
//
// Nothing stops it but the end of the capture. A message in an odd place, a body
// that does not parse, bytes that are missing: all are told, with what could be
// made of them.
package session

import (
	"github.com/pgwdump/pgwdump/decode"
	"github.com/pgwdump/pgwdump/message"
	"github.com/pgwdump/pgwdump/reassembly"
	"github.com/pgwdump/pgwdump/tlskeys"
	"github.com/pgwdump/pgwdump/value"
)

// DefaultPort is the port that PostgreSQL is registered for.
const DefaultPort = 5432

// Options say what an Observer looks at.
type Options struct {
	// Ports are those whose connections are taken for PostgreSQL, besides all
	// that begin like one.
	Ports []uint16
	// Why makes the Observer tell how it has classified each TCP connection.
	Why bool
	// CopyRows makes the Observer tell of the rows of COPY.
	CopyRows bool
	// Check makes the Observer read all messages, so that the Totals count those that are
	// malformed. It is for who does not have a [Reader] read each that is told of.
	Check bool
	// Together lets the Observer tell of many rows in one Event, which has them as Alike.
	Together bool
	// MaxBody is how much of a message's body is kept, 0 for all.
	MaxBody int
	// Held is how many bytes are held at most of messages that are not whole and of
	// connections that are not known yet, twice that of requests that wait for their
	// answers, and as much of what connections may refer to later, such as prepared
	// statements; 0 for no limit.
	Held int
	// Keys are those that TLS is decrypted with; there may be none.
	Keys *tlskeys.Log
	// View is what is told of the connections.
	View View
	// Values is the knowledge of data types to begin with; nil for the built-in ones.
	Values *value.Types
}

// A View is what an Observer tells of connections, besides where they begin and end
// and what of them cannot be seen.
type View uint8

// The views.
const (
	Messages   View = iota // each message
	Statements             // each statement
	Sessions               // nothing else: where they end there is an Account
)

// Totals count what was observed.
type Totals struct {
	Connections int // that speak PostgreSQL
	Others      int // TCP connections that do not
	Messages    int64
	Statements  int64 // 0 where requests and answers are not brought together
	Incomplete  int64 // of them: in part missing
	Uncertain   int64 // of them: decoded after a guess
	Malformed   int64 // of them: read, and not to be understood
	Violations  int64 // messages that are not allowed where they came, and what is no message
	Gaps        int64 // parts of a stream in which no messages could be seen
	Decoded     int64 // bytes in whole messages
	Lost        int64 // bytes missing in the capture
	Undecoded   int64 // bytes of PostgreSQL connections that are in no message
	Encrypted   int64 // bytes that were not decrypted
	Foreign     int64 // bytes of other connections
	Repeated    int64 // bytes that came again, or too late
	Short       int64 // packets of which the capture has not kept all, on whatever connection
	Conflicts   int64 // packets in which bytes came again that were others
	Forgotten   int   // connections that were one too many
	Lapsed      Forgotten
	Shortened   int64 // messages that were one too large
	Records     int64 // of TLS, on connections where there are such bytes
	Dropped     int64 // packets that were lost in capturing, as far as that is known
	Headless    int64 // packets that were cut short in their headers, so that nobody knows of what connection they are
	Shed        int64 // packets that were not looked at, because there were too many
	ShedBytes   int64 // of payload in these
}

// Add adds what another Observer has counted.
func (t *Totals) Add(o *Totals) {
	t.Connections += o.Connections
	t.Others += o.Others
	t.Messages += o.Messages
	t.Statements += o.Statements
	t.Incomplete += o.Incomplete
	t.Uncertain += o.Uncertain
	t.Malformed += o.Malformed
	t.Violations += o.Violations
	t.Gaps += o.Gaps
	t.Decoded += o.Decoded
	t.Lost += o.Lost
	t.Undecoded += o.Undecoded
	t.Encrypted += o.Encrypted
	t.Foreign += o.Foreign
	t.Repeated += o.Repeated
	t.Short += o.Short
	t.Conflicts += o.Conflicts
	t.Forgotten += o.Forgotten
	t.Lapsed.Add(&o.Lapsed)
	t.Shortened += o.Shortened
	t.Records += o.Records
	t.Dropped += o.Dropped
	t.Headless += o.Headless
	t.Shed += o.Shed
	t.ShedBytes += o.ShedBytes
}

// An Observer observes connections of a capture: all, or those of one
// [reassembly.Table] of several. It is not for use by several goroutines at once.
type Observer struct {
	options         Options
	stages          *tlskeys.Stages
	scratch         scratch
	common          common
	memory          decode.Memory
	asks            spares
	knowing         knowing
	events          *Events // where it tells; nil where it only counts
	untold          Event   // that nobody is told of
	reader          Reader  // for Check
	spareStatements []*Statement
	held            int    // bytes
	asked           int    // bytes of requests that wait for their answers
	passing         int    // how many statements that are not run may be told of one by one for now
	Totals          Totals // what was observed so far
}

// New returns an Observer. It only counts until [Observer.Tell].
func New(o Options) *Observer {
	return &Observer{options: o, stages: tlskeys.NewStages(o.Keys), passing: maxPassed}
}

// Tell makes the Observer add to e what it observes from now on. What is added last
// may be changed until the Observer returns.
func (o *Observer) Tell(e *Events) { o.events = e }

// Open returns the stream of a new connection, for [reassembly.New].
func (o *Observer) Open(c *reassembly.Conn) reassembly.Stream {
	return o.stages.Open(c, &stream{observer: o, tcp: c})
}

// Waiting returns how many connections hold something encrypted until there is a key
// for it.
func (o *Observer) Waiting() int { return o.stages.Waiting() }

// Retry looks whether there is one now, where no packet comes that would be reason to.
func (o *Observer) Retry() { o.stages.Retry() }

// A Conn is a connection that speaks PostgreSQL, as events refer to it.
type Conn struct {
	*reassembly.Conn
	Client string // address and port
	Server string

	target *target // what Cancels know of it; nil where it cannot be cancelled
}

// begin tells of an event, which is to be filled.
func (o *Observer) begin(t EventType, s *stream, packet int, time int64) *Event {
	e := o.add(o.tells(t, 0), t, s, packet, time)
	if t != Ended && t != Row {
		e.Details = new(Details)
	}
	return e
}

// add returns an event to be filled. If it is not told of, not all of it is empty.
func (o *Observer) add(told bool, t EventType, s *stream, packet int, time int64) *Event {
	if !told {
		o.untold.Details = &nothing
		return &o.untold
	}
	return o.events.add(t, &s.conn, packet, time)
}

// tells tells whether anybody is told of such an event, with a Message of that kind.
func (o *Observer) tells(t EventType, k message.Kind) bool {
	return o.events != nil && (t != Message || o.options.View == Messages || k == message.KindBackendKeyData || k == message.KindCancelRequest)
}

// pairs tells whether requests have to be brought together with their answers: somebody
// is told what messages mean, or what became of statements and of the rows of COPY.
func (o *Observer) pairs() bool {
	return o.events != nil || o.options.View != Messages || o.options.CopyRows
}
