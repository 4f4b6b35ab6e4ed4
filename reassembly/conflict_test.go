package reassembly

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/pgwdump/pgwdump/capture"
)

// TestConflict sends bytes again that are others: those that came first are delivered,
// and each segment that contradicts them is told of.
func TestConflict(t *testing.T) {
	ends := load(t, "../testdata/pcaps/simple-select.pcap")[0]
	segment := func(seq uint32, payload string) capture.Segment {
		return capture.Segment{From: ends.From, To: ends.To, Seq: seq, Payload: []byte(payload)}
	}
	all := func(s ...capture.Segment) []capture.Segment { return s }
	syn := segment(9, "")
	syn.Flags = capture.SYN
	long := strings.Repeat("0123456789", 500)
	var flood []capture.Segment
	for i := range uint32(pastSegments) {
		flood = append(flood, segment(12+i, "x"))
	}
	for _, test := range []struct {
		name     string
		segments []capture.Segment // numbered from 2 on, behind a SYN; the stream begins at 10
		sent     string
		want     []Conflict // From and Time left out
	}{
		{"the same again", all(segment(10, "abcd"), segment(10, "abcd")), "abcd", nil},
		{"delivered", all(segment(10, "abcd"), segment(10, "aXXd")), "abcd", []Conflict{{Offset: 1, Bytes: 2, Before: 2, Packet: 3}}},
		{"the end of one, and more", all(segment(10, "abcd"), segment(12, "cXef")), "abcdef", []Conflict{{Offset: 3, Bytes: 1, Before: 2, Packet: 3}}},
		{"two at once", all(segment(10, "ab"), segment(12, "cd"), segment(11, "XXde")), "abcde", []Conflict{{Offset: 1, Bytes: 2, Before: 2, Packet: 4}}},
		{"not the last", all(segment(10, "ab"), segment(12, "cd"), segment(10, "XX")), "abcd", []Conflict{{Offset: 0, Bytes: 2, Before: 2, Packet: 4}}},
		{"twice", all(segment(10, "ab"), segment(10, "XX"), segment(10, "XX")), "ab", []Conflict{{Offset: 0, Bytes: 2, Before: 2, Packet: 3}, {Offset: 0, Bytes: 2, Before: 2, Packet: 4}}},
		{"held", all(segment(12, "cd"), segment(11, "bXde"), segment(10, "a")), "abcde", []Conflict{{Offset: 2, Bytes: 1, Before: 2, Packet: 3}}},
		{"held, the same", all(segment(12, "cd"), segment(11, "bcd"), segment(10, "a")), "abcd", nil},
		{"held, then delivered", all(segment(12, "cd"), segment(10, "ab"), segment(12, "XX")), "abcd", []Conflict{{Offset: 2, Bytes: 2, Before: 2, Packet: 4}}},
		{"delivered and held", all(segment(14, "ef"), segment(10, "ab"), segment(11, "XcdXf")), "abcdef", []Conflict{{Offset: 1, Bytes: 2, Before: 3, Packet: 4}}},
		{"one byte", all(segment(10, "S"), segment(10, "N")), "S", []Conflict{{Offset: 0, Bytes: 1, Before: 2, Packet: 3}}},
		{"to keep alive", all(segment(10, "ab"), segment(11, "\x00")), "ab", nil},
		{"the end of a long one", all(segment(10, long), segment(10+4998, "8X")), long, []Conflict{{Offset: 4999, Bytes: 1, Before: 2, Packet: 3}}},
		{"the beginning of a long one, which is not remembered", all(segment(10, long), segment(10, "X")), long, nil},
		{"long ago", append(append(all(segment(10, "ab")), flood...), segment(10, "XX")), "ab" + strings.Repeat("x", len(flood)), nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			want := conversation{Sent: [2]string{test.sent}, Conflicts: test.want}
			got := assemble(append(all(syn), test.segments...))[0]
			less := cmp.Options{cmpopts.IgnoreFields(conversation{}, "Ends"), cmpopts.IgnoreUnexported(Conflict{}, conversation{})}
			if d := cmp.Diff(&want, got, less); d != "" {
				t.Errorf("-want +got: %s", d)
			}
		})
	}
	t.Run("before the beginning is known", func(t *testing.T) {
		c := assemble(all(segment(12, "cd"), segment(12, "cX"), segment(10, "ab")))[0]
		if len(c.Conflicts) != 1 || c.Conflicts[0].Offset != 3 || c.Sent[0] != "abcd" {
			t.Errorf("%q, %+v", c.Sent[0], c.Conflicts)
		}
	})
	t.Run("the past is a ring", func(t *testing.T) {
		// Each segment is contradicted when others have gone by that fill most of the ring.
		var s []capture.Segment
		seq := uint32(10)
		for i := range 200 {
			s = append(s, segment(seq, strings.Repeat(string(rune('a'+i%26)), 1+i*7%1500)))
			seq += uint32(1 + i*7%1500)
			if i >= 20 {
				again := s[slices.IndexFunc(s, func(o capture.Segment) bool { return o.Seq == s[len(s)-1].Seq })-20]
				if again.Payload[0] != '-' {
					again.Payload = []byte(strings.Repeat("-", len(again.Payload)))
				}
				s = append(s, again)
			}
		}
		c := assemble(append(all(syn), s...))[0]
		if strings.Contains(c.Sent[0], "-") || len(c.Conflicts) == 0 {
			t.Errorf("%d conflicts; sent %.100q", len(c.Conflicts), c.Sent[0])
		}
	})
}
