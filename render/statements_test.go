package render

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/pgwdump/pgwdump/reassembly"
	"github.com/pgwdump/pgwdump/session"
)

// TestStatementWidth holds lines to the width of the terminal, and to what is worth most
// there.
func TestStatementWidth(t *testing.T) {
	sql := strings.Repeat("select 'é' ", 20)
	for _, c := range []struct {
		width, least, most int
		who                bool
	}{{0, 220, 1000, true}, {200, 200, 200, true}, {120, 120, 120, true}, {92, 92, 92, true}, {91, 91, 91, false}, {80, 80, 80, false}, {40, 70, 80, false}} {
		r := NewStatements(false)
		r.Width = c.width
		conn := &session.Conn{Conn: &reassembly.Conn{Number: 1}}
		e := &session.Event{Type: session.Ended, Conn: conn, Statement: &session.Statement{
			Conn: conn, SQL: []byte(sql), Affected: 1, Login: &session.Login{User: "someone", Database: "data"},
			Begin: session.Moment{Packet: 1, Time: 1e9}, End: session.Moment{Packet: 2, Time: 2e9},
		}}
		line := string(r.appendStatement(nil, e))
		if n := utf8.RuneCountInString(line) - 1; n < c.least || n > c.most || strings.Contains(line, "someone@data") != c.who {
			t.Errorf("%d columns of a terminal that has %d: %s", n, c.width, line)
		}
	}
}
