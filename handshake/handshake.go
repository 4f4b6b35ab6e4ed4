// Package handshake reads what a TLS handshake says in clear: who the client
// wants to talk to, what it offers, what the server chose, and, up to TLS 1.2, as
// whom the server presented itself.
//
// It follows RFC 8446 and RFC 5246 as far as that goes, and decrypts nothing.
package handshake

import (
	"encoding/binary"
	"time"

	"golang.org/x/crypto/cryptobyte"
)

// Info is what a handshake has said so far. Versions and cipher suites are the
// numbers of crypto/tls.
type Info struct {
	Client bool // the client's hello was read; the next three are from there
	// ServerName is the server_name extension, the name that the client connects to.
	ServerName string
	// Protocols are those of ALPN that the client offers.
	Protocols []string
	// Versions are those that the client offers, in its order.
	Versions []uint16

	Server bool // the server's hello was read; the rest is from there and what follows
	// Version and CipherSuite are those that the server chose.
	Version     uint16
	CipherSuite uint16
	// Protocol is that of ALPN that the server chose; TLS 1.3 encrypts it.
	Protocol string
	// Subject and NotAfter are of the server's certificate; TLS 1.3 encrypts it.
	Subject  string
	NotAfter time.Time
}

// maxHandshake is how much of one direction is looked at: a chain of certificates
// is smaller.
const maxHandshake = 64 << 10

// A Reader follows the handshake of one connection.
type Reader struct {
	Info   Info
	client stream
	server stream
}

// A stream is one direction: what is left of it to look at.
type stream struct {
	records  []byte // not yet whole
	messages []byte // handshake messages, not yet whole
	seen     int
	done     bool
}

// IsHello tells whether b, the first bytes of a direction, begins a TLS handshake.
// Three bytes are enough to know; with fewer it is a guess.
func IsHello(b []byte) bool {
	return len(b) > 0 && b[0] == recordHandshake && (len(b) < 2 || b[1] == 3)
}

// Feed takes the next bytes that the client or the server has sent. It keeps what
// it needs of them.
func (r *Reader) Feed(fromClient bool, b []byte) {
	s := &r.server
	if fromClient {
		s = &r.client
	}
	if s.done {
		return
	}
	if s.seen += len(b); s.seen > maxHandshake {
		s.end()
		return
	}
	s.records = append(s.records, b...)
	for !s.done && len(s.records) >= 5 {
		size := 5 + int(binary.BigEndian.Uint16(s.records[3:]))
		if s.records[0] != recordHandshake || s.records[1] != 3 {
			s.end() // what follows is encrypted, or no TLS
			return
		}
		if len(s.records) < size {
			return
		}
		s.messages = append(s.messages, s.records[5:size]...)
		s.records = s.records[size:]
		r.read(s, fromClient)
	}
}

// Done tells whether nothing more is to be learnt.
func (r *Reader) Done() bool { return r.client.done && r.server.done }

func (s *stream) end() { *s = stream{done: true} }

// Content types and message types (RFC 8446, section B).
const (
	recordHandshake = 22

	messageClientHello = 1
	messageServerHello = 2
	messageCertificate = 11
	messageHelloDone   = 14
)

// read reads the handshake messages that are whole. What the server says in TLS
// 1.3 behind its hello is encrypted, and comes in records of another type.
func (r *Reader) read(s *stream, fromClient bool) {
	for !s.done {
		m := cryptobyte.String(s.messages)
		var kind uint8
		var body cryptobyte.String
		if !m.ReadUint8(&kind) || !m.ReadUint24LengthPrefixed(&body) {
			return
		}
		s.messages = m
		ok := true
		switch {
		case fromClient && kind == messageClientHello:
			ok = r.Info.clientHello(body)
		case !fromClient && kind == messageServerHello:
			ok = r.Info.serverHello(body)
		case !fromClient && kind == messageCertificate:
			ok = r.Info.certificate(body)
		}
		if !ok || kind == messageHelloDone {
			s.end()
		}
	}
}
