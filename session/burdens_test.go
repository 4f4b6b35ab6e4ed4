package session_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pgwdump/pgwdump/session"
)

// burdens are what messages refer to, with something at its %s that there may be very much
// of, and what refers to it again and again, numbered by its %d.
var burdens = []struct{ name, burden, much, each string }{
	{"columns of rows that tell of types",
		"> 1 Query \"select oid, typname from pg_type\"\n< 2 RowDescription oid:26 typname:19%s\n", " c:25",
		"< 3 DataRow 100000 t\n"},
	{"columns of statements that tell of types",
		"> 1 Parse s \"select oid, typname from pg_type\"\n> 1 Describe S s\n> 1 Sync\n< 2 ParseComplete\n< 2 ParameterDescription\n< 2 RowDescription oid:26 typname:19%s\n< 2 ReadyForQuery I\n", " c:25",
		"> 4 Bind \"\" s\n> 4 Execute \"\" 0\n> 4 Sync\n< 5 BindComplete\n< 5 DataRow 100000 t\n< 5 CommandComplete SELECT 1\n< 5 ReadyForQuery I\n"},
	{"parameters of rows that tell of types",
		"> 1 Parse \"\" \"select typname, typtype from pg_type\"\n> 1 Bind \"\" \"\"%s\n> 1 Describe P \"\"\n> 1 Execute \"\" 0\n> 1 Sync\n< 2 ParseComplete\n< 2 BindComplete\n< 2 RowDescription typname:19 typtype:18\n", " 1",
		"< 3 DataRow t e\n"},
	{"parameters of a portal",
		"> 1 Bind p \"\" x%s\n> 1 Sync\n< 2 BindComplete\n< 2 ReadyForQuery T\n", "xxxxxxxxxx",
		"> 3 Execute p 1\n> 3 Sync\n< 4 PortalSuspended\n< 4 ReadyForQuery T\n"},
	{"text of a prepared statement",
		"> 1 Parse s \"select x%s\"\n> 1 Sync\n< 2 ParseComplete\n< 2 ReadyForQuery T\n", "pppppppppp",
		"> 3 Bind \"\" s\n> 3 Execute \"\" 0\n> 3 Sync\n< 4 BindComplete\n< 4 DataRow 1\n< 4 CommandComplete SELECT 1\n< 4 ReadyForQuery T\n"},
	{"text of a Query with errors",
		"> 1 Query \"select 1; select x%s\"\n", "xxxxxxxxxx",
		"< 2 ErrorResponse ERROR 42601 no 10000\n"},
}

const little, much = 10, 10_000

// burdened returns a stage on which so much of a burden was said, and what refers to it
// often.
func burdened(t testing.TB, i, size, often int) (s *stage, again *conversation) {
	b := &burdens[i]
	begin, err := parse(strings.Replace(b.burden, "%s", strings.Repeat(b.much, size), 1))
	if err != nil {
		t.Fatal(err)
	}
	return newStage(session.Statements, begin), read(t, repeated(b.each, often))
}

// TestBurdens holds the memory that a message takes to what it takes where there is little
// that it refers to.
func TestBurdens(t *testing.T) {
	for i := range burdens {
		const often = 100
		takes := func(size int) uint64 {
			s, again := burdened(t, i, size, often)
			s.play(again) // what is kept once is there then
			return allocated(func() { s.play(again) })
		}
		if few, many := takes(little), takes(much); many > 2*few+often*1000 {
			t.Errorf("%s: %d bytes each, and %d where there is little", burdens[i].name, many/often, few/often)
		}
	}
}

// BenchmarkBurdens does the same for time.
func BenchmarkBurdens(b *testing.B) {
	for i := range burdens {
		for _, size := range []int{little, much} {
			b.Run(fmt.Sprintf("%s/%d", burdens[i].name, size), func(b *testing.B) {
				const often = 100
				s, again := burdened(b, i, size, often)
				for b.Loop() {
					s.play(again)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*often), "ns/each")
			})
		}
	}
}
