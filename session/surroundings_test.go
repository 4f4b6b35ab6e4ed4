package session_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/pgwdump/pgwdump/session"
)

// TestSurroundings looks for errors, and holds the statements around them to what they were
// when they were told of: others have their memory by then.
func TestSurroundings(t *testing.T) {
	const all, each, around = 50, 7, 2
	begin, err := parse("")
	if err != nil {
		t.Fatal(err)
	}
	s := newStage(session.Statements, begin)
	v := session.NewSurroundings(&session.Selection{Errors: true}, around)
	was := map[int64]string{}
	var passed, want []int64
	for n := range int64(all) {
		answer := "< 2 CommandComplete SELECT 1"
		if n%each == 0 {
			answer = "< 2 ErrorResponse ERROR 42601 no"
		}
		if n%each <= around || n%each >= each-around && n/each*each+each < all {
			want = append(want, n+1)
		}
		for _, chunk := range read(t, fmt.Sprintf("> 1 Query \"select %d\"\n%s\n< 2 ReadyForQuery I\n", n, answer)).chunks {
			s.stream.Data(&chunk)
		}
		for i := range s.told.List {
			e := &s.told.List[i]
			if e.Statement == nil {
				continue
			}
			was[e.Statement.Number] = describe(e.Statement)
			v.Add(e, func(e *session.Event) {
				number := e.Statement.Number
				if is := describe(e.Statement); is != was[number] {
					t.Errorf("%s\nwas %s", is, was[number])
				}
				passed = append(passed, number)
			})
		}
		s.told.Reset()
	}
	if !slices.Equal(passed, want) {
		t.Errorf("%v are passed on, not %v", passed, want)
	}
}
