package session

import (
	"slices"

	"github.com/pgwdump/pgwdump/decode"
	"github.com/pgwdump/pgwdump/message"
	"github.com/pgwdump/pgwdump/phase"
	"github.com/pgwdump/pgwdump/reassembly"
	"github.com/pgwdump/pgwdump/tlskeys"
)

// An EventType says what an [Event] tells.
type EventType uint8

const (
	// Open: a connection was found to speak PostgreSQL. Packet and Time are those
	// of its first packet.
	Open EventType = iota
	// Message: one message, in Frame. In the views Statements and Sessions those that
	// Cancels needs.
	Message
	// Ended: a statement ended, in Statement.
	Ended
	// Row: a row of a COPY, in Row, is whole; Offset is that of the message which ends it.
	Row
	// Gap: Bytes bytes are missing at Offset.
	Gap
	// Conflict: Bytes bytes from Offset on came again, and were others than in the packet
	// Before, which are those that count. Offset is that in the TCP stream, in TLS too.
	Conflict
	// Error: what comes at Offset cannot be decoded; Err says why.
	Error
	// Encrypted: from here on the connection is encrypted; TLS says how, and whether
	// it can be read. It is nil where it is GSSAPI that encrypts.
	Encrypted
	// Why: a TCP connection, of whatever protocol, was classified; Reason says how.
	Why
	// Close: the connection ended as How says; in the view Sessions Account sums it up.
	Close
	// Drop: Packets packets were lost in capturing before this one. It tells of no
	// connection, Conn is nil; what that cost is told as Gap, where it is noticed.
	Drop
	// Shed: a connection is no longer looked at, or is again, as Shedding says. Conn may
	// be one that was not found to speak PostgreSQL; then its Number is 0.
	Shed
	// Lapse: part of what was known of the connection is not any more, because that was
	// too much of all; Err is a *Forgotten that says what.
	Lapse
)

// An Event is something that happened on a connection. What most messages have comes
// first, in few lines of a processor's cache.
type Event struct {
	Type  EventType
	From  message.Side // who sent what it tells of; 0 with Open and Close
	Phase phase.Phase  // in which the message came
	Moved bool         // that is another than of the message before
	Again bool         // nothing but place and body are others than in the event before: see Next

	Partial   bool         // part of the message is missing
	Uncertain bool         // decoded after a guess
	Payload   message.Kind // what a CopyData holds, where a Reader has found that: then the fields are of that

	Conn   *Conn // nil with Drop
	Packet int   // by which it happened
	Time   int64 // of that packet, nanoseconds since 1970-01-01 UTC
	Offset int64 // in the stream of the side

	Frame decode.Frame // of a Message
	// Alike are messages that came right behind that one with the same packet, and of which
	// nothing else is to be said, as they stand in the stream: see Next. There are none without
	// Options.Together.
	Alike []byte

	// What a message means, nil where that is not known.
	Prepared *Prepared // that a Bind, Describe or Execute is for
	Columns  *Columns  // of a DataRow
	Login    *Login    // the session, where one of these is

	// What is known where the events of all connections are in order.
	First int64 // when the first event Began
	Last  int64 // when the one before Began

	Statement *Statement // with Ended; valid until the Reset of the Events
	Row       *CopyRow   // with Row

	*Details // of those with nothing in them all have the same
}

// Details are what most events do not have. They are apart from these, because what is
// not there is neither cleared nor carried from one processor to another.
type Details struct {
	Notes     []string       // further reservations, a sentence each
	Malformed *message.Error // why a Reader did not understand all of the body
	Cancel    *Cancel        // with a CancelRequest, its Close, or the error that it led to: see Cancels

	Wanted bool // the statement is what was looked for, and no neighbour of that

	Packets int64 // with Drop

	Bytes   int64 // missing in a Gap, or encrypted ones that did not come out, as Err says; differing in a Conflict
	Passed  int64 // behind these, gone over without finding a message
	Resumed int64 // where in the stream messages begin again; -1 where they do not
	Before  int   // the last packet before the Gap; Packet is the first behind it. With Conflict the first of the two
	Err     error
	Reason  string
	TLS     *tlskeys.Info // of Encrypted and Close; nil where there is none
	How     reassembly.Ending
	Account *Account // with Close in the view Sessions; the receiver's

	Shedding *Shedding // with Shed
}

// nothing is the Details of all events that have none. It is never written to.
var nothing Details

// Began returns when what it tells of began, which is the time that its line has: a
// statement as far as that was captured, or a session that is summed up. All else was when
// its packet came.
func (e *Event) Began() Moment {
	switch {
	case e.Type == Ended && e.Statement.Began() != (Moment{}):
		return e.Statement.Began()
	case e.Type == Close && e.Account != nil:
		return e.Account.Began
	}
	return Moment{e.Packet, e.Time}
}

// Next makes the event of a message that of the next one, of those that are Alike, as if that
// had been told of by itself: there are only such as have all else in common. It returns false
// where there is none.
func (e *Event) Next() bool {
	if len(e.Alike) == 0 {
		return false
	}
	e.Alike = e.Frame.Split(e.Alike)
	e.Offset, e.Moved, e.Again, e.Payload, e.Last = e.Frame.Offset, false, true, 0, e.Time
	e.Details = &nothing
	return true
}

// own returns the Details, which are the event's own from here on.
func (e *Event) own() *Details {
	if e.Details == &nothing {
		e.Details = new(Details)
	}
	return e.Details
}

// note adds a reservation.
func (e *Event) note(s string) {
	d := e.own()
	d.Notes = append(d.Notes, s)
}

// Events are what an [Observer] has told of, in the order in which it became known.
// The bodies of messages are in the bytes that the Observer was given, and valid for
// as long as those are, or in memory of the Events, and valid until Reset.
type Events struct {
	List []Event
	// Long is where longer lists than most come from and go to, for several Events to
	// use in turn, as long as they were used last; nil for nowhere.
	Long       chan []Event
	short      []Event // what is used again when no long list is needed any more
	used       int     // how long List was that came from Long, before
	bodies     []byte  // of messages that came in pieces, or were decrypted
	ended      room    // of Statements
	running    []int32 // the last events that say what runs on a connection
	cancelling bool    // one may have to do with a CancelRequest
}

const (
	// keptEvents is for how many events each keeps memory for what comes next, keptLong how
	// long a list may be that is kept for several, and keptBytes how much memory is for bodies.
	keptEvents = 1 << 10
	keptLong   = 1 << 15
	keptBytes  = 1 << 17
)

// Reset forgets all events, and keeps the memory, if it is not much. What they referred to
// is not let go before other events take their places, unless it is much.
func (e *Events) Reset() {
	if cap(e.bodies) > keptBytes {
		e.bodies = nil
		clear(e.List)
	}
	e.ended.reset()
	e.running, e.cancelling = e.running[:0], false
	n := len(e.List)
	e.List, e.bodies = e.List[:0], e.bodies[:0]
	if cap(e.List) > keptEvents && e.Long != nil {
		if cap(e.List) <= keptLong {
			if n < e.used { // what is there may otherwise stay for long, and be much
				clear(e.List[n:e.used])
			}
			select {
			case e.Long <- e.List[:n]:
			default:
			}
		}
		e.List, e.used = nil, 0
		if n < keptEvents/2 {
			e.List, e.short = e.short, nil
		}
	}
}

// grow makes room for one more. Who has needed a long list before is given one from the
// beginning, so that nothing has to be copied.
func (e *Events) grow() {
	n := len(e.List)
	if e.Long != nil && (n >= keptEvents/2 || e.short != nil) {
		select {
		case long := <-e.Long:
			if cap(long) > n {
				if e.short == nil {
					e.short = e.List[:0]
				}
				e.List, e.used = append(long[:0], e.List...), len(long)
				return
			}
		default:
		}
	}
	e.List, e.used = slices.Grow(e.List, 1), 0
}

// add adds an event.
func (e *Events) add(t EventType, c *Conn, packet int, time int64) *Event {
	n := len(e.List)
	if n == cap(e.List) {
		e.grow()
	}
	e.List = e.List[:n+1]
	v := &e.List[n]
	*v = Event{}
	if t == Close {
		e.cancelling = true // which cannot be cancelled any more
	}
	v.Type, v.Conn, v.Packet, v.Time, v.Details = t, c, packet, time, &nothing
	return v
}

// keep returns b in memory that stays until Reset.
func (e *Events) keep(b []byte) []byte {
	start := len(e.bodies)
	e.bodies = append(e.bodies, b...)
	return e.bodies[start:len(e.bodies):len(e.bodies)]
}
