package phase

import m "github.com/pgwdump/pgwdump/message"

// The tables once more, in the form in which a lookup costs least.
var (
	moves   = expandLifecycle()
	replies = expandAnswers(func(a *matter) steps { return a.backend })
	copies  = expandAnswers(func(a *matter) steps { return a.frontend })
)

var (
	anytime = kindsOf(asynchronous)
	late    = kindsOf(copying)
)

const forbidden = stay + 1

type move [events]Phase

// to returns the phase that the event leads to, which may be stay, and whether it
// is allowed.
func (v *move) to(e event) (Phase, bool) { return v[e], v[e] != forbidden }

func expandLifecycle() (table [phases]move) {
	for p := range table {
		for e := range table[p] {
			table[p][e] = forbidden
		}
		for e, to := range lifecycle[p].to {
			table[p][e] = to
		}
	}
	return table
}

func kindsOf(r rules) (table [m.Kinds]bool) {
	for e := range r {
		table[e] = true
	}
	return table
}

func expandAnswers(column func(*matter) steps) (table [states][m.Kinds]request) {
	for r := range answers {
		for k, next := range column(&answers[r]) {
			table[r][k] = next
		}
	}
	return table
}
