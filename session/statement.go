package session

import (
	"bytes"
	"slices"

	"github.com/pgwdump/pgwdump/message"
	"github.com/pgwdump/pgwdump/value"
)

// A Statement is one SQL statement, function call or replication command that a
// client had the server run, and what came of it.
//
// Once it is told of nothing changes it any more, and any goroutine may read it, until
// [Events.Reset]: who needs it longer keeps a [Statement.Clone]. What it shares with others
// (Conn, Login, Types) never changes.
type Statement struct {
	Conn  *Conn
	Login *Login // who the client was when it asked
	// Number counts the statements of the connection from 1, in the order in which
	// they ended.
	Number int64

	Protocol Protocol
	Status   Status
	// Request is the message that ran it: Query, Execute or FunctionCall; where it did
	// not come so far the one that failed, such as Parse; Sync for the commit at the
	// end of a batch, which is told of only if it fails. It is KindUnknown where the
	// request was not captured.
	Request     message.Kind
	Part, Parts int // which it is of the statements of one Query, from 1

	SQL       []byte        // nil where it is not known, as of one prepared before the capture
	Name      []byte        // of the prepared statement; empty for the unnamed one, and where there is none
	Portal    []byte        // likewise
	Prepared  []byte        // the statement that an EXECUTE runs; nil where that is not known
	Types     []message.OID // of the parameters, as far as they are known
	Arguments []byte        // the body of the Bind or FunctionCall that has the parameters; nil where there is none
	MaxRows   int32         // the limit of an Execute, 0 for none

	Tag      []byte // the command tag; nil where none came
	Returned int64  // rows that the server sent
	Affected int64  // rows according to the tag; -1 where it has no number
	Sent     int64  // bytes of the request's messages
	Received int64  // bytes of the answer's messages
	Copy     *Copy  // nil where there was no COPY

	Error    []byte   // the body of the ErrorResponse; nil where there was none
	SQLState SQLState // its code
	Notices  [][]byte // the bodies of the first maxNotices NoticeResponses, as far as there was room
	Noticed  int      // how many there were

	Cancel *Cancel // the CancelRequest that came meanwhile, see Cancels; nil for none

	// Before and After are what the ReadyForQuery before it and the one behind it said
	// of the transaction; 0 where another statement stands between, or where it was not
	// captured.
	Before, After message.TransactionStatus

	Begin    Moment // the first byte of the request; zero where it was not captured
	First    Moment // the first byte of the answer; zero where there was none
	FirstRow Moment // the first row, or the first data of a COPY, from the server; zero where there was none
	End      Moment // the last byte of the answer, or what ended the wait for it
	// Pause is for how long the client had all its answers before it asked, in
	// nanoseconds: 0 where it did not wait for them, -1 where that is not known.
	Pause   int64
	Missing bool // part of it was not captured, or its answer may be another's because something before was not
	Cut     bool // SQL, Arguments or Error are the beginning of what they were: it was too much to be kept

	of          *prepared     // that it is from, until it has ended; nil where that is not known
	columns     *Columns      // of its rows, as far as that is known and anybody asks
	teaches     bool          // they may tell of data types
	lesson      *value.Lesson // what they tell of them; nil for nothing
	about       uint32        // the OID of the type that they tell of, if they do not say it
	copier      *copier       // splits the data of its COPY; nil where nobody wants that, or before there is any
	copyUnknown bool          // it is not known how the data is written
	memory      []byte        // of the byte fields
	copy        Copy
	before      Moment // the end of the statement before it
	ended       bool
	executed    bool // the message that runs it has come
	referred    int  // how many requests that wait, and names, refer to it
}

// maxNotices is how many notices of a statement are kept.
const maxNotices = 20

// A Moment is when something was seen.
type Moment struct {
	Packet int
	Time   int64 // of that packet, nanoseconds since 1970-01-01 UTC
}

// A Protocol is how a statement was run.
type Protocol uint8

// The protocols.
const (
	Unseen      Protocol = iota // the request was not captured
	Simple                      // Query
	Extended                    // Parse, Bind, Execute
	Function                    // FunctionCall
	Replication                 // a Query with a command of the streaming replication protocol
)

// String returns the name in a word, such as "simple".
func (p Protocol) String() string {
	return [...]string{"unknown", "simple", "extended", "function", "replication"}[p]
}

// A Status is how a statement ended.
type Status uint8

// The statuses.
const (
	OK         Status = iota
	Failed            // by an error
	Cancelled         // by an error with the SQLSTATE 57014: by request, or by a timeout
	Skipped           // the server did not run it, because of an error before it
	Suspended         // the Execute reached its limit; the portal may have more
	Incomplete        // part of it was not captured, or the connection ended first
)

// String returns the status in a word, such as "ok".
func (s Status) String() string {
	return [...]string{"ok", "error", "cancelled", "skipped", "suspended", "incomplete"}[s]
}

// A SQLState is the code of an error (Appendix A of the manual); zero for none.
type SQLState [5]byte

// String returns the five characters, or nothing.
func (s SQLState) String() string {
	if s == (SQLState{}) {
		return ""
	}
	return string(s[:])
}

// queryCanceled is the code of a statement that was cancelled.
var queryCanceled = SQLState([]byte("57014"))

// A Copy is what went to and fro in a COPY.
type Copy struct {
	Response message.Kind // how it began: CopyInResponse, CopyOutResponse, CopyBothResponse
	Format   message.Format
	Columns  int
	In, Out  Transfer // what the client sent, and the server
}

// A Transfer is the data of one direction of a COPY.
type Transfer struct {
	Messages int64 // CopyData
	Bytes    int64 // in them
}

func (t *Transfer) add(body int) {
	t.Messages++
	t.Bytes += int64(body)
}

// Rows returns the number of rows as the server counts them; where it did not say,
// of those that it sent.
func (s *Statement) Rows() int64 {
	if s.Affected >= 0 {
		return s.Affected
	}
	return s.Returned
}

// Bytes returns how many bytes the statement took on the wire.
func (s *Statement) Bytes() int64 { return s.Sent + s.Received }

// Took returns the time from the first byte of the request to the last of the
// answer, in nanoseconds, and false where one of them was not captured.
func (s *Statement) Took() (int64, bool) { return s.Since(s.End) }

// Ran returns how much of that time was the statement's own: from the end of the one
// before it on where that came later than the request, as in a pipeline. So what the
// statements of a connection add up to is not more than the time that there was.
func (s *Statement) Ran() (int64, bool) {
	if t := s.before.Time; t > s.Begin.Time && t <= s.End.Time && s.Begin != (Moment{}) {
		return s.End.Time - t, true
	}
	return s.Took()
}

// Since returns the time from the first byte of the request to a later moment of
// the statement, in nanoseconds, and false where one of them was not captured.
func (s *Statement) Since(m Moment) (int64, bool) {
	if s.Begin == (Moment{}) || m == (Moment{}) {
		return 0, false
	}
	return max(m.Time-s.Begin.Time, 0), true // a capture may show an answer before what it answers
}

// Began returns when it was first seen: the first byte of the request, or of the answer
// where the request was not captured.
func (s *Statement) Began() Moment {
	if s.Begin != (Moment{}) {
		return s.Begin
	}
	return s.First
}

// Clone returns a copy that stays as it is.
func (s *Statement) Clone() *Statement {
	c := *s
	c.memory = nil
	for _, b := range []*[]byte{&c.SQL, &c.Name, &c.Portal, &c.Prepared, &c.Arguments, &c.Tag, &c.Error} {
		*b = bytes.Clone(*b)
	}
	c.Notices = slices.Clone(c.Notices)
	for i, notice := range c.Notices {
		c.Notices[i] = bytes.Clone(notice)
	}
	if c.Copy != nil {
		c.Copy = &c.copy
	}
	return &c
}

// keep returns a copy of b that is the Statement's own, never nil.
func (s *Statement) keep(b []byte) []byte {
	start := len(s.memory)
	s.memory = append(s.memory, b...)
	if s.memory == nil {
		return []byte{}
	}
	return s.memory[start:len(s.memory):len(s.memory)]
}

// replace returns a copy of b that is the Statement's own, instead of one that keep has
// returned, or nil.
func (s *Statement) replace(old, b []byte) []byte {
	if old == nil {
		return s.keep(b)
	}
	return append(old[:0], b...)
}

// complete takes a command tag and the number of rows at its end.
func (s *Statement) complete(tag []byte) {
	s.Tag, s.Affected = s.replace(s.Tag, tag), -1
	digits := tag[bytes.LastIndexByte(tag, ' ')+1:]
	n := int64(0)
	for _, c := range digits {
		if c < '0' || c > '9' {
			return
		}
		n = n*10 + int64(c-'0')
	}
	if len(digits) > 0 {
		s.Affected = n
	}
}
