package tlskeys

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// TestKeyLog reads lines that are well-formed, of no use, and broken.
func TestKeyLog(t *testing.T) {
	random, secret := strings.Repeat("ab", 32), strings.Repeat("cd", 32)
	for _, c := range []struct {
		line string
		err  error
		use  bool
	}{
		{line: "CLIENT_TRAFFIC_SECRET_0 " + random + " " + secret, use: true},
		{line: "CLIENT_TRAFFIC_SECRET_0 " + random + " " + secret + "\r", use: true},
		{line: "\tSERVER_HANDSHAKE_TRAFFIC_SECRET  " + strings.ToUpper(random) + " " + secret + secret[:32] + " ", use: true},
		{line: "CLIENT_RANDOM " + random + " " + secret + secret[:32], use: true},
		{line: ""},
		{line: "# a comment " + secret},
		{line: "EXPORTER_SECRET " + random + " " + secret},
		{line: "RSA " + random + " " + secret},
		{line: "CLIENT_RANDOM " + random, err: errFields},
		{line: "CLIENT_RANDOM " + random + " " + secret + " more", err: errFields},
		{line: "CLIENT_RANDOM " + random + " " + secret, err: errSecret},
		{line: "CLIENT_RANDOM " + random[1:] + " " + secret + secret[:32], err: errRandom},
		{line: "CLIENT_RANDOM " + random[1:] + "x " + secret + secret[:32], err: errRandom},
		{line: "SERVER_TRAFFIC_SECRET_0 " + random + " " + secret[1:], err: errSecret},
		{line: "SERVER_TRAFFIC_SECRET_0 " + random + " " + secret[1:] + "x", err: errSecret},
	} {
		l := new(Log)
		if err := l.Add([]byte(c.line)); err != c.err {
			t.Errorf("%q: %v, want %v", c.line, err, c.err)
		}
		if (l.Len() == 1) != c.use {
			t.Errorf("%q: of use %v, want %v", c.line, !c.use, c.use)
		}
	}
}

// TestBrokenLines tells of the first broken lines by number, of how many more there
// are, and shows none.
func TestBrokenLines(t *testing.T) {
	secret := "CLIENT_RANDOM abcdef"
	text := "# a key log\n" + strings.Repeat(secret+"\n", maxErrors+3) + strings.Repeat("x", 2*maxLine) + "\n" + secret
	err := new(Log).Read(strings.NewReader(text))
	var first *LineError
	if !errors.As(err, &first) || first.Line != 2 || first.Err != errFields {
		t.Errorf("the first: %v", first)
	}
	all := fmt.Sprint(err)
	if strings.Contains(all, "abc") || !strings.Contains(all, "and 4 lines more") || !strings.HasSuffix(all, fmt.Sprintf("line %d: %v", maxErrors+6, errFields)) {
		t.Errorf("all: %s", all)
	}
}

// TestGrowingFile takes a line when its end is there.
func TestGrowingFile(t *testing.T) {
	s := readSession(t, "openssl-tls13-key-update")
	l := new(Log)
	f := File{Log: l}
	for i, b := range s.keys {
		if err := f.Read(strings.NewReader(string(b))); err != nil {
			t.Fatal(err)
		}
		if want := int64(strings.Count(string(s.keys[:i+1]), "\n")); l.grown.Load() > want {
			t.Fatalf("after %q: %d secrets, want %d", s.keys[:i+1], l.grown.Load(), want)
		}
	}
	checkWhole(t, s, play(l, s))
}

func FuzzLog(f *testing.F) {
	f.Add([]byte("CLIENT_RANDOM a b\n# c\n\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		whole, pieces := new(Log), new(Log)
		err := whole.Read(strings.NewReader(string(b)))
		file := File{Log: pieces}
		var errs []error
		for i := range b {
			errs = append(errs, file.Read(strings.NewReader(string(b[i:i+1]))))
		}
		errs = append(errs, file.End())
		if (err == nil) != (errors.Join(errs...) == nil) || whole.Len() != pieces.Len() {
			t.Errorf("%d secrets, %d in pieces; %v, %v", whole.Len(), pieces.Len(), err, errors.Join(errs...))
		}
	})
}
