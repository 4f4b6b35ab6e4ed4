package render

import (
	"bytes"
	"crypto/md5"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/pgwdump/pgwdump/decode"
	"github.com/pgwdump/pgwdump/message"
	"github.com/pgwdump/pgwdump/phase"
	"github.com/pgwdump/pgwdump/reassembly"
	"github.com/pgwdump/pgwdump/session"
)

// quotes are texts that are hard to quote.
var quotes = []string{
	"", "a", "abcdefgh", "select 1", `"`, `\`, `a\b"c`, "1234567\"", "1234567\\8", "\x00", "\x1f", "tab\there",
	"new\nline\r", "\b\f", "\x7f", "é", "日本語", "🐘", "\u2028\u2029", "\u202e\u2066", "\ufeff", "\u0085", "\u200b",
	"<script>&", "caf\xe9", "\xff", "abcdefg\xc3", "\xed\xa0\x80", "ok\xf0\x9f", "\x1b[31mred\x1b[0m", "\u009b31m",
}

// TestQuoting compares JSON strings with what encoding/json writes for the same,
// and holds what reaches a terminal to what is harmless there.
func TestQuoting(t *testing.T) {
	for _, q := range quotes {
		checkQuoting(t, []byte(q))
		for _, n := range []int{0, piece - 2*word} { // at each place of a word, and where a piece ends
			for i := range 3 * word {
				x := strings.Repeat("x", n+i+1)
				for _, text := range []string{x + q, q + x, x + q + "y" + q} {
					checkQuoting(t, []byte(text))
				}
			}
		}
	}
}

func FuzzQuoting(f *testing.F) {
	for _, q := range quotes {
		f.Add([]byte(q))
	}
	f.Fuzz(checkQuoting)
}

func checkQuoting(t *testing.T, b []byte) {
	got := appendJSONBytes([]byte("x"), b)[1:]
	if !utf8.Valid(got) || !harmless(got) {
		t.Errorf("%q: %q is not safe", b, got)
	}
	if !utf8.Valid(b) {
		var v struct{ Hex string }
		if err := json.Unmarshal(got, &v); err != nil || v.Hex != string(appendHex(nil, b)) {
			t.Errorf("%q: %s, %v", b, got, err)
		}
	} else {
		var v string
		if err := json.Unmarshal(got, &v); err != nil || v != string(b) {
			t.Errorf("%q: %s, %v", b, got, err)
		}
		var want bytes.Buffer
		e := json.NewEncoder(&want)
		e.SetEscapeHTML(false)
		e.Encode(string(b))
		if line := bytes.TrimSuffix(want.Bytes(), []byte("\n")); harmless(line) && !bytes.Equal(got, line) {
			t.Errorf("%q: %s, encoding/json %s", b, got, line)
		}
	}
	if values := appendJSONValues([]byte("x"), message.NewValues(b, b)); b != nil && string(values) != fmt.Sprintf("x[%s,%s]", got, got) {
		t.Errorf("%q: %s twice is %s", b, got, values)
	}
	for _, colours := range []bool{false, true} {
		r := NewText(colours)
		r.labels, r.typing.plain = new(labels), true
		one := string(r.appendElement(nil, b, listClass|markClass))
		if values := r.appendValues([]byte("x"), message.NewValues(b, b)); b != nil && string(values) != "x"+one+", "+one {
			t.Errorf("%q: %s twice is %s", b, one, values)
		}
		meaning := bytes.ContainsAny(b, `',[]`) || misread(b)
		if is := strings.HasSuffix(one, "'"); b != nil && utf8.Valid(b) && !isBinary(b) && is != meaning {
			t.Errorf("%q: %s", b, one)
		}
	}
	if is := classOf(b)&binaryClass != 0; isBinary(b) != is {
		t.Errorf("%q: binary: %v", b, is)
	}
	text := appendEscaped(nil, b)
	if data, ok := dataEscaper.append([]byte("x"), b); ok == isBinary(b) || ok && string(data) != "x"+string(text) {
		t.Errorf("%q: as data: %v, %q", b, ok, data)
	}
	if !utf8.Valid(text) || !harmless(text) {
		t.Errorf("%q: %q is not safe", b, text)
	}
	if n := len(b); utf8.Valid(b) && harmless(b) && !bytes.ContainsAny(b, `\`) && (len(text) != n || string(text) != string(b)) {
		t.Errorf("%q: %q", b, text)
	}
}

// harmless tells whether text has no character that a terminal acts on.
func harmless(b []byte) bool { return !bytes.ContainsFunc(b, unsafe) }

// TestData holds what CopyData looks like: text, what may not be text, and nothing.
func TestData(t *testing.T) {
	for _, c := range []struct {
		body, text, json string
		phase            phase.Phase
	}{
		{"1\ta\n", `CopyData              1\ta\n`, `"msg":{"data":"1\ta\n"}`, phase.CopyOut},
		{"", "CopyData", `"msg":{"data":""}`, phase.CopyOut},
		{"\xff\x00", `CopyData              \xff00`, `"msg":{"data":{"hex":"ff00"}}`, phase.CopyIn},
		{"k12345678abcdefgh\x00", "CopyData/PrimaryKeepalive", `"msg":{"payload":"PrimaryKeepalive",`, phase.CopyBoth},
	} {
		e := &session.Event{
			Type: session.Message, Conn: &session.Conn{Conn: &reassembly.Conn{Number: 1}}, From: message.Backend, Phase: c.phase,
			Frame: decode.Frame{Kind: message.KindCopyData, Tag: 'd', Length: uint32(4 + len(c.body)), Size: 5 + len(c.body), Head: 5, Body: []byte(c.body)}, Details: &session.Details{},
		}
		for _, colours := range []bool{false, true} {
			r := NewText(colours)
			r.Clock.Style = NoTime
			line := string(r.Append(nil, e))
			plain := regexp.MustCompile("\x1b\\[[0-9;]*m").ReplaceAllString(line, "")
			if _, got, _ := strings.Cut(plain, "← "); !strings.HasPrefix(got, c.text) || c.body == "" && got != c.text+"\n" {
				t.Errorf("%q: %q", c.body, line)
			}
		}
		if line := string(new(JSON).Append(nil, e)); !strings.Contains(line, c.json) {
			t.Errorf("%q: %s", c.body, line)
		}
	}
}

// TestAgain holds that messages that were told of together look as if each was told of by
// itself.
func TestAgain(t *testing.T) {
	row := func(values string) string { return "\x00\x02" + values }
	for kind, bodies := range map[message.Kind][]string{
		message.KindDataRow: {row("\x00\x00\x00\x01a\xff\xff\xff\xff"), row("\x00\x00\x00\x09a"), row("\x00\x00\x00\x01,\x00\x00\x00\x00"),
			row("\x00\x00\x00\x0212\x00\x00\x00\x0a1234567890"), row(""), row("\x00\x00\x00\x01b\x00\x00\x00\x01\xff")},
		message.KindCopyData: {"1\ta\n", "", "\x00\xff", strings.Repeat("x", 300), "\"\\"},
	} {
		type renderer interface {
			Append([]byte, *session.Event) []byte
		}
		long := func() renderer {
			r := NewText(false)
			r.Detail = Full
			return r
		}
		for name, renderer := range map[string]func() renderer{
			"JSON": func() renderer { return new(JSON) }, "text": func() renderer { return NewText(true) }, "long text": long,
		} {
			at := int64(9_990) // then the last four digits are not all that changes
			var wire []byte
			event := func(body string) session.Event {
				return session.Event{
					Type: session.Message, Conn: &session.Conn{Conn: &reassembly.Conn{Number: 1}}, From: message.Backend, Phase: phase.CopyOut, Offset: at,
					Frame:   decode.Frame{Kind: kind, Tag: 'd', Length: uint32(4 + len(body)), Offset: at, Size: 5 + len(body), Head: 5, Body: []byte(body)},
					Details: &session.Details{},
				}
			}
			var want []string
			first := event(bodies[0])
			for i, body := range bodies {
				e := event(body)
				want = append(want, string(renderer().Append(nil, &e)))
				at += int64(e.Frame.Size)
				if i > 0 {
					wire = append(binary.BigEndian.AppendUint32(append(wire, 'd'), uint32(4+len(body))), body...)
				}
			}
			first.Alike = wire
			var got []string
			for r, more := renderer(), true; more; more = first.Next() {
				got = append(got, string(r.Append(nil, &first)))
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("%s, %s (-by itself +together): %s", kind, name, d)
			}
		}
	}
}

// BenchmarkRow measures the rendering of rows of five columns, as many as a packet has.
func BenchmarkRow(b *testing.B) {
	wire, err := message.Append(nil, &message.DataRow{Values: message.NewValues([]byte("12345"),
		[]byte("c4ca4238a0b923820dcc509a6f75849b"), []byte("1.5"), []byte("2026-11-22 13:23:26.702773+00"), nil)})
	if err != nil {
		b.Fatal(err)
	}
	const rows = 12 // that a packet has
	packet := session.Event{
		Type: session.Message, Conn: &session.Conn{Conn: &reassembly.Conn{Number: 1}, Client: "10.0.0.1:40000", Server: "10.0.0.2:5432"},
		Packet: 7, Time: 1_700_000_000_123_456_789, From: message.Backend, Details: &session.Details{},
		Frame: decode.Frame{Kind: message.KindDataRow, Tag: 'D', Length: uint32(len(wire) - 1), Size: len(wire), Head: 5, Body: wire[5:]},
		Alike: bytes.Repeat(wire, rows-1),
	}
	for name, r := range map[string]interface {
		Append([]byte, *session.Event) []byte
	}{"json": &JSON{}, "text": NewText(false), "colour": NewText(true)} {
		b.Run(name, func(b *testing.B) {
			var out []byte
			var e session.Event
			b.ReportAllocs()
			for b.Loop() {
				out, e = out[:0], packet
				for more := true; more; more = e.Next() {
					out = r.Append(out, &e)
				}
			}
			b.SetBytes(int64(len(out)))
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*rows), "ns/row")
		})
	}
}

// BenchmarkEscape measures what stands in rows of COPY: values of other lengths in each, with tabs between them.
func BenchmarkEscape(b *testing.B) {
	for _, c := range []struct{ name, text string }{{"ascii", "%x"}, {"beyond", "Список товаров и цен, %.3x — 日本語"}} {
		b.Run(c.name, func(b *testing.B) {
			var rows [1000][]byte
			for i := range rows {
				n := int64(i*i*i + 7)
				rows[i] = fmt.Appendf(nil, "%d\t"+c.text+"\t%d.5\t2026-11-30 07:06:40.%d+00\t%t\n", n, md5.Sum(fmt.Append(nil, n)), n*3/2, n%1_000_000, n%7 == 0)
			}
			var out []byte
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				out = appendJSONBytes(out[:0], rows[i%len(rows)])
			}
		})
	}
}

// TestNumber compares with strconv.
func TestNumber(t *testing.T) {
	numbers := []int64{0, -1, math.MinInt64, math.MaxInt64}
	for p := int64(1); p > 0 && p < math.MaxInt64/10; p *= 10 {
		numbers = append(numbers, p-1, p, p+1, 2*p, 9*p+p/3)
	}
	for p := range 63 {
		numbers = append(numbers, 1<<p-1, 1<<p)
	}
	for _, n := range numbers {
		if got, want := string(appendNumber([]byte("x"), n)), "x"+strconv.FormatInt(n, 10); got != want {
			t.Errorf("%d: %s", n, got)
		}
	}
}

// BenchmarkNumber measures the place of a message in its stream.
func BenchmarkNumber(b *testing.B) {
	var out []byte
	b.ReportAllocs()
	for i := int64(42_810_389); b.Loop(); i += 91 {
		out = appendNumber(out[:0], i)
	}
}

// TestShed holds what is said of connections that are not looked at.
func TestShed(t *testing.T) {
	known := &session.Conn{Conn: &reassembly.Conn{Number: 3}, Client: "10.0.0.9:41822", Server: "10.0.0.1:5432"}
	unknown := &session.Conn{Conn: &reassembly.Conn{}, Client: "10.0.0.8:1", Server: "10.0.0.1:5432"}
	for _, c := range []struct {
		conn       *session.Conn
		shedding   session.Shedding
		text, json string
	}{
		{known, session.Shedding{Stage: session.ShedBegun, Named: true, Since: 7},
			"#3  ! overload: 10.0.0.9:41822 to 10.0.0.1:5432 is not looked at from packet 7 on",
			`"conn":3,"client":"10.0.0.9:41822","server":"10.0.0.1:5432","stage":"begun","since":7,"packets":0,"bytes":0}`},
		{unknown, session.Shedding{Stage: session.ShedResumed, Named: true, Since: 7, Packets: 1, Bytes: 2},
			"! overload: 1 packet of 10.0.0.8:1 to 10.0.0.1:5432 was not looked at, from packet 7 on: 2 bytes; it is looked at again",
			`"client":"10.0.0.8:1","server":"10.0.0.1:5432","stage":"resumed","since":7,"packets":1,"bytes":2}`},
		{unknown, session.Shedding{Stage: session.ShedOver, Since: 7, Packets: 5, Bytes: 1},
			"! overload: 5 packets of other connections were not looked at, from packet 7 on: 1 byte",
			`"stage":"over","since":7,"packets":5,"bytes":1}`},
	} {
		e := &session.Event{Type: session.Shed, Conn: c.conn, Packet: 9, Details: &session.Details{Shedding: &c.shedding}}
		text := NewText(false)
		text.Clock.Style = NoTime
		if got := string(text.Append(nil, e)); got != c.text+"\n" {
			t.Errorf("%q", got)
		}
		if got, want := string(new(JSON).Append(nil, e)), `{"event":"shed","frame":9,"time":"1970-01-01T00:00:00.000000000Z",`+c.json+"\n"; got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
}

// TestNoMessage holds that bytes which are no message are called so, and not by the name of
// the one that they were taken for alone.
func TestNoMessage(t *testing.T) {
	e := &session.Event{Type: session.Error, Conn: &session.Conn{Conn: &reassembly.Conn{Number: 1}}, From: message.Backend,
		Details: &session.Details{Err: &message.Error{Reason: message.BadType, Side: message.Backend, Offset: 7, Value: ':'}}}
	r := NewText(false)
	r.Clock.Style = NoTime
	const want = "#1  ← not a message: backend message at byte 7: no such message: 0x3a\n"
	if got := string(r.Append(nil, e)); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
