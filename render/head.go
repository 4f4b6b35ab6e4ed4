package render

import (
	"github.com/pgwdump/pgwdump/message"
	"github.com/pgwdump/pgwdump/session"
)

// A head is the beginning of a line. A packet often brings several messages, and their
// lines begin alike.
type head struct {
	kind   session.EventType
	from   message.Side
	packet int
	conn   *session.Conn
	text   []byte // nil before the first
}

// is tells whether the line of an event begins like the one before.
func (h *head) is(e *session.Event) bool {
	return h.packet == e.Packet && h.conn == e.Conn && h.from == e.From && h.kind == e.Type && h.text != nil
}

// of keeps how the line of an event begins.
func (h *head) of(e *session.Event, text []byte) {
	*h = head{e.Type, e.From, e.Packet, e.Conn, text}
}
