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

// A stage is a connection that is observed, and what it tells.
type stage struct {
	told   session.Events
	stream reassembly.Stream
}

func newStage(v session.View, c *conversation) *stage {
	s := &stage{}
	o := session.New(session.Options{Ports: []uint16{0}, View: v})
	o.Tell(&s.told)
	s.stream = o.Open(&reassembly.Conn{Number: 1, Opener: client})
	s.play(c)
	return s
}

// play lets a conversation happen, and returns how many statements ended.
func (s *stage) play(c *conversation) (ended int) {
	for i := range c.chunks {
		s.stream.Data(&c.chunks[i])
	}
	for i := range s.told.List {
		if s.told.List[i].Statement != nil {
			ended++
		}
	}
	s.told.Reset()
	return ended
}

// read reads what is said once the session has begun.
func read(t testing.TB, text string) *conversation {
	c, err := parse("joined\n" + text)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestUnanswered captures the client's side only: what it asked for is given up when
// that becomes too much, and told of.
func TestUnanswered(t *testing.T) {
	begin, err := parse("")
	if err != nil {
		t.Fatal(err)
	}
	s := newStage(session.Statements, begin)
	more := read(t, strings.Repeat("> 1 Query \"select 1\"\n", 100))
	ended := 0
	const rounds = 700
	for range rounds {
		ended += s.play(more)
	}
	if open := rounds*100 - ended; open > phase.MaxRequests+1 {
		t.Errorf("%d statements are open", open)
	}
}

// TestUnansweredByMany lets many connections ask for much that is not answered: what they
// ask for is given up when it is too much together, though little for each.
func TestUnansweredByMany(t *testing.T) {
	const conns = 50
	for _, held := range []int{1 << 16, 0} {
		c := newCrowd(t, session.Options{View: session.Statements, Held: held}, conns)
		ended := 0
		for n := range conns {
			for _, e := range c.say(t, n, strings.Repeat("> 1 Query \"select 1\"\n", 100)) {
				if e.Statement != nil {
					ended++
				}
			}
		}
		const most = 2 << 16 / 1024 // of statements of at least that cost
		if open := conns*100 - ended; held > 0 && open > most+conns+100 || held == 0 && ended > 0 {
			t.Errorf("%d bytes may be held; %d statements are open, %d have ended", held, open, ended)
		}
	}
}

// TestNames lets a client use each name once: those that are gone are forgotten, and
// one that is not is known for ever.
func TestNames(t *testing.T) {
	begin, err := parse(`
> 1 Parse kept "select 'kept'"
> 1 Sync
< 2 ParseComplete
< 2 ReadyForQuery I
`)
	if err != nil {
		t.Fatal(err)
	}
	for _, end := range []string{"> 5 Close S %[1]s\n> 5 Sync\n< 6 CloseComplete\n", "> 5 Query \"deallocate %[1]s\"\n< 6 CommandComplete DEALLOCATE\n"} {
		s := newStage(session.Statements, begin)
		for i := range 17_000 {
			name := fmt.Sprintf("s%d", i)
			s.play(read(t, fmt.Sprintf("> 3 Parse %[1]s \"select %[1]s\"\n> 3 Sync\n< 4 ParseComplete\n< 4 ReadyForQuery I\n"+end+"< 6 ReadyForQuery I\n", name)))
		}
		last := read(t, "> 10 Bind \"\" kept\n> 10 Execute \"\" 0\n> 10 Sync\n< 11 BindComplete\n< 11 CommandComplete SELECT 1\n< 11 ReadyForQuery I\n")
		for i := range last.chunks {
			s.stream.Data(&last.chunks[i])
		}
		statement := s.told.List[len(s.told.List)-1].Statement
		if statement == nil || string(statement.SQL) != "select 'kept'" {
			t.Errorf("%s: the statement is %v", end, statement)
		}
	}
}

// TestLearningOften has a client ask the catalog for one data type after the other, each in
// a statement of its own. What it takes to learn one does not depend on how many are known.
func TestLearningOften(t *testing.T) {
	begin, err := parse("")
	if err != nil {
		t.Fatal(err)
	}
	s := newStage(session.Statements, begin)
	learn := func(from, to int) uint64 {
		var asked []*conversation
		for oid := from; oid < to; oid++ {
			asked = append(asked, read(t, fmt.Sprintf("> 1 Query \"select oid, typname, typtype from pg_type\"\n< 2 RowDescription oid:26 typname:19 typtype:18\n< 2 DataRow %d t%d e\n< 2 CommandComplete SELECT 1\n< 2 ReadyForQuery I\n", oid, oid)))
		}
		return allocated(func() {
			for _, c := range asked {
				s.play(c)
			}
		})
	}
	const some = 500
	few := learn(100_000, 100_000+some)
	learn(100_000+some, 100_000+9*some)
	if many := learn(100_000+9*some, 100_000+10*some); many > 2*few {
		t.Errorf("%d types take %d bytes, and %d where %d are known", some, few, many, 9*some)
	}
}

// TestUnheard has a client go on without end behind an error, with statements that it does
// not run: each is given up for the next.
func TestUnheard(t *testing.T) {
	begin, err := parse("> 1 Execute \"\" 0\n< 2 ErrorResponse ERROR 34000 \"no portal\"")
	if err != nil {
		t.Fatal(err)
	}
	const often, size = 100, 10_000
	for _, what := range []string{"Parse \"\" %s", "Bind %s s", "Bind \"\" s %s"} {
		s := newStage(session.Statements, begin)
		more := read(t, strings.Repeat("> 3 "+strings.ReplaceAll(what, "%s", strings.Repeat("x", size))+"\n", often))
		s.play(more)
		if n := allocated(func() { s.play(more) }); n > often*size/2 {
			t.Errorf("%s: %d bytes for %d of %d bytes", what, n, often, size)
		}
	}
	s := newStage(session.Statements, begin)
	s.play(read(t, "> 3 Parse \"\" \"select 1\"\n> 3 Sync\n< 4 ReadyForQuery I\n> 5 Execute \"\" 0\n< 6 ErrorResponse ERROR 34000 \"no portal\""))
	c := read(t, "> 7 Bind \"\" \"\"\n> 7 Execute \"\" 0\n> 7 Sync\n< 8 ReadyForQuery I\n")
	for i := range c.chunks {
		s.stream.Data(&c.chunks[i])
	}
	for i := range s.told.List {
		if ended := s.told.List[i].Statement; ended.Status == session.Skipped && ended.SQL != nil {
			t.Errorf("what is read over runs what was read over in another batch: %q", ended.SQL)
		}
	}
}

// TestPassed has a server refuse a Query of very many statements: the first of them are told
// of one by one, the rest as one.
func TestPassed(t *testing.T) {
	const all, most = 5000, 2048
	text := strings.Repeat("select 1; ", all)
	for name, said := range map[string]string{
		"an error":             "< 2 ErrorResponse ERROR 42601 no\n< 2 ReadyForQuery I",
		"an error in the last": fmt.Sprintf("< 2 ErrorResponse ERROR 42601 no %d\n< 2 ReadyForQuery I", len(text)-5),
		"no answer":            "> 3 Terminate\n< 4 finished",
	} {
		c, err := parse(fmt.Sprintf("> 1 Query %q\n%s", text, said))
		if err != nil {
			t.Fatal(err)
		}
		lines := observe(c)
		rest := fmt.Sprintf("%.80q", strings.Repeat("select 1; ", 10)[:80])
		if n := len(lines); n < most || n > most+1 || !strings.HasSuffix(lines[n-1], "sql "+rest) {
			t.Errorf("%s: %d statements, the last is %s", name, n, lines[n-1])
		}
	}
}

// TestPassedBehindMany has a Query fail behind very many others: it does not matter what
// else was told of.
func TestPassedBehindMany(t *testing.T) {
	const many = 3000
	said := repeated("> 1 Query x\n< 2 CommandComplete X\n< 2 ReadyForQuery I\n", many)
	lines := statementsOf(t, said+"> 3 Query \"a; b; c; d\"\n< 4 ErrorResponse ERROR 42601 no\n< 4 ReadyForQuery I\n")
	if n := len(lines); n != many+4 || !strings.HasSuffix(lines[n-1], `sql "d"`) {
		t.Errorf("%d statements, the last is %s", n, lines[n-1])
	}
}

// allocated returns how many bytes a function allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}
