package phase

import (
	"fmt"
	"slices"
	"strings"

	m "github.com/pgwdump/pgwdump/message"
)

// An Error is a message that is not allowed in its phase.
type Error struct {
	Phase    Phase
	Side     m.Side
	Kind     m.Kind
	Expected []m.Kind // what would have been allowed, in the order of the Kinds
}

// Error returns one line, such as "frontend Query is not allowed in phase
// copy_in; expected CopyData, CopyDone or CopyFail".
func (e *Error) Error() string {
	s := fmt.Sprintf("%s %s is not allowed in phase %s", e.Side, e.Kind, e.Phase)
	names := make([]string, len(e.Expected))
	for i, k := range e.Expected {
		names[i] = k.String()
	}
	switch last := len(names) - 1; last {
	case -1:
		return s
	case 0:
		return s + "; expected " + names[0]
	default:
		return s + "; expected " + strings.Join(names[:last], ", ") + " or " + names[last]
	}
}

// expected lists what that side may send now.
func (t *Tracker) expected(from m.Side) []m.Kind {
	var kinds []m.Kind
	add := func(e event) {
		k := m.Kind(e)
		if e == accepted || e == refused {
			k = lifecycle[t.phase].context[1].Answer
		}
		if k.Side()&from != 0 && !slices.Contains(kinds, k) {
			kinds = append(kinds, k)
		}
	}
	if from == m.Frontend || !t.phase.inSession() {
		for e := range lifecycle[t.phase].to {
			if _, client := copying[e]; from == m.Frontend || !client {
				add(e)
			}
		}
	} else {
		for k := range answers[t.queue.head().request].backend {
			add(event(k))
		}
		for e := range asynchronous {
			add(e)
		}
	}
	slices.Sort(kinds)
	return kinds
}
