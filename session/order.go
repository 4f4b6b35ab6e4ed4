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
	// maxDisorder is by how many packets a capture may have put an answer before its
	// request: network cards with several queues do.
	maxDisorder = 128
)

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
	return s.tracker.Phase() == phase.Ready && s.state == talking && s.tracker.Pending() == 0 &&
		c.Missing == 0 && len(c.Bytes) > 0 && d.decoder.Unread() == 0 && s.sides[0].seen &&
		isAnswer(c.Bytes[0])
}

// isAnswer tells whether a message of the server with that type byte is sent only
// where a client asked for it.
func isAnswer(tag byte) bool {
	switch h, _, _ := message.ReadHead([]byte{tag}, message.Backend, message.Context{}); h.Kind {
	case message.KindRowDescription, message.KindDataRow, message.KindCommandComplete, message.KindEmptyQueryResponse,
		message.KindReadyForQuery, message.KindParseComplete, message.KindBindComplete, message.KindCloseComplete,
		message.KindParameterDescription, message.KindNoData, message.KindPortalSuspended, message.KindFunctionCallResponse,
		message.KindCopyInResponse, message.KindCopyOutResponse, message.KindCopyBothResponse:
		return true
	}
	return false
}

// hold keeps an answer until its request comes. It gives up where that is too much,
// or too long ago.
func (s *stream) hold(c *reassembly.Chunk) {
	held := *c
	held.Bytes = bytes.Clone(c.Bytes)
	s.early = append(s.early, held)
	n := 0
	for i := range s.early {
		n += len(s.early[i].Bytes)
	}
	if n > maxEarly || c.Packet-s.early[0].Packet > maxDisorder {
		s.catchUp()
	}
}

// catchUp goes on with what was held.
func (s *stream) catchUp() {
	early := s.early
	s.early = nil
	for i := range early {
		s.take(&early[i])
	}
}
