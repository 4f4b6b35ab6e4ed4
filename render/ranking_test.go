package render

import (
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/pgwdump/pgwdump/reassembly"
	"github.com/pgwdump/pgwdump/session"
)

// TestRankingWidth holds the table to the width of the terminal, with its columns below
// their names whatever is in them.
func TestRankingWidth(t *testing.T) {
	var groups session.Groups
	for i, took := range []int64{0, 1e3, 123456789, 98765432101, 9e13} {
		groups.Add(&session.Statement{
			SQL: []byte(strings.Repeat("select é", 10*i)), Login: &session.Login{}, Conn: &session.Conn{Conn: &reassembly.Conn{Number: 1}},
			Status: session.Status(i % 2), Affected: int64(i) * 1e6, Received: int64(math.Pow10(3 * i)),
			Begin: session.Moment{Packet: 1, Time: 1}, End: session.Moment{Packet: 2, Time: 1 + took},
		})
	}
	ranking := groups.Rank(4)
	for _, c := range []struct {
		width, most int
		head        string
	}{
		{0, 1000, " total ms  share   calls  mean ms   p95 ms   max ms     rows errors    bytes  "},
		{200, 200, " total ms  share   calls  mean ms   p95 ms   max ms     rows errors    bytes  "},
		{120, 120, " total ms  share   calls  mean ms   p95 ms   max ms     rows errors    bytes  "},
		{100, 100, " total ms  share   calls  mean ms   p95 ms   max ms errors  "},
		{80, 80, " total ms  share   calls  mean ms   max ms errors  "},
		{60, 71, " total ms  share   calls  mean ms   max ms errors  "},
	} {
		r := NewStatements(false)
		r.Width = c.width
		lines := strings.Split(strings.TrimSuffix(string(r.AppendRanking(nil, &ranking)), "\n"), "\n")
		if len(lines) != 6 {
			t.Fatalf("%d lines: %s", len(lines), strings.Join(lines, "\n"))
		}
		if lines[0] != c.head+"statement" {
			t.Errorf("the head is %q", lines[0])
		}
		longest := 0
		for _, l := range lines {
			longest = max(longest, utf8.RuneCountInString(l))
			if head := []rune(l)[:len(c.head)]; !strings.HasSuffix(string(head), "  ") || strings.HasSuffix(string(head), "   ") {
				t.Errorf("the columns of %q end elsewhere", l)
			}
		}
		if longest > c.most || c.width > 0 && longest < c.most {
			t.Errorf("%d columns of a terminal that has %d:\n%s", longest, c.width, strings.Join(lines, "\n"))
		}
	}
}

// TestRoughNumbers holds numbers to what has room in a column.
func TestRoughNumbers(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{string(appendRoughMilliseconds(nil, 0)), "0.000"},
		{string(appendRoughMilliseconds(nil, 999999999)), "999.999"},
		{string(appendRoughMilliseconds(nil, 1e9)), "1000.0"},
		{string(appendRoughMilliseconds(nil, 99999940000)), "99999.9"},
		{string(appendRoughMilliseconds(nil, 1e11)), "100000"},
		{string(appendRoughSize(nil, 999)), "999 B"},
		{string(appendRoughSize(nil, 1000)), "1.00 kB"},
		{string(appendRoughSize(nil, 9994)), "9.99 kB"},
		{string(appendRoughSize(nil, 9995)), "10.0 kB"},
		{string(appendRoughSize(nil, 99949)), "99.9 kB"},
		{string(appendRoughSize(nil, 999499)), "999 kB"},
		{string(appendRoughSize(nil, 999500)), "1.00 MB"},
		{string(appendRoughSize(nil, math.MaxInt64)), "9.22 EB"},
		{string(appendShare(nil, 1, 3)), "33.3%"},
		{string(appendShare(nil, 3, 3)), "100.0%"},
		{string(appendShare(nil, 0, 0)), "-"},
	} {
		if c.got != c.want {
			t.Errorf("%s, not %s", c.got, c.want)
		}
	}
}
