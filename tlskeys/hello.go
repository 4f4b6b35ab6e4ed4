package tlskeys

import (
	"crypto/sha256"
	"crypto/x509"

	"golang.org/x/crypto/cryptobyte"
)

// Extensions (RFC 6066, RFC 7301, RFC 7366, RFC 7627, RFC 8446).
const (
	extensionServerName           = 0
	extensionALPN                 = 16
	extensionEncryptThenMAC       = 22
	extensionExtendedMasterSecret = 23
	extensionPreSharedKey         = 41
	extensionEarlyData            = 42
	extensionSupportedVersions    = 43
)

// A clientHello is a ClientHello (RFC 8446, section 4.1.2).
type clientHello struct {
	random     random
	serverName string
	protocols  []string
	versions   []uint16
	earlyData  bool
}

func (h *clientHello) read(b cryptobyte.String) bool {
	var version uint16
	var session, suites, compressions cryptobyte.String
	if !b.ReadUint16(&version) || !b.CopyBytes(h.random[:]) || !b.ReadUint8LengthPrefixed(&session) ||
		!b.ReadUint16LengthPrefixed(&suites) || !b.ReadUint8LengthPrefixed(&compressions) {
		return false
	}
	h.versions = []uint16{version}
	return extensions(b, func(kind uint16, e cryptobyte.String) {
		var list, name cryptobyte.String
		switch kind {
		case extensionServerName:
			var nameType uint8
			if e.ReadUint16LengthPrefixed(&list) && list.ReadUint8(&nameType) && list.ReadUint16LengthPrefixed(&name) {
				h.serverName = string(name)
			}
		case extensionALPN:
			h.protocols = protocols(e)
		case extensionEarlyData:
			h.earlyData = true
		case extensionSupportedVersions:
			h.versions = nil
			if e.ReadUint8LengthPrefixed(&list) {
				for list.ReadUint16(&version) {
					h.versions = append(h.versions, version)
				}
			}
		}
	})
}

// A serverHello is a ServerHello (RFC 8446, section 4.1.3).
type serverHello struct {
	random      random
	version     uint16
	suite       uint16
	compression uint8
	protocol    string
	resumed     bool // by a pre-shared key of TLS 1.3
	ems, etm    bool
}

func (h *serverHello) read(b cryptobyte.String) bool {
	var session cryptobyte.String
	if !b.ReadUint16(&h.version) || !b.CopyBytes(h.random[:]) || !b.ReadUint8LengthPrefixed(&session) ||
		!b.ReadUint16(&h.suite) || !b.ReadUint8(&h.compression) {
		return false
	}
	return extensions(b, func(kind uint16, e cryptobyte.String) {
		switch kind {
		case extensionALPN:
			h.protocol = protocol(e)
		case extensionEncryptThenMAC:
			h.etm = true
		case extensionExtendedMasterSecret:
			h.ems = true
		case extensionPreSharedKey:
			h.resumed = true
		case extensionSupportedVersions:
			e.ReadUint16(&h.version)
		}
	})
}

// isRetry tells whether it is a HelloRetryRequest, which has the hash of these words
// for its random (RFC 8446, section 4.1.3).
func (h *serverHello) isRetry() bool { return h.random == sha256.Sum256([]byte("HelloRetryRequest")) }

// encryptedExtensions reads an EncryptedExtensions (RFC 8446, section 4.3.1), and
// returns what it says of early data.
func (i *Info) encryptedExtensions(b cryptobyte.String) answer {
	early := refused
	extensions(b, func(kind uint16, e cryptobyte.String) {
		switch kind {
		case extensionALPN:
			i.Protocol = protocol(e)
		case extensionEarlyData:
			early = accepted
		}
	})
	return early
}

// certificate reads the first certificate of a Certificate, which is that of the
// sender (RFC 5246, section 7.4.2; RFC 8446, section 4.4.2).
func (i *Info) certificate(b cryptobyte.String, fromClient, tls13 bool) {
	var context, list, first cryptobyte.String
	if tls13 && !b.ReadUint8LengthPrefixed(&context) ||
		!b.ReadUint24LengthPrefixed(&list) || !list.ReadUint24LengthPrefixed(&first) {
		return
	}
	c, err := x509.ParseCertificate(first)
	if err != nil {
		c = new(x509.Certificate) // it is there, whatever it says
	}
	if fromClient {
		i.ClientCertificate, i.ClientSubject = true, c.Subject.String()
		return
	}
	i.Subject, i.Issuer, i.NotAfter = c.Subject.String(), c.Issuer.String(), c.NotAfter
}

// extensions calls f for each extension at the end of a message.
func extensions(b cryptobyte.String, f func(kind uint16, e cryptobyte.String)) bool {
	var list cryptobyte.String
	if b.Empty() { // up to TLS 1.2
		return true
	}
	if !b.ReadUint16LengthPrefixed(&list) || !b.Empty() {
		return false
	}
	for !list.Empty() {
		var kind uint16
		var e cryptobyte.String
		if !list.ReadUint16(&kind) || !list.ReadUint16LengthPrefixed(&e) {
			return false
		}
		f(kind, e)
	}
	return true
}

// protocols returns the list of an ALPN extension, protocol the one that it has when
// it comes from a server (RFC 7301, section 3.1).
func protocols(e cryptobyte.String) (names []string) {
	var list, name cryptobyte.String
	if !e.ReadUint16LengthPrefixed(&list) {
		return nil
	}
	for list.ReadUint8LengthPrefixed(&name) {
		names = append(names, string(name))
	}
	return names
}

func protocol(e cryptobyte.String) string {
	if names := protocols(e); len(names) == 1 {
		return names[0]
	}
	return ""
}
