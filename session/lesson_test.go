package session_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	m "github.com/pgwdump/pgwdump/message"
	"github.com/pgwdump/pgwdump/reassembly"
	"github.com/pgwdump/pgwdump/session"
)

// TestLearning lets clients ask the catalog for types, as drivers do, and looks at what
// the next statement of the connection knows of them.
func TestLearning(t *testing.T) {
	const last = `
> 50 Query "select 1"
< 51 CommandComplete SELECT 1
< 51 ReadyForQuery I
> 60 finished`
	for _, c := range []struct{ name, text, want string }{
		{"a simple query", `
> 10 Query "select oid, typname, typtype, typelem from pg_type"
< 11 RowDescription oid:26 typname:19 typtype:18 typelem:26
< 11 DataRow 16385 mood e 0
< 11 DataRow 16384 _mood b 16385
< 12 CommandComplete SELECT 2
< 12 ReadyForQuery I`, "mood mood[]"},
		{"in binary, described before", `
> 10 Parse s "select oid, typname, typtype from pg_catalog.pg_type"
> 10 Describe S s
> 10 Sync
< 11 ParseComplete
< 11 ParameterDescription
< 11 RowDescription oid:26 typname:19 typtype:18
< 11 ReadyForQuery I
> 12 Bind "" s
> 12 Execute ""
> 12 Sync
< 13 BindComplete
< 13 DataRow 16385 mood e
< 13 CommandComplete SELECT 1
< 13 ReadyForQuery I`, "mood "},
		{"the OID as the parameter", `
> 10 Parse "" "select typname, typtype, typelem from pg_type where oid = $1" 26
> 10 Bind "" "" \x00004001
> 10 Describe P ""
> 10 Execute ""
> 10 Sync
< 11 ParseComplete
< 11 BindComplete
< 11 RowDescription typname:19 typtype:18 typelem:26
< 11 DataRow mood e 0
< 11 CommandComplete SELECT 1
< 11 ReadyForQuery I`, "mood "},
		{"another table", `
> 10 Query "select oid, name from not_pg_type"
< 11 RowDescription other:26 name:25
< 11 DataRow 16385 nonsense
< 11 CommandComplete SELECT 1
< 11 ReadyForQuery I`, " "},
		{"parameters in between", `
> 10 Query "select oid, typname from pg_type"
< 11 RowDescription oid:26 typname:19
< 11 DataRow 16385 mood
< 11 ParameterStatus application_name other
< 11 DataRow 16384 _mood
< 12 CommandComplete SELECT 2
< 12 ReadyForQuery I`, "mood _mood"},
	} {
		conversation, err := parse(c.text + last)
		if err != nil {
			t.Fatal(err)
		}
		var told session.Events
		o := session.New(session.Options{Ports: []uint16{0}, View: session.Statements})
		o.Tell(&told)
		s := o.Open(&reassembly.Conn{Number: 1, Opener: client})
		for i := range conversation.chunks {
			chunk := conversation.chunks[i]
			chunk.Bytes = bytes.Clone(chunk.Bytes)
			s.Data(&chunk)
			clear(chunk.Bytes)
		}
		s.Close(reassembly.Finished, len(conversation.chunks), conversation.end)
		var got []string
		for i := range told.List {
			if e := &told.List[i]; e.Type == session.Ended && e.Statement.Request == m.KindQuery && string(e.Statement.SQL) == "select 1" {
				got = append(got, e.Statement.Login.Values.Name(16385)+" "+e.Statement.Login.Values.Name(16384))
			}
		}
		if strings.Join(got, "|") != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// TestRowOfOthers gives rows that are described, and rows that have more values than that,
// or fewer: these are of something else.
func TestRowOfOthers(t *testing.T) {
	c, err := parse("> 1 Query \"select\"\n< 2 RowDescription a:23 b:23\n< 2 DataRow 1 2\n< 2 DataRow 1\n< 2 DataRow 1 2 3\n< 2 DataRow 1 2")
	if err != nil {
		t.Fatal(err)
	}
	var told session.Events
	o := session.New(session.Options{Ports: []uint16{0}})
	o.Tell(&told)
	s := o.Open(&reassembly.Conn{Number: 1, Opener: client})
	for i := range c.chunks {
		s.Data(&c.chunks[i])
	}
	var got []bool
	for i := range told.List {
		if e := &told.List[i]; e.Frame.Kind == m.KindDataRow {
			got = append(got, e.Columns != nil)
		}
	}
	if want := []bool{true, false, false, true}; !slices.Equal(got, want) {
		t.Errorf("columns are known: %v, want %v", got, want)
	}
}
