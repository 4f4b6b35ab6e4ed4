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
)

// DefaultPort is the port that PostgreSQL is registered for.
const DefaultPort = 5432

// Options say what an Observer looks at.
type Options struct {
	// Ports are those whose connections are taken for PostgreSQL, besides all
	// that begin like one.
	Ports []uint16
	// Fields says that the events of messages list the fields.
	Fields bool
	// MaxBody is how much of a message's body is kept, 0 for all.
	MaxBody int
}

// Totals count what was observed.
type Totals struct {
	Connections int   // that speak PostgreSQL
	Messages    int64 // told
	Malformed   int64 // of them: with a body that does not parse, or in part missing
	Decoded     int64 // bytes in whole messages
	Lost        int64 // bytes missing in the capture
	Undecoded   int64 // bytes of PostgreSQL connections that are in no message
	Encrypted   int64 // bytes
}

// An Observer observes the connections of one capture. It is not for use by
// several goroutines at once.
type Observer struct {
	options Options
	emit    func(*Event)
	Totals  Totals

	walker  message.Walker
	scratch [message.Kinds]message.Message // one of each kind, decoded into again and again
	unknown message.Unknown
	event   Event
}

// New returns an Observer that calls emit for each event, in the order in which
// they become known.
func New(o Options, emit func(*Event)) *Observer {
	return &Observer{options: o, emit: emit}
}

// Open returns the stream of a new connection, for [reassembly.New].
func (o *Observer) Open(c *reassembly.Conn) reassembly.Stream {
	return &stream{observer: o, tcp: c}
}

// A Conn is a connection that speaks PostgreSQL, as events refer to it.
type Conn struct {
	Number int    // as in reassembly.Conn
	Client string // address and port
	Server string
	Packet int // number of its first packet
	Time   int64
}

// finish decodes the body of a message, and tells of it.
func (s *stream) finish(e *Event, f *decode.Frame) {
	o := s.observer
	e.Partial, e.Uncertain = f.Missing() > 0, f.Guessed
	if o.options.Fields {
		m := o.empty(f)
		if f.Kind == message.KindCopyData && e.Phase.Replicating() {
			if e.Payload = message.Payload(e.From, f.Body); e.Payload != message.KindUnknown {
				m = o.scratched(e.Payload)
			}
		}
		var err error
		e.Fields, err = o.walker.List(m, f.Body)
		if err != nil && !e.Partial {
			e.Malformed = err.(*message.Error)
		}
	}
	o.Totals.Messages++
	o.Totals.Decoded += int64(f.Size - f.Missing())
	if e.Partial || e.Malformed != nil {
		o.Totals.Malformed++
	}
	o.emit(e)
}

// begin returns an event to be filled and emitted.
func (o *Observer) begin(t EventType, s *stream, packet int, time int64) *Event {
	o.event = Event{Type: t, Conn: &s.conn, Packet: packet, Time: time, Notes: o.event.Notes[:0]}
	return &o.event
}

// empty returns a message to decode the body of f into.
func (o *Observer) empty(f *decode.Frame) message.Message {
	if f.Kind == message.KindUnknown {
		o.unknown.Tag = f.Tag
		return &o.unknown
	}
	return o.scratched(f.Kind)
}

func (o *Observer) scratched(k message.Kind) message.Message {
	if o.scratch[k] == nil {
		o.scratch[k] = message.New(k)
	}
	return o.scratch[k]
}
