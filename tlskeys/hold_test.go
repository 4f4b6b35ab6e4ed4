package tlskeys

import (
	"bytes"
	"strings"
	"testing"
)

// later returns a Log in which a session's keys are not yet, and what puts them there.
func later(t *testing.T, s *session) (l *Log, come func()) {
	l = &Log{More: func() bool { return true }}
	return l, func() {
		if err := l.Read(bytes.NewReader(s.keys)); err != nil {
			t.Fatal(err)
		}
	}
}

// TestKeysComeLater gives the keys after each segment: all that was said comes out,
// in order.
func TestKeysComeLater(t *testing.T) {
	for _, name := range []string{"openssl-tls13-key-update", "openssl-tls12-cbc-sha384", "openssl-tls13-early-data"} {
		s := readSession(t, name)
		for n := range s.segments {
			l, come := later(t, s)
			c, h := hear(l, Options{})
			for i, g := range s.segments {
				if i == n {
					come()
				}
				c.Feed(g.fromClient, g.bytes, Origin{Packet: i + 1})
			}
			c.Close()
			h.info = *c.Info()
			checkWhole(t, s, h)
			for i := 1; i < len(h.items); i++ {
				if a, b := h.items[i-1], h.items[i]; a.FromClient == b.FromClient && a.Packet > b.Packet {
					t.Errorf("%s, keys before segment %d: packet %d comes behind packet %d", name, n, b.Packet, a.Packet)
				}
			}
		}
	}
}

// TestHold holds no more than it may, and says what it gave up.
func TestHold(t *testing.T) {
	s := readSession(t, "openssl-tls13-key-update")
	l, come := later(t, s)
	const hold = 1000
	c, h := hear(l, Options{Hold: hold})
	for i, g := range s.segments {
		if c.Feed(g.fromClient, g.bytes, Origin{}); c.holding > hold {
			t.Errorf("holds %d bytes", c.holding)
		}
		if i == len(s.segments)/2 {
			if !c.Waiting() {
				t.Error("waits for nothing")
			}
			come()
		}
	}
	c.Close()
	if h.lost[0]+h.lost[1] == 0 {
		t.Error("nothing was given up")
	}
	checkInvented(t, "hold", hold, s, h)
}

// TestWithoutKeys says of each direction why it cannot be read, and how much that is.
func TestWithoutKeys(t *testing.T) {
	one, other := readSession(t, "openssl-tls13-key-update"), readSession(t, "openssl-tls12-ticket")
	partial := *one
	partial.keys = []byte(strings.ReplaceAll(string(one.keys), "CLIENT_TRAFFIC_SECRET_0", "OTHER"))
	for _, c := range []struct {
		name string
		log  *Log
		want Reason
	}{
		{"no log", nil, Reason{Kind: NoKeys}},
		{"nothing in it", new(Log), Reason{Kind: NoKeys}},
		{"of somebody else", other.log(t), Reason{Kind: NoKey}},
		{"not all", partial.log(t), Reason{Kind: NoKey, Label: "CLIENT_TRAFFIC_SECRET_0"}},
	} {
		h := play(c.log, one)
		why := h.info.FromClient.Why
		if why == nil || why.Kind != c.want.Kind || why.Label != c.want.Label {
			t.Errorf("%s: %v", c.name, why)
		}
		if n := h.info.FromClient.Lost; n != h.lost[0] || n == 0 || len(h.plain[0]) > 0 {
			t.Errorf("%s: %d bytes lost, told of %d; %q came out", c.name, n, h.lost[0], h.plain[0])
		}
		if n := h.info.FromServer.Total(); n.Size != h.info.FromServer.Size || n.Count == 0 {
			t.Errorf("%s: %+v in records of %d bytes", c.name, n, h.info.FromServer.Size)
		}
	}
}

// TestUsed returns those keys that something was decrypted with, and no others.
func TestUsed(t *testing.T) {
	one, other := readSession(t, "openssl-tls13-key-update"), readSession(t, "openssl-tls12-ticket")
	l := one.log(t)
	if err := l.Read(bytes.NewReader(other.keys)); err != nil {
		t.Fatal(err)
	}
	play(l, other)
	c, _ := hear(l, Options{})
	c.Use()
	for _, g := range one.segments {
		c.Feed(g.fromClient, g.bytes, Origin{})
	}
	again := new(Log)
	if err := again.Read(bytes.NewReader(l.Used())); err != nil {
		t.Fatal(err)
	}
	checkWhole(t, one, play(again, one))
	if again.Len() != 1 || bytes.Count(l.Used(), []byte("\n")) != 4 {
		t.Errorf("used: %s", l.Used())
	}
}
