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
	number int           // all before that have no number
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

// oldest returns the number of the oldest request that has one, 0 where none has.
func (q *queue) oldest() uint64 {
	for q.number = max(q.number, q.first); q.number < len(q.items); q.number++ {
		if n := q.items[q.number].number; n > 0 {
			return n
		}
	}
	return 0
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
		q.first, q.number = 0, q.number-q.first
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
		q.items, q.first, q.number = q.items[:0], 0, 0
		if cap(q.items) > maxSpare {
			q.items = nil
		}
	}
}

// readOver forgets each Sync right behind the oldest request, and returns what else comes
// next.
func (q *queue) readOver() (next request) {
	n := 0
	for _, p := range q.waiting()[1:] {
		if next = p.request; next != sync {
			q.forgetNext(n)
			return next
		}
		n++
	}
	q.forgetNext(n)
	return none
}

// forgetNext forgets n requests right behind the oldest.
func (q *queue) forgetNext(n int) {
	head := q.head()
	for _, p := range q.waiting()[1 : 1+n] {
		q.count(p.request, -1)
	}
	q.first += n
	q.items[q.first] = head
}
