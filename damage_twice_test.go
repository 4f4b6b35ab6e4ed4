package main

import (
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pgwdump/pgwdump/capture"
)

// TestDamageTwice leaves out segments in two ways at a time, and delivers the others in a
// third: no message is invented, and none is said to be against the protocol.
func TestDamageTwice(t *testing.T) {
	for _, name := range whole(t) {
		t.Run(filepath.Base(name), func(t *testing.T) {
			all := segmentsOf(t, name)
			clean := lookAt(t, pcapOf(all))
			violations := violationsIn(t, pcapOf(all))
			looks := clean.summary.Foreign+clean.summary.Encrypted == 0 // at all that it is given
			once := clean.accounts(payloads(all)) == ""
			for _, seed := range sample(500, 6) {
				r := rand.New(rand.NewPCG(uint64(seed), seedOf(name)))
				left, did := slices.Clone(all), []string(nil)
				for range 2 {
					way := losses[r.IntN(len(losses))]
					left, did = way.leave(r, left), append(did, way.name)
				}
				told := knowableLosses(all, left) // by what else was captured
				whole := len(opening(left)) == len(opening(all))
				captured := payloads(left)
				switch r.IntN(4) {
				case 0:
					left = reorder(r, left, 4)
				case 1:
					left = split(left, func(n int) int { return 1 + r.IntN(n) })
				case 2:
					left = slices.Concat(left, left[max(len(left)-5, 0):])
				}
				damaged := pcapOf(left)
				got := lookAt(t, damaged)
				if m := got.invented(clean, whole); m != "" {
					t.Errorf("%s, seed %d: invented: %s", strings.Join(did, ", "), seed, m)
				}
				if m := got.accounts(captured); m != "" && looks && once {
					t.Errorf("%s, seed %d: %s", strings.Join(did, ", "), seed, m)
				}
				for v := range violationsIn(t, damaged) {
					if !violations[v] && told {
						t.Errorf("%s, seed %d: %s", strings.Join(did, ", "), seed, v)
					}
				}
			}
		})
	}
}

// losses are ways in which segments are lost.
var losses = []struct {
	name  string
	leave func(*rand.Rand, []capture.Segment) []capture.Segment
}{
	{"one in five", func(r *rand.Rand, s []capture.Segment) []capture.Segment {
		return slices.DeleteFunc(s, func(s capture.Segment) bool { return len(s.Payload) > 0 && r.IntN(5) == 0 })
	}},
	{"some in a row", func(r *rand.Rand, s []capture.Segment) []capture.Segment {
		from := r.IntN(len(s) + 1)
		return slices.Delete(s, from, min(from+1+r.IntN(8), len(s)))
	}},
	{"one side", func(r *rand.Rand, s []capture.Segment) []capture.Segment {
		if len(s) == 0 {
			return s
		}
		from := s[r.IntN(len(s))].From
		return slices.DeleteFunc(s, func(s capture.Segment) bool { return s.From == from })
	}},
	{"the beginning", func(r *rand.Rand, s []capture.Segment) []capture.Segment {
		return s[r.IntN(len(s)+1):]
	}},
	{"all SYN", func(_ *rand.Rand, s []capture.Segment) []capture.Segment {
		return slices.DeleteFunc(s, func(s capture.Segment) bool { return s.Flags&capture.SYN != 0 })
	}},
}

// opening returns the segments with a SYN.
func opening(segments []capture.Segment) []capture.Segment {
	return slices.DeleteFunc(slices.Clone(segments), func(s capture.Segment) bool { return s.Flags&capture.SYN == 0 })
}

// knowableLosses tells whether the senders of all that was left out have said more.
func knowableLosses(all, left []capture.Segment) bool {
	rest := left
	for i := range all {
		switch s := &all[i]; {
		case len(rest) > 0 && same(s, &rest[0]):
			rest = rest[1:]
		case len(s.Payload) > 0 && !spokeAgain(*s, rest):
			return false
		}
	}
	return true
}

func same(a, b *capture.Segment) bool {
	return a.From == b.From && a.To == b.To && a.Seq == b.Seq && a.Ack == b.Ack && a.Flags == b.Flags && len(a.Payload) == len(b.Payload)
}
