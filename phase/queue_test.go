package phase

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestQueue holds a queue to a list, with so many that wait as they may be. What is moved
// to make room is not more than what comes.
func TestQueue(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for most := 1; most < 3000; most += most/7 + 1 {
		var q queue
		var want []pending
		pushed, moved := 0, 0
		for number := range uint64(5 * most) {
			p := pending{[]request{parse, sync, execute, copyEnd}[r.IntN(4)], uint64(r.IntN(2)) * number}
			first := q.first
			q.push(p)
			if pushed++; q.first < first {
				moved += q.len() - 1
			}
			if want = append(want, p); len(want) > most {
				q.drop(1)
				want = want[1:]
			}
			if r.IntN(4*most) == 0 {
				n := r.IntN(len(want) + 1)
				q.drop(n)
				want = want[n:]
			}
			oldest := uint64(0)
			if i := slices.IndexFunc(want, func(p pending) bool { return p.number > 0 }); i >= 0 {
				oldest = want[i].number
			}
			if q.oldest() != oldest {
				t.Fatalf("%d may wait: the oldest is %d, want %d, of %v", most, q.oldest(), oldest, want)
			}
			if len(want) == 0 {
				if q.len() != 0 {
					t.Fatalf("%d may wait: the queue is %v, want nothing", most, q.waiting())
				}
				continue
			}
			if q.head() != want[0] || q.last() != want[len(want)-1].request || q.len() != len(want) {
				t.Fatalf("%d may wait: the queue is %v, want %v", most, q.waiting(), want)
			}
		}
		if !slices.Equal(q.waiting(), want) {
			t.Errorf("%d may wait: the queue is %v, want %v", most, q.waiting(), want)
		}
		for _, one := range []request{parse, sync, execute, copyEnd} {
			n := int32(0)
			for _, p := range want {
				if p.request == one {
					n++
				}
			}
			if q.counts[one] != n {
				t.Errorf("%d may wait: %d of a request are counted, want %d", most, q.counts[one], n)
			}
		}
		if moved > pushed {
			t.Errorf("%d may wait: %d came and %d were moved", most, pushed, moved)
		}
	}
}
