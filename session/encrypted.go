package session

import (
	"fmt"

	"github.com/pgwdump/pgwdump/message"
	"github.com/pgwdump/pgwdump/phase"
	"github.com/pgwdump/pgwdump/reassembly"
	"github.com/pgwdump/pgwdump/tlskeys"
)

// alpn is the protocol that clients of PostgreSQL ask for in TLS.
const alpn = "postgresql"

// Encrypted takes note that the connection goes on in TLS. What comes from there on
// was decrypted.
func (s *stream) Encrypted(c *reassembly.Chunk, t *tlskeys.TLS) {
	s.tls = t
	at := *c
	s.tlsFrom = &at
	switch s.state {
	case undecided:
		s.findOut()
	case talking, encrypted:
		s.enterTLS()
	}
}

// enterTLS tells that the connection is encrypted from here on.
func (s *stream) enterTLS() {
	for i := range s.sides {
		s.observer.Totals.Undecoded += int64(len(s.sides[i].decoder.Rest()))
	}
	s.state = encrypted
	s.tracker.Assume(phase.Encrypted)
	s.tls.Use()
	e := s.observer.begin(Encrypted, s, s.tlsFrom.Packet, s.tlsFrom.Time)
	e.Phase = phase.Encrypted
	e.TLS = s.tls.Info()
	for i, stuffed := range s.tls.Stuffed {
		if stuffed.Size > 0 {
			e.note(stuffingNote(i, &stuffed))
			s.observer.Totals.Undecoded += stuffed.Size
		}
	}
}

// stuffingNote says what was put in clear where the handshake of TLS should have
// begun, by the client (0) or the server.
func stuffingNote(side int, stuffed *tlskeys.Stuffed) string {
	who, fault := "server", "a client before PostgreSQL 14.1, 13.5, 12.9 takes them for encrypted (CVE-2021-23222)"
	if side == 0 {
		who, fault = "client", "a server before PostgreSQL 14.1, 13.5, 12.9 takes them for encrypted (CVE-2021-23214)"
	}
	return fmt.Sprintf("%d bytes in clear from the %s before the TLS handshake, beginning with %+q: %s", stuffed.Size, who, stuffed.First, fault)
}

// decrypted takes note that something came out of TLS: a conversation that begins.
func (s *stream) decrypted() {
	if s.state == encrypted && s.tls != nil {
		s.state = talking
		s.tracker.Assume(phase.Startup)
		s.negotiation, s.exposure = nil, unexposed
		s.sides[0].framing = message.Startup
	}
}

// Lost takes note that part of what was encrypted did not come out.
func (s *stream) Lost(c *reassembly.Chunk, i *tlskeys.Item) {
	switch s.state {
	case undecided:
		if !i.Why.Whole() { // else it is as if there was nothing
			c.Missing = int(i.Lost)
			s.decide(c)
		}
		return
	case disowned, foreign:
		s.observer.Totals.Foreign += i.Lost - i.Missing
		return
	}
	d := s.side(c)
	t := &s.observer.Totals
	t.Lost += i.Missing
	t.Encrypted += i.Lost - i.Missing
	if s.state == encrypted && i.Why.Whole() {
		if i.Missing > 0 {
			s.lose(d, c, i.Missing, nil)
			s.tellLoss(d, unknown)
		}
		return
	}
	s.decrypted()
	s.lose(d, c, i.Lost, i.Why)
	if d.decoder.Lost() { // what was held of the part before has to do
		d.decoder.End()
		s.drain(d, c)
	}
	d.decoder.Break(i.Lost)
	s.drain(d, c)
	if d.decoder.Lost() {
		s.outOfStep(d.from)
	}
}

// encrypt gives up decoding after an agreement on encryption. After one on TLS, what
// comes was decrypted; after one on GSSAPI the bytes are somebody else's.
func (s *stream) encrypt(by message.Kind, c *reassembly.Chunk) {
	s.state = encrypted
	if by != message.KindGSSENCResponse {
		return
	}
	for i := range s.sides {
		s.observer.Totals.Encrypted += int64(len(s.sides[i].decoder.Rest()))
	}
	e := s.observer.begin(Encrypted, s, c.Packet, c.Time)
	e.Phase = phase.Encrypted
	if s.pairing.ledger != nil {
		s.pairing.ledger.Encrypted = GSSAPI
	}
}
