package reassembly

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pgwdump/pgwdump/capture"
)

// compare returns how what a Table makes of segments differs from what gopacket makes of
// them: which bytes each direction of each connection carried, where some are missing, and
// how many. Left out are connections in which nothing was sent, what is missing behind the
// last byte that was captured, and before the first one of a direction whose SYN was not:
// gopacket knows nothing of these, as it does not look at what is acknowledged.
func compare(segments []capture.Segment) string {
	type direction struct {
		ends string
		from int
	}
	opened := map[direction]bool{}
	for _, s := range segments {
		if s.Flags&capture.SYN != 0 {
			opened[direction{fmt.Sprint(s.From, s.To), 0}] = true
			opened[direction{fmt.Sprint(s.To, s.From), 1}] = true
		}
	}
	lines := func(all []*conversation) (lines []string) {
		for _, c := range all {
			for from, sent := range c.sent {
				if n := len(sent); n > 0 && len(sent[n-1].bytes) == 0 {
					sent = sent[:n-1]
				}
				if len(sent) > 0 && !opened[direction{c.Ends, from}] {
					sent[0].missing = 0
				}
				if len(sent) > 0 {
					lines = append(lines, fmt.Sprintf("%s %d: %s", c.Ends, from, sent))
				}
			}
		}
		slices.Sort(lines)
		return lines
	}
	return cmp.Diff(lines(consult(segments)), lines(assemble(segments)))
}

// TestOracle compares with gopacket: captures as they are, delivered in other ways, and
// damaged.
func TestOracle(t *testing.T) {
	damages := []delivery{
		{"", func(_ *rand.Rand, s []capture.Segment) []capture.Segment { return s }},
		{"a segment lost", func(r *rand.Rand, s []capture.Segment) []capture.Segment {
			i := r.IntN(len(s))
			return slices.Delete(slices.Clone(s), i, i+1)
		}},
		{"some segments lost", func(r *rand.Rand, s []capture.Segment) []capture.Segment {
			return slices.DeleteFunc(slices.Clone(s), func(capture.Segment) bool { return r.IntN(8) == 0 })
		}},
		{"no SYN", func(r *rand.Rand, s []capture.Segment) []capture.Segment {
			which := r.IntN(3) // the first, the answer to it, or both
			return slices.DeleteFunc(slices.Clone(s), func(s capture.Segment) bool {
				return s.Flags&capture.SYN != 0 && (which == 2 || s.Flags&capture.ACK != 0 == (which == 1))
			})
		}},
	}
	captures(t, func(t *testing.T, segments []capture.Segment) {
		r := rand.New(rand.NewPCG(uint64(len(segments)), 1))
		for _, damage := range damages {
			for _, d := range append([]delivery{{"in order", damages[0].of}}, deliveries...) {
				damaged := d.of(r, damage.of(r, segments))
				if diff := compare(damaged); diff != "" {
					t.Fatalf("%s %s (-gopacket +ours): %s", damage.name, d.name, diff)
				}
			}
		}
	})
}

// TestOracleDiffers shows where gopacket is not followed, by the smallest cases.
func TestOracleDiffers(t *testing.T) {
	a, b := endpoint(1), endpoint(2)
	sends := func(payload string, seq uint32) capture.Segment {
		return capture.Segment{From: a, To: b, Flags: capture.ACK, Seq: seq, Ack: 100, Payload: []byte(payload)}
	}
	answers := func(payload string, seq, ack uint32) capture.Segment {
		return capture.Segment{From: b, To: a, Flags: capture.ACK, Seq: seq, Ack: ack, Payload: []byte(payload)}
	}
	with := func(flags uint8, s capture.Segment) capture.Segment { s.Flags |= flags; return s }
	syn := capture.Segment{From: a, To: b, Flags: capture.SYN, Seq: 9}
	accept := with(capture.SYN, answers("", 99, 10))
	again := syn
	again.Seq = 500
	short := sends("", 10)
	short.Cut = 4
	long := []capture.Segment{syn, sends("cd", 12), answers("", 100, 14)}
	for range 2 * Window {
		long = append(long, answers("", 100, 14))
	}
	for _, c := range []struct {
		name         string
		segments     []capture.Segment
		theirs, ours []string // as they are sent, one after the other
	}{
		{"of what comes twice and is held, the last counts", // as with few receivers
			[]capture.Segment{syn, sends("cd", 12), sends("CD", 12), sends("ab", 10)},
			[]string{"abCD"}, []string{"abcd"}},
		{"addresses that are used anew are not noticed without an end",
			[]capture.Segment{syn, sends("ab", 10), again, sends("cd", 501)},
			[]string{"ab«489»cd"}, []string{"ab", "cd"}},
		{"what is acknowledged and missing at the end is not told of",
			[]capture.Segment{syn, accept, sends("ab", 10), answers("", 100, 20)},
			[]string{"ab"}, []string{"ab«8»"}},
		{"the answer to a SYN that is missing does not say where its side begins",
			[]capture.Segment{accept, sends("cd", 12)},
			[]string{"cd"}, []string{"«2»cd"}},
		{"what is a window too far ahead is no nonsense",
			[]capture.Segment{syn, sends("ab", 10), sends("cd", 12+ahead)},
			[]string{"ab«1073741824»cd"}, []string{"ab"}},
		{"what is cut short is waited for",
			[]capture.Segment{syn, short, sends("abcd", 10)},
			[]string{"abcd"}, []string{"«4»"}},
		{"what the receiver has is waited for as long as the capture lasts",
			append(long, sends("ab", 10)),
			[]string{"abcd"}, []string{"«2»cd"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for who, all := range map[string][]*conversation{"gopacket": consult(c.segments), "ours": assemble(c.segments)} {
				want := c.theirs
				if who == "ours" {
					want = c.ours
				}
				var got []string
				for _, c := range all {
					for _, sent := range c.sent {
						if sent != nil {
							got = append(got, sent.String())
						}
					}
				}
				if d := cmp.Diff(want, got); d != "" {
					t.Errorf("%s: -want +got: %s", who, d)
				}
			}
		})
	}
}
