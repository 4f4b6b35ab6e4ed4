//go:build integration

package integration

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pgwdump/pgwdump/copydata"
	"github.com/pgwdump/pgwdump/message"
)

// TestCopyData splits what a server copies out, in each format, also where the data
// is cut anywhere, and compares the columns with those of a SELECT.
func TestCopyData(t *testing.T) {
	c := newDatabase(t, "pgwdump_copydata")
	c.rows("create table t (id int, a text, b text)")
	r := rand.New(rand.NewPCG(1, 1))
	insert := []string{"(0, '', null)", `(0, '\N', 'nil')`, `(0, '\.', '\\')`}
	for range 4000 {
		insert = append(insert, "("+integer(32)(r)+", "+literal(text(r))+", "+literal(text(r))+")")
	}
	c.rows("insert into t values " + strings.Join(insert, ","))
	want := c.ask(&message.Query{SQL: message.Text("select id, a, b from t")})[0].rows
	odd := copydata.Options{Format: copydata.CSV, Delimiter: ';', Null: "nil", Quote: '\'', Escape: '\\'}
	for _, f := range []struct {
		with    string
		options copydata.Options
	}{
		{"format text", copydata.Defaults(copydata.Text)},
		{"format text, delimiter '|', null '<null>'", copydata.Options{Format: copydata.Text, Delimiter: '|', Null: "<null>"}},
		{"format csv", copydata.Defaults(copydata.CSV)},
		{"format csv, force_quote *", copydata.Defaults(copydata.CSV)},
		{`format csv, delimiter ';', null 'nil', quote '''', escape '\'`, odd},
		{"format binary", copydata.Defaults(copydata.Binary)},
	} {
		a := c.ask(&message.Query{SQL: message.Text("copy (select id::text, a, b from t) to stdout (" + f.with + ")")})[0]
		if a.err != nil {
			t.Fatalf("%s: %v", f.with, a.err)
		}
		pieces := slices.Collect(slices.Chunk(bytes.Join(a.copy, nil), 7))
		for _, bodies := range [][][]byte{a.copy, pieces} {
			s := copydata.New(f.options)
			var got [][][]byte
			for _, body := range bodies {
				s.Feed(body)
				for row, err := s.Next(); err != copydata.ErrMore; row, err = s.Next() {
					if err != nil {
						t.Fatalf("%s: %v", f.with, err)
					}
					clone := make([][]byte, len(row))
					for i := range row {
						clone[i] = bytes.Clone(row[i])
					}
					got = append(got, clone)
				}
			}
			if d := cmp.Diff(want, got); d != "" || s.Cut() > 0 {
				t.Errorf("%s, %d bodies: %d bytes cut (-select +copy)\n%.2000s", f.with, len(bodies), s.Cut(), d)
			}
		}
	}
}

// literal returns a string as SQL has it.
func literal(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
