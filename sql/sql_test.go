package sql

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestNext takes texts apart; in a text, and in what is expected, | stands
// between statements.
func TestNext(t *testing.T) {
	for _, c := range []struct {
		text, want  string
		backslashes bool
	}{
		{"", "", false},
		{" ; ;\n;", "", false},
		{"-- nothing", "", false},
		{"select 1", "select 1", false},
		{" select 1 ; ", "select 1", false},
		{"select 1;select 2", "select 1|select 2", false},
		{"select 1; -- the end;\n", "select 1", false},
		{"/* a; */ select 1; /* b */ select 2 /* c; */", "select 1|select 2", false},
		{"select /* /* ; */ ; */ 1; select 2", "select /* /* ; */ ; */ 1|select 2", false},
		{"select 1 -- ;\n; select 2", "select 1|select 2", false},
		{"select ';'; select ''';'", "select ';'|select ''';'", false},
		{`select '\'; select 2`, `select '\'|select 2`, false},
		{`select '\'; select 2'; select 3`, `select '\'; select 2'|select 3`, true},
		{`select E'\'; x'; select 2`, `select E'\'; x'|select 2`, false},
		{`select e'\\'; select 2`, `select e'\\'|select 2`, false},
		{`select U&'\';'; select 2`, `select U&'\'|'; select 2`, false},
		{`select N'\'; select 2`, `select N'\'|select 2`, false},
		{`select B'1;', X'a;'; select 2`, `select B'1;', X'a;'|select 2`, false},
		{`select "a;""b;"; select U&"c;d"`, `select "a;""b;"|select U&"c;d"`, false},
		{"select $$;$$; select $a$ $$; $b$ $a$", "select $$;$$|select $a$ $$; $b$ $a$", false},
		{"select $1; select a$b$; c$b$", "select $1|select a$b$|c$b$", false},
		{"select $é$;$é$; select 1", "select $é$;$é$|select 1", false},
		{"select 'open; select 2", "select 'open; select 2", false},
		{"select $a$; select 2", "select $a$; select 2", false},
		{"create rule r as on insert to t do (select 1; select 2); select 3",
			"create rule r as on insert to t do (select 1; select 2)|select 3", false},
		{"create or replace function f() returns int begin atomic select 1; select case when true then 1 end; end; select 2",
			"create or replace function f() returns int begin atomic select 1; select case when true then 1 end; end|select 2", false},
		{"CREATE PROCEDURE p() BEGIN ATOMIC INSERT INTO t VALUES (1); END; CALL p()",
			"CREATE PROCEDURE p() BEGIN ATOMIC INSERT INTO t VALUES (1); END|CALL p()", false},
		{"begin; create table t (begin int); end", "begin|create table t (begin int)|end", false},
	} {
		var got []string
		for s, rest := Next([]byte(c.text), c.backslashes); s != nil; s, rest = Next(rest, c.backslashes) {
			got = append(got, string(s))
		}
		if d := cmp.Diff(c.want, strings.Join(got, "|")); d != "" {
			t.Errorf("%s: %s", c.text, d)
		}
		if len(got) > 1 && !Several([]byte(c.text)) {
			t.Errorf("%s: Several says no", c.text)
		}
	}
}

func TestParse(t *testing.T) {
	for text, want := range map[string]Command{
		"select 1":              {},
		"":                      {},
		"'prepare'":             {},
		"prepare q as select 1": {Prepare, []byte("q"), []byte("select 1")},
		"/* a */ PREPARE Q (int, numeric(3, 2)) AS\n select $1 ;": {Prepare, []byte("q"), []byte("select $1")},
		`prepare "Q""1" as table t`:                               {Prepare, []byte(`Q"1`), []byte("table t")},
		"prepare transaction 'x'":                                 {},
		"execute q (1)":                                           {Execute, []byte("q"), nil},
		`EXECUTE "Q"`:                                             {Execute, []byte("Q"), nil},
		"deallocate q":                                            {Deallocate, []byte("q"), nil},
		"deallocate prepare Q":                                    {Deallocate, []byte("q"), nil},
		"deallocate all":                                          {Verb: Forget},
		"deallocate prepare all":                                  {Verb: Forget},
		`deallocate "all"`:                                        {Deallocate, []byte("all"), nil},
		"discard all":                                             {Verb: Forget},
		"discard plans":                                           {},
		"copy t from stdin":                                       {Verb: Copy},
		"IDENTIFY_SYSTEM":                                         {Verb: Replication},
		"START_REPLICATION SLOT s LOGICAL":                        {Verb: Replication},
		"show all":                                                {},
	} {
		if d := cmp.Diff(want, Parse([]byte(text), false)); d != "" {
			t.Errorf("%s: %s", text, d)
		}
	}
}

// FuzzNext lets any text be taken apart: statements are in order and not empty.
func FuzzNext(f *testing.F) {
	f.Add([]byte("select $a$;$a$; /* /* */ */ select E'\\';'; create function f() begin atomic; end; --"), true)
	f.Fuzz(func(t *testing.T, text []byte, backslashes bool) {
		for s, rest := Next(text, backslashes); s != nil; s, rest = Next(rest, backslashes) {
			if len(bytes.Trim(s, " \t\n\v\f\r")) == 0 || len(s)+len(rest) > len(text) {
				t.Fatalf("%q is a statement of %q, before %q", s, text, rest)
			}
			text = rest
		}
		Parse(text, backslashes)
	})
}

// statements are such as a busy server gets.
const statements = `BEGIN;
UPDATE pgbench_accounts SET abalance = abalance + -4047 WHERE aid = 1834;
SELECT abalance FROM pgbench_accounts WHERE aid = 1834; -- what is left
/* the teller */ UPDATE "pgbench_tellers" SET tbalance = tbalance + -4047 WHERE tid = 7;
INSERT INTO pgbench_history (tid, bid, aid, delta, mtime, filler) VALUES (7, 1, 1834, -4047, CURRENT_TIMESTAMP, 'it''s ; nothing');
SELECT $body$ select 1; $body$, E'a\'b', 1e10;
DEALLOCATE "s1";
END;`

// BenchmarkNext takes a text apart into statements.
func BenchmarkNext(b *testing.B) {
	b.SetBytes(int64(len(statements)))
	b.ReportAllocs()
	for b.Loop() {
		for s, rest := Next([]byte(statements), false); s != nil; s, rest = Next(rest, false) {
		}
	}
}

// BenchmarkParse asks of each of them what it does to the session.
func BenchmarkParse(b *testing.B) {
	var all [][]byte
	for s, rest := Next([]byte(statements), false); s != nil; s, rest = Next(rest, false) {
		all = append(all, s)
	}
	b.SetBytes(int64(len(statements)))
	b.ReportAllocs()
	for b.Loop() {
		for _, s := range all {
			Parse(s, false)
		}
	}
}
