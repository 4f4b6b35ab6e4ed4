package copydata_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pgwdump/pgwdump/copydata"
)

// split returns the rows of data that comes in pieces of that size, each column
// quoted or NULL, and the error at the end.
func split(o copydata.Options, data string, size int) (rows []string, err error) {
	s := copydata.New(o)
	var row [][]byte
	add := func() {
		columns := make([]string, len(row))
		for i, c := range row {
			columns[i] = "NULL"
			if c != nil {
				columns[i] = fmt.Sprintf("%q", c)
			}
		}
		rows = append(rows, strings.Join(columns, " "))
	}
	for piece := range slices.Chunk([]byte(data), size) {
		s.Feed(piece)
		for row, err = s.Next(); err == nil; row, err = s.Next() {
			add()
		}
		if !errors.Is(err, copydata.ErrMore) {
			return rows, err
		}
	}
	if row, err = s.Last(); err == nil {
		add()
	}
	if n := s.Cut(); n > 0 && err != nil {
		err = fmt.Errorf("%d bytes cut", n)
	} else {
		err = nil
	}
	return rows, err
}

const header = "PGCOPY\n\xff\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x00"

var (
	semicolons = copydata.Options{Format: copydata.CSV, Delimiter: ';', Null: "nil", Quote: '\'', Escape: '\\'}
	bars       = copydata.Options{Format: copydata.Text, Delimiter: '|', Null: ""}
)

var cases = []struct {
	name    string
	options copydata.Options
	data    string
	rows    []string
	err     string
}{
	{"text", copydata.Defaults(copydata.Text), "1\ta b\t\\N\n2\t\t\\\\N\n", []string{`"1" "a b" NULL`, `"2" "" "\\N"`}, ""},
	{"text, one empty column", copydata.Defaults(copydata.Text), "\n", []string{`""`}, ""},
	{"text, escapes", copydata.Defaults(copydata.Text), "a\\tb\\\tc\\nd\\\ne\t\\101\\x41\\x4Z\\7\\b\\f\\r\\v\\q\\x\n", []string{`"a\tb\tc\nd\ne" "AA\x04Z\a\b\f\r\vqx"`}, ""},
	{"text, ends of lines", copydata.Defaults(copydata.Text), "a\r\nb\rc\n\r\nd", []string{`"a"`, `"b"`, `"c"`, `""`, `"d"`}, ""},
	{"text, marked end", copydata.Defaults(copydata.Text), "a\n\\.\nb\n", []string{`"a"`}, ""},
	{"text, a backslash last", copydata.Defaults(copydata.Text), "a\nb\\", []string{`"a"`}, "2 bytes cut"},
	{"text, options", bars, "a||b\\|c\n", []string{`"a" NULL "b|c"`}, ""},
	{"csv", copydata.Defaults(copydata.CSV), "1,a b,,\"\"\n\"x,y\",\"say \"\"hi\"\"\",\"two\nlines\r\",q\"u\"x\n", []string{`"1" "a b" NULL ""`, `"x,y" "say \"hi\"" "two\nlines\r" "qux"`}, ""},
	{"csv, ends of lines", copydata.Defaults(copydata.CSV), "a\r\n\"b\"\r\n\nc", []string{`"a"`, `"b"`, `NULL`, `"c"`}, ""},
	{"csv, options", semicolons, "nil;'nil';'it\\'s; \\\\'\n", []string{`NULL "nil" "it's; \\"`}, ""},
	{"csv, an open quote", copydata.Defaults(copydata.CSV), "a\n\"b\n", []string{`"a"`}, "3 bytes cut"},
	{"binary", copydata.Defaults(copydata.Binary), header + "\x00\x02\x00\x00\x00\x01a\xff\xff\xff\xff\x00\x00\x00\x01\x00\x00\x00\x00\xff\xff", []string{`"a" NULL`, ``, `""`}, ""},
	{"binary, an extension", copydata.Defaults(copydata.Binary), header[:18] + "\x02xy\x00\x00\xff\xff", []string{``}, ""},
	{"binary, cut", copydata.Defaults(copydata.Binary), header + "\x00\x01\x00\x00\x00\x05abc", nil, "9 bytes cut"},
	{"binary, not", copydata.Defaults(copydata.Binary), "1\ta\n2\tb\n3\tc\n4\td\n5\te\n", nil, "COPY data, row 1 at byte 0: does not begin as the binary format does"},
	{"binary, odd numbers", copydata.Defaults(copydata.Binary), header + "\x00\x00\xff\xfe", []string{``}, "COPY data, row 2 at byte 21: -2 columns"},
	{"binary, an odd length", copydata.Defaults(copydata.Binary), header + "\x00\x01\xff\xff\xff\xfe", nil, "COPY data, row 1 at byte 19: a column of -2 bytes"},
	{"binary, an odd extension", copydata.Defaults(copydata.Binary), header[:15] + "\xff\xff\xff\xff", nil, "COPY data, row 1 at byte 0: an extension of the header of -1 bytes"},
	{"nothing", copydata.Defaults(copydata.Text), "", nil, ""},
}

func TestSplitter(t *testing.T) {
	for _, c := range cases {
		for size := 1; size <= len(c.data)+1; size++ {
			rows, err := split(c.options, c.data, size)
			text := ""
			if err != nil {
				text = err.Error()
			}
			if d := cmp.Diff(c.rows, rows); d != "" || text != c.err {
				t.Errorf("%s, in pieces of %d: error %q, want %q; rows (-want +got)\n%s", c.name, size, text, c.err, d)
				break
			}
		}
	}
}

// TestSplitterAllocatesNothing holds that rows cost no memory once the Splitter has
// what it needs.
func TestSplitterAllocatesNothing(t *testing.T) {
	for _, c := range cases[:1] {
		s := copydata.New(c.options)
		data := []byte(c.data)
		half := len(data) / 2
		if n := testing.AllocsPerRun(100, func() {
			for _, piece := range [][]byte{data[:half], data[half:]} {
				s.Feed(piece)
				for _, err := s.Next(); err == nil; _, err = s.Next() {
				}
			}
		}); n > 0 {
			t.Errorf("%s: %v allocations", c.name, n)
		}
	}
}

// FuzzSplitter holds that rows are the same wherever the data is cut.
func FuzzSplitter(f *testing.F) {
	for _, c := range cases {
		f.Add(uint8(c.options.Format), c.data, 3)
	}
	f.Fuzz(func(t *testing.T, format uint8, data string, size int) {
		if size < 1 || format > uint8(copydata.Binary) {
			return
		}
		for _, o := range []copydata.Options{copydata.Defaults(copydata.Format(format)), semicolons} {
			whole, wholeErr := split(o, data, len(data)+1)
			rows, err := split(o, data, size)
			if d := cmp.Diff(whole, rows); d != "" || fmt.Sprint(wholeErr) != fmt.Sprint(err) {
				t.Errorf("%v, in pieces of %d: %v, and as a whole %v (-whole +pieces)\n%s", o, size, err, wholeErr, d)
			}
		}
	})
}

func BenchmarkSplitter(b *testing.B) {
	for _, c := range cases {
		if strings.Contains(c.name, " ") {
			continue
		}
		b.Run(c.name, func(b *testing.B) {
			const rows = 1000
			data := []byte(strings.Repeat(c.data, rows))
			if c.options.Format == copydata.Binary {
				data = []byte(header + strings.Repeat("\x00\x02\x00\x00\x00\x01a\xff\xff\xff\xff", rows))
			}
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				s := copydata.New(c.options)
				s.Feed(data)
				for _, err := s.Next(); err == nil; _, err = s.Next() {
				}
			}
		})
	}
}

func ExampleSplitter() {
	s := copydata.New(copydata.Defaults(copydata.CSV))
	for _, body := range []string{"1,\"a,", "b\"\n2,\n"} {
		s.Feed([]byte(body))
		for row, err := s.Next(); err == nil; row, err = s.Next() {
			fmt.Printf("%q %v\n", row, row[1] == nil)
		}
	}
	// Output:
	// ["1" "a,b"] false
	// ["2" ""] true
}
