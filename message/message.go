// Package message declares every message of the PostgreSQL frontend/backend
// protocol, versions 3.0 and 3.2: its name, who sends it, its type byte and its
// fields, each once. Encoding, decoding, listing of fields and cloning all
// follow from that one declaration, the message's walk.
//
// The package knows single messages. It does not cut a byte stream into
// messages (package decode does), does not know which message may follow which
// (package phase), and does no I/O.
//
// Decoded messages point into the bytes they were decoded from: they are valid
// for as long as those bytes are, and until the same struct is decoded into
// again. [Clone] keeps one.
//
// Names and layouts follow the chapter "Frontend/Backend Protocol" of the
// PostgreSQL manual, sections "Message Formats" and "Streaming Replication
// Protocol".
package message

import "sync"

//go:generate go run ./generate

// A Side is one of the two ends of a connection, or a set of both.
type Side uint8

// The manual's names: the frontend is the client, the backend the server.
const (
	Frontend Side = 1 << iota
	Backend
	Both = Frontend | Backend
)

// String returns "frontend", "backend" or "both".
func (s Side) String() string {
	switch s {
	case Frontend:
		return "frontend"
	case Backend:
		return "backend"
	case Both:
		return "both"
	}
	return "nobody"
}

// Other returns the opposite side of Frontend or Backend.
func (s Side) Other() Side { return s ^ Both }

// A Message is a pointer to one of the structs of this package. No other
// package can declare one: what is not known is an [Unknown].
type Message interface {
	// Kind tells which message it is.
	Kind() Kind

	// walk goes over the fields in the order of the wire.
	walk(*Walker)

	// What follows from the walk, for a message in order; read and append leave what
	// is not to the Walker.
	read(w *Walker, body []byte) error
	append(w *Walker, dst []byte) ([]byte, error)
}

// Unknown is a message with a type byte that the manual does not know.
type Unknown struct {
	Tag  byte
	Data []byte
}

func (m *Unknown) walk(w *Walker) {
	w.add("tag", FieldChar, 0, int64(m.Tag), nil)
	w.rest("data", FieldBytes, &m.Data)
}

// Text is a string of the wire without its terminating zero byte, in the
// session's client_encoding, which need not be UTF-8.
type Text []byte

// String returns the bytes as they are.
func (t Text) String() string { return string(t) }

// New returns an empty message of kind k to decode into.
func New(k Kind) Message { return rows[k].new() }

// Clone returns a copy of m that shares no memory with it.
func Clone(m Message) Message {
	c := rows[m.Kind()].copy(m)
	w := Walker{mode: cloning}
	c.walk(&w)
	return c
}

// Decode reads the fields of m from body: all that follows the length word of
// a message with a type byte or of a start-up packet, or the single byte of the
// answer to an SSLRequest or GSSENCRequest.
//
// The message points into body afterwards. On an error, always an [*Error],
// the fields before the offending one are set and the others empty, whatever m held
// before; on [Trailing] all are set.
func Decode(m Message, body []byte) error {
	w := walkers.Get().(*Walker)
	defer walkers.Put(w)
	return w.Decode(m, body)
}

// Append appends the whole message, with type byte and length word, to dst and
// returns the extended buffer. What cannot be encoded (a zero byte inside a
// string, a list of more than 65,535 elements, a body over [MaxLength]) is an
// [*Error], and dst is returned as it was.
func Append(dst []byte, m Message) ([]byte, error) {
	w := walkers.Get().(*Walker)
	defer walkers.Put(w)
	return w.Append(dst, m)
}

// walkers serves the functions that have no Walker of their own.
var walkers = sync.Pool{New: func() any { return new(Walker) }}
