package reassembly

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pgwdump/pgwdump/capture"
)

// A delivery is another way in which a capture may have got the same segments.
type delivery struct {
	name string
	of   func(*rand.Rand, []capture.Segment) []capture.Segment
}

var deliveries = []delivery{
	{"late by 2", late(2)},
	{"late by 8", late(8)},
	{"late by 64", late(64)},
	{"twice", func(_ *rand.Rand, s []capture.Segment) (out []capture.Segment) {
		for _, x := range s {
			out = append(out, x, x)
		}
		return out
	}},
	{"twice and late", func(r *rand.Rand, s []capture.Segment) []capture.Segment {
		return reorder(r, append(slices.Clone(s), s[:len(s)/2]...), 16)
	}},
	{"in pieces", func(r *rand.Rand, s []capture.Segment) []capture.Segment {
		return split(s, func(n int) int { return 1 + r.IntN(n) })
	}},
	{"in pieces, late", func(r *rand.Rand, s []capture.Segment) []capture.Segment {
		return reorder(r, split(s, func(n int) int { return 1 + r.IntN(n) }), 64)
	}},
	{"byte by byte, late", func(r *rand.Rand, s []capture.Segment) []capture.Segment {
		n := 0
		for i := range s {
			n += len(s[i].Payload)
		}
		if n > maxHeldSegments {
			return s // what was lost on the wire in some is given up while so many wait for it
		}
		return reorder(r, split(s, func(int) int { return 1 }), 64)
	}},
	{"again in other pieces", func(r *rand.Rand, s []capture.Segment) (out []capture.Segment) {
		for i := range s {
			if out = append(out, s[i]); r.IntN(2) == 0 {
				out = append(out, split(s[i:i+1], func(n int) int { return 1 + r.IntN(n) })...)
			}
		}
		return reorder(r, out, 16)
	}},
	{"overlapping", overlap},
	{"overlapping, late", func(r *rand.Rand, s []capture.Segment) []capture.Segment { return reorder(r, overlap(r, s), 64) }},
	{"from another beginning", func(r *rand.Rand, s []capture.Segment) (out []capture.Segment) { // sequence numbers wrap
		before := s[0].Seq + r.Uint32N(500)
		for _, x := range s {
			x.Seq, x.Ack = x.Seq-before, x.Ack-before
			out = append(out, x)
		}
		return out
	}},
}

func late(window int) func(*rand.Rand, []capture.Segment) []capture.Segment {
	return func(r *rand.Rand, s []capture.Segment) []capture.Segment { return reorder(r, s, window) }
}

// reorder moves each packet by less than window places.
func reorder(r *rand.Rand, segments []capture.Segment, window int) []capture.Segment {
	type placed struct {
		capture.Segment
		at int
	}
	var p []placed
	for i, s := range segments {
		p = append(p, placed{s, i + r.IntN(window)})
	}
	slices.SortStableFunc(p, func(a, b placed) int { return a.at - b.at })
	var out []capture.Segment
	for _, s := range p {
		out = append(out, s.Segment)
	}
	return out
}

// split cuts segments into pieces of the sizes that are asked for.
func split(segments []capture.Segment, size func(n int) int) (out []capture.Segment) {
	for _, x := range segments {
		for len(x.Payload) > 1 && x.Flags&capture.SYN == 0 {
			n := size(len(x.Payload))
			if n == len(x.Payload) {
				break
			}
			part := x
			part.Payload, part.Flags = x.Payload[:n], x.Flags&^capture.FIN
			out = append(out, part)
			x.Seq, x.Payload = x.Seq+uint32(n), x.Payload[n:]
		}
		out = append(out, x)
	}
	return out
}

// overlap has some segments begin with bytes of the one before.
func overlap(r *rand.Rand, s []capture.Segment) (out []capture.Segment) {
	for i, x := range s {
		if i > 0 && s[i-1].From == x.From && s[i-1].Seq+uint32(len(s[i-1].Payload)) == x.Seq && s[i-1].Flags&capture.SYN == 0 {
			before := s[i-1].Payload[r.IntN(len(s[i-1].Payload)+1):]
			x.Seq, x.Payload = x.Seq-uint32(len(before)), append(slices.Clone(before), x.Payload...)
		}
		out = append(out, x)
	}
	return out
}

// TestDelivery delivers captures in other ways: late, twice, in pieces. The streams
// are the same.
func TestDelivery(t *testing.T) {
	captures(t, func(t *testing.T, segments []capture.Segment) {
		want := sent(assemble(segments))
		for _, d := range deliveries {
			for seed := range uint64(5) {
				got := sent(assemble(d.of(rand.New(rand.NewPCG(seed, 0)), segments)))
				if diff := cmp.Diff(want, got); diff != "" {
					t.Fatalf("%s, seed %d: %s", d.name, seed, diff)
				}
			}
		}
	})
}
