package cli

import (
	"bytes"
	"errors"
	"sync"

	"github.com/pgwdump/pgwdump/capture"
	"github.com/pgwdump/pgwdump/session"
)

const (
	// undecidedBytes is how many bytes of packets are held of connections of which
	// nobody knows yet what they are. Over that the oldest are written: rather too
	// much than too little.
	undecidedBytes = 32 << 20
	// ended is how many connections that are over are remembered, for the last packets
	// that come behind.
	ended = 4096
	// others is how many connections that are not PostgreSQL's are remembered.
	others = 1 << 16
)

// A verdict says whether the packets of a connection are written.
type verdict uint8

const (
	undecided verdict = iota
	wanted
	unwanted
)

// A postgresOnly writes the packets of PostgreSQL connections. It holds those of others
// until it is known that they are: what it is told of is behind the packets.
type postgresOnly struct {
	recorder *capture.Recorder
	parser   capture.Parser
	segment  capture.Segment

	mutex sync.Mutex
	news  []news // that were not heeded yet

	conns    map[ends]*holding
	waiting  []*holding // undecided, the oldest first
	over     []ends     // the latest connections that have ended
	unwanted int        // connections
	held     int        // bytes
	out      int64      // packets that were left out
}

// news are what an event says of a connection. Events come from other goroutines than
// packets.
type news struct {
	ends ends
	what session.EventType
}

// ends are the two ends of a connection, in a fixed order.
type ends [2]capture.Endpoint

func endsOf(a, b capture.Endpoint) ends {
	if b.Before(a) {
		a, b = b, a
	}
	return ends{a, b}
}

// A holding is what is known of a connection, and its packets until more is known.
type holding struct {
	verdict verdict
	opened  bool
	packets []capture.Packet
}

func newPostgresOnly(r *capture.Recorder) *postgresOnly {
	return &postgresOnly{recorder: r, conns: map[ends]*holding{}}
}

// Write writes a packet, holds it, or leaves it out.
func (o *postgresOnly) Write(p *capture.Packet) error {
	if err := o.heed(); err != nil {
		return err
	}
	if !o.parser.Parse(p, &o.segment) {
		o.out++
		return nil
	}
	key := endsOf(o.segment.From, o.segment.To)
	h := o.conns[key]
	if h == nil || h.verdict != undecided && o.segment.Flags&(capture.SYN|capture.ACK) == capture.SYN {
		h = &holding{}
		o.conns[key] = h
		o.waiting = append(o.waiting, h)
	}
	switch h.verdict {
	case wanted:
		return o.recorder.Write(p)
	case unwanted:
		o.out++
		return nil
	}
	held := *p
	held.Data = bytes.Clone(p.Data)
	h.packets = append(h.packets, held)
	for o.held += len(p.Data); o.held > undecidedBytes; {
		if err := o.decide(o.waiting[0], wanted); err != nil {
			return err
		}
	}
	return nil
}

// See takes note of an event that says what a connection is, or that it is over. It
// may be called while packets are written.
func (o *postgresOnly) See(e *session.Event) {
	disowned := new(session.NotPostgreSQL)
	if e.Type == session.Open || e.Type == session.Why || e.Type == session.Close || errors.As(e.Err, &disowned) {
		o.mutex.Lock()
		o.news = append(o.news, news{endsOf(e.Conn.Ends[0], e.Conn.Ends[1]), e.Type})
		o.mutex.Unlock()
	}
}

// tap returns a Select of a pipeline that sees all events before the one that is there,
// which is nil where all are passed on. Why a connection was taken for what it is, is
// passed on if that was asked for.
func (o *postgresOnly) tap(next func(*session.Event, func(*session.Event)), why bool) func(*session.Event, func(*session.Event)) {
	return func(e *session.Event, pass func(*session.Event)) {
		o.See(e)
		switch {
		case e.Type == session.Why && !why:
		case next == nil:
			pass(e)
		default:
			next(e, pass)
		}
	}
}

// heed does what the news ask for. What a connection is is known with Why: PostgreSQL's
// was opened before, and there was no error, as there is where something else is spoken
// on a port of PostgreSQL.
func (o *postgresOnly) heed() (err error) {
	o.mutex.Lock()
	all := o.news
	o.news = nil
	o.mutex.Unlock()
	for _, n := range all {
		h := o.conns[n.ends]
		switch {
		case h == nil || err != nil:
		case h.verdict != undecided:
			if n.what == session.Close && h.verdict == wanted {
				o.end(n.ends)
			}
		case n.what == session.Open:
			h.opened = true
		case n.what == session.Error, n.what == session.Why && !h.opened:
			err = o.decide(h, unwanted)
			if o.unwanted++; o.unwanted > others {
				o.forget()
			}
		case n.what == session.Why:
			err = o.decide(h, wanted)
		}
	}
	return err
}

// end notes that a connection is over, and forgets one that has been for long.
func (o *postgresOnly) end(e ends) {
	if o.over = append(o.over, e); len(o.over) <= ended {
		return
	}
	delete(o.conns, o.over[0])
	o.over = o.over[1:]
}

// decide writes what is held of a connection, or leaves it out.
func (o *postgresOnly) decide(h *holding, v verdict) error {
	h.verdict = v
	packets := h.packets
	h.packets = nil
	for len(o.waiting) > 0 && o.waiting[0].verdict != undecided {
		o.waiting = o.waiting[1:]
	}
	for i := range packets {
		o.held -= len(packets[i].Data)
		if v == unwanted {
			o.out++
			continue
		}
		if err := o.recorder.Write(&packets[i]); err != nil {
			return err
		}
	}
	return nil
}

// forget forgets the connections that are not PostgreSQL's.
func (o *postgresOnly) forget() {
	for key, h := range o.conns {
		if h.verdict == unwanted {
			delete(o.conns, key)
		}
	}
	o.unwanted = 0
}

// Flush hands on what was written.
func (o *postgresOnly) Flush() error {
	if err := o.heed(); err != nil {
		return err
	}
	return o.recorder.Flush()
}

// Close writes what has been decided since. It returns how many packets were left out,
// with those of which nobody knows what they are.
func (o *postgresOnly) Close() (leftOut int64, err error) {
	err = o.heed()
	for _, h := range o.waiting {
		o.out += int64(len(h.packets))
	}
	return o.out, err
}
