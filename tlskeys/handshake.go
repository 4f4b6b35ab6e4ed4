package tlskeys

import (
	"crypto/tls"

	"golang.org/x/crypto/cryptobyte"
)

// Types of handshake messages (RFC 8446, appendix B.3; RFC 5246, section 7.4).
const (
	messageClientHello         = 1
	messageServerHello         = 2
	messageEndOfEarlyData      = 5
	messageEncryptedExtensions = 8
	messageCertificate         = 11
	messageCertificateRequest  = 13
	messageServerHelloDone     = 14
	messageFinished            = 20
	messageKeyUpdate           = 24
)

// maxMessage is how long a handshake message may be that is read. Those of
// certificates are the longest.
const maxMessage = 1 << 16

// messages are what is left of the handshake messages of one direction.
type messages struct {
	buf  []byte // a message that is not whole
	skip int    // bytes of one that is too long, still to come
	lost bool   // where the next one begins is not known
}

// handshake takes what a handshake record holds.
func (c *Conn) handshake(h *half, content []byte) {
	m := &h.messages
	if m.lost && !whole(content) {
		return
	}
	m.lost = false
	n := min(m.skip, len(content))
	m.skip -= n
	m.buf = append(m.buf, content[n:]...)
	for len(m.buf) >= 4 {
		s := cryptobyte.String(m.buf)
		var kind uint8
		var size uint32
		s.ReadUint8(&kind)
		s.ReadUint24(&size)
		if size > maxMessage {
			m.skip = int(size) - len(s)
			m.buf = nil
			return
		}
		var body []byte
		if !s.ReadBytes(&body, int(size)) {
			return
		}
		m.buf = s
		c.message(h, kind, body)
	}
	if len(m.buf) == 0 {
		m.buf = nil
	}
}

// whole tells whether a record holds whole messages. After a loss that is the only
// sign that one begins with it.
func whole(content []byte) bool {
	s := cryptobyte.String(content)
	for !s.Empty() {
		var body cryptobyte.String
		if !s.Skip(1) || !s.ReadUint24LengthPrefixed(&body) {
			return false
		}
	}
	return true
}

// headless tells whether the first record of a direction shows that the beginning of
// the handshake is not there.
func (c *Conn) headless(h *half, content []byte, kind ContentType) bool {
	if c.agreements > 0 || h.epochs[0].why != nil || h.client && c.hellos > 0 || !h.client && c.server.version > 0 {
		return false
	}
	return kind != TypeAlert && (kind != TypeHandshake || h.messages.lost && !whole(content))
}

// message takes one handshake message.
func (c *Conn) message(h *half, kind uint8, body []byte) {
	e := &h.epochs[0]
	late := c.info.Version == tls.VersionTLS13
	switch {
	case kind == messageClientHello && h.client && (!late || e.level < handshaking):
		c.clientHello(body)
	case kind == messageServerHello && !h.client && (!late || e.level == plain):
		c.serverHello(body)
	case kind == messageEncryptedExtensions && !h.client && late:
		c.answerEarly(c.info.encryptedExtensions(body))
	case kind == messageCertificate:
		c.info.certificate(body, h.client, late)
		c.abridged = c.abridged && h.client
	case kind == messageCertificateRequest && !h.client:
		c.info.CertificateRequested = true
	case kind == messageServerHelloDone && !h.client:
		c.abridged = false
	case kind == messageEndOfEarlyData && e.level == beforehand, kind == messageFinished && e.level == handshaking:
		h.advance()
	case kind == messageKeyUpdate && late && e.level == application:
		h.Updates++
		h.foresee()
		h.advance()
	}
}

// alert takes an alert (RFC 8446, section 6).
func (c *Conn) alert(h *half, offset int64, content []byte) {
	if len(content) == 2 && len(c.info.Alerts) < maxAlerts {
		c.info.Alerts = append(c.info.Alerts, Alert{h.client, content[0] == 2, content[1], offset})
	}
}

// changeCipherSpec begins to use the keys that were agreed on (RFC 5246, section
// 7.1). In TLS 1.3 it means nothing (RFC 8446, section 5).
func (c *Conn) changeCipherSpec(h *half) {
	if c.info.Version == tls.VersionTLS13 {
		return
	}
	if !h.client {
		c.info.Resumed = c.abridged
	}
	h.advance()
}
