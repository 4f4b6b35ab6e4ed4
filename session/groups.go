package session

import (
	"cmp"
	"encoding/binary"
	"slices"

	"github.com/pgwdump/pgwdump/message"
	"github.com/pgwdump/pgwdump/sql"
)

const (
	// maxGroups is how many groups are kept, as many as pg_stat_statements.max says unless
	// somebody changes it, and maxGroupSQL how many bytes of SQL.
	maxGroups   = 5000
	maxGroupSQL = 32 << 20
	// maxName is how much is kept of a name.
	maxName = 64
)

// Groups sum statements up: those whose SQL is the same when it is normalised
// ([sql.Normalise]) are a group. Where there are too many groups, those that took the
// least time are given up, and only counted from then on. The zero value is empty.
type Groups struct {
	groups  map[string]*Group
	texts   int // bytes of their keys
	count   int // of groups that there were
	givenUp Others
	key     []byte
}

// A Group is what there is to say of some statements together.
type Group struct {
	// SQL is what the statements have in common, normalised; of EXECUTE that of what it
	// executes, if that is known.
	SQL string
	// Like says what is known where SQL is not: the Protocol, the Request, the beginning of
	// the Name of what was prepared, and of a function that of the Arguments. Else it is
	// nil.
	Like *Statement

	Ended          [Incomplete + 1]int64 // statements, by their Status
	Rows           int64                 // that they had
	Sent, Received int64                 // bytes on the wire

	Timed       int64     // statements of which it is known how long they ran
	Took        int64     // they together, in nanoseconds, as Statement.Ran says
	Longest     int64     // one of them
	LongestConn int       // the number of its connection
	LongestAt   Moment    // when it began
	took        durations // each

	number int // in the order of the first statements
}

// Others are the groups that are not told of one by one.
type Others struct {
	Group
	Groups int // how many, one that was given up more than once as many times
}

// A Ranking has the groups that took the most time.
type Ranking struct {
	Top    []*Group // those that took the most come first
	Others Others
	Took   int64 // all together, in nanoseconds
}

// Add adds a statement, of which it keeps nothing.
func (g *Groups) Add(s *Statement) {
	text := s.SQL
	if s.Prepared != nil {
		text = s.Prepared
	}
	var like *Statement
	if text != nil {
		g.key = sql.Normalise(g.key[:0], text, s.Login.backslashes)
	} else {
		like = alike(s)
		g.key = like.appendKey(g.key[:0])
	}
	group := g.groups[string(g.key)]
	if group == nil {
		group = g.begin(like)
	}
	group.add(s)
}

// begin begins the group of the key.
func (g *Groups) begin(like *Statement) *Group {
	g.makeRoom()
	if g.groups == nil {
		g.groups = map[string]*Group{}
	}
	g.count++
	key := string(g.key)
	group := &Group{Like: like, number: g.count}
	if like == nil {
		group.SQL = key
	}
	g.groups[key] = group
	g.texts += len(key)
	return group
}

// makeRoom gives a fifth up where there are too many groups.
func (g *Groups) makeRoom() {
	if len(g.groups) < maxGroups && g.texts < maxGroupSQL {
		return
	}
	type kept struct {
		key string
		*Group
	}
	var all []kept
	for key, group := range g.groups {
		all = append(all, kept{key, group})
	}
	slices.SortFunc(all, func(a, b kept) int { return -compare(a.Group, b.Group) })
	for _, k := range all {
		if len(g.groups) <= maxGroups/5*4 && g.texts <= maxGroupSQL/5*4 {
			return
		}
		g.givenUp.sum(k.Group)
		g.givenUp.Groups++
		delete(g.groups, k.key)
		g.texts -= len(k.key)
	}
}

// compare orders groups: what took more time comes first, then what ran more often,
// then what was there first.
func compare(a, b *Group) int {
	return cmp.Or(cmp.Compare(b.Took, a.Took), cmp.Compare(b.Calls(), a.Calls()), cmp.Compare(a.number, b.number))
}

// Rank returns the groups as they are now, so many of them by themselves. They are the
// receiver's until the next Add.
func (g *Groups) Rank(most int) Ranking {
	r := Ranking{Others: g.givenUp}
	for _, group := range g.groups {
		r.Top = append(r.Top, group)
	}
	slices.SortFunc(r.Top, compare)
	for _, group := range r.Top[min(most, len(r.Top)):] {
		r.Others.sum(group)
		r.Others.Groups++
	}
	r.Top = r.Top[:min(most, len(r.Top))]
	r.Took = r.Others.Took
	for _, group := range r.Top {
		r.Took += group.Took
	}
	return r
}

// Calls returns how many statements the server was given to run: all but those skipped.
func (g *Group) Calls() (n int64) {
	for _, k := range g.Ended {
		n += k
	}
	return n - g.Ended[Skipped]
}

// Failed returns how many ended by an error.
func (g *Group) Failed() int64 { return g.Ended[Failed] + g.Ended[Cancelled] }

// Bytes returns how many bytes they took on the wire.
func (g *Group) Bytes() int64 { return g.Sent + g.Received }

// Mean returns how long a statement took, in nanoseconds, and false where that is not
// known of any.
func (g *Group) Mean() (int64, bool) {
	if g.Timed == 0 {
		return 0, false
	}
	return g.Took / g.Timed, true
}

// Percentile returns how long the slowest took of so many percent of the statements, the
// fastest ones, in nanoseconds: a thirty-second of that too much at the most. It is false
// where that is not known of any, and with Others.
func (g *Group) Percentile(percent int64) (ns int64, ok bool) {
	return min(g.took.slowest((g.Timed*percent+99)/100), g.Longest), len(g.took.counts) > 0
}

// add adds a statement.
func (g *Group) add(s *Statement) {
	g.Ended[s.Status]++
	g.Rows += s.Rows()
	g.Sent += s.Sent
	g.Received += s.Received
	took, ok := s.Ran()
	if !ok || s.Status == Skipped {
		return
	}
	g.Timed++
	g.Took += took
	g.took.add(took)
	g.longer(took, s.Conn.Number, s.Begin)
}

// longer takes note of one that took so long, if that is the longest or the first.
func (g *Group) longer(took int64, conn int, at Moment) {
	if took > g.Longest || g.LongestAt == (Moment{}) {
		g.Longest, g.LongestConn, g.LongestAt = took, conn, at
	}
}

// sum adds what can be added of a group.
func (g *Group) sum(o *Group) {
	for status, n := range o.Ended {
		g.Ended[status] += n
	}
	g.Rows += o.Rows
	g.Sent += o.Sent
	g.Received += o.Received
	g.Timed += o.Timed
	g.Took += o.Took
	g.longer(o.Longest, o.LongestConn, o.LongestAt)
}

// alike returns what Like has of a statement.
func alike(s *Statement) *Statement {
	switch {
	case s.Protocol == Function:
		return &Statement{Protocol: Function, Request: message.KindFunctionCall, Arguments: append([]byte{}, s.Arguments[:min(len(s.Arguments), 4)]...)}
	case s.Request == message.KindSync, s.Request == message.KindUnknown:
		return &Statement{Protocol: s.Protocol, Request: s.Request}
	}
	return &Statement{Protocol: s.Protocol, Request: message.KindExecute, Name: append([]byte{}, s.Name[:min(len(s.Name), maxName)]...)}
}

// appendKey appends what tells a statement whose SQL is not known from others, and from
// SQL, in which there is no byte 0.
func (s *Statement) appendKey(dst []byte) []byte {
	dst = append(dst, 0, byte(s.Protocol))
	dst = binary.BigEndian.AppendUint32(dst, uint32(s.Request))
	return append(append(dst, s.Arguments...), s.Name...)
}
