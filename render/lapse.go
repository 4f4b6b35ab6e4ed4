package render

import (
	"strings"

	"github.com/pgwdump/pgwdump/session"
)

// A lapse is what was forgotten of one kind: what programs and people call it, and how
// many there were.
type lapse struct {
	name, what string
	n          int64
}

// lapses returns what was forgotten.
func lapses(f *session.Forgotten) [5]lapse {
	return [...]lapse{
		{"requests", "request", f.Requests},
		{"prepared", "prepared statement", f.Prepared},
		{"portals", "portal", f.Portals},
		{"types", "data type", f.Types},
		{"parameters", "parameter", f.Parameters},
	}
}

// lapseText says what was forgotten.
func lapseText(f *session.Forgotten) string {
	var all []string
	for _, l := range lapses(f) {
		if l.n > 0 {
			all = append(all, Many(l.n, l.what))
		}
	}
	return "forgotten, as there is more than --max-held allows: " + strings.Join(all, ", ")
}

// appendLapse appends the keys of what was forgotten.
func appendLapse(dst []byte, f *session.Forgotten) []byte {
	for _, l := range lapses(f) {
		if l.n > 0 {
			dst = append(append(append(dst, `,"`...), l.name...), `":`...)
			dst = appendNumber(dst, l.n)
		}
	}
	return dst
}
