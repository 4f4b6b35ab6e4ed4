package phase

import (
	"testing"

	m "github.com/pgwdump/pgwdump/message"
)

// TestSides has each message come from the side that never sends it, and the answer to one
// request for encryption where the other was made: both are refused, and change nothing.
func TestSides(t *testing.T) {
	refused := func(p Phase, from m.Side, k m.Kind) {
		tracker := New(p)
		if _, err := tracker.See(from, k, []byte{'G', 0}); err == nil || tracker.Phase() != p || tracker.Pending() > 0 {
			t.Errorf("%s: %s %s: %v, then in %s", p, from, k, err, tracker.Phase())
		}
	}
	for p := range Count {
		for k := range m.Kind(m.Kinds) {
			for _, from := range []m.Side{m.Frontend, m.Backend} {
				if k.Side()&from == 0 {
					refused(Phase(p), from, k)
				}
			}
		}
	}
	refused(SSLNegotiation, m.Backend, m.KindGSSENCResponse)
	refused(GSSNegotiation, m.Backend, m.KindSSLResponse)
}
