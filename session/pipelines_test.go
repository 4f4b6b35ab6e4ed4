package session_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pgwdump/pgwdump/reassembly"
	"github.com/pgwdump/pgwdump/session"
)

// pipelines are requests that a client makes again and again without waiting for the
// answers; each is numbered.
var pipelines = []struct{ name, ask, answer string }{
	{"descriptions of one statement",
		"> 1 Parse s \"select $1\"\n> 1 Describe S s\n> 1 Bind \"\" s x\n> 1 Execute \"\" 0\n> 1 Sync\n",
		"< 2 ParseComplete\n< 2 ParameterDescription %d\n< 2 NoData\n< 2 BindComplete\n< 2 CommandComplete SELECT 1\n< 2 ReadyForQuery I\n"},
	{"portals that end with their transactions",
		"> 1 Bind p%d \"\" %d\n> 1 Execute p%d 1\n> 1 Sync\n",
		"< 2 BindComplete\n< 2 CommandComplete SELECT 1\n< 2 ReadyForQuery I\n"},
	{"COPY that ends before it begins",
		"> 1 Query \"copy t from stdin\"\n> 1 CopyData \"%d\\n\"\n> 1 CopyDone\n",
		"< 2 CopyInResponse 0 1\n< 2 CommandComplete COPY 1\n< 2 ReadyForQuery I\n"},
	{"names that end with a DEALLOCATE",
		"> 1 Parse s%d \"select %d\"\n> 1 Bind \"\" s%d\n> 1 Execute \"\" 0\n> 1 Sync\n> 1 Query \"deallocate all\"\n> 1 Query \"execute s%d\"\n",
		"< 2 ParseComplete\n< 2 BindComplete\n< 2 CommandComplete SELECT 1\n< 2 ReadyForQuery I\n< 2 CommandComplete DEALLOCATE\n< 2 ReadyForQuery I\n< 2 ErrorResponse ERROR 26000 \"no %d\"\n< 2 ReadyForQuery I\n"},
}

// repeated returns a text as often as that, with the numbers from 1 on.
func repeated(text string, n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.ReplaceAll(text, "%d", fmt.Sprint(i+1)))
	}
	return b.String()
}

// TestPipelines holds what a client asks for without waiting to what it is if the client
// waits for each answer.
func TestPipelines(t *testing.T) {
	for _, p := range pipelines {
		const n = 20
		if d := cmp.Diff(statementsOf(t, repeated(p.ask+p.answer, n)), statementsOf(t, repeated(p.ask, n)+repeated(p.answer, n))); d != "" {
			t.Errorf("%s (-waited for +pipelined)\n%s", p.name, d)
		}
	}
}

// statementsOf returns a line for each statement of a conversation, without its times.
func statementsOf(t testing.TB, text string) (lines []string) {
	c, err := parse(text)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range observe(c) {
		head, rest, _ := strings.Cut(line, " begin ")
		if _, rest, _ = strings.Cut(rest, " tx "); rest != "" {
			line = head + rest[len("II"):]
		}
		lines = append(lines, line)
	}
	return lines
}

// BenchmarkPipelines has few requests wait, and many: what one takes should not depend on
// how many there are.
func BenchmarkPipelines(b *testing.B) {
	for _, p := range pipelines {
		for _, n := range []int{100, 10_000} {
			b.Run(fmt.Sprintf("%s/%d", p.name, n), func(b *testing.B) {
				begin, err := parse("")
				if err != nil {
					b.Fatal(err)
				}
				c := read(b, repeated(p.ask, n)+repeated(p.answer, n))
				for b.Loop() {
					s := newStage(session.Statements, begin)
					s.play(c)
					s.stream.Close(reassembly.Finished, 0, 0)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/request")
			})
		}
	}
}
