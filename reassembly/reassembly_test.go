package reassembly

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
)

// load returns the segments of a capture from testdata.
func load(t testing.TB, name string) (segments []capture.Segment) {
	f := capture.OpenFiles(name)
	defer f.Close()
	var x capture.Parser
	var s capture.Segment
	for {
		p, err := f.Read()
		if err == io.EOF {
			return segments
		}
		if err != nil {
			t.Fatal(err)
		}
		if x.Parse(p, &s) {
			s.Payload = bytes.Clone(s.Payload)
			segments = append(segments, s)
		}
	}
}

// captures calls f for each capture in testdata that is whole.
func captures(t *testing.T, f func(t *testing.T, segments []capture.Segment)) {
	names, err := filepath.Glob("../testdata/pcaps/*.pcap*")
	if err != nil || len(names) == 0 {
		t.Fatalf("no captures: %v", err)
	}
	for _, name := range names {
		switch filepath.Base(name) {
		case "packets-cut-short.pcap", "packets-from-the-middle.pcap", "big-row.pcap.zst":
			continue // not whole, or too large to be taken apart often
		}
		t.Run(filepath.Base(name), func(t *testing.T) { f(t, load(t, name)) })
	}
}

// A conversation is what a connection carried.
type conversation struct {
	Ends   string
	Opener int
	Sent   [2]string // gaps written as the number of bytes that are missing
	Ending Ending

	Conflicts []Conflict

	sent [2]carried
}

func (c *conversation) Data(k *Chunk) { c.sent[k.From].add(k.Missing, k.Bytes) }

// carried is what one direction carried, in pieces between which bytes are missing.
type carried []piece

type piece struct {
	missing int // before it
	bytes   []byte
}

// add adds what came next, behind a gap if there are bytes missing.
func (c *carried) add(missing int, b []byte) {
	if n := len(*c); n == 0 || missing > 0 && len((*c)[n-1].bytes) > 0 {
		*c = append(*c, piece{})
	}
	last := &(*c)[len(*c)-1]
	last.missing += missing
	last.bytes = append(last.bytes, b...)
}

func (c carried) String() string {
	var b strings.Builder
	for _, p := range c {
		if p.missing > 0 {
			fmt.Fprintf(&b, "«%d»", p.missing)
		}
		b.Write(p.bytes)
	}
	return b.String()
}

func (c *conversation) Conflict(k *Conflict) { c.Conflicts = append(c.Conflicts, *k) }

func (c *conversation) Close(how Ending, _ int, _ int64) {
	c.Ending, c.Sent = how, [2]string{c.sent[0].String(), c.sent[1].String()}
}

// assemble puts segments together in the order given, numbered anew.
func assemble(segments []capture.Segment) (all []*conversation) {
	t := New(Options{}, func(c *Conn) Stream {
		all = append(all, &conversation{Ends: fmt.Sprint(c.Ends[0], c.Ends[1]), Opener: c.Opener})
		return all[len(all)-1]
	})
	for i, s := range segments {
		s.Number = i + 1
		t.Add(&s)
	}
	if n := len(segments); n > 0 {
		t.Close(n, segments[n-1].Time, n, func(int) {})
	}
	if t.held != 0 {
		panic(fmt.Sprintf("%d bytes are still held", t.held))
	}
	slices.SortStableFunc(all, func(a, b *conversation) int { return bytes.Compare([]byte(a.Ends), []byte(b.Ends)) })
	return all
}

// sent returns what was sent, whoever sent the first packet.
func sent(all []*conversation) (s []string) {
	for _, c := range all {
		s = append(s, c.Sent[0], c.Sent[1])
	}
	slices.Sort(s)
	return s
}

// TestLoss drops every segment, one at a time: just its bytes are missing, and are
// said to be.
func TestLoss(t *testing.T) {
	captures(t, func(t *testing.T, segments []capture.Segment) {
		whole := sent(assemble(segments))
		for i, s := range segments {
			if len(s.Payload) == 0 || !knowable(s, segments[i+1:]) {
				continue
			}
			got := sent(assemble(slices.Delete(slices.Clone(segments), i, i+1)))
			if slices.Equal(got, whole) {
				continue // it was sent twice
			}
			for i := range got {
				got[i] = strings.Replace(got[i], fmt.Sprintf("«%d»", len(s.Payload)), string(s.Payload), 1)
			}
			if slices.Sort(got); !slices.Equal(got, whole) {
				t.Fatalf("without segment %d of %d bytes: %s", i+1, len(s.Payload), cmp.Diff(whole, got))
			}
		}
	})
}

// TestCut holds that of segments which were cut off, and lie over one another anyhow, all
// that was captured of any of them is delivered, and the rest is said to be missing.
func TestCut(t *testing.T) {
	const length = 60
	stream := make([]byte, length)
	for i := range stream {
		stream[i] = byte('0' + i)
	}
	ends := load(t, "../testdata/pcaps/simple-select.pcap")[0]
	for seed := range uint64(3000) {
		r := rand.New(rand.NewPCG(seed, 0))
		var captured [length]bool
		sent := 0
		segment := func(begin, end, cut int) capture.Segment {
			for i := begin; i < end-cut; i++ {
				captured[i] = true
			}
			sent = max(sent, end)
			return capture.Segment{From: ends.From, To: ends.To, Seq: uint32(begin + 1), Payload: stream[begin : end-cut], Cut: cut}
		}
		segments := []capture.Segment{{From: ends.From, To: ends.To, Flags: capture.SYN}}
		for range 1 + r.IntN(12) {
			begin := 1 + r.IntN(length-1)
			n := 1 + r.IntN(length-begin)
			segments = append(segments, segment(begin, begin+n, r.IntN(n+1)))
		}
		segments = append(segments, segment(0, 1, 0)) // for which the others have to wait
		want := ""
		for i, missing := 0, 0; i < sent; i++ {
			if !captured[i] {
				missing++
			}
			if missing > 0 && (captured[i] || i == sent-1) {
				want, missing = want+fmt.Sprintf("«%d»", missing), 0
			}
			if captured[i] {
				want += string(stream[i])
			}
		}
		if got := assemble(segments)[0].Sent[0]; got != want {
			t.Fatalf("seed %d: %s instead of %s", seed, got, want)
		}
	}
}

// TestLossOfADirection drops all that one side sent. What is missing is told of with the
// packet that opened the connection, as there is no later one.
func TestLossOfADirection(t *testing.T) {
	captures(t, func(t *testing.T, segments []capture.Segment) {
		client, all := segments[0].From, len(segments)
		segments = slices.DeleteFunc(segments, func(s capture.Segment) bool { return s.From == client && len(s.Payload) > 0 })
		var missing []Chunk
		table := New(Options{}, func(*Conn) Stream { return &losses{&missing} })
		for i, s := range segments {
			s.Number = i + 1
			table.Add(&s)
		}
		table.Close(len(segments), 0, len(segments), func(int) {})
		if (len(missing) > 0) != (len(segments) < all) {
			t.Errorf("%d losses", len(missing))
		}
		for _, k := range missing {
			if k.Packet == 0 || k.Time == 0 {
				t.Errorf("%d bytes are missing at packet %d, time %d", k.Missing, k.Packet, k.Time)
			}
		}
	})
}

// TestLossOfAnOpening drops the SYN of the side that was called, and what it sent first: where
// it began is what the other side waited for before it had sent anything.
func TestLossOfAnOpening(t *testing.T) {
	captures(t, func(t *testing.T, segments []capture.Segment) {
		type direction struct{ from, to capture.Endpoint }
		said := map[direction]bool{}
		segments = slices.DeleteFunc(segments, func(s capture.Segment) bool {
			d := direction{s.From, s.To}
			drop := s.From.Port() == 5432 && len(s.Payload) > 0 && !said[d]
			said[d] = said[d] || drop
			return drop
		})
		want := sent(assemble(segments))
		segments = slices.DeleteFunc(segments, func(s capture.Segment) bool { return s.Flags&(capture.SYN|capture.ACK) == capture.SYN|capture.ACK })
		if d := cmp.Diff(want, sent(assemble(segments))); d != "" {
			t.Error(d)
		}
	})
}

// losses notes the Chunks behind which bytes are missing.
type losses struct{ chunks *[]Chunk }

func (l *losses) Data(k *Chunk) {
	if k.Missing > 0 {
		*l.chunks = append(*l.chunks, *k)
	}
}
func (*losses) Conflict(*Conflict)       {}
func (*losses) Close(Ending, int, int64) {}

// knowable tells whether later segments show that s must have been sent.
func knowable(s capture.Segment, later []capture.Segment) bool {
	end := s.Seq + uint32(len(s.Payload))
	return slices.ContainsFunc(later, func(l capture.Segment) bool {
		return l.From == s.From && !before(l.Seq, end) && len(l.Payload)+int(l.Flags&capture.FIN) > 0 ||
			l.From == s.To && l.To == s.From && l.Flags&(capture.ACK|capture.RST) == capture.ACK && !before(l.Ack, end)
	})
}

// FuzzTable adds anything as segments: no panic, nothing held for ever, and bytes
// are delivered in the order of their sequence numbers.
func FuzzTable(f *testing.F) {
	f.Add([]byte("\x00\x02\x00\x00\x10\x00\x10\x00\x05\x01\x12\x00\x00\x05\x00"))
	ends := load(f, "../testdata/pcaps/simple-select.pcap")[0]
	f.Fuzz(func(t *testing.T, b []byte) {
		var segments []capture.Segment
		for len(b) >= 6 {
			s := capture.Segment{From: ends.From, To: ends.To, Flags: b[1], Seq: uint32(b[2])<<2 - 64, Ack: uint32(b[3])<<2 - 64,
				Payload: make([]byte, int(b[4])&63), Cut: int(b[5]) & 1 * 10}
			if b[0]&1 == 1 {
				s.From, s.To = s.To, s.From
			}
			segments = append(segments, s)
			b = b[6:]
		}
		assemble(segments)
	})
}

// BenchmarkTable measures segments that come in order, as nearly all do.
func BenchmarkTable(b *testing.B) {
	segments := load(b, "../testdata/pcaps/big-row.pcap.zst")
	var bytes int64
	for _, s := range segments {
		bytes += int64(len(s.Payload))
	}
	b.SetBytes(bytes)
	b.ReportAllocs()
	for b.Loop() {
		t := New(Options{}, func(*Conn) Stream { return nobody{} })
		for i := range segments {
			t.Add(&segments[i])
		}
		t.Close(len(segments), 0, len(segments), func(int) {})
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(segments)), "ns/packet")
}

type nobody struct{}

func (nobody) Data(*Chunk)              {}
func (nobody) Conflict(*Conflict)       {}
func (nobody) Close(Ending, int, int64) {}
