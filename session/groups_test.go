package session

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pgwdump/pgwdump/message"
	"github.com/pgwdump/pgwdump/reassembly"
)

// ran returns a statement that took so many nanoseconds; with -1 it is not known how long.
func ran(conn int, took int64, s Statement) *Statement {
	s.Conn, s.Login = &Conn{Conn: &reassembly.Conn{Number: conn}}, &Login{}
	s.Begin = Moment{Packet: 1, Time: 1}
	if took >= 0 {
		s.End = Moment{Packet: 2, Time: 1 + took}
	}
	return &s
}

// TestGroups puts statements into groups.
func TestGroups(t *testing.T) {
	text := func(s string) Statement { return Statement{SQL: []byte(s), Affected: 1, Sent: 10, Received: 20} }
	failed, skipped, slow := text("select 2"), text("select 3"), text("select 4 from t")
	failed.Status, skipped.Status = Failed, Skipped
	execute := text("execute q (1)")
	execute.Prepared = []byte("SELECT 1 FROM t")
	unknown := func(request message.Kind, name string) Statement {
		return Statement{Protocol: Extended, Request: request, Name: []byte(name), Affected: -1}
	}
	call := Statement{Protocol: Function, Request: message.KindFunctionCall, Arguments: []byte("\x00\x00\x03\xbb and more"), Affected: -1}
	again := call
	again.Arguments = []byte("\x00\x00\x03\xbb and less")
	var g Groups
	for _, s := range []*Statement{
		ran(1, 5, text("select 1")), ran(2, 7, failed), ran(3, -1, text("SELECT $1")), ran(3, 9, skipped),
		ran(4, 100, slow), ran(5, 300, execute),
		ran(6, 3, unknown(message.KindExecute, "S_1")), ran(6, 3, unknown(message.KindBind, "S_1")), ran(6, 2, unknown(message.KindExecute, "S_2")),
		ran(6, 1, unknown(message.KindUnknown, "")),
		ran(6, 1, call), ran(6, 0, again),
	} {
		g.Add(s)
	}
	describe := func(g *Group) string {
		what := g.SQL
		if g.Like != nil {
			what = fmt.Sprintf("%s %q %q", g.Like.Request, g.Like.Name, g.Like.Arguments)
		}
		mean, _ := g.Mean()
		p95, _ := g.Percentile(95)
		return fmt.Sprintf("%s: %d calls, %d failed, %d took %d, mean %d, p95 %d, at the most %d on #%d, %d rows, %d bytes",
			what, g.Calls(), g.Failed(), g.Timed, g.Took, mean, p95, g.Longest, g.LongestConn, g.Rows, g.Bytes())
	}
	r := g.Rank(4)
	var got []string
	for _, x := range append(slices.Clone(r.Top), &r.Others.Group) {
		got = append(got, describe(x))
	}
	want := []string{
		"select $1 from t: 2 calls, 0 failed, 2 took 400, mean 200, p95 300, at the most 300 on #5, 2 rows, 60 bytes",
		"select $1: 3 calls, 1 failed, 2 took 12, mean 6, p95 7, at the most 7 on #2, 4 rows, 120 bytes",
		`Execute "S_1" "": 2 calls, 0 failed, 2 took 6, mean 3, p95 3, at the most 3 on #6, 0 rows, 0 bytes`,
		`Execute "S_2" "": 1 calls, 0 failed, 1 took 2, mean 2, p95 2, at the most 2 on #6, 0 rows, 0 bytes`,
		": 3 calls, 0 failed, 3 took 2, mean 0, p95 0, at the most 1 on #6, 0 rows, 0 bytes",
	}
	if d := cmp.Diff(want, got); d != "" || r.Others.Groups != 2 || r.Took != 422 {
		t.Errorf("%d others, %d ns: %s", r.Others.Groups, r.Took, d)
	}
	if call := g.Rank(5).Top[4].Like; string(call.Arguments) != "\x00\x00\x03\xbb" {
		t.Errorf("the function is %q", call.Arguments)
	}
}

// TestOthers holds that the slowest of the others is one of them, even if it took no time.
func TestOthers(t *testing.T) {
	var g Groups
	g.Add(ran(3, 0, Statement{SQL: []byte("select 1")}))
	if o := g.Rank(0).Others; o.LongestConn != 3 || o.LongestAt.Packet != 1 {
		t.Errorf("packet %d of #%d", o.LongestAt.Packet, o.LongestConn)
	}
}

// TestRan holds that statements of a pipeline have each their own time.
func TestRan(t *testing.T) {
	for _, c := range []struct{ begin, before, end, want int64 }{
		{10, 0, 30, 20}, {10, 5, 30, 20}, {10, 10, 30, 20}, {10, 25, 30, 5}, {10, 30, 30, 0},
		{10, 31, 30, 20}, // a clock that was set back
		{0, 5, 30, -1}, {10, 5, 0, -1},
	} {
		at := func(t int64) Moment { return Moment{Packet: int(min(t, 1)), Time: t} }
		s := Statement{Begin: at(c.begin), before: at(c.before), End: at(c.end)}
		got, ok := s.Ran()
		if !ok {
			got = -1
		}
		if got != c.want {
			t.Errorf("%+v: %d", c, got)
		}
	}
}

// TestGroupLimits adds more groups than are kept: those that take much time stay, and
// nothing is lost of the sums.
func TestGroupLimits(t *testing.T) {
	for _, c := range []struct {
		name   string
		groups int
		text   string
	}{
		{"many", 3 * maxGroups, ""},
		{"long", 100, strings.Repeat("x", maxGroupSQL/50)},
	} {
		t.Run(c.name, func(t *testing.T) {
			var g Groups
			took := int64(0)
			for i := range c.groups {
				n := int64(i%7 + 1)
				g.Add(ran(1, n, Statement{SQL: fmt.Appendf(nil, "select a%d %s", i, c.text)}))
				g.Add(ran(2, 1000, Statement{SQL: []byte("select much")}))
				if took += n + 1000; len(g.groups) > maxGroups || g.texts > maxGroupSQL+maxGroupSQL/50+100 {
					t.Fatalf("%d groups of %d bytes", len(g.groups), g.texts)
				}
			}
			r := g.Rank(1)
			if top := r.Top[0]; top.SQL != "select much" || top.Calls() != int64(c.groups) || top.Took != 1000*top.Calls() {
				t.Errorf("%d statements %.20s took %d", top.Calls(), top.SQL, top.Took)
			}
			if r.Others.Calls() != int64(c.groups) || r.Others.Groups != c.groups || r.Took != took {
				t.Errorf("%d others in %d groups; %d ns, not %d", r.Others.Calls(), r.Others.Groups, r.Took, took)
			}
		})
	}
}

// TestPercentile holds percentiles against those of sorted lists.
func TestPercentile(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for round := range 2000 {
		var g Group
		var all []int64
		for range 1 + r.IntN(60) {
			n := r.Int64N(1 << (1 + r.IntN(62)))
			if round%2 == 0 { // near each other, and on the bounds of buckets
				n = int64(1)<<(round%60) + r.Int64N(3) - 1
			}
			all = append(all, n)
			g.add(ran(1, n, Statement{}))
		}
		slices.Sort(all)
		for _, percent := range []int{1, 50, 95, 100} {
			exact := all[(len(all)*percent+99)/100-1]
			if got, ok := g.Percentile(int64(percent)); !ok || got < exact || got-exact > exact/parts || percent == 100 && got != exact {
				t.Fatalf("%d%% of %d is %d, not %d", percent, all, got, exact)
			}
		}
	}
	if _, ok := new(Group).Percentile(95); ok {
		t.Error("there is a percentile of nothing")
	}
}
