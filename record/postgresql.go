package record

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

// A PostgreSQL writes the packets of PostgreSQL connections. It holds those of others
// until it is known that they are: what it is told of is behind the packets.
type PostgreSQL struct {
	recorder *Recorder
	parser   capture.Parser
	segment  capture.Segment

	mutex sync.Mutex
	news  []news // that were not heeded yet

	conns    map[capture.Ends]*holding
	waiting  []*holding     // undecided, the oldest first
	over     []capture.Ends // the latest connections that have ended
	unwanted int            // connections
	held     int            // bytes
	out      int64          // packets that were left out
}

// news are what an event says of a connection. Events come from other goroutines than
// packets.
type news struct {
	ends capture.Ends
	what session.EventType
}

// A holding is what is known of a connection, and its packets until more is known.
type holding struct {
	verdict verdict
	opened  bool
	packets []capture.Packet
}

// NewPostgreSQL returns a PostgreSQL that writes to a Recorder.
func NewPostgreSQL(r *Recorder) *PostgreSQL {
	return &PostgreSQL{recorder: r, conns: map[capture.Ends]*holding{}}
}

// Write writes a packet, holds it, or leaves it out.
func (w *PostgreSQL) Write(p *capture.Packet) error {
	if err := w.heed(); err != nil {
		return err
	}
	if !w.parser.Parse(p, &w.segment) {
		w.out++
		return nil
	}
	key := capture.EndsOf(w.segment.From, w.segment.To)
	h := w.conns[key]
	if h == nil || h.verdict != undecided && w.segment.Flags&(capture.SYN|capture.ACK) == capture.SYN {
		h = &holding{}
		w.conns[key] = h
		w.waiting = append(w.waiting, h)
	}
	switch h.verdict {
	case wanted:
		return w.recorder.Write(p)
	case unwanted:
		w.out++
		return nil
	}
	held := *p
	held.Data, held.Buffer = bytes.Clone(p.Data), nil
	h.packets = append(h.packets, held)
	for w.held += len(p.Data); w.held > undecidedBytes; {
		if err := w.decide(w.waiting[0], wanted); err != nil {
			return err
		}
	}
	return nil
}

// See takes note of an event that says what a connection is, or that it is over. It
// may be called while packets are written.
func (w *PostgreSQL) See(e *session.Event) {
	disowned := new(session.NotPostgreSQL)
	if e.Type == session.Open || e.Type == session.Why || e.Type == session.Close || errors.As(e.Err, &disowned) {
		w.mutex.Lock()
		w.news = append(w.news, news{capture.EndsOf(e.Conn.Ends[0], e.Conn.Ends[1]), e.Type})
		w.mutex.Unlock()
	}
}

// Shed takes note that a connection is not looked at: what it is will not be known.
func (w *PostgreSQL) Shed(ends capture.Ends) {
	w.mutex.Lock()
	w.news = append(w.news, news{ends, session.Shed})
	w.mutex.Unlock()
}

// Tap returns a Select of a pipeline that sees all events before the one that is there,
// which is nil where all are passed on. Why a connection was taken for what it is, is
// passed on if that was asked for.
func (w *PostgreSQL) Tap(next func(*session.Event, func(*session.Event)), why bool) func(*session.Event, func(*session.Event)) {
	return func(e *session.Event, pass func(*session.Event)) {
		w.See(e)
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
// on a port of PostgreSQL. One that is shed may be.
func (w *PostgreSQL) heed() (err error) {
	w.mutex.Lock()
	all := w.news
	w.news = nil
	w.mutex.Unlock()
	for _, n := range all {
		h := w.conns[n.ends]
		switch {
		case h == nil || err != nil:
		case h.verdict != undecided:
			if n.what == session.Close && h.verdict == wanted {
				w.end(n.ends)
			}
		case n.what == session.Open:
			h.opened = true
		case n.what == session.Error, n.what == session.Why && !h.opened:
			err = w.decide(h, unwanted)
			if w.unwanted++; w.unwanted > others {
				w.forget()
			}
		case n.what == session.Why, n.what == session.Shed:
			err = w.decide(h, wanted)
		}
	}
	return err
}

// end notes that a connection is over, and forgets one that has been for long.
func (w *PostgreSQL) end(e capture.Ends) {
	if w.over = append(w.over, e); len(w.over) <= ended {
		return
	}
	delete(w.conns, w.over[0])
	w.over = w.over[1:]
}

// decide writes what is held of a connection, or leaves it out.
func (w *PostgreSQL) decide(h *holding, v verdict) error {
	h.verdict = v
	packets := h.packets
	h.packets = nil
	for len(w.waiting) > 0 && w.waiting[0].verdict != undecided {
		w.waiting = w.waiting[1:]
	}
	for i := range packets {
		w.held -= len(packets[i].Data)
		if v == unwanted {
			w.out++
			continue
		}
		if err := w.recorder.Write(&packets[i]); err != nil {
			return err
		}
	}
	return nil
}

// forget forgets the connections that are not PostgreSQL's.
func (w *PostgreSQL) forget() {
	for key, h := range w.conns {
		if h.verdict == unwanted {
			delete(w.conns, key)
		}
	}
	w.unwanted = 0
}

// Flush hands on what was written.
func (w *PostgreSQL) Flush() error {
	if err := w.heed(); err != nil {
		return err
	}
	return w.recorder.Flush()
}

// Close writes what has been decided since. It returns how many packets were left out,
// with those of which nobody knows what they are.
func (w *PostgreSQL) Close() (leftOut int64, err error) {
	err = w.heed()
	for _, h := range w.waiting {
		w.out += int64(len(h.packets))
	}
	return w.out, err
}
