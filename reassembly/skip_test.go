package reassembly

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pgwdump/pgwdump/capture"
)

// heard notes what a Stream is given.
type heard []string

func (h *heard) Data(c *Chunk) {
	*h = append(*h, fmt.Sprintf("%d: %d missing, %q", c.From, c.Missing, c.Bytes))
}
func (h *heard) Conflict(*Conflict)               { *h = append(*h, "conflict") }
func (h *heard) Close(how Ending, _ int, _ int64) { *h = append(*h, how.String()) }

// TestSkip holds that a connection goes on behind a part that was passed over, however
// long that was, in both directions at once and without waiting for it.
func TestSkip(t *testing.T) {
	const old = 5 // bytes before the part that is passed over
	for _, c := range []struct {
		name           string
		sent, received int64  // as they were counted, retransmissions included
		seq, ack       uint32 // behind them
		want           []string
	}{
		{"nothing", 0, 0, old, old, []string{`0: 0 missing, "12345"`}},
		{"little", 1000, 10, old + 1000, old + 10, []string{`0: 1000 missing, ""`, `1: 10 missing, ""`, `0: 0 missing, "12345"`}},
		{"counted twice", 1000, 20, old + 900, old + 10, []string{`0: 900 missing, ""`, `1: 10 missing, ""`, `0: 0 missing, "12345"`}},
		{"more than a window", 3 << 30, 0, old + 3<<30, old, []string{`0: 3221225472 missing, ""`, `0: 0 missing, "12345"`}},
		{"more than there are numbers", 10 << 30, 9 << 30, old + 2<<30, old + 1<<30,
			[]string{`0: 10737418240 missing, ""`, `1: 9663676416 missing, ""`, `0: 0 missing, "12345"`}},
		{"sent again", 0, 0, 0, old, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got heard
			table := New(Options{}, func(*Conn) Stream { return &got })
			client, server := load(t, "../testdata/pcaps/simple-select.pcap")[0].From, load(t, "../testdata/pcaps/simple-select.pcap")[0].To
			packet := 0
			add := func(s capture.Segment) {
				packet++
				s.Number = packet
				table.Add(&s)
			}
			minus := ^uint32(0)
			add(capture.Segment{From: client, To: server, Seq: minus, Flags: capture.SYN})
			add(capture.Segment{From: server, To: client, Seq: minus, Flags: capture.SYN | capture.ACK})
			add(capture.Segment{From: client, To: server, Ack: 0, Payload: []byte("12345"), Flags: capture.ACK})
			add(capture.Segment{From: server, To: client, Ack: old, Payload: []byte("12345"), Flags: capture.ACK})
			got = nil
			packet++
			s := capture.Segment{Number: packet, From: client, To: server, Seq: c.seq, Ack: c.ack, Payload: []byte("12345"), Flags: capture.ACK}
			table.Skip(&s, c.sent, c.received)
			table.Add(&s)
			if d := cmp.Diff(c.want, []string(got)); d != "" {
				t.Errorf("-want +got: %s", d)
			}
		})
	}
}
