package session

import (
	"bytes"
	"iter"

	"github.com/pgwdump/pgwdump/message"
)

// A Cancel is a CancelRequest and the connection that it is for. It never changes.
type Cancel struct {
	By *Conn // the connection that carried the request
	At Moment
	Of *Conn // the connection it is for; nil where that was not captured
	// SQL is the beginning of the statement that ran there then, as far as the capture
	// had come; nil where none ran, and where it is not known.
	SQL []byte
}

// Cancels find out whom each CancelRequest is for, and what came of it. It takes the
// events of all connections in the order of the capture.
type Cancels struct {
	keys     map[string]*target // by process ID and key, as in BackendKeyData
	requests map[*Conn]*Cancel  // those of the connections that carry nothing else
	pending  int                // targets that have one
}

// A target is a connection that can be cancelled.
type target struct {
	conn    *Conn
	key     string
	running bool
	sql     []byte  // of what is running, its beginning; nil where it is not known
	pending *Cancel // not answered yet
}

const (
	// maxRunning is how much is kept of the SQL of what is running.
	maxRunning = 200
	// maxKey is the longest process ID and key that a client takes.
	maxKey = 4 + 256
)

// See takes the next event and says in it what there is to say of a CancelRequest:
// in that of the request itself, and at the end of its connection, whom it is for, in
// the statement or the error that it led to where it came from.
func (c *Cancels) See(e *Event) {
	switch e.Type {
	case Message:
		c.message(e)
	case Ended:
		if t := e.Conn.target; t != nil && t.pending != nil {
			c.ended(t, e.Statement)
		}
	case Close:
		if r := c.requests[e.Conn]; r != nil {
			e.own().Cancel = r
			delete(c.requests, e.Conn)
		}
		c.drop(e.Conn)
	}
}

// Pass sees all that was told of between two moments, in several Events, if nothing of it has
// to do with a CancelRequest and none waits for what comes of it, as it nearly always is: then
// only the last that says what runs on a connection is looked at. Else it returns false, and
// each event has to be seen, in the order of the capture.
func (c *Cancels) Pass(all iter.Seq[*Events]) bool {
	if c.pending > 0 {
		return false
	}
	for e := range all {
		if e.cancelling {
			return false
		}
	}
	for e := range all {
		for _, i := range e.running {
			c.message(&e.List[i])
		}
	}
	return true
}

// notice takes note of what Pass has to know of the last event, which is of such a message.
func (e *Events) notice(s *stream, k message.Kind) {
	switch k {
	case message.KindBackendKeyData, message.KindCancelRequest:
		e.cancelling = true
	case message.KindQuery, message.KindExecute, message.KindReadyForQuery:
		last := int32(len(e.List) - 1)
		if i := int(s.running); i < len(e.running) && e.List[e.running[i]].Conn == &s.conn {
			e.running[i] = last
			return
		}
		s.running = int32(len(e.running))
		e.running = append(e.running, last)
	}
}

// await makes a CancelRequest wait for what comes of it; with nil none does.
func (c *Cancels) await(t *target, r *Cancel) {
	if t.pending != nil {
		c.pending--
	}
	if t.pending = r; r != nil {
		c.pending++
	}
}

// drop forgets that a connection can be cancelled.
func (c *Cancels) drop(conn *Conn) {
	if t := conn.target; t != nil {
		c.await(t, nil)
		conn.target = nil
		if c.keys[t.key] == t {
			delete(c.keys, t.key)
		}
	}
}

func (c *Cancels) message(e *Event) {
	switch e.Frame.Kind {
	case message.KindBackendKeyData:
		c.drop(e.Conn) // the last one counts
		if len(e.Frame.Body) > maxKey {
			return
		}
		if c.keys == nil {
			c.keys = map[string]*target{}
		}
		t := &target{conn: e.Conn, key: string(e.Frame.Body)}
		c.keys[t.key], e.Conn.target = t, t
	case message.KindCancelRequest:
		c.request(e)
	case message.KindQuery:
		if t := e.Conn.target; t != nil {
			t.run(untilZero(e.Frame.Body))
		}
	case message.KindExecute:
		if t := e.Conn.target; t != nil {
			var sql []byte
			if e.Prepared != nil {
				sql = e.Prepared.SQL
			}
			t.run(sql)
		}
	case message.KindReadyForQuery:
		if t := e.Conn.target; t != nil {
			t.running = false
			c.await(t, nil)
		}
	case message.KindErrorResponse:
		if t := e.Conn.target; t != nil && t.pending != nil && cancelled(e.Frame.Body) {
			e.own().Cancel = t.pending
			c.await(t, nil)
		}
	}
}

// request takes a CancelRequest.
func (c *Cancels) request(e *Event) {
	cancel := &Cancel{By: e.Conn, At: Moment{e.Packet, e.Time}}
	e.own().Cancel = cancel
	if c.requests == nil {
		c.requests = map[*Conn]*Cancel{}
	}
	c.requests[e.Conn] = cancel
	const code = 4
	if t := c.keys[string(e.Frame.Body[min(code, len(e.Frame.Body)):])]; t != nil {
		cancel.Of = t.conn
		c.await(t, cancel)
		if t.running && t.sql != nil {
			cancel.SQL = bytes.Clone(t.sql)
		}
	}
}

// run takes note of what runs. sql is nil where it is not known.
func (t *target) run(sql []byte) {
	t.running = true
	if sql == nil {
		t.sql = nil
		return
	}
	t.sql = append(t.sql[:0], sql[:min(len(sql), maxRunning)]...)
}

// ended takes the end of a statement on a connection that was to be cancelled. What
// ran when the request came was hit, or had ended before the server heeded it; what
// was asked for later was hit only if the server says so.
func (c *Cancels) ended(t *target, s *Statement) {
	at := t.pending.At.Time
	if s.End.Time < at {
		return
	}
	if s.Begin.Time <= at || s.Status == Cancelled {
		s.Cancel = t.pending
	}
	c.await(t, nil)
}

// cancelled tells whether the fields of an error have the SQLSTATE of a statement that
// was cancelled.
func cancelled(fields []byte) bool { return bytes.Contains(fields, []byte("\x00C57014\x00")) }
