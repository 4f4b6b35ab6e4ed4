package phase_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pgwdump/pgwdump/decode"
	"github.com/pgwdump/pgwdump/message"
	"github.com/pgwdump/pgwdump/phase"
	"github.com/pgwdump/pgwdump/phase/phasetest"
)

var update = flag.Bool("update", false, "rewrite the conversations in testdata, and docs/phases.md")

// A reader reads a conversation.
type reader struct {
	tracker  *phase.Tracker
	decoders map[message.Side]*decode.Decoder
	walker   message.Walker
	repeated int // messages that changed nothing when they came again
	repeat   bool
}

func newReader() *reader {
	return &reader{
		tracker: phase.New(phase.Startup),
		decoders: map[message.Side]*decode.Decoder{
			message.Frontend: decode.New(message.Frontend, decode.Options{}),
			message.Backend:  decode.New(message.Backend, decode.Options{}),
		},
	}
}

// read returns a line for each message of a turn.
func (r *reader) read(u phasetest.Turn) (lines []string) {
	d := r.decoders[u.From]
	d.Feed(u.Bytes)
	for {
		if r.tracker.Phase() == phase.Encrypted {
			return append(lines, fmt.Sprintf("encrypted %d bytes", len(d.Rest())))
		}
		if d.Lost() {
			return lines
		}
		f, err := d.Next(r.tracker.Context(u.From))
		if err == decode.ErrMore {
			return lines
		}
		if err != nil {
			lines = append(lines, "! "+err.Error())
			continue
		}
		fields, malformed := r.walker.List(f.New(), f.Body)
		step, err := r.tracker.See(u.From, f.Kind, f.Body)
		if r.repeat && err == nil && r.tracker.Repeats(u.From, f.Kind) {
			again, err := r.tracker.See(u.From, f.Kind, f.Body)
			if again.Phase != r.tracker.Phase() || again.Request != step.Request || again.Outcome != step.Outcome || err != nil {
				lines = append(lines, fmt.Sprintf("%s again: %+v, %v", f.Kind, again, err))
			}
			r.repeated++
		}
		line := step.Phase.String() + " " + f.Kind.String()
		if step.Outcome != phase.Alone {
			line += fmt.Sprintf(" (%s", step.Outcome)
			if step.Request > 0 {
				line += fmt.Sprintf(" %d", step.Request)
			}
			if step.Skipped > 0 {
				line += fmt.Sprintf(", skips %d", step.Skipped)
			}
			line += ")"
		}
		line += show(fields)
		if malformed != nil {
			line += " ! " + malformed.Error()
		}
		if err != nil {
			line += " ! " + err.Error()
		}
		lines = append(lines, line)
	}
}

// show writes down fields.
func show(fields []message.Field) string {
	var b strings.Builder
	for _, f := range fields {
		b.WriteByte(' ')
		if f.Name != "" {
			b.WriteString(f.Name + "=")
		}
		switch f.Type {
		case message.FieldInt, message.FieldOID, message.FieldTime:
			fmt.Fprint(&b, f.Int)
		case message.FieldChar:
			fmt.Fprintf(&b, "%q", rune(f.Int))
		case message.FieldVersion:
			b.WriteString(message.ProtocolVersion(f.Int).String())
		case message.FieldLSN:
			fmt.Fprintf(&b, "%X/%X", f.Int>>32, uint32(f.Int))
		case message.FieldNull:
			b.WriteString("NULL")
		case message.FieldList, message.FieldObject, message.FieldMap:
			b.WriteByte('[')
		case message.FieldEnd:
			b.WriteByte(']')
		case message.FieldValues:
			for i, v := range f.Values().All() {
				if i > 0 {
					b.WriteByte(' ')
				}
				if v == nil {
					b.WriteString("NULL")
				} else {
					fmt.Fprintf(&b, "%.60q", v)
				}
			}
		default:
			fmt.Fprintf(&b, "%.60q", f.Bytes)
		}
	}
	return b.String()
}

// TestConversations reads each conversation, and compares with what is written
// behind the dashes.
func TestConversations(t *testing.T) {
	phasetest.Each(t, "testdata", func(t *testing.T, c phasetest.Conversation) {
		turns := c.Turns
		r := newReader()
		var b strings.Builder
		for i, u := range turns {
			if i > 0 {
				b.WriteByte('\n')
			}
			if u.From == message.Frontend {
				b.WriteString("send\n")
			} else {
				b.WriteString("receive\n")
			}
			for piece := range bytes.SplitAfterSeq(u.Bytes, []byte("\n")) {
				for len(piece) > 0 {
					n := min(len(piece), 80)
					b.WriteString(strconv.QuoteToASCII(string(piece[:n])) + "\n")
					piece = piece[n:]
				}
			}
			b.WriteString("----\n")
			for _, line := range r.read(u) {
				b.WriteString(line + "\n")
			}
		}
		if *update {
			if err := os.WriteFile(c.File, []byte(b.String()), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(c.File)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(string(want), b.String()); d != "" {
			t.Errorf("go test ./phase -update rewrites it: %s", d)
		}
	})
}

// TestRepeats sees each message once more that may come again: nothing is read differently.
func TestRepeats(t *testing.T) {
	repeated := map[message.Side]int{}
	phasetest.Each(t, "testdata", func(t *testing.T, c phasetest.Conversation) {
		once, more := newReader(), newReader()
		more.repeat = true
		for i, u := range c.Turns {
			if d := cmp.Diff(once.read(u), more.read(u)); d != "" {
				t.Errorf("turn %d (-once +again): %s", i+1, d)
			}
			repeated[u.From], more.repeated = repeated[u.From]+more.repeated, 0
		}
	})
	if repeated[message.Frontend] < 5 || repeated[message.Backend] < 20 {
		t.Errorf("hardly any messages came again: %v", repeated)
	}
}

// TestAhead lets the client send each of its turns before it has the answer of the
// server to the one before, once the session has begun: it need not wait.
func TestAhead(t *testing.T) {
	phasetest.Each(t, "testdata", func(t *testing.T, c phasetest.Conversation) {
		turns := c.Turns
		complaints := func(turns []phasetest.Turn) (n int) {
			r := newReader()
			for _, u := range turns {
				for _, line := range r.read(u) {
					n += strings.Count(line, "!")
				}
			}
			return n
		}
		before := complaints(turns)
		r := newReader()
		for i := 0; i+1 < len(turns); i++ {
			session := r.tracker.Phase() >= phase.Ready && r.tracker.Phase() < phase.Terminated
			r.read(turns[i])
			if !session || turns[i].From != message.Backend || turns[i+1].From != message.Frontend {
				continue
			}
			swapped := append([]phasetest.Turn{}, turns...)
			swapped[i], swapped[i+1] = turns[i+1], turns[i]
			if n := complaints(swapped); n > before {
				t.Errorf("turn %d before turn %d: %d complaints, not %d", i+2, i+1, n, before)
			}
		}
	})
}

// FuzzTracker lets both sides say anything in any order, and loses some of it: no panic, what is not
// allowed changes nothing, and what is kept has an end.
func FuzzTracker(f *testing.F) {
	f.Add([]byte{1, 0, 9, 0, 31, 'I', 34, 0, 35, 0, 36, 0, 37, 0, 31, 'I'})
	f.Fuzz(func(t *testing.T, b []byte) {
		r := phase.New(phase.Startup)
		for len(b) >= 2 {
			k := message.Kind(int(b[0]) % message.Kinds)
			from := k.Side()
			if from == message.Both {
				from = message.Side(1 + b[1]&1)
			}
			body := []byte{b[1], 0}
			if k == message.KindErrorResponse && b[1] == 'F' {
				body = []byte("SFATAL\x00\x00")
			}
			if b[1] == 0xff {
				r.Lose(from)
			}
			was, pending, context := r.Phase(), r.Pending(), r.Context(from)
			step, err := r.See(from, k, body)
			if step.Phase != was {
				t.Fatalf("%s was seen in %s, not %s", k, step.Phase, was)
			}
			if err != nil {
				if r.Phase() != was || r.Pending() != pending || r.Context(from) != context {
					t.Fatalf("%v, and something changed", err)
				}
			}
			if n := r.Pending(); n > phase.MaxRequests {
				t.Fatalf("%d requests are kept", n)
			}
			if err != nil && was.Active() && was >= phase.Authenticating {
				if r.Overtake(); r.Phase() != phase.Unsynchronised {
					t.Fatalf("overtaken in %s", r.Phase())
				}
			}
			b = b[2:]
		}
	})
}
