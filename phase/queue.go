package phase

// pending is one unanswered request.
type pending struct {
	request request
	number  uint64 // as in Step.Request
}

// A queue holds the unanswered requests, oldest first. There may be many: what is asked
// for with each message is counted.
type queue struct {
	items  []pending
	first  int
	counts [states]int32 // of each request
	syncs  int           // of those whose answer ends with a ReadyForQuery
}

// maxSpare is for how many requests there is memory where none waits.
const maxSpare = 64

// count counts so many more of a request, or fewer.
func (q *queue) count(r request, more int) {
	q.counts[r] += int32(more)
	if r.awaitsReady() {
		q.syncs += more
	}
}

func (q *queue) len() int           { return len(q.items) - q.first }
func (q *queue) waiting() []pending { return q.items[q.first:] }

// head returns the request that the server is answering, or none.
func (q *queue) head() pending {
	if q.len() == 0 {
		return pending{}
	}
	return q.items[q.first]
}

// last returns the request that the client has made last.
func (q *queue) last() request {
	if q.len() == 0 {
		return none
	}
	return q.items[len(q.items)-1].request
}

// ends tells whether a ReadyForQuery ends the answer to the request that the client has
// made last, as far as it was seen.
func (q *queue) ends() bool {
	last := len(q.items) - 1
	if q.last() == unseen {
		last--
	}
	return last >= q.first && q.items[last].request.awaitsReady()
}

func (q *queue) push(p pending) {
	if len(q.items) == cap(q.items) && q.first > len(q.items)/2 { // else as much would be moved again and again
		q.items = q.items[:copy(q.items, q.waiting())]
		q.first = 0
	}
	q.items = append(q.items, p)
	q.count(p.request, 1)
}

// become changes the request that the server is answering.
func (q *queue) become(r request) {
	head := &q.items[q.first]
	q.count(head.request, -1)
	q.count(r, 1)
	head.request = r
}

// drop forgets the n oldest.
func (q *queue) drop(n int) {
	for _, p := range q.waiting()[:n] {
		q.count(p.request, -1)
	}
	q.first += n
	if q.first == len(q.items) {
		q.items, q.first = q.items[:0], 0
		if cap(q.items) > maxSpare {
			q.items = nil
		}
	}
}

// readOver forgets each Sync behind the oldest request, up to the first of these: copyEnd,
// which it forgets, too, and a part that was not seen, in which that may be. It tells
// whether there was a copyEnd.
func (q *queue) readOver() (ended bool) {
	if q.counts[sync]+q.counts[copyEnd] == 0 {
		return false
	}
	w := q.waiting()
	kept := w[:1]
	for i := 1; i < len(w); i++ {
		r := w[i].request
		if ended = r == copyEnd; ended || r == sync {
			q.count(r, -1)
		} else {
			kept = append(kept, w[i])
		}
		if ended || r == unseen {
			kept = append(kept, w[i+1:]...)
			break
		}
	}
	q.items = q.items[:q.first+len(kept)]
	return ended
}
