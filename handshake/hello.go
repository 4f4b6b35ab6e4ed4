package handshake

import (
	"crypto/x509"

	"golang.org/x/crypto/cryptobyte"
)

// TLS13 is the version from which on the certificate is encrypted.
const TLS13 = 0x0304

// Extensions (RFC 6066, RFC 7301, RFC 8446).
const (
	extensionServerName        = 0
	extensionALPN              = 16
	extensionSupportedVersions = 43
)

// clientHello reads a ClientHello (RFC 8446, section 4.1.2).
func (i *Info) clientHello(b cryptobyte.String) bool {
	var version uint16
	var random []byte
	var session, suites, compressions cryptobyte.String
	if !b.ReadUint16(&version) || !b.ReadBytes(&random, 32) || !b.ReadUint8LengthPrefixed(&session) ||
		!b.ReadUint16LengthPrefixed(&suites) || !b.ReadUint8LengthPrefixed(&compressions) {
		return false
	}
	i.Client = true
	i.Versions = []uint16{version}
	return extensions(b, func(kind uint16, e cryptobyte.String) {
		var list cryptobyte.String
		switch kind {
		case extensionServerName:
			var nameType uint8
			var name cryptobyte.String
			if e.ReadUint16LengthPrefixed(&list) && list.ReadUint8(&nameType) && list.ReadUint16LengthPrefixed(&name) {
				i.ServerName = string(name)
			}
		case extensionALPN:
			i.Protocols = protocols(e)
		case extensionSupportedVersions:
			i.Versions = nil
			if e.ReadUint8LengthPrefixed(&list) {
				for list.ReadUint16(&version) {
					i.Versions = append(i.Versions, version)
				}
			}
		}
	})
}

// serverHello reads a ServerHello (RFC 8446, section 4.1.3).
func (i *Info) serverHello(b cryptobyte.String) bool {
	var random []byte
	var session cryptobyte.String
	var compression uint8
	if !b.ReadUint16(&i.Version) || !b.ReadBytes(&random, 32) || !b.ReadUint8LengthPrefixed(&session) ||
		!b.ReadUint16(&i.CipherSuite) || !b.ReadUint8(&compression) {
		return false
	}
	i.Server = true
	return extensions(b, func(kind uint16, e cryptobyte.String) {
		switch kind {
		case extensionALPN:
			if p := protocols(e); len(p) == 1 {
				i.Protocol = p[0]
			}
		case extensionSupportedVersions:
			e.ReadUint16(&i.Version)
		}
	})
}

// certificate reads the Certificate message up to TLS 1.2 (RFC 5246, section
// 7.4.2): the first is the server's own.
func (i *Info) certificate(b cryptobyte.String) bool {
	var list, first cryptobyte.String
	if !b.ReadUint24LengthPrefixed(&list) || !list.ReadUint24LengthPrefixed(&first) {
		return false
	}
	c, err := x509.ParseCertificate(first)
	if err != nil {
		return false
	}
	i.Subject, i.NotAfter = c.Subject.String(), c.NotAfter
	return true
}

// extensions calls f for each extension at the end of a hello.
func extensions(b cryptobyte.String, f func(kind uint16, e cryptobyte.String)) bool {
	if b.Empty() {
		return true
	}
	var list cryptobyte.String
	if !b.ReadUint16LengthPrefixed(&list) {
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
