package session

import (
	"bytes"

	"github.com/pgwdump/pgwdump/message"
	"github.com/pgwdump/pgwdump/phase"
	"github.com/pgwdump/pgwdump/reassembly"
)

const (
	// maxEarly is how many bytes of answers are held until their request comes.
	maxEarly = 256 << 10
	// maxDisorder and maxEarlier are by how many packets and nanoseconds a capture may
	// have put an answer before its request: network cards with several queues do.
	maxDisorder = 128
	maxEarlier  = 50e6
)

// inOrder takes a chunk, and what was held until it came.
func (s *stream) inOrder(c *reassembly.Chunk) {
	if len(s.early) > 0 {
		switch early := &s.early[0]; {
		case c.Packet-early.Packet > maxDisorder, c.Time-early.Time > maxEarlier:
			s.catchUp()
		case c.From == s.client && c.Missing > 0: // the request is in what is missing
			missing := *c
			missing.Bytes = nil
			s.take(&missing)
			s.catchUp()
			rest := *c
			rest.Missing = 0
			c = &rest
		}
	}
	if s.isEarly(c) {
		s.hold(c)
		return
	}
	s.take(c)
	if len(s.early) > 0 && s.tracker.PendingSyncs() > 0 { // the request is there, to its end
		s.answerEarly()
	}
}

// answerEarly goes on with what was held until it is early again: the answer to the next
// request.
func (s *stream) answerEarly() {
	early := s.unhold()
	for i := range early {
		if s.isEarly(&early[i]) {
			s.early = early[i:]
			for j := range s.early {
				s.earlyCost += len(s.early[j].Bytes) + chunkCost
			}
			s.observer.hold(s.earlyCost)
			return
		}
		s.take(&early[i])
	}
}

// isEarly tells whether a chunk is an answer to something that is still to come in
// the capture: nobody waits for one, and yet it is one.
func (s *stream) isEarly(c *reassembly.Chunk) bool {
	if c.From == s.client {
		return false
	}
	if len(s.early) > 0 {
		return true
	}
	d := &s.sides[1]
	now := s.tracker.Phase()
	return (now == phase.Ready || now == phase.ExtendedQuery) && s.state == talking && s.tracker.Pending() == 0 &&
		(c.Heard == 0 || c.Heard > s.sides[0].bytes) && // else all that the server can have answered was seen
		c.Missing == 0 && len(c.Bytes) > 0 && d.decoder.Unread() == 0 && !d.decoder.Lost() &&
		s.sides[0].seen && !s.sides[0].decoder.Lost() && beginsAnswer(c.Bytes)
}

// beginsAnswer tells whether what a server says begins with an answer.
func beginsAnswer(b []byte) bool {
	h, _, _ := message.ReadHead(b[:1], message.Backend, message.Context{})
	if h.Kind == message.KindErrorResponse { // FATAL ones come at any time
		const severity = 64
		b = b[:min(severity, len(b))]
		return !bytes.Contains(b, []byte("FATAL")) && !bytes.Contains(b, []byte("PANIC"))
	}
	return isAnswer(h.Kind)
}

// isAnswer tells whether a server sends a message only where a client asked for it.
func isAnswer(k message.Kind) bool {
	switch k {
	case message.KindRowDescription, message.KindDataRow, message.KindCommandComplete, message.KindEmptyQueryResponse,
		message.KindReadyForQuery, message.KindParseComplete, message.KindBindComplete, message.KindCloseComplete,
		message.KindParameterDescription, message.KindNoData, message.KindPortalSuspended, message.KindFunctionCallResponse,
		message.KindCopyInResponse, message.KindCopyOutResponse, message.KindCopyBothResponse:
		return true
	}
	return false
}

// hold keeps an answer until its request comes. It gives up where that is too much.
func (s *stream) hold(c *reassembly.Chunk) {
	held := *c
	held.Bytes = bytes.Clone(c.Bytes)
	s.early = append(s.early, held)
	more := len(c.Bytes) + chunkCost
	s.earlyCost += more
	if s.observer.hold(more) || s.earlyCost > maxEarly {
		s.catchUp()
	}
}

// unhold returns what was held, for someone who goes on with it.
func (s *stream) unhold() []reassembly.Chunk {
	early := s.early
	s.observer.hold(-s.earlyCost)
	s.early, s.earlyCost = nil, 0
	return early
}

// catchUp goes on with what was held.
func (s *stream) catchUp() {
	early := s.unhold()
	for i := range early {
		s.take(&early[i])
	}
}
