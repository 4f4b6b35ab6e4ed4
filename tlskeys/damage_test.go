package tlskeys

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
)

// checkInvented checks that all that came out was said, in that order, and that it is
// said where something did not come out.
func checkInvented(t *testing.T, what string, at int, s *session, h *heard) {
	t.Helper()
	for side := range s.said {
		rest := string(s.said[side])
		for _, part := range h.parts[side] {
			i := strings.Index(rest, part)
			if i < 0 {
				t.Fatalf("%s %d: %q came out, which was not said there", what, at, part)
			}
			rest = rest[i+len(part):]
		}
		if !bytes.Equal(h.plain[side], s.said[side]) && h.lost[side] == 0 {
			t.Fatalf("%s %d: %q is all that came out, and nothing is said to be lost", what, at, h.plain[side])
		}
	}
}

// TestDamage drops every segment, flips a bit of every byte, and ends after every
// byte.
func TestDamage(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for _, r := range recorded {
		if r.unread != 0 || r.refused != "" {
			continue
		}
		t.Run(r.name, func(t *testing.T) {
			s := readSession(t, r.name)
			l := s.log(t)
			small := s.cut(func() int { return 1 + random.IntN(100) })
			for _, s := range []*session{s, small} {
				for i := range s.segments {
					checkInvented(t, "without segment", i, s, playWithout(l, s, i))
				}
			}
			at := 0
			for i := range s.segments {
				g := &s.segments[i]
				for n, was := range g.bytes {
					g.bytes[n] ^= 1 << random.IntN(8)
					checkInvented(t, "a bit of byte", at, s, play(l, s))
					g.bytes[n] = was
					at++
				}
			}
		})
	}
}

// playWithout feeds a session to a Conn, of which one segment is missing.
func playWithout(l *Log, s *session, missing int) *heard {
	c, h := hear(l, Options{})
	for i, g := range s.segments {
		if i == missing {
			c.Gap(g.fromClient, int64(len(g.bytes)), Origin{})
			continue
		}
		c.Feed(g.fromClient, g.bytes, Origin{})
	}
	c.Close()
	return h
}

// TestCutShort ends a session after every byte: what came before is there.
func TestCutShort(t *testing.T) {
	for _, name := range []string{"openssl-tls13-key-update", "openssl-tls12-cbc-sha384"} {
		s := readSession(t, name)
		whole := play(s.log(t), s)
		size := len(s.stream(true)) + len(s.stream(false))
		for end := range size {
			c, h := hear(s.log(t), Options{})
			left := end
			for _, g := range s.segments {
				n := min(left, len(g.bytes))
				c.Feed(g.fromClient, g.bytes[:n], Origin{})
				left -= n
			}
			c.Close()
			for side := range h.plain {
				if !bytes.HasPrefix(whole.plain[side], h.plain[side]) {
					t.Fatalf("%s: of %d bytes came out: %q", name, end, h.plain[side])
				}
			}
			i := c.Info()
			for side, d := range []Direction{i.FromClient, i.FromServer} {
				if whole := wholeRecords(s.stream(side == 0)[:d.Size]); int64(whole) != d.Size-h.lost[side] {
					t.Fatalf("%s: of %d bytes, %d of them in whole records, %d are lost", name, d.Size, whole, h.lost[side])
				}
			}
		}
	}
}

// wholeRecords returns how many bytes the whole records at the beginning of b have.
func wholeRecords(b []byte) (n int) {
	for len(b) >= headerSize && recordSize(b) <= len(b) {
		n += recordSize(b)
		b = b[recordSize(b):]
	}
	return n
}
