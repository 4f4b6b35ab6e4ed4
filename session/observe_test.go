package session_test

import (
	"testing"

	"github.com/pgwdump/pgwdump/session"
)

// BenchmarkObserve observes a query of the extended protocol and its answer.
func BenchmarkObserve(b *testing.B) {
	begin, err := parse("")
	if err != nil {
		b.Fatal(err)
	}
	exchange := read(b, `
> 3 Parse "" "select abalance from pgbench_accounts where aid = $1"
> 3 Bind "" "" 4711
> 3 Describe P ""
> 3 Execute "" 0
> 3 Sync
< 4 ParseComplete
< 4 BindComplete
< 4 RowDescription abalance:23
< 4 DataRow 4711
< 4 CommandComplete SELECT 1
< 4 ReadyForQuery I
`)
	size := 0
	for i := range exchange.chunks {
		size += len(exchange.chunks[i].Bytes)
	}
	for _, c := range []struct {
		name string
		view session.View
	}{{"messages", session.Messages}, {"statements", session.Statements}, {"sessions", session.Sessions}} {
		b.Run(c.name, func(b *testing.B) {
			s := newStage(c.view, begin)
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				s.play(exchange)
			}
		})
	}
}
