package pipeline

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/pgwdump/pgwdump/capture"
	"github.com/pgwdump/pgwdump/render"
	"github.com/pgwdump/pgwdump/session"
)

// A wire gives packets to a pipeline, each a millisecond behind the one before.
type wire struct {
	p     *Pipeline
	count int
	bytes int64 // of payload
	now   int64
}

// A talker is a client that talks to a server, over a wire.
type talker struct {
	wire   *wire
	number uint32
	seq    [2]uint32
}

// client returns the client of that number, which has connected.
func (w *wire) client(number int) *talker {
	c := &talker{wire: w, number: uint32(number)}
	c.send(0, capture.SYN, "")
	c.send(1, capture.SYN|capture.ACK, "")
	c.send(0, capture.ACK, startup)
	c.send(1, capture.ACK, tagged('R', "\x00\x00\x00\x00")+tagged('Z', "I"))
	return c
}

const startup = "\x00\x00\x00\x10\x00\x03\x00\x00user\x00u\x00\x00"

func tagged(tag byte, body string) string {
	return string(binary.BigEndian.AppendUint32([]byte{tag}, uint32(4+len(body)))) + body
}

// asks has the client ask for so many bytes.
func (c *talker) asks(size int) {
	c.send(0, capture.ACK, tagged('Q', fmt.Sprintf("select %d\x00", c.wire.count)))
	column := "\x00\x01" + string(binary.BigEndian.AppendUint32(nil, uint32(size))) + strings.Repeat("x", size)
	c.send(1, capture.ACK, tagged('D', column))
	c.send(1, capture.ACK, tagged('C', "SELECT 1\x00")+tagged('Z', "I"))
}

// leaves has the client close the connection.
func (c *talker) leaves() {
	c.send(0, capture.FIN|capture.ACK, tagged('X', ""))
	c.send(1, capture.FIN|capture.ACK, "")
	c.send(0, capture.ACK, "")
}

// send sends a segment from the client (0) or the server (1).
func (c *talker) send(from int, flags byte, payload string) {
	p := packetOf(0x0a000000|c.number, session.DefaultPort, from, c.seq, flags, []byte(payload))
	if c.seq[from] += uint32(len(payload)); flags&(capture.SYN|capture.FIN) != 0 {
		c.seq[from]++
	}
	w := c.wire
	w.count++
	w.now += time.Millisecond.Nanoseconds()
	w.bytes += int64(len(payload))
	p.Number, p.Time = w.count, w.now
	w.p.Add(&p)
}

// A gate is an output that takes nothing until it is opened.
type gate struct {
	closed sync.Mutex
	out    bytes.Buffer
}

func (g *gate) Write(b []byte) (int, error) {
	g.closed.Lock()
	defer g.closed.Unlock()
	return g.out.Write(b)
}

// told is what is looked at of the output.
type told struct {
	Event, Client, Stage, Type string
	Packets, Bytes, Since      int64
	line                       string
}

// lines returns the lines of the output, which are as docs say.
func (g *gate) lines(t *testing.T) (all []told) {
	schema, err := jsonschema.NewCompiler().Compile("../docs/json.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(g.out.String()) {
		if strings.HasPrefix(line, `{"event":"shed"`) {
			value, err := jsonschema.UnmarshalJSON(strings.NewReader(line))
			if err == nil {
				err = schema.Validate(value)
			}
			if err != nil {
				t.Fatalf("%v in %s", err, line)
			}
		}
		e := told{line: line}
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatal(err)
		}
		all = append(all, e)
	}
	return all
}

// A door is an output that takes nothing until it is opened, and only counts then.
type door struct {
	closed sync.Mutex
	bytes  int
}

func (d *door) Write(b []byte) (int, error) {
	d.closed.Lock()
	defer d.closed.Unlock()
	d.bytes += len(b)
	return len(b), nil
}

// A lengthy renderer makes a megabyte of each message.
type lengthy struct{}

var megabyte = bytes.Repeat([]byte{'.'}, 1<<20)

func (lengthy) Append(dst []byte, e *session.Event) []byte {
	if e.Type != session.Message {
		return dst
	}
	return append(dst, megabyte...)
}

// TestStalledInBatch holds that an output that takes nothing is given up also where a batch
// has more of it than is held, and that the rest of that is counted.
func TestStalledInBatch(t *testing.T) {
	for _, opens := range []bool{true, false} {
		w := &wire{}
		var d door
		d.closed.Lock()
		w.p = New(Options{Session: session.Options{Ports: []uint16{session.DefaultPort}}, Jobs: 2, Backlog: 64 * loadBytes, Patience: time.Second,
			Output: &d, Render: func() Renderer { return lengthy{} }})
		c := w.client(1)
		for range 5 {
			c.asks(10)
		}
		if opens {
			d.closed.Unlock()
		}
		err := w.p.Close()
		want := int(w.p.Totals().Messages) << 20
		if opens {
			if err != nil || d.bytes != want {
				t.Errorf("%d bytes, want %d, %v", d.bytes, want, err)
			}
			continue
		}
		if !errors.Is(err, ErrStalled) || !strings.Contains(err.Error(), fmt.Sprintf("%d bytes were not written", want)) {
			t.Errorf("%d bytes: %v", want, err)
		}
	}
}

// until waits until something is so.
func until(t *testing.T, what string, so func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !so(); runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatalf("it never was so that %s", what)
		}
	}
}

// shedding returns a wire to a pipeline that sheds, with its output closed: nothing
// more can be worked on, and the backlog is empty.
func shedding(t *testing.T, o Options) (*wire, *gate) {
	g := new(gate)
	g.closed.Lock()
	o.Session.Ports = []uint16{session.DefaultPort}
	o.Render, o.Output = func() Renderer { return &render.JSON{} }, g
	w := &wire{p: New(o)}
	c := w.client(1)
	for len(w.p.backlog) == 0 {
		c.asks(loadBytes / 2)
		until(t, "a batch was worked on, or all were waiting", func() bool {
			return len(w.p.backlog) == 0 || len(w.p.toWrite) == cap(w.p.free)-1
		})
	}
	return w, g
}

// TestShed holds that a heavy connection and a new one are shed where more comes than
// can be written, that another one is not, and that they are looked at again.
func TestShed(t *testing.T) {
	for _, jobs := range []int{1, 2} {
		t.Run(fmt.Sprint(jobs), func(t *testing.T) {
			var shed []capture.Ends
			w, g := shedding(t, Options{Jobs: jobs, Backlog: 64 * loadBytes, OnShed: func(e capture.Ends) { shed = append(shed, e) }})
			heavy, light := w.client(2), w.client(3)
			for len(shed) == 0 {
				heavy.asks(8000)
				light.asks(1)
			}
			late := w.client(4)
			for range 5 {
				heavy.asks(8000)
				late.asks(1)
				light.asks(1)
			}
			g.closed.Unlock()
			until(t, "all was written", func() bool { return w.p.pressure() == 0 })
			w.now += 2 * leastRest.Nanoseconds()
			for range 5 {
				heavy.asks(8000)
				late.asks(1)
				light.asks(1)
			}
			heavy.leaves()
			if err := w.p.Close(); err != nil {
				t.Fatal(err)
			}

			var stages, lightly []string
			var packets, bytes int64
			for _, e := range g.lines(t) {
				switch {
				case e.Event == "shed":
					stages = append(stages, e.Client+" "+e.Stage)
					packets += e.Packets
					bytes += e.Bytes
				case e.Event == "error" || strings.Contains(e.line, "notes"):
					t.Error(e.line)
				case e.Client == "10.0.0.3:40000":
					lightly = append(lightly, e.Event+e.Type)
				}
			}
			want := "10.0.0.2:40000 begun, 10.0.0.4:40000 begun, 10.0.0.2:40000 resumed, 10.0.0.4:40000 resumed"
			if got := strings.Join(stages, ", "); got != want {
				t.Errorf("%s", got)
			}
			if n := len(shed); n != 2 {
				t.Errorf("%d connections were shed", n)
			}
			totals := w.p.Totals()
			if packets == 0 || packets != totals.Shed || bytes != totals.ShedBytes {
				t.Errorf("%d packets and %d bytes in the lines, %d and %d in the totals", packets, bytes, totals.Shed, totals.ShedBytes)
			}
			if totals.Violations > 0 || totals.Gaps == 0 {
				t.Errorf("%+v", totals)
			}
			w.adds(t)
			if got := strings.Join(lightly, " "); strings.Contains(got, "gap") || strings.Count(got, "messageQuery") != strings.Count(got, "messageDataRow") {
				t.Error(got)
			}
		})
	}
}

// adds checks that all bytes are somewhere.
func (w *wire) adds(t *testing.T) {
	t.Helper()
	s := w.p.Totals()
	if got := s.Decoded + s.Undecoded + s.Encrypted + s.Foreign + s.Repeated + s.ShedBytes; got != w.bytes {
		t.Errorf("%d of %d bytes: %+v", got, w.bytes, s)
	}
}

// TestIdleWithoutRoom holds that no time passes behind packets for an Idle that came
// before them, when there was no room to hand on that nothing came.
func TestIdleWithoutRoom(t *testing.T) {
	p := New(Options{Jobs: 1, Backlog: loadBytes})
	p.loads = cap(p.empty) // as if all others were being worked on
	p.Idle()
	if l := p.load; l.idle || l.passed > 0 {
		t.Errorf("%d packets will seem to have passed behind those to come", l.passed)
	}
	p.loads = 1
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestStalled holds that nothing waits for an output that takes nothing, whatever comes
// and for how long, and that all of it is counted.
func TestStalled(t *testing.T) {
	for _, opens := range []bool{true, false} {
		t.Run(fmt.Sprint("opens ", opens), func(t *testing.T) {
			w, g := shedding(t, Options{Jobs: 2, Backlog: 4 * loadBytes, Patience: time.Second})
			for i := range maxFlows + 100 {
				c := w.client(100 + i)
				c.asks(100)
				if i%2 == 0 {
					c.leaves()
				}
				w.p.Drop(1, w.count, w.now)
				w.p.Idle()
			}
			if opens {
				g.closed.Unlock()
			}
			err := w.p.Close()
			if stalled := errors.Is(err, ErrStalled); stalled == opens || err != nil && !stalled {
				t.Fatal(err)
			}
			totals := w.p.Totals()
			if totals.Shed == 0 || totals.Dropped != maxFlows+100 || w.p.loads > cap(w.p.empty) {
				t.Errorf("%d loads, %+v", w.p.loads, totals)
			}
			w.adds(t)
			if !opens {
				return
			}
			var packets, bytes int64
			for _, e := range g.lines(t) {
				if e.Event == "shed" {
					packets += e.Packets
					bytes += e.Bytes
				}
			}
			if packets != totals.Shed || bytes != totals.ShedBytes {
				t.Errorf("%d packets and %d bytes in the lines, %+v", packets, bytes, totals)
			}
		})
	}
}
