package session

import "iter"

// A queued holds things in the order in which a client has asked for them: in front what
// is there, behind that what waits for its answer. So what one request ends is found
// without a look at what was asked for later, of which there may be much.
type queued[T any] struct{ first, last *turn[T] }

// A turn is the place of one thing in such a list.
type turn[T any] struct {
	of           *T
	asked        uint64 // the number of the request for it; 0 where that does not matter any more
	older, newer *turn[T]
}

// add returns the place of something that is there.
func (q *queued[T]) add(of *T) *turn[T] {
	t := &turn[T]{of: of}
	q.link(nil, t, q.first)
	return t
}

// make moves something in front of all else: it is there.
func (q *queued[T]) make(t *turn[T]) {
	q.remove(t)
	t.asked = 0
	q.link(nil, t, q.first)
}

// ask moves something behind all else: it is asked for.
func (q *queued[T]) ask(t *turn[T], number uint64) {
	q.remove(t)
	t.asked = number
	q.link(q.last, t, nil)
}

// remove takes something out.
func (q *queued[T]) remove(t *turn[T]) {
	*q.newerOf(t.older), *q.olderOf(t.newer) = t.newer, t.older
}

// link puts t between two that follow one another, of which one may be nil.
func (q *queued[T]) link(older, t, newer *turn[T]) {
	t.older, t.newer = older, newer
	*q.newerOf(older), *q.olderOf(newer) = t, t
}

func (q *queued[T]) newerOf(t *turn[T]) **turn[T] {
	if t == nil {
		return &q.first
	}
	return &t.newer
}

func (q *queued[T]) olderOf(t *turn[T]) **turn[T] {
	if t == nil {
		return &q.last
	}
	return &t.older
}

// before returns what was asked for before that request, and may be removed meanwhile.
func (q *queued[T]) before(number uint64) iter.Seq[*T] {
	return func(yield func(*T) bool) {
		if q == nil {
			return
		}
		for t := q.first; t != nil && t.asked < number; {
			of := t.of
			if t = t.newer; !yield(of) {
				return
			}
		}
	}
}
