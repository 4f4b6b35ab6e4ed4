// Package connection is the front door of the library, for those who speak the
// protocol themselves: a client, a server, a pooler, a test double. A [Conn] encodes
// what its owner wants to send and decodes what the other side has sent, and knows
// where the connection stands.
//
// It does no I/O. The owner writes the bytes that Send returns to wherever it likes,
// and gives Receive the bytes that it has read. TLS or GSSAPI, where they are
// negotiated, are the owner's as well: behind an accepted SSLRequest it goes on with
// a new Conn inside. So are passwords, time limits, and the forms of values.
//
// What Send returns is valid until the next Send, what Receive gives until the next
// message or the next Receive.
package connection

import (
	"errors"
	"iter"

	"github.com/pgwdump/pgwdump/decode"
	"github.com/pgwdump/pgwdump/message"
	"github.com/pgwdump/pgwdump/phase"
)

// Options change what a Conn does. The zero value is strict, and has the limits of
// PostgreSQL itself.
type Options struct {
	// Lenient lets messages pass that are not allowed in the phase of the
	// connection; the phase does not change by them.
	Lenient bool
	// MaxLength is the largest length word to accept; 0 is no limit besides
	// PostgreSQL's own.
	MaxLength int
	// OnSend is called with the bytes of each message that is sent, before Send
	// returns them: to write them, or to look at them. They are valid until it
	// returns. OnReceive is called with each message before Receive gives it.
	OnSend    func(wire []byte)
	OnReceive func(m message.Message)
}

// A Conn is one end of a connection. It is not for use by several goroutines at
// once.
type Conn struct {
	side    message.Side // whose end it is
	options Options
	tracker phase.Tracker
	decoder *decode.Decoder
	walker  message.Walker
	scratch [message.Kinds]message.Message // what Receive gives, decoded into again and again
	unknown message.Unknown
	out     []byte
}

// NewFrontend returns the client's end of a new connection.
func NewFrontend(o Options) *Conn { return newConn(message.Frontend, o) }

// NewBackend returns the server's end of a new connection.
func NewBackend(o Options) *Conn { return newConn(message.Backend, o) }

func newConn(side message.Side, o Options) *Conn {
	return &Conn{side: side, options: o, decoder: decode.New(side.Other(), decode.Options{MaxLength: o.MaxLength})}
}

// Send returns the bytes of m, which are valid until the next Send, and moves the
// connection on. A message that cannot be encoded ([*message.Error]) or that is not
// allowed ([*phase.Error]) leaves everything as it was.
func (c *Conn) Send(m message.Message) ([]byte, error) {
	out, err := c.walker.Append(c.out[:0], m)
	c.out = out[:0]
	if err != nil {
		return nil, err
	}
	if _, err := c.tracker.See(c.side, m.Kind(), bodyOf(m, out)); err != nil && !c.options.Lenient {
		return nil, err
	}
	if c.options.OnSend != nil {
		c.options.OnSend(out)
	}
	return out, nil
}

// bodyOf returns the part of a message's bytes behind its head.
func bodyOf(m message.Message, wire []byte) []byte {
	switch m.Kind().Framing() {
	case message.Typed:
		return wire[5:]
	case message.Startup:
		return wire[4:]
	case message.V2Error:
		return wire[1:]
	}
	return wire
}

// Receive takes bytes that the other side has sent and returns the messages that are
// whole with them, for a range statement. The bytes are borrowed, not copied, until
// the loop has ended. What a loop leaves is kept, and comes in the next one: Receive
// with no bytes goes on with it.
//
// A message is the Conn's own and valid until the next one or the next Receive, and where
// it is in the bytes for as long as they are left as they are; [message.Clone] keeps it.
// An error says what is wrong with one message: one whose body does not parse
// ([*message.Error]) comes with what was understood, one that is not allowed
// ([*phase.Error]) comes whole. The loop may go on behind it; where no message can
// begin ([*message.Error] without a message) nothing more will come.
func (c *Conn) Receive(b []byte) iter.Seq2[message.Message, error] {
	c.decoder.Feed(b)
	// A function that the compiler sees where it is ranged over: that takes no memory.
	return func(yield func(message.Message, error) bool) { c.messages(yield) }
}

func (c *Conn) messages(yield func(message.Message, error) bool) {
	for c.tracker.Phase() != phase.Encrypted {
		f, err := c.decoder.Next(c.tracker.Context(c.side.Other()))
		if err == decode.ErrMore {
			return
		}
		var m message.Message
		if err == nil {
			m, err = c.take(f)
		}
		if !yield(m, err) {
			break
		}
	}
	c.decoder.Feed(nil) // what is left is in memory that the owner uses again
}

// take decodes a message and moves the connection on.
func (c *Conn) take(f *decode.Frame) (message.Message, error) {
	m := c.empty(f)
	err := c.walker.Decode(m, f.Body)
	if err != nil {
		e := err.(*message.Error)
		e.Side, e.Offset = c.side.Other(), e.Offset+f.Offset+int64(f.Head)
	}
	if _, wrong := c.tracker.See(c.side.Other(), f.Kind, f.Body); wrong != nil && !c.options.Lenient {
		err = errors.Join(err, wrong)
	}
	if c.options.OnReceive != nil {
		c.options.OnReceive(m)
	}
	return m, err
}

// empty returns a message to decode f into.
func (c *Conn) empty(f *decode.Frame) message.Message {
	if f.Kind == message.KindUnknown {
		c.unknown.Tag = f.Tag
		return &c.unknown
	}
	if c.scratch[f.Kind] == nil {
		c.scratch[f.Kind] = message.New(f.Kind)
	}
	return c.scratch[f.Kind]
}

// Rest returns the bytes that were received and are in no message, when something
// else follows, such as TLS behind an accepted SSLRequest. There should be none then:
// bytes that came in clear before the handshake are somebody's attempt to slip them
// in (CVE-2021-23222).
func (c *Conn) Rest() []byte { return c.decoder.Rest() }

// Phase returns where the connection stands.
func (c *Conn) Phase() phase.Phase { return c.tracker.Phase() }

// Status returns what the last ReadyForQuery said, 0 before the first.
func (c *Conn) Status() message.TransactionStatus { return c.tracker.Status() }

// Ready tells whether everything that was asked is answered.
func (c *Conn) Ready() bool { return c.tracker.Phase() == phase.Ready }

// Active tells whether the connection is still in use.
func (c *Conn) Active() bool { return c.tracker.Phase().Active() }

// Pending returns how many requests wait for an answer. PendingSyncs returns how many
// ReadyForQuery are still to come.
func (c *Conn) Pending() int      { return c.tracker.Pending() }
func (c *Conn) PendingSyncs() int { return c.tracker.PendingSyncs() }
