package decode

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"weak"

	"github.com/google/go-cmp/cmp"

	"github.com/pgwdump/pgwdump/message"
	"github.com/pgwdump/pgwdump/message/messagetest"
)

// stream returns the samples that side may send, with type bytes, one behind the
// other, and how many there are.
func stream(side message.Side) (b []byte, n int) {
	for _, s := range messagetest.Samples() {
		if k := s.Message.Kind(); k.Framing() == message.Typed && k.Side()&side != 0 {
			b = append(b, s.Wire...)
			n++
		}
	}
	return b, n
}

// show writes down a frame.
func show(f *Frame) string {
	s := fmt.Sprintf("%s %q length %d at %d, %d+%d bytes: %q", f.Kind, f.Tag, f.Length, f.Offset, f.Head, f.Size-f.Head, f.Body)
	if f.Missing() > 0 {
		s += fmt.Sprintf(", %d missing", f.Missing())
	}
	if f.Guessed {
		s += ", guessed"
	}
	return s
}

// feed feeds b in pieces of the given sizes, the rest in one, and writes down what
// comes out. Each piece is overwritten once it was taken.
func feed(d *Decoder, c message.Context, b []byte, sizes ...int) (out []string) {
	return feedAlike(d, c, -1, b, sizes...)
}

// feedAlike is feed that takes frames together where their bodies begin with as many bytes
// that are the same; with less than 0 it takes each by itself.
func feedAlike(d *Decoder, c message.Context, same int, b []byte, sizes ...int) (out []string) {
	for once := true; once || len(b) > 0; once = false {
		n := len(b)
		if len(sizes) > 0 {
			n, sizes = min(sizes[0], n), sizes[1:]
		}
		piece := bytes.Clone(b[:n])
		b = b[n:]
		d.Feed(piece)
		for f, err := range d.All(func() message.Context { return c }) {
			if err != nil {
				out = append(out, "error: "+err.Error())
				continue
			}
			out = append(out, show(f))
			if same < 0 {
				continue
			}
			frame := *f
			messages, n := d.Alike(same)
			for ; n > 0; n-- {
				messages = frame.Split(messages)
				out = append(out, show(&frame))
			}
			if len(messages) > 0 {
				out = append(out, fmt.Sprintf("%d bytes more", len(messages)))
			}
		}
		for i := range piece {
			piece[i] = 0xdb
		}
	}
	return out
}

// pieces returns sizes that add up to n.
func pieces(r *rand.Rand, n int) (sizes []int) {
	for n > 0 {
		size := 1 + r.IntN(min(n, 1+r.IntN(40)))
		sizes = append(sizes, size)
		n -= size
	}
	return sizes
}

// TestSplits feeds the same bytes in every way.
func TestSplits(t *testing.T) {
	for _, side := range []message.Side{message.Frontend, message.Backend} {
		b, n := stream(side)
		for _, o := range []Options{{}, {MaxBody: 10}, {MaxLength: 20}} {
			want := feed(New(side, o), message.Context{}, b)
			if len(want) != n {
				t.Fatalf("%d frames of %d messages", len(want), n)
			}
			single := make([]int, len(b))
			for i := range single {
				single[i] = 1
			}
			splits := [][]int{single}
			for i := range b {
				splits = append(splits, []int{i + 1})
			}
			for seed := range uint64(200) {
				splits = append(splits, pieces(rand.New(rand.NewPCG(seed, 0)), len(b)))
			}
			for _, sizes := range splits {
				if d := cmp.Diff(want, feed(New(side, o), message.Context{}, b, sizes...)); d != "" {
					t.Fatalf("%s, %+v, in pieces of %v: %s", side, o, sizes, d)
				}
			}
		}
	}
}

// TestAlike takes messages together: they are the same ones.
func TestAlike(t *testing.T) {
	for _, side := range []message.Side{message.Frontend, message.Backend} {
		var b []byte
		r := rand.New(rand.NewPCG(1, 2))
		for _, s := range messagetest.Samples() {
			if k := s.Message.Kind(); k.Framing() == message.Typed && k.Side()&side != 0 {
				b = append(b, bytes.Repeat([]byte(s.Wire), 1+r.IntN(4))...)
			}
		}
		for _, o := range []Options{{}, {MaxBody: 10}, {MaxLength: 20}} {
			want := feed(New(side, o), message.Context{}, b)
			for seed := range uint64(200) {
				sizes := pieces(rand.New(rand.NewPCG(seed, 0)), len(b))
				if seed == 0 {
					sizes = nil
				}
				for same := range 3 {
					if d := cmp.Diff(want, feedAlike(New(side, o), message.Context{}, same, b, sizes...)); d != "" {
						t.Fatalf("%s, %+v, %d bytes the same, in pieces of %v: %s", side, o, same, sizes, d)
					}
				}
			}
		}
		d := New(side, Options{})
		var wire []byte
		for _, s := range messagetest.Samples() {
			if k := s.Message.Kind(); k.Framing() == message.Typed && k.Side()&side != 0 && len(s.Wire) > head+2 {
				wire = []byte(s.Wire)
			}
		}
		other := bytes.Clone(wire)
		other[head]++
		d.Feed(slices.Concat(wire, wire, wire, other, wire[:4]))
		if _, err := d.Next(message.Context{}); err != nil {
			t.Fatal(err)
		}
		if all, n := d.Alike(1); n != 2 || !bytes.Equal(all, slices.Concat(wire, wire)) {
			t.Errorf("%s: %d messages are like the first, %q", side, n, all)
		}
		if all, n := d.Alike(0); n != 1 || !bytes.Equal(all, other) {
			t.Errorf("%s: behind them %d, %q", side, n, all)
		}
	}
}

// TestFraming cuts what has no type byte.
func TestFraming(t *testing.T) {
	startup := message.Context{Framing: message.Startup}
	ssl := message.Context{Framing: message.OneByte, Answer: message.KindSSLResponse}
	gss := message.Context{Framing: message.OneByte, Answer: message.KindGSSENCResponse}
	for _, c := range []struct {
		name    string
		side    message.Side
		context message.Context
		bytes   string
		want    string // beginnings of what comes out, in order
	}{
		{"start-up", message.Frontend, startup, "\x00\x00\x00\x09\x00\x03\x00\x00\x00", `StartupMessage '\x00' length 9 at 0, 4+5`},
		{"any minor version", message.Frontend, startup, "\x00\x00\x00\x09\x00\x03\x27\x0f\x00", "StartupMessage"},
		{"protocol 2", message.Frontend, startup, "\x00\x00\x00\x08\x00\x02\x00\x00", "StartupMessage"},
		{"requests", message.Frontend, startup, "\x00\x00\x00\x08\x04\xd2\x16\x30\x00\x00\x00\x08\x04\xd2\x16\x2f", "GSSENCRequest|SSLRequest"},
		{"too short for a code", message.Frontend, startup, "\x00\x00\x00\x06ab", "error: frontend StartupMessage.length at byte 0: length is not possible here: 6"},
		{"too long for a server", message.Frontend, startup, "\x00\x00\x27\x15", "error: frontend StartupMessage.length at byte 0: length is not possible here: 10005"},
		{"a length of 2 GiB", message.Frontend, startup, "\x80\x00\x00\x00", "error: frontend StartupMessage.length"},
		{"unknown request", message.Frontend, startup, "\x00\x00\x00\x08\xde\xad\xbe\xef", "error: frontend StartupMessage.protocol at byte 4: no such message"},
		{"HTTP", message.Frontend, startup, "GET / HTTP/1.1\r\n", "error: frontend StartupMessage.length"},
		{"a long key", message.Frontend, startup, "\x00\x00\x00\x1c\x04\xd2\x16\x2e\x00\x00\x00\x010123456789abcdef", "CancelRequest"},
		{"TLS accepted", message.Backend, ssl, "S", `SSLResponse '\x00' length 1 at 0, 0+1 bytes: "S"`},
		{"GSSAPI refused", message.Backend, gss, "N", "GSSENCResponse"},
		{"an error for an answer", message.Backend, ssl, "E\x00\x00\x00\x05\x00", "ErrorResponse 'E' length 5"},
		{"an error of protocol 2", message.Backend, message.Context{}, "EFATAL:  no\n\x00Z\x00\x00\x00\x05I", `ErrorResponseV2 'E' length 12 at 0, 1+12|ReadyForQuery 'Z' length 5 at 13`},
		{"an unknown type", message.Frontend, message.Context{}, "@\x00\x00\x00\x04S\x00\x00\x00\x04", "Unknown '@'|Sync"},
		{"an unknown type, and long", message.Frontend, message.Context{}, "@\x3b\x9a\xca\x00", "error: frontend message at byte 0: no such message: 0x40"},
		{"a length below its own", message.Frontend, message.Context{}, "S\x00\x00\x00\x00S\x00\x00\x00\x04", "error: frontend Sync.length at byte 1: length is not possible here: 0"},
		{"as long as a server believes", message.Frontend, message.Context{}, "D\x00\x00\x27\x10", ""},
		{"longer than a server believes", message.Frontend, message.Context{}, "D\x00\x00\x27\x11", "error: frontend Describe.length"},
		{"a long password", message.Frontend, message.Context{}, "p\x00\x00\xff\xff", ""},
		{"too long a password", message.Frontend, message.Context{}, "p\x00\x01\x00\x00", "error: frontend AuthenticationResponse.length"},
		{"a long query", message.Frontend, message.Context{}, "Q\x3f\xff\xff\xfe", ""},
		{"too long a query", message.Frontend, message.Context{}, "Q\x3f\xff\xff\xff", "error: frontend Query.length"},
		{"longer than libpq believes", message.Backend, message.Context{}, "C\x00\x00\x75\x31", "error: backend CommandComplete.length"},
		{"a long row", message.Backend, message.Context{}, "D\x40\x00\x00\x02", ""},
		{"too long a row", message.Backend, message.Context{}, "D\x40\x00\x00\x03", "error: backend DataRow.length"},
		{"an authentication code", message.Backend, message.Context{}, "R\x00\x00\x00\x08\x00\x00\x00\x03", "AuthenticationCleartextPassword"},
		{"an authentication without code", message.Backend, message.Context{}, "R\x00\x00\x00\x06\x00\x00", "AuthenticationUnknown"},
		{"a response", message.Frontend, message.Context{Response: message.KindGSSResponse}, "p\x00\x00\x00\x05x", "GSSResponse"},
		{"a response to what", message.Frontend, message.Context{}, "p\x00\x00\x00\x05x", "AuthenticationResponse"},
		{"nothing", message.Backend, ssl, "", ""},
	} {
		got := feed(New(c.side, Options{}), c.context, []byte(c.bytes))
		want := strings.Split(c.want, "|")
		if c.want == "" {
			want = nil
		}
		ok := len(got) == len(want)
		for i := range want {
			ok = ok && strings.HasPrefix(got[i], want[i])
		}
		if !ok {
			t.Errorf("%s: %q, want %q", c.name, got, want)
		}
	}
}

// TestHalfWay stops in the middle of what was fed, and overwrites it.
func TestHalfWay(t *testing.T) {
	b, n := stream(message.Backend)
	d := New(message.Backend, Options{})
	fed := bytes.Clone(b)
	d.Feed(fed)
	seen := 0
	for range d.All(func() message.Context { return message.Context{} }) {
		seen++
		break
	}
	for i := range fed {
		fed[i] = 0xdb
	}
	got := feed(d, message.Context{}, b)
	if seen+len(got) != 2*n {
		t.Fatalf("%d frames, want %d", seen+len(got), 2*n)
	}
	if want := feed(New(message.Backend, Options{}), message.Context{}, b)[1:]; cmp.Diff(want, got[:n-1]) != "" {
		t.Error(cmp.Diff(want, got[:n-1]))
	}
}

// TestHalfWayAgain stops behind every message, and feeds more in between. The frame that
// was handed out last is as it was when the loop has been left.
func TestHalfWayAgain(t *testing.T) {
	for _, side := range []message.Side{message.Frontend, message.Backend} {
		b, _ := stream(side)
		want := feed(New(side, Options{}), message.Context{}, b)
		for seed := range uint64(50) {
			r := rand.New(rand.NewPCG(seed, 0))
			d := New(side, Options{Memory: new(Memory)})
			var got []string
			next := func() bool {
				var last *Frame
				for f, err := range d.All(func() message.Context { return message.Context{} }) {
					if err != nil {
						t.Fatal(err)
					}
					last = f
					got = append(got, show(f))
					break
				}
				if last != nil && show(last) != got[len(got)-1] {
					t.Fatalf("%s, and behind the loop %s", got[len(got)-1], show(last))
				}
				return last != nil
			}
			rest := b
			for _, n := range append(pieces(r, len(b)/2), len(b)-len(b)/2) {
				piece := bytes.Clone(rest[:n])
				rest = rest[n:]
				d.Feed(piece)
				next()
				for i := range piece {
					piece[i] = 0xdb
				}
				for range r.IntN(3) {
					d.Feed(nil)
					next()
				}
			}
			for next() {
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Fatalf("%s, seed %d: %s", side, seed, d)
			}
		}
	}
}

// TestFedIsLeft has nothing keep alive what was fed once no more is in it, wherever the last
// message ended.
func TestFedIsLeft(t *testing.T) {
	b := bytes.Repeat([]byte("d\x00\x00\x00\x08abcd"), 10)
	for left := range 2 * len(b) / 10 {
		d := New(message.Backend, Options{})
		fed := func() weak.Pointer[byte] { // apart, so that the stack does not have it either
			fed := bytes.Clone(b[:len(b)-left])
			d.Feed(fed)
			for range d.All(func() message.Context { return message.Context{} }) {
			}
			return weak.Make(&fed[0])
		}()
		runtime.GC()
		if fed.Value() != nil {
			t.Errorf("what was fed stays, with %d bytes of the last message missing", left)
		}
		runtime.KeepAlive(d)
	}
}

// TestLimits keeps a prefix of what is too long, or refuses it, and goes on.
func TestLimits(t *testing.T) {
	long := string(mustAppend(&message.Query{SQL: message.Text(strings.Repeat("x", 1000))})) + "S\x00\x00\x00\x04"
	for _, c := range []struct {
		options Options
		want    []string
	}{
		{Options{MaxBody: 4}, []string{`Query 'Q' length 1005 at 0, 5+1001 bytes: "xxxx", 997 missing`, `Sync 'S' length 4 at 1006, 5+0 bytes: ""`}},
		{Options{MaxLength: 100}, []string{"error: frontend Query.length at byte 1: message is too long: 1005", `Sync 'S' length 4 at 1006, 5+0 bytes: ""`}},
	} {
		for _, sizes := range [][]int{nil, {1, 2, 3, 4, 5, 6, 500}, {7}, {1006}} {
			if d := cmp.Diff(c.want, feed(New(message.Frontend, c.options), message.Context{}, []byte(long), sizes...)); d != "" {
				t.Errorf("%+v in %v: %s", c.options, sizes, d)
			}
		}
	}
	d := New(message.Backend, Options{MaxBody: 1 << 10})
	d.Feed([]byte("d\x3f\xff\xff\xff"))
	if _, err := d.Next(message.Context{}); err != ErrMore {
		t.Fatal(err)
	}
	piece := make([]byte, 1<<16)
	for range 1 << 10 { // 64 MiB of a message of 1 GiB
		d.Feed(piece)
		d.Next(message.Context{})
	}
	if cap(d.held) > 4<<10 {
		t.Errorf("%d bytes are held of a message that is to be cut after %d", cap(d.held), 1<<10)
	}
}

// TestRest takes what is left in the middle of a message, of which some was dropped or all
// is refused: what comes behind it is decoded as ever, and in its place.
func TestRest(t *testing.T) {
	const next = "1\x00\x00\x00\x04" + "2\x00\x00\x00\x04"
	for _, c := range []struct {
		options Options
		gap     int64 // bytes missing before Rest
		rest    string
		offset  int64
	}{
		{Options{}, 0, "d\x00\x00\x00\x20abcdefgh", 13},
		{Options{MaxBody: 3}, 0, "d\x00\x00\x00\x20abc", 13},
		{Options{MaxLength: 10}, 0, "d\x00\x00\x00\x20", 13},
		{Options{MaxBody: 3}, 7, "d\x00\x00\x00\x20abc", 20},
		{Options{MaxBody: 3}, 70, "d\x00\x00\x00\x20abc", 83},
	} {
		d := New(message.Backend, c.options)
		feed(d, message.Context{}, []byte("d\x00\x00\x00\x20abcdefgh"))
		if c.gap > 0 {
			d.Gap(c.gap)
		}
		if rest := d.Rest(); string(rest) != c.rest || d.Offset() != c.offset {
			t.Errorf("%+v: %q is left, at %d", c, rest, d.Offset())
		}
		want := []string{
			fmt.Sprintf(`ParseComplete '1' length 4 at %d, 5+0 bytes: ""`, c.offset),
			fmt.Sprintf(`BindComplete '2' length 4 at %d, 5+0 bytes: ""`, c.offset+5),
		}
		if d := cmp.Diff(want, feed(d, message.Context{}, []byte(next), 1, 1, 1, 1, 1, 1, 1, 1, 1)); d != "" {
			t.Errorf("%+v: %s", c, d)
		}
	}
}

// TestAppend writes messages down as they came, whatever their head is.
func TestAppend(t *testing.T) {
	for _, c := range []struct {
		side    message.Side
		context message.Context
		wire    string
	}{
		{message.Frontend, message.Context{}, "\x00\x00\x00\x00\x05x"},
		{message.Frontend, message.Context{}, "S\x00\x00\x00\x04"},
		{message.Frontend, message.Context{Framing: message.Startup}, "\x00\x00\x00\x09\x00\x03\x00\x00\x00"},
		{message.Backend, message.Context{Framing: message.OneByte, Answer: message.KindSSLResponse}, "S"},
		{message.Backend, message.Context{}, "EFATAL:  no\n\x00"},
	} {
		d := New(c.side, Options{})
		d.Feed([]byte(c.wire))
		if f, err := d.Next(c.context); err != nil || string(f.Append(nil)) != c.wire {
			t.Errorf("%q: %v, %v", c.wire, f, err)
		}
	}
}

func mustAppend(m message.Message) []byte {
	b, err := message.Append(nil, m)
	if err != nil {
		panic(err)
	}
	return b
}

// TestLost gives up where no message can begin, once, and counts.
func TestLost(t *testing.T) {
	d := New(message.Frontend, Options{})
	d.Feed([]byte("S\x00\x00\x00\x04S\x00\x00\x00\x01more"))
	if f, err := d.Next(message.Context{}); err != nil || f.Kind != message.KindSync {
		t.Fatal(f, err)
	}
	_, err := d.Next(message.Context{})
	e := new(message.Error)
	if !errors.As(err, &e) || e.Reason != message.BadLength || e.Offset != 6 || e.Side != message.Frontend || !d.Lost() {
		t.Fatalf("%+v", err)
	}
	d.Feed([]byte("S\x00\x00\x00\x04"))
	if _, err := d.Next(message.Context{}); err != ErrMore {
		t.Errorf("%v", err)
	}
	if d.Offset() != 19 || d.Passed() != 14 || d.Passed() != 0 {
		t.Errorf("at %d", d.Offset())
	}
}

// TestGap leaves bytes out of a stream: what is whole before and behind the gap is
// there, and nothing else is taken for whole.
func TestGap(t *testing.T) {
	var b []byte
	var whole []string
	for range 3 {
		for _, m := range []message.Message{
			&message.RowDescription{Columns: []message.Column{{Name: message.Text("id"), Type: 23, Size: 4}}},
			&message.DataRow{Values: message.NewValues([]byte("1\x00\x00\x00\x04abcd"), nil)},
			&message.DataRow{Values: message.NewValues(bytes.Repeat([]byte("x"), 40))},
			&message.CommandComplete{Tag: message.Text("SELECT 2")},
			&message.ReadyForQuery{Status: message.Idle},
		} {
			b = append(b, mustAppend(m)...)
		}
	}
	whole = feed(New(message.Backend, Options{}), message.Context{}, b)
	for from := range b {
		for _, n := range []int{1, 5, 30, 100} {
			if from+n > len(b) {
				continue
			}
			d := New(message.Backend, Options{Resync: true})
			got := feed(d, message.Context{}, b[:from])
			d.Gap(int64(n))
			got = append(got, feed(d, message.Context{}, b[from+n:])...)
			d.End()
			got = append(got, feed(d, message.Context{}, []byte{})...)
			i := 0
			for _, g := range got {
				if strings.Contains(g, "missing") || strings.Contains(g, "guessed") || strings.HasPrefix(g, "error") {
					continue
				}
				for i < len(whole) && whole[i] != g {
					i++
				}
				if i == len(whole) {
					t.Fatalf("%d bytes missing at %d: %s was never sent\n%s", n, from, g, strings.Join(got, "\n"))
				}
			}
			last := whole[len(whole)-1]
			if from+n < len(b)-100 && (len(got) == 0 || got[len(got)-1] != last) {
				t.Fatalf("%d bytes missing at %d: not found again\n%s", n, from, strings.Join(got, "\n"))
			}
		}
	}
}

// TestSearch looks for messages among bytes that only look like some.
func TestSearch(t *testing.T) {
	row := func(values ...string) string {
		var v [][]byte
		for _, s := range values {
			v = append(v, []byte(s))
		}
		return string(mustAppend(&message.DataRow{Values: message.NewValues(v...)}))
	}
	const ready = "Z\x00\x00\x00\x05I"
	complete := string(mustAppend(&message.CommandComplete{Tag: message.Text("SELECT 1")}))
	bind := string(mustAppend(&message.Bind{Parameters: message.NewValues([]byte("CLASS"), []byte("\x00\x00\x00\x07"))}))
	execute, sync := string(mustAppend(&message.Execute{})), "S\x00\x00\x00\x04"
	start := string(mustAppend(&message.StartupMessage{Protocol: message.Version30, Parameters: []message.Parameter{{Name: message.Text("user"), Value: message.Text("app")}}}))
	anonymous := string(mustAppend(&message.StartupMessage{Protocol: message.Version30, Parameters: []message.Parameter{{Name: message.Text("abuser"), Value: message.Text("app")}}}))
	ssl := string(mustAppend(&message.SSLRequest{}))
	for _, c := range []struct {
		name   string
		side   message.Side
		stream string
		turn   bool   // the other side speaks then
		want   string // kinds; guessed ones in brackets
		starts bool   // the client is starting up
	}{
		{"values that look like ReadyForQuery", message.Backend, row("a", "XYZ", "Ivory")[8:] + row("1") + row("2") + complete + ready, true, "DataRow DataRow CommandComplete ReadyForQuery", false},
		{"parameters that look like Sync", message.Frontend, bind[6:] + execute + sync + bind + execute + sync, true, "Execute Sync Bind Execute Sync", false},
		{"a row in a row", message.Backend, "\x00\x00" + row("x", row("1")+row("2")+row("3"), "y") + complete + ready, true, "DataRow CommandComplete ReadyForQuery", false},
		{"a single request", message.Frontend, string(mustAppend(&message.Query{SQL: message.Text("select 1")})), true, "Query", false},
		{"the same, and nothing after", message.Frontend, string(mustAppend(&message.Query{SQL: message.Text("select 1")})), false, "", false},
		{"the end of an answer", message.Backend, "123456" + ready, true, "ReadyForQuery", false},
		{"letters and numbers", message.Backend, strings.Repeat("D\x00\x00\x00\x04", 100), true, "", false},
		{"zeros", message.Backend, strings.Repeat("\x00", 5000), true, "", false},
		{"a large claim before", message.Backend, "D\x00\x00\xff\xff" + row("1") + row("2") + ready, true, "DataRow DataRow ReadyForQuery", false},
		{"large claims everywhere", message.Backend, strings.Repeat("D\x00\x00\xff", 20000) + row("1") + row("2") + ready, true, "DataRow DataRow ReadyForQuery", false},
		{"a start-up", message.Frontend, ssl[3:] + start, false, "StartupMessage", true},
		{"all of a start-up", message.Frontend, ssl[7:] + ssl + start, false, "SSLRequest StartupMessage", true},
		{"a start-up behind what may be one", message.Frontend, "\x00\x00\x00\x0c\x00" + start, true, "StartupMessage", true},
		{"a start-up of nobody", message.Frontend, anonymous, true, "", true},
		{"a start-up in a session", message.Frontend, "\x00" + start, true, "", false},
		{"a request while a start-up may come", message.Frontend, "\x00" + string(mustAppend(&message.Query{SQL: message.Text("select 1")})), true, "Query", true},
	} {
		d := New(c.side, Options{Resync: true})
		d.Lose()
		context := message.Context{}
		if c.starts {
			context.Framing = message.Startup
		}
		got := feed(d, context, []byte(c.stream))
		if c.turn {
			d.Turn()
			got = append(got, feed(d, context, nil)...)
		}
		for i, g := range got {
			got[i], _, _ = strings.Cut(g, " ")
			if strings.HasSuffix(g, ", guessed") {
				got[i] = "[" + got[i] + "]"
			}
		}
		if g := strings.Join(got, " "); g != c.want {
			t.Errorf("%s: %s, want %s", c.name, g, c.want)
		}
		if n := len(d.held); n > maxHunt+head {
			t.Errorf("%s: %d bytes are held", c.name, n)
		}
	}
}

// TestAllocations holds the steady state to none.
func TestAllocations(t *testing.T) {
	for _, side := range []message.Side{message.Frontend, message.Backend} {
		b, _ := stream(side)
		for _, size := range []int{len(b), 7} {
			d := New(side, Options{})
			run := func() {
				for at := 0; at < len(b); at += size {
					d.Feed(b[at:min(at+size, len(b))])
					for {
						if _, err := d.Next(message.Context{}); err != nil {
							break
						}
					}
				}
			}
			run()
			if n := testing.AllocsPerRun(100, run); n > 0 {
				t.Errorf("%s in pieces of %d: %v allocations", side, size, n)
			}
		}
		d := New(side, Options{})
		if n := testing.AllocsPerRun(100, func() {
			d.Feed(b)
			for more := true; more; {
				more = false
				for range d.All(func() message.Context { return message.Context{} }) {
					more = true
					break
				}
			}
		}); n > 0 {
			t.Errorf("%s, where the loop is left behind each message: %v allocations", side, n)
		}
	}
}

// FuzzSplits feeds anything, in one piece and in several, with and without searching
// for messages: the frames are the same, and in the order of the stream.
func FuzzSplits(f *testing.F) {
	for _, side := range []message.Side{message.Frontend, message.Backend} {
		b, _ := stream(side)
		f.Add(uint8(side), uint64(1), b)
		f.Add(uint8(side)+4, uint64(2), b[3:])
	}
	f.Fuzz(func(t *testing.T, flags uint8, seed uint64, b []byte) {
		side := message.Frontend
		if flags&2 != 0 {
			side = message.Backend
		}
		c := message.Context{Framing: message.Framing(flags >> 4 & 1)}
		if c.Framing == message.Startup {
			side = message.Frontend
		}
		o := Options{MaxBody: int(flags>>5) * 16}
		whole := New(side, o)
		want := feed(whole, c, b)
		got := feed(New(side, o), c, b, pieces(rand.New(rand.NewPCG(seed, 0)), len(b))...)
		if d := cmp.Diff(want, got); d != "" {
			t.Fatal(d)
		}
		if d := cmp.Diff(want, feedAlike(New(side, o), c, int(seed%3), b, pieces(rand.New(rand.NewPCG(seed, 1)), len(b))...)); d != "" {
			t.Fatal(d)
		}
		// The same with a search at the beginning, a gap in the middle, and the end.
		o.Resync = true
		var searched [2][]string
		for i := range searched {
			d := New(side, o)
			if flags&4 != 0 {
				d.Lose()
			}
			r := rand.New(rand.NewPCG(seed, uint64(i)))
			searched[i] = feed(d, c, b, pieces(r, len(b))...)
			d.End()
			searched[i] = append(searched[i], feed(d, c, nil)...)
			d.Gap(int64(seed % 100))
			searched[i] = append(searched[i], feed(d, c, b, pieces(r, len(b))...)...)
			d.End()
			searched[i] = append(searched[i], feed(d, c, nil)...)
			searched[i] = append(searched[i], fmt.Sprint(d.Passed()))
		}
		if d := cmp.Diff(searched[0], searched[1]); d != "" {
			t.Fatal(d)
		}
		d := New(side, o)
		feed(d, c, b)
		if d.Offset() > 2*int64(len(b))+int64(seed%100) {
			t.Fatalf("at %d", d.Offset())
		}
	})
}

// TestContextChanges asks for another message than the one of which the first bytes are
// held: what it does not take of them comes next.
func TestContextChanges(t *testing.T) {
	startup := message.Context{Framing: message.Startup}
	ssl := message.Context{Framing: message.OneByte, Answer: message.KindSSLResponse}
	d := New(message.Backend, Options{})
	got := feed(d, message.Context{}, []byte("NN"))
	got = append(got, feed(d, ssl, []byte("S1\x00"))...)
	got = append(got, feed(d, message.Context{}, []byte("\x00\x00\x04"))...)
	want := []string{
		`SSLResponse '\x00' length 1 at 0, 0+1 bytes: "N"`, `SSLResponse '\x00' length 1 at 1, 0+1 bytes: "N"`,
		`SSLResponse '\x00' length 1 at 2, 0+1 bytes: "S"`, `SSLResponse '\x00' length 1 at 3, 0+1 bytes: "1"`,
		`SSLResponse '\x00' length 1 at 4, 0+1 bytes: "\x00"`,
	}
	if d := cmp.Diff(want, got[:min(len(got), len(want))]); d != "" {
		t.Error(d)
	}
	d = New(message.Frontend, Options{})
	got = feed(d, startup, []byte("\x00\x00\x00\x09"))
	got = append(got, feed(d, startup, []byte("\x00\x03\x00"))...)
	got = append(got, feed(d, message.Context{Framing: message.OneByte, Answer: message.KindGSSENCResponse}, []byte("\x00\x00"))...)
	if len(got) != 9 {
		t.Errorf("%q", got)
	}
}

// FuzzContexts asks for one message after another while the bytes come: each is judged by
// what is asked for when its head is whole. A Decoder that has got all at once, and is asked
// for the same, gives the same. No byte is lost or comes twice.
func FuzzContexts(f *testing.F) {
	for _, side := range []message.Side{message.Frontend, message.Backend} {
		b, _ := stream(side)
		for seed := range uint64(20) {
			f.Add(uint8(side)+uint8(seed)<<2, seed, b[:200])
		}
		for seed := range uint64(200) {
			f.Add(uint8(side)+uint8(seed)<<2, seed, []byte("NNS\x00\x00\x00\x09\x00\x03\x00\x00\x00\x00\x00\x00\x08\x04\xd2\x16\x2fEno way\x00EE\x00\x00\x00\x05\x00Z\x00\x00\x00\x05I"))
		}
	}
	f.Add(uint8(0), uint64(0), []byte("\x00\x00\x00\x00\x05x"))
	f.Fuzz(func(t *testing.T, flags uint8, seed uint64, b []byte) {
		side := message.Frontend
		if flags&2 != 0 {
			side = message.Backend
		}
		o := Options{MaxBody: int(flags >> 3 & 7), MaxLength: int(flags>>6) * 10}
		r := rand.New(rand.NewPCG(seed, 0))
		if flags&4 != 0 {
			o.Resync = true
		}
		contexts := []message.Context{
			{}, {}, {},
			{Framing: message.OneByte, Answer: message.KindSSLResponse},
			{Framing: message.OneByte, Answer: message.KindGSSENCResponse},
		}
		if side == message.Frontend {
			contexts = append(contexts[:3], message.Context{Framing: message.Startup})
		}
		// next returns the next message, which is where and what it says it is.
		next := func(d *Decoder, c message.Context, at *int64) (string, error) {
			f, err := d.Next(c)
			switch {
			case err == ErrMore:
				return "", err
			case err != nil:
				return "error: " + err.Error(), err
			}
			wire := f.Append(nil)
			if f.Offset < *at || f.Offset > *at && o.MaxLength == 0 && !o.Resync || !bytes.HasPrefix(b[f.Offset:], wire) || len(wire)+f.Missing() != f.Size {
				t.Fatalf("behind %d: %s, %q", *at, show(f), wire)
			}
			*at = f.Offset + int64(f.Size)
			return show(f), nil
		}
		d := New(side, o)
		var got []string
		var asked []message.Context // what for, when what is in got was judged
		var at int64
		c := contexts[0]
		fed := b
		for _, n := range pieces(r, len(b)) {
			piece := bytes.Clone(fed[:n])
			fed = fed[n:]
			d.Feed(piece)
			for {
				if d.state != filling {
					c = contexts[r.IntN(len(contexts))]
				}
				s, err := next(d, c, &at)
				if err == ErrMore {
					break
				}
				got, asked = append(got, s), append(asked, c)
			}
			for i := range piece {
				piece[i] = 0xdb
			}
		}
		from := d.Offset()
		rest := d.Rest()
		whole := o.MaxBody == 0 && o.MaxLength == 0 // else some of it may have been dropped
		if d.Offset() != int64(len(b)) || !bytes.HasPrefix(b[from:], rest) || whole && len(rest) < len(b[from:]) {
			t.Fatalf("at %d of %d, from %d on %q is left", d.Offset(), len(b), from, rest)
		}
		if o.Resync {
			return // what a search finds depends on what is asked for while it goes on
		}
		d, at = New(side, o), 0
		d.Feed(b)
		for i, c := range asked {
			if s, _ := next(d, c, &at); s != got[i] {
				t.Fatalf("%s, and all at once %s", got[i], s)
			}
		}
	})
}

// BenchmarkNext measures the framing of messages of all kinds.
func BenchmarkNext(b *testing.B) {
	wire, n := stream(message.Backend)
	wire = bytes.Repeat(wire, 100)
	d := New(message.Backend, Options{})
	b.SetBytes(int64(len(wire)))
	b.ReportAllocs()
	for b.Loop() {
		d.Feed(wire)
		for {
			if _, err := d.Next(message.Context{}); err != nil {
				break
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n*100), "ns/message")
}
