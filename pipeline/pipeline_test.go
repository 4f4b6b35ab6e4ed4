package pipeline

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pgwdump/pgwdump/capture"
	"github.com/pgwdump/pgwdump/decode"
	"github.com/pgwdump/pgwdump/render"
	"github.com/pgwdump/pgwdump/session"
)

// packetsOf returns the packets of a capture.
func packetsOf(t testing.TB, name string) (packets []capture.Packet) {
	f := capture.OpenFiles(name)
	defer f.Close()
	for {
		p, err := f.Read()
		if err == io.EOF {
			return packets
		}
		if err != nil {
			t.Fatal(err)
		}
		packet := *p
		packet.Data, packet.Buffer = bytes.Clone(p.Data), nil
		packets = append(packets, packet)
	}
}

// A way is how packets are worked on: it must not matter.
type way struct {
	jobs  int
	flush int // about every so many packets; 0 is never
}

// run renders packets as JSON, and as text with the times since the line before,
// which depend on the order of all lines.
func (w way) run(t testing.TB, packets []capture.Packet) (json, text string) {
	each := func(render func() Renderer) string {
		var out bytes.Buffer
		p := New(Options{Session: session.Options{Ports: []uint16{session.DefaultPort}}, Jobs: w.jobs, Render: render, Output: &out})
		r := rand.New(rand.NewPCG(uint64(w.flush), 0))
		for i := range packets {
			packet := packets[i]
			packet.Data = bytes.Clone(packet.Data)
			p.Add(&packet)
			clear(packet.Data) // it is no longer Add's
			if w.flush > 0 && r.IntN(w.flush) == 0 {
				p.Flush()
			}
		}
		if err := p.Close(); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	json = each(func() Renderer { return &render.JSON{} })
	text = each(func() Renderer {
		r := render.NewText(false)
		r.Clock.Style = render.SinceLast
		return r
	})
	return json, text
}

// damages are what captures suffer.
var damages = map[string]func(*rand.Rand, []capture.Packet) []capture.Packet{
	"whole": func(_ *rand.Rand, p []capture.Packet) []capture.Packet { return p },
	"some lost": func(r *rand.Rand, p []capture.Packet) []capture.Packet {
		return slices.DeleteFunc(p, func(capture.Packet) bool { return r.IntN(20) == 0 })
	},
	"some twice": func(r *rand.Rand, p []capture.Packet) (out []capture.Packet) {
		for _, x := range p {
			for range 1 + r.IntN(8)/7 {
				out = append(out, x)
			}
		}
		return out
	},
	"some late": func(r *rand.Rand, p []capture.Packet) []capture.Packet {
		for i := range p {
			if j := i + r.IntN(40); r.IntN(10) == 0 && j < len(p) {
				p[i], p[j] = p[j], p[i]
			}
		}
		return p
	},
	"cut short": func(_ *rand.Rand, p []capture.Packet) []capture.Packet {
		for i := range p {
			p[i].Data = p[i].Data[:min(len(p[i].Data), 96)]
		}
		return p
	},
	"bytes changed": func(r *rand.Rand, p []capture.Packet) []capture.Packet {
		for i := range p {
			if n := len(p[i].Data); n > 100 && r.IntN(3) == 0 {
				p[i].Data = bytes.Clone(p[i].Data)
				p[i].Data[66+r.IntN(n-66)] = byte(r.IntN(4))
			}
		}
		return p
	},
	"one direction": func(_ *rand.Rand, p []capture.Packet) []capture.Packet {
		var x capture.Parser
		var s capture.Segment
		return slices.DeleteFunc(p, func(p capture.Packet) bool { return x.Parse(&p, &s) && s.To.Port() == session.DefaultPort })
	},
}

// everything returns all captures as one, packet by packet in turn, so that there are
// many connections at a time.
func everything(t *testing.T) []capture.Packet {
	names, err := filepath.Glob("../testdata/pcaps/*.pcap*")
	if err != nil || len(names) == 0 {
		t.Fatalf("no captures: %v", err)
	}
	var all []capture.Packet
	for n, name := range names {
		if filepath.Base(name) == "big-row.pcap.zst" {
			continue // as large as all others together
		}
		for i, p := range packetsOf(t, name) {
			p.Number = i*len(names) + n // to sort by
			all = append(all, p)
		}
	}
	slices.SortStableFunc(all, func(a, b capture.Packet) int { return a.Number - b.Number })
	return all
}

// TestOrder holds that what comes of a capture does not depend on how many goroutines
// work on it, nor on where batches end.
func TestOrder(t *testing.T) {
	all := everything(t)
	for name, damage := range damages {
		t.Run(name, func(t *testing.T) {
			packets := damage(rand.New(rand.NewPCG(1, 2)), slices.Clone(all))
			for i := range packets {
				packets[i].Number = i + 1
			}
			json, text := way{jobs: 1}.run(t, packets)
			if json == "" || text == "" {
				t.Fatal("nothing comes of it")
			}
			for _, w := range []way{{jobs: 1, flush: 5}, {jobs: 2}, {jobs: shards + 3, flush: 20}} {
				j, x := w.run(t, packets)
				compare(t, fmt.Sprintf("%+v, JSON", w), json, j)
				compare(t, fmt.Sprintf("%+v, text", w), text, x)
			}
		})
	}
}

// TestRecall holds that what renderers remember of lines before changes nothing.
func TestRecall(t *testing.T) {
	packets := everything(t)
	for i := range packets {
		packets[i].Number = i + 1
	}
	text := func(d render.Detail, s render.TimeStyle) func() Renderer {
		return func() Renderer {
			r := render.NewText(false)
			r.Detail, r.Clock.Style = d, s
			return r
		}
	}
	for name, render := range map[string]func() Renderer{
		"JSON":       func() Renderer { return &render.JSON{} },
		"short text": text(render.Short, render.SinceLast),
		"text":       text(render.Normal, render.TimeOfDay),
		"full text":  text(render.Full, render.SinceFirst),
	} {
		once := render()
		var lines []string
		compared := 0
		anew := rendererFunc(func(dst []byte, e *session.Event) []byte {
			if e.Type != session.Message {
				return once.Append(dst, e)
			}
			again := *e
			want := string(render().Append(nil, &again))
			start := len(dst)
			if dst = once.Append(dst, e); string(dst[start:]) != want || (e.Malformed != nil) != (again.Malformed != nil) {
				lines = append(lines, want+string(dst[start:]))
			}
			compared++
			return dst
		})
		feed(Options{Session: session.Options{Ports: []uint16{session.DefaultPort}}, Output: io.Discard,
			Render: func() Renderer { return anew }}, packets)
		if len(lines) > 0 || compared == 0 {
			t.Errorf("%s: of %d messages %d look otherwise, such as\n%s", name, compared, len(lines), strings.Join(lines[:min(len(lines), 3)], ""))
		}
	}
}

// A rendererFunc is a Renderer that is a function.
type rendererFunc func([]byte, *session.Event) []byte

func (f rendererFunc) Append(dst []byte, e *session.Event) []byte { return f(dst, e) }

// compare finds the first line that differs.
func compare(t *testing.T, what, want, got string) {
	t.Helper()
	if want == got {
		return
	}
	w, g := strings.SplitAfter(want, "\n"), strings.SplitAfter(got, "\n")
	for i := range min(len(w), len(g)) {
		if w[i] != g[i] {
			t.Errorf("%s: line %d is\n%snot\n%s", what, i+1, g[i], w[i])
			return
		}
	}
	t.Errorf("%s: %d lines, not %d", what, len(g), len(w))
}

// A largest counts what is written, and how much at once at the most.
type largest struct{ most, all int }

func (l *largest) Write(b []byte) (int, error) {
	l.most, l.all = max(l.most, len(b)), l.all+len(b)
	return len(b), nil
}

// TestHeldOutput renders messages of which each is large: what is held of their output has a
// limit.
func TestHeldOutput(t *testing.T) {
	packets := packetsOf(t, "../testdata/pcaps/pgbench-interleaved.pcap.gz")
	for _, jobs := range []int{1, 4} {
		var out largest
		p := feed(Options{Session: session.Options{Ports: []uint16{session.DefaultPort}}, Jobs: jobs,
			Output: &out, Render: func() Renderer { return lengthy{} }}, packets)
		const each = 1 << 20
		if want := int(p.Totals().Messages) * each; out.all != want || out.most > heldOutput+each {
			t.Errorf("%d jobs: %d bytes, want %d; %d at once", jobs, out.all, want, out.most)
		}
	}
}

// TestSelect holds that Select has the events in the order of the capture, that what
// it passes on is rendered, copies of several that came before as well, and that Totals
// count all of them.
func TestSelect(t *testing.T) {
	packets := packetsOf(t, "../testdata/pcaps/pgbench-interleaved.pcap.gz")
	var all string
	for _, jobs := range []int{1, 4} {
		var told, rendered bytes.Buffer
		var want []byte
		var putOff []session.Event
		messages := int64(0)
		o := Options{Session: session.Options{Ports: []uint16{session.DefaultPort}}, Jobs: jobs,
			Output: &rendered,
			Render: func() Renderer { return line{} },
			Select: func(e *session.Event, pass func(*session.Event)) {
				told.Write(line{}.Append(nil, e))
				if e.Type == session.Message {
					messages++
				}
				if e.Offset%2 != 0 {
					if putOff = append(putOff, *e); len(putOff) > 5 {
						putOff = putOff[:copy(putOff, putOff[1:])]
					}
					putOff[len(putOff)-1].Frame = decode.Frame{}
					return
				}
				for i := range putOff {
					want = line{}.Append(want, &putOff[i])
					pass(&putOff[i])
				}
				putOff = putOff[:0]
				want = line{}.Append(want, e)
				pass(e)
			}}
		p := feed(o, packets)
		if d := cmp.Diff(string(want), rendered.String()); d != "" || len(want) == 0 {
			t.Errorf("%d jobs (-passed +rendered): %s", jobs, d)
		}
		if all == "" {
			all = told.String()
		}
		if d := cmp.Diff(all, told.String()); d != "" {
			t.Errorf("%d jobs (-told to one +to several): %s", jobs, d)
		}
		if n := p.Totals().Messages; n != messages {
			t.Errorf("%d jobs: %d messages in the totals, %d told", jobs, n, messages)
		}
		// The same is counted where nobody asks for events, but for statements: nothing is
		// paired then.
		o.Render, o.Select = nil, nil
		counted := feed(o, packets).Totals()
		if counted.Statements != 0 {
			t.Errorf("%d jobs: %d statements, though nobody asks for them", jobs, counted.Statements)
		}
		counted.Statements = p.Totals().Statements
		if d := cmp.Diff(p.Totals(), counted); d != "" {
			t.Errorf("%d jobs (-told +only counted): %s", jobs, d)
		}
	}
}

// TestTimes holds that what times count from is when the first line began, and the one
// before, in each view and wherever batches end.
func TestTimes(t *testing.T) {
	packets := packetsOf(t, "../testdata/pcaps/pgbench-interleaved.pcap.gz")
	for _, view := range []session.View{session.Messages, session.Statements, session.Sessions} {
		for _, jobs := range []int{1, 4} {
			var out bytes.Buffer
			var passed int
			p := New(Options{Session: session.Options{Ports: []uint16{session.DefaultPort}, View: view}, Jobs: jobs, Output: &out,
				Select: func(e *session.Event, pass func(*session.Event)) {
					if view == session.Messages || e.Type == session.Ended || e.Account != nil {
						passed++
						pass(e)
					}
				},
				Render: func() Renderer {
					return rendererFunc(func(dst []byte, e *session.Event) []byte {
						return fmt.Appendln(dst, e.First, e.Last, e.Began().Time)
					})
				},
			})
			for i := range packets {
				if p.Add(&packets[i]); i%10 == 0 {
					p.Flush()
				}
			}
			p.Close()
			var first, last, began, before, start int64
			lines := 0
			for ; ; lines++ {
				if _, err := fmt.Fscanln(&out, &first, &last, &began); err != nil {
					break
				}
				if lines == 0 {
					start, before = began, began
				}
				if first != start || last != before {
					t.Fatalf("view %d, %d jobs, line %d: counts from %d and %d, not %d and %d", view, jobs, lines+1, first, last, start, before)
				}
				before = began
			}
			if lines != passed || lines < 2 {
				t.Errorf("view %d, %d jobs: %d lines of %d events", view, jobs, lines, passed)
			}
		}
	}
}

// TestTogether holds that nothing depends on whether messages that are alike are told of
// together: all is the same as where each of them is looked at.
func TestTogether(t *testing.T) {
	all := everything(t)
	together := 0
	for name, damage := range damages {
		t.Run(name, func(t *testing.T) {
			packets := damage(rand.New(rand.NewPCG(1, 2)), slices.Clone(all))
			for i := range packets {
				packets[i].Number = i + 1
			}
			for name, o := range map[string]Options{
				"messages":   {Session: session.Options{View: session.Messages}, Render: func() Renderer { return whole{} }},
				"statements": {Session: session.Options{View: session.Statements}, Render: func() Renderer { return whole{} }},
				"sessions":   {Session: session.Options{View: session.Sessions}, Render: func() Renderer { return whole{} }},
				"JSON":       {Render: func() Renderer { return &render.JSON{} }},
				"text":       {Render: func() Renderer { return textOf(render.Normal, render.SinceLast) }},
				"short text": {Render: func() Renderer { return textOf(render.Short, render.NoTime) }},
				"long text":  {Render: func() Renderer { return textOf(render.Full, render.SinceLast) }},
			} {
				var told, each bytes.Buffer
				o.Session.Ports, o.Jobs, o.Output = []uint16{session.DefaultPort}, 1, &told
				plain, r := o.Render, o.Render()
				o.Render = func() Renderer {
					return rendererFunc(func(dst []byte, e *session.Event) []byte {
						if e.Again {
							together++
						}
						return r.Append(dst, e)
					})
				}
				totals := feed(o, packets).Totals()
				o.Render, o.Output = plain, &each
				o.Session.Check = true // so that each is looked at
				want := feed(o, packets).Totals()
				if totals.Malformed > 0 { // then who rendered has looked at each as well
					totals.Malformed *= 2
				} else {
					want.Malformed = 0
				}
				compare(t, name, each.String(), told.String())
				if d := cmp.Diff(want, totals); d != "" {
					t.Errorf("%s (-each +together): %s", name, d)
				}
			}
		})
	}
	if together < 100 {
		t.Errorf("%d messages were told of with others behind them", together)
	}
}

// TestPayloadsKept holds that memory for payloads that are copied, as in a live capture, is
// taken once and kept.
func TestPayloadsKept(t *testing.T) {
	packets := packetsOf(t, "../testdata/pcaps/pgbench-interleaved.pcap.gz")
	p := New(Options{Session: session.Options{Ports: []uint16{session.DefaultPort}}, Jobs: 1})
	for range 20 {
		for i := range packets {
			p.Add(&packets[i])
			if size := cap(p.load.payloads); size > 0 && size != loadBytes {
				t.Fatalf("%d bytes, not %d", size, loadBytes)
			}
		}
	}
	p.Close()
}

// TestBuffersHeld gives each packet a Buffer of its own, as if there was much between them:
// only so many are held at a time, and the output is the same.
func TestBuffersHeld(t *testing.T) {
	packets := packetsOf(t, "../testdata/pcaps/pgbench-interleaved.pcap.gz")
	var want, got bytes.Buffer
	o := Options{Session: session.Options{Ports: []uint16{session.DefaultPort}}, Jobs: 1, Render: func() Renderer { return whole{} }, Output: &want}
	feed(o, packets)
	o.Output = &got
	p := New(o)
	most := 0
	for i := range packets {
		packet := packets[i]
		packet.Buffer = new(capture.Buffer)
		packet.Buffer.Hold()
		p.Add(&packet)
		most = max(most, len(p.load.held))
	}
	p.Close()
	if most != loadBuffers {
		t.Errorf("%d Buffers were held at a time, not %d", most, loadBuffers)
	}
	compare(t, "each packet in a Buffer", want.String(), got.String())
}

func textOf(d render.Detail, times render.TimeStyle) Renderer {
	r := render.NewText(false)
	r.Detail, r.Clock.Style = d, times
	return r
}

// whole renders all that an event says of a message or a statement.
type whole struct{}

func (whole) Append(dst []byte, e *session.Event) []byte {
	f := e.Frame
	dst = fmt.Appendf(dst, "%d %d #%d %d %d %s %s %t %t %t %d %d, %s %q %d %d+%d %d %q %d", e.Type, e.Packet, e.Conn.Number, e.Time, e.Offset,
		e.From, e.Phase, e.Moved, e.Partial, e.Uncertain, e.First, e.Last, f.Kind, f.Tag, f.Length, f.Head, f.Size, f.Offset, f.Body, f.Dropped)
	if e.Columns != nil {
		dst = fmt.Appendf(dst, " %d columns", len(e.Columns.List))
	}
	if e.Login != nil {
		dst = fmt.Appendf(dst, " of %s", e.Login.User)
	}
	if s := e.Statement; s != nil {
		dst = fmt.Appendf(dst, " %q %s %v %v %v %v %d %d %d %d %+v %+v %t", s.SQL, s.Status, s.Begin, s.First, s.FirstRow, s.End, s.Sent, s.Received, s.Returned, s.Affected, s.Copy, s.Notices, s.Missing)
	}
	if a := e.Account; a != nil {
		dst = fmt.Appendf(dst, " %d %d %d %v", a.Rows, a.Sent, a.Received, a.Ended)
	}
	return fmt.Appendf(dst, " %v %v\n", e.Notes, e.Err)
}

func feed(o Options, packets []capture.Packet) *Pipeline {
	p := New(o)
	for i := range packets {
		p.Add(&packets[i])
	}
	p.Close()
	return p
}

// line renders what an event is and where it belongs.
type line struct{}

func (line) Append(dst []byte, e *session.Event) []byte {
	return fmt.Appendf(dst, "%d #%d %d %d %s\n", e.Packet, e.Conn.Number, e.Type, e.Offset, e.Frame.Kind)
}

// TestError holds that an error of the output ends the work.
func TestError(t *testing.T) {
	packets := packetsOf(t, "../testdata/pcaps/pgbench-interleaved.pcap.gz")
	for _, jobs := range []int{1, 4} {
		r, w := io.Pipe()
		r.CloseWithError(io.ErrShortWrite)
		p := New(Options{Session: session.Options{Ports: []uint16{session.DefaultPort}}, Jobs: jobs, Output: w,
			Render: func() Renderer { return line{} }})
		for range 20 {
			for i := range packets {
				p.Add(&packets[i])
			}
		}
		if err := p.Close(); err != io.ErrShortWrite {
			t.Errorf("%d jobs: %v", jobs, err)
		}
	}
}
