package session

import "testing"

// TestAsks holds a queue of requests to a list, with so many that wait as they may be. What
// is moved to make room is not more than what comes.
func TestAsks(t *testing.T) {
	for most := 1; most < 3000; most += most/7 + 1 {
		q := queue{spares: new(spares)}
		pushed, moved := 0, 0
		oldest := uint64(0)
		for number := range uint64(5 * most) {
			first := q.first
			q.push().number = number
			if pushed++; q.first < first {
				moved += len(q.waiting()) - 1
			}
			if len(q.waiting()) > most {
				q.drop(1)
				oldest++
			}
			w := q.waiting()
			if w[0].number != oldest || w[len(w)-1].number != number || len(w) != int(number-oldest)+1 {
				t.Fatalf("%d may wait: %d do, from %d to %d, and are to be from %d to %d", most, len(w), w[0].number, w[len(w)-1].number, oldest, number)
			}
		}
		if moved > pushed {
			t.Errorf("%d may wait: %d came and %d were moved", most, pushed, moved)
		}
	}
}
