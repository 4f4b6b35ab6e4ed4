package sql

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pgwdump/pgwdump/copydata"
)

func TestParseCopy(t *testing.T) {
	text, csv, binary := copydata.Defaults(copydata.Text), copydata.Defaults(copydata.CSV), copydata.Defaults(copydata.Binary)
	with := func(o copydata.Options, change func(*copydata.Options)) copydata.Options {
		change(&o)
		return o
	}
	names := func(names ...string) (list [][]byte) {
		for _, n := range names {
			list = append(list, []byte(n))
		}
		return list
	}
	for _, c := range []struct {
		sql  string
		want CopyStatement
	}{
		{"copy items from stdin", CopyStatement{From: true, Table: []byte("items"), Options: text}},
		{"COPY public.\"My Items\" (Id, \"Na,me\") TO STDOUT;", CopyStatement{Table: []byte(`public."My Items"`), Columns: names("id", "Na,me"), Options: text}},
		{"copy (select ')' from f((1))) to stdout with (format csv, header)", CopyStatement{Header: true, Options: csv}},
		{"copy t from stdin (format binary)", CopyStatement{From: true, Table: []byte("t"), Options: binary}},
		{"copy binary t from stdin", CopyStatement{From: true, Table: []byte("t"), Options: binary}},
		{"copy t from stdin with binary", CopyStatement{From: true, Table: []byte("t"), Options: binary}},
		{"copy t from stdin csv header delimiter as ';' null 'nil' quote '''' force not null a, b", CopyStatement{From: true, Table: []byte("t"), Header: true,
			Options: with(csv, func(o *copydata.Options) { o.Delimiter, o.Null, o.Quote, o.Escape = ';', "nil", '\'', '\'' })}},
		{"copy t to stdout with csv force quote * escape '\\'", CopyStatement{Table: []byte("t"), Options: with(csv, func(o *copydata.Options) { o.Escape = '\\' })}},
		{"copy t to stdout using delimiters '|'", CopyStatement{Table: []byte("t"), Options: with(text, func(o *copydata.Options) { o.Delimiter = '|' })}},
		{"copy t from stdin with (delimiter E'\\b', null $$-$$, header false, force_null (a, b), encoding 'latin1', on_error ignore, format text)",
			CopyStatement{From: true, Table: []byte("t"), Options: with(text, func(o *copydata.Options) { o.Delimiter, o.Null = '\b', "-" })}},
		{"copy t from stdin with (header match, format 'csv', null '', quote E'\\'')", CopyStatement{From: true, Table: []byte("t"), Header: true,
			Options: with(csv, func(o *copydata.Options) { o.Quote, o.Escape = '\'', '\'' })}},
		{"copy t from stdin where a > 1", CopyStatement{From: true, Table: []byte("t"), Options: text}},
		{"copy t from stdin with (", CopyStatement{From: true, Table: []byte("t"), Options: text}},
	} {
		got, ok := ParseCopy([]byte(c.sql), false)
		if d := cmp.Diff(c.want, got); d != "" || !ok {
			t.Errorf("%s: %v (-want +got)\n%s", c.sql, ok, d)
		}
	}
	for _, other := range []string{"", "select 1", "copy", "copy t", "copy t from '/etc/passwd'", "copy t to program 'x'", "copy (select 1", "copies"} {
		if got, ok := ParseCopy([]byte(other), false); ok {
			t.Errorf("%s: %+v", other, got)
		}
	}
}

func FuzzParseCopy(f *testing.F) {
	f.Add([]byte("copy t (a, b) from stdin with (format csv, delimiter E'\\t', null '')"))
	f.Add([]byte("copy (select 1) to stdout csv force quote * header"))
	f.Fuzz(func(t *testing.T, text []byte) {
		ParseCopy(text, len(text)%2 == 0)
	})
}
