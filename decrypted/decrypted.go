// Package decrypted writes conversations in clear as a capture of TCP connections that
// are made up: their addresses, ports and times are those of the capture that was read,
// their bytes are the messages that package session tells of. What no message could be
// made of is missing there.
package decrypted

import (
	"github.com/pgwdump/pgwdump/capture"
	"github.com/pgwdump/pgwdump/message"
	"github.com/pgwdump/pgwdump/reassembly"
	"github.com/pgwdump/pgwdump/session"
)

// A Writer writes the conversations that it is told of, message by message.
type Writer struct {
	// Written counts connections that something was written of, Decrypted those of
	// them that were encrypted, Unread those that nothing could be read of.
	Written, Decrypted, Unread int

	out   func(*capture.Packet) error
	conns map[*session.Conn]*conversation
	next  segment // to be written
	err   error   // the first one
}

// A segment is what is written at once: messages of one side that one packet brought.
type segment struct {
	conversation *conversation
	from         message.Side
	packet       int
	time         int64
	bytes        []byte
}

// A conversation is what is known of a connection.
type conversation struct {
	tcp         *capture.Synthetic
	opened      bool
	encrypted   bool
	position    [2]int64 // behind what was written, in what the client and the server have sent
	negotiation []segment
}

// NewWriter returns a Writer that gives packets to out, in the order of the messages.
func NewWriter(out func(*capture.Packet) error) *Writer {
	return &Writer{out: out, conns: map[*session.Conn]*conversation{}}
}

// Add takes the next event of the capture.
func (w *Writer) Add(e *session.Event) {
	if e.Conn == nil {
		return
	}
	c := w.conns[e.Conn]
	if c == nil {
		client, server := e.Conn.Ends[0], e.Conn.Ends[1]
		if client.String() != e.Conn.Client {
			client, server = server, client
		}
		c = &conversation{tcp: capture.NewSynthetic(client, server, w.out)}
		w.conns[e.Conn] = c
	}
	switch e.Type {
	case session.Message:
		w.message(c, e)
	case session.Encrypted:
		c.encrypted = true
		c.negotiation = nil // it would announce what is not there
	case session.Close:
		w.close(c, e)
		delete(w.conns, e.Conn)
	}
}

// message writes a message. Those that negotiate encryption are held until it is known
// whether it comes.
func (w *Writer) message(c *conversation, e *session.Event) {
	switch e.Frame.Kind {
	case message.KindSSLRequest, message.KindSSLResponse, message.KindGSSENCRequest, message.KindGSSENCResponse:
		c.negotiation = append(c.negotiation, segment{c, e.From, e.Packet, e.Time, e.Frame.Append(nil)})
		c.position[e.From>>1] = e.Offset + int64(e.Frame.Size)
		return
	}
	w.negotiated(c)
	position := &c.position[e.From>>1]
	if n := &w.next; n.conversation != c || n.from != e.From || n.packet != e.Packet || e.Offset != *position {
		w.flush()
		w.next = segment{c, e.From, e.Packet, e.Time, w.next.bytes[:0]}
	}
	if missing := e.Offset - *position; missing > 0 {
		c.tcp.Skip(int(e.From>>1), missing)
	}
	w.next.bytes = e.Frame.Append(w.next.bytes)
	*position = e.Offset + int64(e.Frame.Size-e.Frame.Missing())
}

// negotiated writes what was held, of a negotiation that came to nothing.
func (w *Writer) negotiated(c *conversation) {
	if len(c.negotiation) > 0 {
		w.flush()
		for _, s := range c.negotiation {
			w.write(s)
		}
		c.negotiation = nil
	}
}

// flush writes what was put together.
func (w *Writer) flush() {
	if len(w.next.bytes) > 0 {
		w.write(w.next)
	}
	w.next.conversation, w.next.bytes = nil, w.next.bytes[:0]
}

// write writes a segment, and opens the connection before the first.
func (w *Writer) write(s segment) {
	c := s.conversation
	if !c.opened {
		c.opened = true
		w.Written++
		if c.encrypted {
			w.Decrypted++
		}
		w.check(c.tcp.Open(s.time))
	}
	w.check(c.tcp.Send(int(s.from>>1), s.bytes, s.time))
}

// close ends a connection, if it was written.
func (w *Writer) close(c *conversation, e *session.Event) {
	w.negotiated(c)
	w.flush()
	switch {
	case !c.opened && c.encrypted:
		w.Unread++
	case !c.opened, e.How == reassembly.Open:
	case e.How == reassembly.Reset:
		w.check(c.tcp.Reset(e.Time))
	default:
		w.check(c.tcp.Close(e.Time))
	}
}

// Close writes what is left. It returns the first error.
func (w *Writer) Close() error {
	w.flush()
	return w.err
}

func (w *Writer) check(err error) {
	if w.err == nil {
		w.err = err
	}
}
