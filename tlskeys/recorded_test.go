package tlskeys

import (
	"bytes"
	"crypto/tls"
	"encoding/hex"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// readSession reads a file of testdata: lines of a key log, what was sent ("> " by the
// client, "< " by the server, in hexadecimal, a line that begins with a blank going on
// with the one before), and what both have said in it.
func readSession(t testing.TB, name string) *session {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name+".session"))
	if err != nil {
		t.Fatal(err)
	}
	s := new(session)
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		mark, rest, _ := strings.Cut(line, " ")
		switch mark {
		case ">", "<":
			s.segments = append(s.segments, segment{fromClient: mark == ">"})
			fallthrough
		case "":
			b, err := hex.DecodeString(strings.TrimSpace(rest))
			if err != nil {
				t.Fatal(err)
			}
			last := &s.segments[len(s.segments)-1]
			last.bytes = append(last.bytes, b...)
		case "client", "server":
			said, err := strconv.Unquote(rest)
			if err != nil {
				t.Fatal(err)
			}
			s.said[index(mark == "client")] = []byte(said)
		default:
			s.keys = append(append(s.keys, line...), '\n')
		}
	}
	return s
}

// recorded are the files of testdata and what their handshakes say.
var recorded = []struct {
	name    string
	version uint16
	suite   uint16
	more    Info // of its other fields: those that are told apart below
	unread  Kind // why nothing of it can be read
	refused string
}{
	{name: "rfc8448-1rtt", version: tls.VersionTLS13, suite: 0x1301},
	{name: "rfc8448-0rtt", version: tls.VersionTLS13, suite: 0x1301, more: Info{Resumed: true}},
	{name: "rfc8448-hrr", version: tls.VersionTLS13, suite: 0x1301, more: Info{Retried: true}},
	{name: "rfc8448-clientauth", version: tls.VersionTLS13, suite: 0x1301, more: Info{CertificateRequested: true, ClientCertificate: true}},
	{name: "rfc8448-compat", version: tls.VersionTLS13, suite: 0x1301},

	{name: "openssl-tls13-key-update", version: tls.VersionTLS13, suite: 0x1302},
	{name: "openssl-tls13-resumed", version: tls.VersionTLS13, suite: 0x1302, more: Info{Resumed: true}},
	{name: "openssl-tls13-early-data", version: tls.VersionTLS13, suite: 0x1302, more: Info{Resumed: true}},
	{name: "openssl-tls13-early-refused", version: tls.VersionTLS13, suite: 0x1302, more: Info{Retried: true}, refused: "early\n"},
	{name: "openssl-tls13-certificate-later", version: tls.VersionTLS13, suite: 0x1302, more: Info{CertificateRequested: true, ClientCertificate: true}},
	{name: "openssl-tls13-padding", version: tls.VersionTLS13, suite: 0x1303},
	{name: "openssl-tls13-ccm", version: tls.VersionTLS13, suite: 0x1304, unread: Unsupported},

	{name: "openssl-tls12-cbc-sha384", version: tls.VersionTLS12, suite: 0xc024, more: Info{EncryptThenMAC: true}},
	{name: "openssl-tls12-cbc-sha384-mte", version: tls.VersionTLS12, suite: 0xc024},
	{name: "openssl-tls12-cbc-sha256", version: tls.VersionTLS12, suite: 0x006d, more: Info{EncryptThenMAC: true}},
	{name: "openssl-tls12-psk", version: tls.VersionTLS12, suite: 0xccac},
	{name: "openssl-tls12-client-certificate", version: tls.VersionTLS12, suite: 0xc02b, more: Info{CertificateRequested: true, ClientCertificate: true}},
	{name: "openssl-tls12-session-id", version: tls.VersionTLS12, suite: 0xc02c, more: Info{Resumed: true}},
	{name: "openssl-tls12-ticket", version: tls.VersionTLS12, suite: 0xc02c, more: Info{Resumed: true}},
	{name: "openssl-tls12-renegotiated", version: tls.VersionTLS12, suite: 0xc02c, more: Info{Renegotiations: 2, Resumed: true}},
	{name: "openssl-tls12-renegotiated-cbc", version: tls.VersionTLS12, suite: 0xc009, more: Info{Renegotiations: 2, Resumed: true, EncryptThenMAC: true}},

	{name: "openssl-tls11-cbc", version: tls.VersionTLS11, suite: 0xc009, more: Info{EncryptThenMAC: true}},
	{name: "openssl-tls10-cbc", version: tls.VersionTLS10, suite: 0xc00a, more: Info{EncryptThenMAC: true}},
	{name: "openssl-tls10-cbc-mte", version: tls.VersionTLS10, suite: 0xc009},
}

// TestRecorded decrypts the sessions of openssl, and those that RFC 8448 has the
// secrets and the records of.
func TestRecorded(t *testing.T) {
	for _, r := range recorded {
		t.Run(r.name, func(t *testing.T) {
			s := readSession(t, r.name)
			h := play(s.log(t), s)
			got, want := h.info, r.more
			if got.Version != r.version || got.CipherSuite != r.suite || got.Resumed != want.Resumed ||
				got.Retried != want.Retried || got.Renegotiations != want.Renegotiations ||
				got.EncryptThenMAC != want.EncryptThenMAC ||
				got.CertificateRequested != want.CertificateRequested || got.ClientCertificate != want.ClientCertificate {
				t.Errorf("read of the handshake: %+v", got)
			}
			switch {
			case r.unread != 0:
				if why := got.Why(); why == nil || why.Kind != r.unread {
					t.Errorf("it is unread because of %v", why)
				}
				if len(h.plain[0])+len(h.plain[1]) > 0 {
					t.Errorf("came out nevertheless: %q", h.plain)
				}
			case r.refused != "":
				s.said[0] = bytes.TrimPrefix(s.said[0], []byte(r.refused))
				if len(h.items) == 0 || h.items[0].Why == nil || h.items[0].Why.Kind != Refused {
					t.Errorf("what was refused is not told of: %v", h.items)
				}
				if !bytes.Equal(h.plain[0], s.said[0]) || !bytes.Equal(h.plain[1], s.said[1]) {
					t.Errorf("came out: %q", h.plain)
				}
			default:
				checkWhole(t, s, h)
				checkCuts(t, s)
			}
		})
	}
}

// TestNoAgreement gives the server's refusal to agree on anything, and nothing else.
func TestNoAgreement(t *testing.T) {
	for _, name := range []string{"openssl-tls12-ccm", "openssl-tls12-camellia"} {
		s := readSession(t, name)
		i := play(s.log(t), s).info
		if !i.Client || i.Server || len(i.Alerts) != 1 || !i.Alerts[0].Fatal {
			t.Errorf("%s: %+v", name, i)
		}
	}
}
