package render

import (
	"strconv"

	"github.com/pgwdump/pgwdump/session"
)

// A Summary says at the end what was read, and what of it could not be shown.
type Summary struct {
	Packets int
	Refused int    // packets that were read, too, but that the filter did not accept
	Counted string // how many messages or statements there were, for people
	session.Totals
}

// Sound tells whether everything that was read could be decoded, with certainty, and
// nothing of it was against the rules.
func (s *Summary) Sound() bool {
	return s.Malformed == 0 && s.Incomplete == 0 && s.Uncertain == 0 && s.Violations == 0 &&
		s.Gaps == 0 && s.Dropped == 0 && s.Headless == 0 && s.Shed == 0 && s.Lost == 0 && s.Undecoded == 0 && s.Conflicts == 0 &&
		s.Forgotten == 0 && s.Lapsed == session.Forgotten{}
}

// AppendText appends one line for people. What there was none of is left out.
func (s *Summary) AppendText(dst []byte) []byte {
	dst = appendMany(dst, int64(s.Packets), "packet")
	if s.Refused > 0 {
		dst = strconv.AppendInt(append(dst, " of "...), int64(s.Packets+s.Refused), 10)
	}
	dst = appendMany(append(dst, ", "...), int64(s.Connections), "PostgreSQL connection")
	dst = append(append(dst, ", "...), s.Counted...)
	records := ""
	if s.Records > 0 {
		records = string(appendMany([]byte(" in "), s.Records, "TLS record"))
	}
	gaps := ""
	if s.Gaps > 0 {
		gaps = string(appendMany([]byte(" in "), s.Gaps, "gap"))
	}
	if s.Short > 0 {
		gaps += " (" + Many(s.Short, "packet") + " cut short: capture with -s 0)"
	}
	why := ""
	if s.Connections == 0 {
		why = " (--why says what)"
	}
	type part struct {
		n            int64
		what, behind string
	}
	parts := []part{
		{s.Malformed + s.Incomplete, "message", " malformed or incomplete"},
		{s.Uncertain, "message", " decoded after a guess"},
		{s.Violations, "violation", " of the protocol"},
		{s.Encrypted, "byte", " encrypted" + records},
		{s.Dropped, "packet", " dropped"},
		{s.Headless, "packet", " cut short in the headers: capture with -s 0"},
		{s.Shed, "packet", " not looked at for overload"},
		{s.Lost, "byte", " missing in the capture" + gaps},
		{s.Undecoded, "byte", " not decoded"},
		{s.Conflicts, "packet", " sent again with other bytes"},
		{s.Shortened, "message", " cut at the limit"},
		{int64(s.Forgotten), "connection", " over the limit"},
	}
	for _, l := range lapses(&s.Lapsed) {
		parts = append(parts, part{l.n, l.what, " over the limit"})
	}
	parts = append(parts, part{int64(s.Others), "other connection", why})
	for _, p := range parts {
		if p.n > 0 {
			dst = append(appendMany(append(dst, ", "...), p.n, p.what), p.behind...)
		}
	}
	return append(dst, '\n')
}

// AppendJSON appends the line of JSON that docs/json.md describes.
func (s *Summary) AppendJSON(dst []byte) []byte {
	dst = append(dst, `{"event":"summary"`...)
	for _, m := range []struct {
		name string
		n    int64
	}{
		{"packets", int64(s.Packets)},
		{"refused", int64(s.Refused)},
		{"connections", int64(s.Connections)},
		{"others", int64(s.Others)},
		{"messages", s.Messages},
		{"statements", s.Statements},
		{"malformed", s.Malformed},
		{"incomplete", s.Incomplete},
		{"uncertain", s.Uncertain},
		{"violations", s.Violations},
		{"gaps", s.Gaps},
		{"dropped", s.Dropped},
		{"headless", s.Headless},
		{"shed", s.Shed},
		{"decoded", s.Decoded},
		{"lost", s.Lost},
		{"undecoded", s.Undecoded},
		{"encrypted", s.Encrypted},
		{"records", s.Records},
		{"foreign", s.Foreign},
		{"repeated", s.Repeated},
		{"short", s.Short},
		{"shed_bytes", s.ShedBytes},
		{"conflicts", s.Conflicts},
		{"shortened", s.Shortened},
		{"forgotten", int64(s.Forgotten)},
	} {
		dst = append(append(append(dst, `,"`...), m.name...), `":`...)
		dst = strconv.AppendInt(dst, m.n, 10)
	}
	for _, l := range lapses(&s.Lapsed) {
		dst = append(append(append(dst, `,"forgotten_`...), l.name...), `":`...)
		dst = appendNumber(dst, l.n)
	}
	return append(dst, "}\n"...)
}

// Many returns a number with what is counted: "1 packet", "2 packets".
func Many(n int64, what string) string { return string(appendMany(nil, n, what)) }

// appendMany appends a number with what is counted.
func appendMany(dst []byte, n int64, what string) []byte {
	dst = append(strconv.AppendInt(dst, n, 10), ' ')
	dst = append(dst, what...)
	if n != 1 {
		dst = append(dst, 's')
	}
	return dst
}
