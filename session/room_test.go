package session_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pgwdump/pgwdump/reassembly"
	"github.com/pgwdump/pgwdump/session"
)

// TestClone keeps statements while others take the memory of those that were told of, and
// holds them to what they were.
func TestClone(t *testing.T) {
	const all = `
> 1 Query "copy %[1]s to stdout"
< 2 CopyOutResponse 0 1
< 2 CopyData %[1]s
< 2 CopyDone
< 2 CommandComplete COPY 1
< 2 ReadyForQuery I
> 3 Parse %[1]s "insert into %[1]s values ($1)" 23
> 3 Bind p%[1]s %[1]s 1
> 3 Execute p%[1]s 0
> 3 Sync
< 4 ParseComplete
< 4 BindComplete
< 4 NoticeResponse NOTICE 00000 notice-%[1]s
< 4 ErrorResponse ERROR 23505 error-%[1]s
< 4 ReadyForQuery I
> 5 Query "execute %[1]s"
< 6 CommandComplete %[1]s
< 6 ReadyForQuery I
`
	begin, err := parse("")
	if err != nil {
		t.Fatal(err)
	}
	s := newStage(session.Statements, begin)
	written := func(s *session.Statement) string {
		return fmt.Sprintf("%s error %q notices %q", describe(s), s.Error, s.Notices)
	}
	var kept []*session.Statement
	var was []string
	total := 0
	for round, n := range []int{1, 10, 10, 10, 10, 10, 10, 10, 30, 300, 1, 2, 300, 1} {
		total += 3 * n
		for i := range n {
			name := fmt.Sprintf("r%d-%d-", round, i)
			if n == 30 && i%7 == 3 {
				name += strings.Repeat("long", 1000)
			}
			c := read(t, fmt.Sprintf(all, name))
			for i := range c.chunks {
				s.stream.Data(&c.chunks[i])
			}
		}
		for i := range s.told.List {
			if e := &s.told.List[i]; e.Statement != nil {
				kept, was = append(kept, e.Statement.Clone()), append(was, written(e.Statement))
			}
		}
		s.told.Reset()
	}
	if len(kept) != total {
		t.Errorf("%d statements, not %d", len(kept), total)
	}
	for i, s := range kept {
		if now := written(s); now != was[i] {
			t.Fatalf("statement %d was\n%.500s\nand is\n%.500s", i, was[i], now)
		}
	}
}

// TestReferred holds that nothing refers to a statement that is used again, in all
// conversations.
func TestReferred(t *testing.T) {
	said := map[string]string{}
	files, _ := filepath.Glob("testdata/*.txt")
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		said[file], _, _ = strings.Cut(string(text), dashes)
	}
	for _, p := range pipelines {
		said[p.name] = repeated(p.ask, 20) + repeated(p.answer, 20)
	}
	for name, text := range said {
		c, err := parse(text)
		if err == nil {
			err = referred(c)
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// referred plays a conversation, and returns what is wrong with what refers to statements.
func referred(c *conversation) error {
	var told session.Events
	o := session.New(session.Options{Ports: []uint16{0}, View: session.Statements})
	o.Tell(&told)
	s, check := o.OpenInClear(&reassembly.Conn{Number: 1, Opener: client})
	for i := range c.chunks {
		s.Data(&c.chunks[i])
		if err := check(); err != nil {
			return err
		}
		told.Reset()
	}
	return nil
}
