package main

import (
	"bytes"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pgwdump/pgwdump/capture"
)

// edited writes a capture whose packets were changed, and returns its name.
func edited(t testing.TB, name string, edit func(packets [][]byte) [][]byte) string {
	header, packets := pcapPackets(t, name)
	file := filepath.Join(t.TempDir(), "edited.pcap")
	if err := os.WriteFile(file, slices.Concat(header, bytes.Join(edit(packets), nil)), 0o666); err != nil {
		t.Fatal(err)
	}
	return file
}

// TestTLSElsewhere finds PostgreSQL in TLS on another port by what is inside, where
// nothing outside tells of it.
func TestTLSElsewhere(t *testing.T) {
	for alpn, onPort := range map[string]string{
		"\x3a\x3a\x00\x0d\x00\x0b\x0apostgresql": "encrypted from here on by TLS 1.3, TLS_AES_256_GCM_SHA384: there are no keys",
		"\x00\x10\x00\x0d\x00\x0b\x0aany-thing!": "not PostgreSQL but TLS for [\"any-thing!\"]\n",
	} {
		testTLSElsewhere(t, alpn, onPort)
	}
}

// testTLSElsewhere has another extension in place of ALPN's; onPort is what is said
// without keys of a connection to a port that is said to be PostgreSQL's.
func testTLSElsewhere(t *testing.T, alpn, onPort string) {
	const name = "testdata/pcaps/tls-direct.pcap"
	file := edited(t, name, func(packets [][]byte) [][]byte {
		for i, p := range packets {
			p = bytes.ReplaceAll(p, []byte("\x00\x10\x00\x0d\x00\x0b\x0apostgresql"), []byte(alpn))
			const ports = 16 + 14 + 20
			for _, at := range []int{ports, ports + 2} {
				if string(p[at:at+2]) == "\x15\x38" { // 5432
					copy(p[at:], "\x01\xbb") // 443
				}
			}
			packets[i] = p
		}
		return packets
	})
	want := conversation(t, append([]string{"-r", name}, keysOf(name)...)...)
	if got := conversation(t, append([]string{"-r", file}, keysOf(name)...)...); !slices.Equal(got, want) {
		t.Errorf("with keys: %q", got)
	}
	if out, _, _ := run(t, "-r", file, "-q"); len(out) > 0 {
		t.Errorf("without keys: %s", out)
	}
	if out, _, _ := run(t, "-r", file, "-q", "--port", "443"); !bytes.Contains(out, []byte(onPort)) {
		t.Errorf("without keys, and told of the port: %s", out)
	}
}

// TestTLSFromTheMiddle says of a connection that was open before the capture began that
// it cannot be read, and why.
func TestTLSFromTheMiddle(t *testing.T) {
	for _, name := range encryptedCaptures(t) {
		_, all := pcapPackets(t, name)
		hello := slices.IndexFunc(all, func(p []byte) bool { return len(payload(p)) > 5 && payload(p)[0] == 22 && payload(p)[5] == 2 })
		file := edited(t, name, func(packets [][]byte) [][]byte { return packets[hello+8:] })
		out, _, _ := run(t, append([]string{"-r", file}, keysOf(name)...)...)
		if !bytes.Contains(out, []byte("encrypted from here on by TLS: the beginning of the handshake was not captured")) ||
			bytes.Contains(out, []byte("→ Query")) || bytes.Contains(out, []byte("← DataRow")) {
			t.Errorf("%s: %s", name, out)
		}
	}
}

// TestStuffing notes what is put in clear between the agreement on TLS and its
// handshake, by whom, and shows it escaped.
func TestStuffing(t *testing.T) {
	hello, err := os.ReadFile("testdata/pcaps/tls-direct.pcap")
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(hello, []byte("\x16\x03\x01"))
	clientHello := hello[at : at+5+int(hello[at+3])<<8+int(hello[at+4])]
	const request, query = "\x00\x00\x00\x08\x04\xd2\x16\x2f", "Q\x00\x00\x00\x0cdrop 1;\x00\x1b[31m"
	for _, c := range []struct{ name, client, server, want string }{
		{"client", request + query, "S", "bytes in clear from the client before the TLS handshake, beginning with"},
		{"server", request, "S" + query, "bytes in clear from the server before the TLS handshake, beginning with"},
	} {
		file := filepath.Join(t.TempDir(), "stuffed.pcapng")
		var out bytes.Buffer
		w := capture.NewWriter(&out, capture.About{})
		endpoint := func(s string) capture.Endpoint { return capture.EndpointOf(netip.MustParseAddrPort(s)) }
		tcp := capture.NewSynthetic(endpoint("127.0.0.1:40000"), endpoint("127.0.0.1:5432"), w.Write)
		tcp.Open(1)
		tcp.Send(0, []byte(c.client), 2)
		tcp.Send(1, []byte(c.server), 3)
		tcp.Send(0, clientHello, 4)
		tcp.Close(5)
		w.Flush()
		if err := os.WriteFile(file, out.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
		text, _, _ := run(t, "-r", file)
		if !strings.Contains(string(text), c.want) || !strings.Contains(string(text), "CVE-2021-2") ||
			!strings.Contains(string(text), "drop 1;") || bytes.ContainsRune(text, '\x1b') {
			t.Errorf("%s: %s", c.name, text)
		}
	}
}
