package phase

import m "github.com/pgwdump/pgwdump/message"

// Lose takes note that part of what a side has said was not seen, or not understood. What
// the server said may have answered any number of requests: the connection is
// Unsynchronised. What the client said may have been requests: it is so once those before
// are answered.
//
// A client that waits for its ReadyForQuery is in step again with the next one. How much
// one that has been seen not to wait has asked for, and what of that is still to be
// answered, no message tells: until the caller finds out, and says so with
// [Tracker.Assume], its answers may be for other requests than they are taken for.
func (t *Tracker) Lose(from m.Side) {
	head := t.queue.head().request
	switch {
	case !t.phase.Active():
		t.phase = Unsynchronised
		t.queue.drop(t.queue.len())
	case !t.phase.begun(): // there is nothing yet that could be out of step
	case from == m.Backend:
		if t.phase = Unsynchronised; t.ahead {
			t.queue.drop(t.queue.len())
		}
	case t.phase.inSession() && (head == none || head == skipping):
		t.phase = Unsynchronised
		t.queue.drop(t.queue.len())
	case t.phase != Unsynchronised && t.queue.last() != unseen:
		t.queue.push(pending{request: unseen})
	}
}

// Overtake takes note that the client has asked for more than was seen, and does not wait
// for the answers.
func (t *Tracker) Overtake() { t.ahead, t.phase = true, Unsynchronised }

// catchUp forgets, after a part that was not seen, the requests whose answers must
// have been in it: a client that waits for each ReadyForQuery asks for something
// only after it has had all before.
func (t *Tracker) catchUp() {
	if t.phase != Unsynchronised || t.ahead {
		return
	}
	others := t.queue.syncs
	if t.queue.last().awaitsReady() {
		others--
	}
	if others == 0 {
		return
	}
	for i := t.queue.len() - 2; i >= 0; i-- {
		if t.queue.waiting()[i].request.awaitsReady() {
			t.queue.drop(i + 1)
			return
		}
	}
}

// resynchronise takes the first ReadyForQuery after a part that was not seen as
// the answer to the first request that waits for one.
func (t *Tracker) resynchronise(body []byte) {
	for t.queue.len() > 0 {
		head := t.queue.head().request
		t.queue.drop(1)
		if head.awaitsReady() {
			break
		}
	}
	t.ready(body)
}
