package render

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/pgwdump/pgwdump/reassembly"
	"github.com/pgwdump/pgwdump/session"
)

// TestSessionWidth holds lines to the width of the terminal, and to what is worth most
// there.
func TestSessionWidth(t *testing.T) {
	usual := session.Account{Method: "SCRAM-SHA-256", Farewell: session.ByClient, Busy: 1, Idle: 1, LongestTransaction: session.Span{Length: 1e9}}
	usual.Ended[session.OK] = 12345
	failed := session.Account{Method: "password", Farewell: session.ByServer,
		Error: []byte("SFATAL\x00C28P01\x00Mpassword authentication failed for a user with a name that is long\x00\x00")}
	failed.Ended[session.Failed] = 2
	for _, c := range []struct {
		account     session.Account
		width       int
		most        int
		has, hasNot string // separated by |
	}{
		{usual, 0, 1000, "00:00:01.000000|12345 statements|someone@data       terminated  10.0.0.1:41234  psql  SCRAM-SHA-256  longest transaction", ""},
		{usual, 170, 170, "00:00:01.000000|busy 50%|12345 statements|psql  SCRAM-SHA-256", ""},
		{usual, 120, 120, "00:00:01 |busy 50%|12345 statements|10.0.0.1:41234  psql  SCRAM-SHA-256", "00:00:01.0"},
		{usual, 80, 80, "someone@data       10.0.0.1:41234  psql  SCRAM", "busy|statements"},
		{failed, 0, 1000, " 2 errors someone@data       FATAL 28P01 password authentication failed for a user with a name that is long  10.0.0.1:41234  psql  password", ""},
		{failed, 170, 170, " 2 errors |FATAL 28P01 password authentication|10.0.0.1:41234  psql  password", "is long"},
		{failed, 120, 120, "2 errors  FATAL 28P01 passw|…  10.0.0.1:41234  psql", "failed"},
		{failed, 80, 80, "2 errors  FATAL 28P01|…  10.0.0.1", ""},
		{failed, 20, 100, "someone@data", "FATAL"},
	} {
		c.account.Login = &session.Login{User: "someone", Database: "data", Application: "psql"}
		c.account.Began, c.account.Finished = session.Moment{Packet: 1, Time: 1e9}, session.Moment{Packet: 9, Time: 2e9}
		r := NewSessions(false)
		r.Width = c.width
		line := string(r.Append(nil, &session.Event{Type: session.Close, Details: &session.Details{Account: &c.account},
			Conn: &session.Conn{Conn: &reassembly.Conn{Number: 1}, Client: "10.0.0.1:41234", Server: "10.0.0.2:5432"}}))
		if n := utf8.RuneCountInString(line) - 1; n > c.most {
			t.Errorf("%d columns of a terminal that has %d: %s", n, c.width, line)
		}
		for _, s := range strings.Split(c.has, "|") {
			if !strings.Contains(line, s) {
				t.Errorf("in %d columns there is no %q: %s", c.width, s, line)
			}
		}
		for _, s := range strings.Split(c.hasNot, "|") {
			if s != "" && strings.Contains(line, s) {
				t.Errorf("in %d columns there is %q: %s", c.width, s, line)
			}
		}
	}
}
