package pipeline

import (
	"cmp"
	"math/bits"
	"slices"
	"sync/atomic"
	"time"

	"github.com/pgwdump/pgwdump/capture"
	"github.com/pgwdump/pgwdump/reassembly"
	"github.com/pgwdump/pgwdump/session"
)

const (
	// pressed is how full the backlog has to be for connections to be shed: those that
	// are new, and of the heaviest as many as are too much. Each time it has grown by
	// another rise, further ones are; when it is full, whichever has a packet.
	pressed = 3. / 4
	rise    = 1. / 32
	// mostShare is which part of what comes is shed in one go at the most, leastShare
	// how much more than what seems to be too much, and also how much comes back in one
	// go.
	mostShare  = 1. / 2
	leastShare = 1. / 16
	// calm is how full the backlog may be for connections to come back: the lightest
	// first.
	calm = 1. / 16
	// leastRest is for how long a connection that was shed stays so, mostRest for how
	// long one that was so again and again.
	leastRest = time.Second
	mostRest  = 64 * time.Second
	// silence is after which time nobody waits for more of one that was shed.
	silence = time.Minute
	// lookEvery is after how many segments the backlog is looked at, and lookAfter after
	// which time where fewer come.
	lookEvery = 64
	lookAfter = 100 * time.Millisecond
	// maxFlows is how many connections are known. Others are not shed before there is no
	// room at all, and not by name.
	maxFlows = 1 << 14
	// segmentWeight is what a segment weighs besides its bytes.
	segmentWeight = 256
)

// A shedder decides which connections are looked at, where more comes than can be
// worked on. To lose some of the packets of all connections would spoil them all: so it
// gives up some connections, and keeps the others whole.
type shedder struct {
	pipeline *Pipeline
	flows    map[capture.Ends]*flow
	latest   *flow // that of the segment before

	handed   int     // loads that were handed on since it was last measured
	waiting  int     // that waited then
	count    int     // of segments since the backlog was looked at
	looked   int64   // when it was
	level    float64 // how full it was
	bar      float64 // the level at which the next connections are shed
	recalled int64   // when connections were last to come back
	halved   int64   // when weights were
	nameless absence // of those that could not be told of one by one

	packets, bytes atomic.Int64 // that were not looked at
}

// A flow is a connection.
type flow struct {
	ends    capture.Ends
	weight  int           // what came lately, which halves each second
	rest    time.Duration // for how long it is shed the next time
	absence *absence      // nil while it is looked at
}

// An absence is what is not looked at of a connection.
type absence struct {
	since   int           // the number of the first packet
	began   int64         // its time
	last    int64         // the time of the last
	rest    time.Duration // for how long it may not come back; 0 once it may
	packets int64
	bytes   [2]int64 // of payload, those included that were not captured, from each end
}

// A passed part of a connection was not looked at: so many bytes that the sender of the
// segment behind it has sent, and received.
type passed struct{ sent, received int64 }

func newShedder(p *Pipeline) *shedder {
	return &shedder{pipeline: p, flows: map[capture.Ends]*flow{}, bar: pressed}
}

// admit tells whether a segment is to be looked at, and what was passed over right
// before it. Without room it is not.
func (x *shedder) admit(s *capture.Segment, room bool) (before *passed, admitted bool) {
	if x.count++; x.count == lookEvery || apart(s.Time, x.looked) > lookAfter {
		x.count, x.looked = 0, s.Time
		x.look(s)
	}
	f, known := x.find(s)
	if f == nil {
		if !room || x.level >= pressed {
			x.pass(&x.nameless, s, 0)
			return nil, false
		}
		return nil, true
	}
	f.weight += len(s.Payload) + segmentWeight
	if a := f.absence; a != nil && room {
		switch {
		case s.Flags&(capture.SYN|capture.ACK) == capture.SYN: // another connection
			x.end(f, s, session.ShedOver)
			known = false
		case s.Flags&(capture.FIN|capture.RST) != 0: // so that its end is seen
			x.end(f, s, session.ShedOver)
			return a.passed(f.from(s)), true
		case a.rest == 0 && x.level < pressed:
			x.end(f, s, session.ShedResumed)
			return a.passed(f.from(s)), true
		}
	}
	if f.absence == nil && (!room || !known && x.level >= pressed) {
		x.begin(f, s)
	}
	if f.absence != nil {
		x.pass(f.absence, s, f.from(s))
		return nil, false
	}
	return nil, true
}

// find returns the flow of a segment, and whether it was there before. It is nil where
// there are too many.
func (x *shedder) find(s *capture.Segment) (f *flow, known bool) {
	ends := capture.EndsOf(s.From, s.To)
	if f = x.latest; f != nil && f.ends == ends {
		return f, true
	}
	if f, known = x.flows[ends]; !known {
		if len(x.flows) == maxFlows {
			return nil, false
		}
		f = &flow{ends: ends}
		x.flows[ends] = f
	}
	x.latest = f
	return f, known
}

// from returns which end has sent a segment.
func (f *flow) from(s *capture.Segment) int {
	if f.ends[0] == s.From {
		return 0
	}
	return 1
}

// apart returns how far apart two times are, of a clock that may be set.
func apart(a, b int64) time.Duration { return time.Duration(max(a-b, b-a)) }

// look looks how full the backlog is, and does what has to be done: sheds connections,
// or has them come back.
func (x *shedder) look(s *capture.Segment) {
	x.level = x.pipeline.pressure()
	switch {
	case x.level >= x.bar:
		x.bar = min(x.level+rise, 1)
		x.relieve(s)
	case x.level < calm:
		x.bar = pressed
		x.measure()
		if apart(s.Time, x.recalled) >= lookAfter {
			x.recalled = s.Time
			x.recall(s)
		}
	}
	if apart(s.Time, x.halved) >= time.Second {
		x.halved = s.Time
		x.halve(s)
	}
}

// measure returns how much of what came since it was last called is too much: the part
// by which the backlog has grown.
func (x *shedder) measure() float64 {
	handed, waiting := x.handed, len(x.pipeline.backlog)
	grown := waiting - x.waiting
	x.handed, x.waiting = 0, waiting
	return float64(grown) / float64(max(handed, 1))
}

// relieve sheds the heaviest connections: of those that weigh about the same the ones
// that were shed before, so that it is not one after the other.
func (x *shedder) relieve(s *capture.Segment) {
	share := min(max(x.measure(), 0)+leastShare, mostShare)
	all, sum := x.sorted(func(f *flow) bool { return f.absence == nil && f.weight > 0 })
	slices.Reverse(all)
	shed := 0
	for _, f := range all {
		if shed > 0 && float64(shed+f.weight/2) > share*float64(sum) {
			break
		}
		x.begin(f, s)
		shed += f.weight
	}
}

// recall has the lightest connections of those come back that have been shed for long
// enough: a few, because nobody knows what they have grown to.
func (x *shedder) recall(s *capture.Segment) {
	if x.nameless.packets > 0 {
		x.tellNameless(s)
	}
	_, sum := x.sorted(func(f *flow) bool { return f.absence == nil })
	all, _ := x.sorted(func(f *flow) bool {
		return f.absence != nil && f.absence.rest > 0 && apart(s.Time, f.absence.began) >= f.absence.rest
	})
	back := 0
	for _, f := range all {
		f.absence.rest = 0
		if back += f.weight; float64(back) > leastShare*float64(sum) {
			break
		}
	}
}

// sorted returns some of the flows, the lightest first, and what they weigh.
func (x *shedder) sorted(which func(*flow) bool) (all []*flow, sum int) {
	for _, f := range x.flows {
		if which(f) {
			all = append(all, f)
			sum += f.weight
		}
	}
	slices.SortFunc(all, func(a, b *flow) int {
		return cmp.Or(cmp.Compare(bits.Len(uint(a.weight)), bits.Len(uint(b.weight))), cmp.Compare(a.rest, b.rest), cmp.Compare(a.weight, b.weight))
	})
	return all, sum
}

// halve lets what came fade, and forgets those of which nothing comes.
func (x *shedder) halve(s *capture.Segment) {
	for ends, f := range x.flows {
		f.weight /= 2
		switch a := f.absence; {
		case a != nil && apart(s.Time, a.last) < silence:
		case a != nil:
			x.end(f, s, session.ShedOver)
		default:
			f.rest = max(f.rest-time.Second, 0)
			if f.weight == 0 && f.rest == 0 {
				delete(x.flows, ends)
			}
		}
	}
	x.latest = nil
}

// begin sheds a connection, from a segment on, which may be of another.
func (x *shedder) begin(f *flow, s *capture.Segment) {
	rest := max(f.rest, leastRest)
	f.rest = min(2*rest, mostRest)
	f.absence = &absence{since: s.Number, began: s.Time, last: s.Time, rest: rest}
	x.tell(s, f.ends, &session.Shedding{Stage: session.ShedBegun, Named: true, Since: s.Number})
	if told := x.pipeline.options.OnShed; told != nil {
		told(f.ends)
	}
}

// pass throws a segment away.
func (x *shedder) pass(a *absence, s *capture.Segment, from int) {
	if a.packets == 0 {
		a.since = s.Number
	}
	a.last = s.Time
	a.packets++
	a.bytes[from] += int64(len(s.Payload) + s.Cut)
	x.packets.Add(1)
	x.bytes.Add(int64(len(s.Payload)))
}

// passed returns what was passed over before a segment that one of the ends has sent.
func (a *absence) passed(from int) *passed { return &passed{a.bytes[from], a.bytes[1-from]} }

// end has a connection looked at again, or not waited for. What cannot be told of it is
// told with others.
func (x *shedder) end(f *flow, s *capture.Segment, stage session.ShedStage) {
	a := f.absence
	f.absence = nil
	if x.tell(s, f.ends, a.shedding(stage, true)) {
		return
	}
	n := &x.nameless
	if n.packets == 0 {
		n.since = a.since
	}
	n.packets += a.packets
	n.bytes[0] += a.bytes[0] + a.bytes[1]
}

// shedding returns what there is to tell of an absence.
func (a *absence) shedding(stage session.ShedStage, named bool) *session.Shedding {
	return &session.Shedding{Stage: stage, Named: named, Since: a.since, Packets: a.packets, Bytes: a.bytes[0] + a.bytes[1]}
}

// tellNameless tells of what was passed over and could not be told of by name.
func (x *shedder) tellNameless(s *capture.Segment) {
	if x.tell(s, capture.Ends{}, x.nameless.shedding(session.ShedOver, false)) {
		x.nameless = absence{}
	}
}

// tell tells of a Shedding, with the packet of a segment.
func (x *shedder) tell(s *capture.Segment, ends capture.Ends, what *session.Shedding) bool {
	client, server := ends[0], ends[1]
	if slices.Contains(x.pipeline.options.Session.Ports, client.Port()) {
		client, server = server, client
	}
	return x.pipeline.tell(&session.Event{
		Type: session.Shed, Packet: s.Number, Time: s.Time, Details: &session.Details{Shedding: what},
		Conn: &session.Conn{Conn: &reassembly.Conn{Ends: ends}, Client: client.String(), Server: server.String()},
	})
}

// close tells of what was shed until the end.
func (x *shedder) close() {
	last := &x.pipeline.segment
	var open []*flow
	for _, f := range x.flows {
		if f.absence != nil {
			open = append(open, f)
		}
	}
	slices.SortFunc(open, func(a, b *flow) int { return cmp.Compare(a.absence.since, b.absence.since) })
	for _, f := range open {
		x.end(f, last, session.ShedOver)
	}
	if x.nameless.packets > 0 {
		x.tellNameless(last)
	}
}

// pressure returns how full the memory is in which packets wait, from 0 to 1.
func (p *Pipeline) pressure() float64 {
	level := float64(len(p.backlog)) / float64(cap(p.backlog)-cap(p.free))
	if p.options.Pressure != nil {
		level = max(level, p.options.Pressure())
	}
	return level
}
