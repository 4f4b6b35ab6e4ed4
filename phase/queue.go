package phase

// pending is one unanswered request.
type pending struct {
	request request
	number  uint64 // as in Step.Request
}

// A queue holds the unanswered requests, oldest first.
type queue struct {
	items []pending
	first int
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
	if len(q.items) == cap(q.items) && q.first > 0 {
		q.items = q.items[:copy(q.items, q.waiting())]
		q.first = 0
	}
	q.items = append(q.items, p)
}

// drop forgets the n oldest.
func (q *queue) drop(n int) {
	q.first += n
	if q.first == len(q.items) {
		q.items, q.first = q.items[:0], 0
	}
}

// remove forgets item i of waiting.
func (q *queue) remove(i int) {
	at := q.first + i
	q.items = append(q.items[:at], q.items[at+1:]...)
	q.drop(0)
}
