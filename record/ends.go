package record

import "github.com/pgwdump/pgwdump/capture"

// ends are the two ends of a connection, in a fixed order.
type ends [2]capture.Endpoint

func endsOf(a, b capture.Endpoint) ends {
	if b.Before(a) {
		a, b = b, a
	}
	return ends{a, b}
}
