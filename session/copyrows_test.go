package session_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pgwdump/pgwdump/reassembly"
	"github.com/pgwdump/pgwdump/session"
)

// TestCopyRows looks at the rows that COPY brings, and at what is no row.
func TestCopyRows(t *testing.T) {
	const header = `PGCOPY\n\xff\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x00`
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"text, cut anywhere, without the last line feed", `
> 10 Query "copy t (a, \"B\") from stdin"
< 11 CopyInResponse 0 2
> 12 CopyData "1\tx"
> 13 CopyData "y\n2\t\\N\n3\tz"
> 14 CopyDone
< 15 CommandComplete COPY 3
< 15 ReadyForQuery I`, []string{`> 1 a="1" B="xy"`, `> 2 a="2" B=NULL`, `> 3 a="3" B="z"`}},
		{"CSV with a header", `
> 10 Query "copy t to stdout (format csv, header)"
< 11 CopyOutResponse 0 2
< 11 CopyData "id,name\n"
< 11 CopyData "1,\"a,b\"\n"
< 11 CopyDone
< 11 CommandComplete COPY 1
< 11 ReadyForQuery I`, []string{`< 1 id="1" name="a,b"`}},
		{"binary, described before", `
> 5 Parse "" "select a, b from t"
> 5 Describe S ""
> 5 Sync
< 6 ParseComplete
< 6 ParameterDescription
< 6 RowDescription a:23 b:25
< 6 ReadyForQuery I
> 10 Query "copy t (a, b) from stdin binary"
< 11 CopyInResponse 1 2
> 12 CopyData "` + header + `\x00\x02\x00\x00\x00\x04\x00\x00\x00\x2a\x00\x00\x00\x01x\xff\xff"
> 14 CopyDone
< 15 CommandComplete COPY 1
< 15 ReadyForQuery I`, []string{`> 1 a="42" b="x"`}},
		{"binary that is none", `
> 10 Query "copy t from stdin binary"
< 11 CopyInResponse 1 2
> 12 CopyData "1\tx and more than a header has\n"
> 13 CopyData "2\ty\n"
> 14 CopyDone
< 15 ErrorResponse ERROR 22P04 "COPY file signature not recognized"
< 15 ReadyForQuery I`, []string{"COPY data, row 1 at byte 0: does not begin as the binary format does"}},
		{"given up in a row", `
> 10 Query "copy t from stdin csv"
< 11 CopyInResponse 0 1
> 12 CopyData "a\n\"b"
> 13 CopyFail "no more"
< 14 ErrorResponse ERROR 57014 "COPY from stdin failed"
< 14 ReadyForQuery I`, []string{`> 1 "a"`, "COPY data ends in the middle of a row, after 2 bytes of it"}},
		{"fewer values than columns", `
> 10 Query "copy t (a, b, c) from stdin"
< 11 CopyInResponse 0 3
> 12 CopyData "1\n2\tx\n"
> 13 CopyDone
< 14 ErrorResponse ERROR 22P04 "missing data for column \"b\""
< 14 ReadyForQuery I`, []string{`> 1 a="1"`, `> 2 a="2" b="x"`}},
		{"a statement that nobody knows", `
> 10 Bind "" s
> 10 Execute ""
> 10 Sync
< 11 BindComplete
< 11 CopyInResponse 0 1
> 12 CopyData "a\n"
> 13 CopyDone
< 15 CommandComplete COPY 1
< 15 ReadyForQuery I`, nil},
	} {
		conversation, err := parse(c.text)
		if err != nil {
			t.Fatal(err)
		}
		for _, view := range []session.View{session.Messages, session.Statements} {
			var told session.Events
			o := session.New(session.Options{Ports: []uint16{0}, View: view, CopyRows: true})
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
				switch e := &told.List[i]; e.Type {
				case session.Row:
					got = append(got, rowOf(e))
				case session.Error:
					got = append(got, e.Err.Error())
				}
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("%s, view %d (-want +got)\n%s", c.name, view, d)
			}
		}
	}
}

func rowOf(e *session.Event) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%c %d", "?><"[e.From], e.Row.Number)
	if len(e.Row.Names) > len(e.Row.Values) {
		b.WriteString(" has more names than values")
	}
	for i, v := range e.Row.Values {
		b.WriteByte(' ')
		if i < len(e.Row.Names) {
			fmt.Fprintf(&b, "%s=", e.Row.Names[i])
		}
		if v == nil {
			b.WriteString("NULL")
		} else {
			fmt.Fprintf(&b, "%q", v)
		}
	}
	return b.String()
}
