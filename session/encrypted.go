package session

import (
	"github.com/pgwdump/pgwdump/handshake"
	"github.com/pgwdump/pgwdump/message"
	"github.com/pgwdump/pgwdump/phase"
	"github.com/pgwdump/pgwdump/reassembly"
)

// beginsTLS tells whether a TLS handshake comes next instead of a message. A
// client may begin one without asking first, and need not wait for the answer
// where it has asked.
func (s *stream) beginsTLS(d *side, c message.Context) bool {
	return d.from == message.Frontend && c.Framing == message.Startup && handshake.IsHello(d.decoder.Peek(3)) &&
		len(d.decoder.Peek(3)) == 3
}

// encrypt gives up decoding: from here on the bytes are somebody else's.
func (s *stream) encrypt(d *side, c *reassembly.Chunk) {
	s.state = encrypted
	s.tracker.Assume(phase.Encrypted)
	for i := range s.sides {
		side := &s.sides[i]
		if rest := side.decoder.Rest(); len(rest) > 0 {
			s.ciphertext(side, c, rest)
		}
	}
}

// ciphertext counts what is encrypted, and reads of a TLS handshake what it says
// in clear.
func (s *stream) ciphertext(d *side, c *reassembly.Chunk, b []byte) {
	s.observer.Totals.Encrypted += int64(len(b))
	if s.tls == nil && handshake.IsHello(b) {
		s.tls = new(handshake.Reader)
	}
	if s.tls == nil || s.told {
		return
	}
	s.tls.Feed(d.from == message.Frontend, b)
	if s.tls.Done() || s.tls.Info.Server && s.tls.Info.Version >= handshake.TLS13 {
		s.tellEncrypted(c)
	}
}

// tellEncrypted tells that the connection is encrypted, once, when its handshake
// has said what it says.
func (s *stream) tellEncrypted(c *reassembly.Chunk) {
	if s.told {
		return
	}
	s.told = true
	e := s.observer.begin(Encrypted, s, c.Packet, c.Time)
	e.Phase = phase.Encrypted
	if s.tls != nil {
		e.TLS = &s.tls.Info
	}
	s.observer.emit(e)
}
