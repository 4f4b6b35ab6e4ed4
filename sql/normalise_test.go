package sql

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// normal are texts with what becomes of them.
var normal = []struct{ text, want string }{
	{"", ""},
	{" ; ", ""},
	{"-- nothing", ""},
	{"SELECT  1", "select $1"},
	{"select 1;", "select $1"},
	{"select $1, $2", "select $1, $2"},
	{"select $2, 5, $1", "select $1, $2, $3"},

	// Constants of all kinds.
	{"select 1, 1.5, .5, 1., 1e10, 1.5E-3, 0x1F, 1_000", "select $1, $2, $3, $4, $5, $6, $7, $8"},
	{`select 'a', 'it''s', E'\'', e'\\', B'1', X'f', N'n', U&'\0061', $$a$$, $tag$ $$ $tag$`,
		"select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10"},
	{"select true, FALSE, null", "select $1, $2, $3"},
	{"select date '2026-01-02', interval '1 day', '5'::int", "select date $1, interval $2, $3::int"},
	{"select'x'from t", "select $1 from t"},
	{"select 'never ends; select 2", "select $1"},

	// What is no constant.
	{"select a1, _2, é3 from t4 where x is not null and y is null", "select a1, _2, é3 from t4 where x is not null and y is null"},
	{"alter table t alter a set not null, add foreign key (b) references u on delete set null",
		"alter table t alter a set not null, add foreign key (b) references u on delete set null"},
	{`select "A""1" from "T 2", U&"\0061"`, `select "A""1" from "T 2", U&"\0061"`},
	{"select a.b[1:2], c->>'k', d @> '{}'", "select a.b[$1:$2], c->>$3, d @> $4"},

	// Signs: those of a constant go with it.
	{"select -1, - 2, +3", "select $1, $2, $3"},
	{"where a = -1 and b=-1 and c between -1 and -2", "where a = $1 and b=$2 and c between $3 and $4"},
	{"select a - 1, a -1, (a) - 1, a[1] - 1, 'b' - 1", "select a - $1, a -$2, (a) - $3, a[$4] - $5, $6 - $7"},
	{"select a - -1, - - 1, -a, -$1", "select a - $1, - $2, -a, -$3"},
	{"limit -1 offset 5", "limit $1 offset $2"},

	// White space and comments.
	{"\tselect\n  a,\r\n  b -- c\nfrom\ft", "select a, b from t"},
	{"/* who: 1 */ select /* 2 */ 1 /*traceparent='00-1'*/", "select $1"},
	{"select 1/**/a", "select $1 a"},

	// Lists.
	{"where a in (1)", "where a in ($1)"},
	{"where a in (1, 2)", "where a in ($1, ...)"},
	{"where a IN(1,2,3) and b = 4", "where a in ($1, ...) and b = $2"},
	{"where a not in ($1, $2, $3) limit $4", "where a not in ($1, ...) limit $2"},
	{"where a in (-1, null, 'b'::text, $5::pg_catalog)", "where a in ($1, ...)"},
	{"where a in ($1, ...)", "where a in ($1, ...)"},
	{"where a in (1, b, 3)", "where a in ($1, b, $2)"},
	{"where a in (1, f(2), 3)", "where a in ($1, f($2), $3)"},
	{"where a in (select 1, 2)", "where a in (select $1, $2)"},
	{"where a in (1, 2, 3, 'cut of", "where a in ($1, ...)"},
	{"where a in (1, ;", "where a in ($1, ...)"},
	{"where a in (...;", "where a in ($1, ...)"},
	{"where a in ()", "where a in ()"},
	{"where (a, b) in ((1, 'x'), (2, 'y'), (3, f(4))) and c = 5", "where (a, b) in (($1, $2), ...) and c = $3"},
	{"where (a, b) in ((1, 2))", "where (a, b) in (($1, $2))"},
	{"where (a, b) in (($1, $2), ...)", "where (a, b) in (($1, $2), ...)"},
	{"where a in ((select 1), 2)", "where a in ((select $1), $2)"},
	{"select ((1), (2)), (3)", "select (($1), ($2)), ($3)"},
	{"where a = any (array[1, 2, 3])", "where a = any (array[$1, ...])"},
	{"select coalesce(a, 1, 2), numeric(10, 2)", "select coalesce(a, $1, $2), numeric($3, $4)"},

	// Rows.
	{"insert into t values (1, 'a')", "insert into t values ($1, $2)"},
	{"insert into t (a, b) values (1, 'a'), (2, 'b'), (3, default) returning id",
		"insert into t (a, b) values ($1, $2), ... returning id"},
	{"insert into t values (1, f(2)), (3, f((4))) on conflict do update set a = 5",
		"insert into t values ($1, f($2)), ... on conflict do update set a = $3"},
	{"insert into t values ($1, $2), ... returning id", "insert into t values ($1, $2), ... returning id"},
	{"insert into t values (1, 'a'), (2, 'cut of", "insert into t values ($1, $2), ..."},
	{"select (values (1), (2)), (3), (4)", "select (values ($1), ...), ($2), ($3)"},
	{"values ((values (1), (2))), (3)", "values ((values ($1), ...)), ..."},

	// Names that programs count up.
	{`SAVEPOINT "s140_x1"`, "savepoint $1"},
	{"release savepoint a1", "release savepoint $1"},
	{"release a1", "release $1"},
	{"rollback", "rollback"},
	{"ROLLBACK TO SAVEPOINT a1", "rollback to savepoint $1"},
	{"rollback transaction to a1", "rollback transaction to $1"},
	{"deallocate pdo_stmt_00000001", "deallocate $1"},
	{"deallocate prepare a", "deallocate prepare $1"},
	{"deallocate all", "deallocate all"},
	{"close all", "close all"},
	{`declare "c_1" no scroll cursor for select * from t where a = 1`, "declare $1 no scroll cursor for select * from t where a = $2"},
	{"fetch forward 100 from c_1", "fetch forward $1 from $2"},
	{"close c_1", "close $1"},
	{"select savepoint from savepoint", "select savepoint from savepoint"},
	{"commit prepared 'x'", "commit prepared $1"},
}

func TestNormalise(t *testing.T) {
	for _, c := range normal {
		got := string(Normalise([]byte("before "), []byte(c.text), false))
		if d := cmp.Diff("before "+c.want, got); d != "" {
			t.Errorf("%s: %s", c.text, d)
		}
	}
	if got := string(Normalise(nil, []byte(`select '\'', 1`), true)); got != "select $1, $2" {
		t.Error("with backslashes:", got)
	}
}

// FuzzNormalise holds that a normalised statement stays as it is, and that it is the
// same with other constants.
func FuzzNormalise(f *testing.F) {
	for _, c := range normal {
		f.Add([]byte(c.text), false)
	}
	f.Add([]byte(`- -1 'a'$ $'b' $1$2 1a'b'c $é$1$é$ "open;`), true)
	f.Fuzz(func(t *testing.T, text []byte, backslashes bool) {
		once := Normalise(nil, text, backslashes)
		if twice := Normalise(nil, once, backslashes); !bytes.Equal(once, twice) {
			t.Fatalf("%q becomes\n%q, and that\n%q", text, once, twice)
		}
		other := otherConstants(text, backslashes)
		if got := Normalise(nil, other, backslashes); !bytes.Equal(once, got) {
			t.Fatalf("%q becomes\n%q, but\n%q\n%q", text, once, other, got)
		}
	})
}

// otherConstants returns a text with other constants: those that stand alone, so that
// nothing else becomes part of one.
func otherConstants(text []byte, backslashes bool) (other []byte) {
	l := Lexer{Text: text, Backslashes: backslashes}
	end := 0
	apart := func(at int) bool {
		return at < 0 || at >= len(text) || bytes.IndexByte([]byte(" ,()[]=<>"), text[at]) >= 0
	}
	for t := l.Next(); t.Kind != End; t = l.Next() {
		if !apart(t.Start-1) || !apart(t.End) {
			continue
		}
		another, ok := map[Kind]string{Number: "4e2", String: "$other$it's$other$", Parameter: "$77"}[t.Kind]
		if ok {
			other = append(append(other, text[end:t.Start]...), another...)
			end = t.End
		}
	}
	return append(other, text[end:]...)
}

// TestOtherConstants holds that there are others.
func TestOtherConstants(t *testing.T) {
	got := string(otherConstants([]byte("select 1, 'a'||2, $1 from a1"), false))
	if want := "select 4e2, 'a'||2, $77 from a1"; got != want {
		t.Errorf("%s, not %s", got, want)
	}
}

// BenchmarkNormalise normalises statements such as a busy server gets.
func BenchmarkNormalise(b *testing.B) {
	text := []byte(strings.ReplaceAll(statements, ";\n", "\n"))
	var dst []byte
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		dst = Normalise(dst[:0], text, false)
	}
}
