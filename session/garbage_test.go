package session_test

import (
	"testing"

	"github.com/pgwdump/pgwdump/session"
)

// TestNoGarbage lets statements of the usual kinds run again and again: once all of
// them were seen, they take no new memory.
func TestNoGarbage(t *testing.T) {
	begin, err := parse(`
> 1 Parse s1 "select $1" 23
> 1 Sync
< 2 ParseComplete
< 2 ReadyForQuery I
`)
	if err != nil {
		t.Fatal(err)
	}
	again := read(t, `
> 10 Query "select 1"
< 11 RowDescription one:23
< 11 DataRow 1
< 11 CommandComplete SELECT 1
< 11 ReadyForQuery I
> 12 Bind "" s1 1
> 12 Describe P ""
> 12 Execute "" 0
> 12 Sync
< 13 BindComplete
< 13 RowDescription a:23 b:25
< 13 DataRow 1 b
< 13 CommandComplete SELECT 1
< 13 ReadyForQuery I
> 14 Parse "" "insert into t values ($1)" 23
> 14 Bind "" "" 1
> 14 Execute "" 0
> 14 Bind "" "" 2
> 14 Execute "" 0
> 14 Sync
< 15 ParseComplete
< 15 BindComplete
< 15 CommandComplete INSERT 0 1
< 15 BindComplete
< 15 ErrorResponse ERROR 23505 "duplicate key"
< 15 ReadyForQuery I
`)
	for _, v := range []session.View{session.Messages, session.Statements} {
		s := newStage(v, begin)
		s.play(again)
		if n := testing.AllocsPerRun(200, func() { s.play(again) }); n >= 1 {
			t.Errorf("view %d: %v allocations", v, n)
		}
	}
}
