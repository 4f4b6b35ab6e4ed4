//go:build !race

package session_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/pgwdump/pgwdump/phase"
	"github.com/pgwdump/pgwdump/reassembly"
	"github.com/pgwdump/pgwdump/session"
)

// TestIdle holds what a connection costs on which nothing happens any more: there may be
// very many. The race detector would have its own memory for each.
func TestIdle(t *testing.T) {
	begin, err := parse(`
> 1 Query "select 1"
< 2 CommandComplete "SELECT 1"
< 2 ReadyForQuery I
`)
	if err != nil {
		t.Fatal(err)
	}
	const conns, most = 2000, 3400
	for _, view := range []session.View{session.Messages, session.Statements, session.Sessions} {
		var told session.Events
		o := session.New(session.Options{Ports: []uint16{0}, View: view})
		o.Tell(&told)
		var streams [conns]reassembly.Stream
		before := inUse()
		for n := range streams {
			streams[n] = o.Open(&reassembly.Conn{Number: n + 1, Opener: client})
			for i := range begin.chunks {
				streams[n].Data(&begin.chunks[i])
			}
			told.Reset()
		}
		if each := (inUse() - before) / conns; each > most {
			t.Errorf("view %d: a connection costs %d bytes", view, each)
		}
		runtime.KeepAlive(streams)
	}
}

// TestUnansweredNames has a client bind one portal after the other, and nothing is answered. A
// portal that was asked for before what is given up costs little: not a statement too.
func TestUnansweredNames(t *testing.T) {
	begin, err := parse("")
	if err != nil {
		t.Fatal(err)
	}
	s := newStage(session.Statements, begin)
	bind := func(from, to int) int64 {
		for ; from < to; from += 1000 {
			var b strings.Builder
			for n := range 1000 {
				fmt.Fprintf(&b, "> 1 Bind p%d \"\"\n", from+n)
			}
			s.play(read(t, b.String()))
		}
		return int64(inUse())
	}
	first := bind(0, phase.MaxRequests+1000)
	const more, most = 50_000, 500
	if each := (bind(phase.MaxRequests+1000, phase.MaxRequests+1000+more) - first) / more; each > most {
		t.Errorf("a portal costs %d bytes", each)
	}
	runtime.KeepAlive(s)
}

// inUse returns how many bytes of memory are in use.
func inUse() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
