package tlskeys

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/tls"
	"fmt"
	"testing"

	"golang.org/x/crypto/chacha20poly1305"
)

// sizes are how many bytes of data the records of the benchmarks have: a short answer,
// a segment, what PostgreSQL puts into one record, the most that fits.
var sizes = []int{100, 1400, 8192, 16384}

// records is how many records there are: they are not in the nearest cache.
const records = 256

// BenchmarkConn decrypts what a server sends, in records of one size.
func BenchmarkConn(b *testing.B) {
	certs := certificates(b)
	for _, v := range []struct {
		name    string
		version uint16
		suite   uint16
	}{
		{"1.3 AES-128-GCM", tls.VersionTLS13, tls.TLS_AES_128_GCM_SHA256},
		{"1.2 AES-256-GCM", tls.VersionTLS12, tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384},
		{"1.2 ChaCha20", tls.VersionTLS12, tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256},
		{"1.2 AES-128-CBC", tls.VersionTLS12, tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA},
	} {
		config := &tls.Config{
			Certificates: certs, ServerName: "db.test", MinVersion: v.version, MaxVersion: v.version,
			CipherSuites: []uint16{v.suite}, DynamicRecordSizingDisabled: true,
		}
		for _, size := range sizes {
			b.Run(fmt.Sprintf("%s/%d", v.name, size), func(b *testing.B) {
				messages := [][]byte{{0}}
				for range records {
					messages = append(messages, make([]byte, size), nil)
				}
				s := converse(b, config, config, messages)
				l := s.log(b)
				c := New(l, Options{}, func(Item) {})
				at := 0
				for s.segments[at].fromClient || len(s.segments[at].bytes) < size || c.side(false).Plain == 0 {
					c.Feed(s.segments[at].fromClient, s.segments[at].bytes, Origin{})
					at++
				}
				before := *c.side(false)
				protection := before.epochs[0].protection
				b.SetBytes(int64(size))
				b.ReportAllocs()
				n := at
				for b.Loop() {
					for s.segments[n].fromClient {
						n++
					}
					c.Feed(false, s.segments[n].bytes, Origin{})
					if n++; n == len(s.segments)-3 {
						n = at
						c.side(false).seq = before.seq
						c.side(false).epochs[0].protection = protection
					}
				}
				if c.side(false).Lost > 0 {
					b.Fatalf("%d bytes were not decrypted: %v", c.side(false).Lost, c.side(false).Why)
				}
			})
		}
	}
}

// BenchmarkBare decrypts as the standard library does by itself: what BenchmarkConn is
// to be compared with.
func BenchmarkBare(b *testing.B) {
	block, err := aes.NewCipher(make([]byte, 16))
	if err != nil {
		b.Fatal(err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		b.Fatal(err)
	}
	chacha, err := chacha20poly1305.New(make([]byte, 32))
	if err != nil {
		b.Fatal(err)
	}
	for name, aead := range map[string]cipher.AEAD{"AES-128-GCM": gcm, "ChaCha20": chacha} {
		for _, size := range sizes {
			b.Run(fmt.Sprintf("%s/%d", name, size), func(b *testing.B) {
				nonce, more := make([]byte, nonceSize), make([]byte, headerSize)
				var sealed [records][]byte
				for i := range sealed {
					sealed[i] = aead.Seal(nil, nonce, make([]byte, size), more)
				}
				out := make([]byte, 0, size)
				b.SetBytes(int64(size))
				b.ReportAllocs()
				n := 0
				for b.Loop() {
					if _, err := aead.Open(out, nonce, sealed[n%records], more); err != nil {
						b.Fatal(err)
					}
					n++
				}
			})
		}
	}
}
