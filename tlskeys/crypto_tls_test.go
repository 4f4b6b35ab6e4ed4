package tlskeys

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"math/big"
	mathrand "math/rand/v2"
	"net"
	"slices"
	"sync"
	"testing"
	"time"
)

// A tap is one end of a pipe whose writes are recorded.
type tap struct {
	net.Conn
	fromClient bool
	mu         *sync.Mutex
	session    *session
}

func (p *tap) Write(b []byte) (int, error) {
	p.mu.Lock()
	p.session.segments = append(p.session.segments, segment{p.fromClient, bytes.Clone(b)})
	p.mu.Unlock()
	return p.Conn.Write(b)
}

// notAfter is when the certificates of the tests expire.
var notAfter = time.Date(2036, 11, 19, 0, 0, 0, 0, time.UTC)

// certificate returns one for a key.
func certificate(t testing.TB, name string, key crypto.Signer) tls.Certificate {
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{"db.test"},
		NotBefore: notAfter.AddDate(-20, 0, 0), NotAfter: notAfter,
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// certificates returns certificates with an ECDSA and an RSA key.
func certificates(t testing.TB) []tls.Certificate {
	e, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	r, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return []tls.Certificate{certificate(t, "ecdsa.test", e), certificate(t, "rsa.test", r)}
}

// converse records a session between crypto/tls and itself: the client says the
// messages of even number, the server the others.
func converse(t testing.TB, client, server *tls.Config, messages [][]byte) *session {
	t.Helper()
	s := new(session)
	var mu sync.Mutex
	var keys bytes.Buffer
	client = client.Clone()
	client.KeyLogWriter = &keys
	client.InsecureSkipVerify = true
	a, b := net.Pipe()
	ends := [2]*tls.Conn{
		tls.Client(&tap{a, true, &mu, s}, client),
		tls.Server(&tap{b, false, &mu, s}, server),
	}
	talk := func(me int) error {
		for n, m := range messages {
			if n%2 == me {
				if _, err := ends[me].Write(m); err != nil {
					return err
				}
			} else if _, err := io.ReadFull(ends[me], make([]byte, len(m))); err != nil {
				return err
			}
		}
		if me == 0 {
			if err := ends[0].CloseWrite(); err != nil {
				return err
			}
		}
		if _, err := ends[me].Read(make([]byte, 1)); err != io.EOF {
			return fmt.Errorf("no end: %v", err)
		}
		if me == 1 {
			return ends[1].CloseWrite()
		}
		return nil
	}
	done := make(chan error)
	go func() { done <- talk(1) }()
	err := talk(0)
	a.Close()
	if also := <-done; err != nil || also != nil {
		t.Fatal(err, also)
	}
	s.keys = keys.Bytes()
	for n, m := range messages {
		s.said[n%2] = append(s.said[n%2], m...)
	}
	return s
}

// randomMessages returns messages, an even number of them.
func randomMessages(r *mathrand.Rand) (all [][]byte) {
	for range 8 {
		m := make([]byte, 1+r.IntN(1<<(1+r.IntN(16))))
		for i := range m {
			m[i] = byte(r.Uint32())
		}
		all = append(all, m)
	}
	return all
}

// TestSuites decrypts sessions of every version and cipher suite of crypto/tls. Of
// those of TLS 1.3 it takes the one that it prefers.
func TestSuites(t *testing.T) {
	r := mathrand.New(mathrand.NewPCG(1, 2))
	certs := certificates(t)
	for version := uint16(tls.VersionTLS10); version <= tls.VersionTLS13; version++ {
		for _, suite := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
			if !slices.Contains(suite.SupportedVersions, version) || findSuite(version, suite.ID) == nil {
				continue
			}
			t.Run(fmt.Sprintf("%s %s", tls.VersionName(version), suite.Name), func(t *testing.T) {
				both := &tls.Config{
					Certificates: certs, ServerName: "db.test", NextProtos: []string{"postgresql"},
					MinVersion: version, MaxVersion: version, CipherSuites: []uint16{suite.ID},
				}
				s := converse(t, both, both, randomMessages(r))
				i := play(s.log(t), s).info
				if i.Version != version || i.CipherSuite != suite.ID && version < tls.VersionTLS13 || i.ServerName != "db.test" || i.Protocol != "postgresql" ||
					!i.NotAfter.Equal(notAfter) || i.Subject != "CN=ecdsa.test" && i.Subject != "CN=rsa.test" {
					t.Errorf("read of the handshake: %+v", i)
				}
				checkCuts(t, s)
			})
		}
	}
}
