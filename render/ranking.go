package render

import (
	"strconv"
	"strings"

	"github.com/pgwdump/pgwdump/session"
)

// A column is one of a ranking, with numbers that are aligned to the right.
type column struct {
	name  string
	width int // with the blank behind it
	from  int // how many columns the terminal has at least that it is shown in
	put   func(dst []byte, g *session.Group, all int64) []byte
}

// columns are those of a ranking, before the SQL; where there is room for little, SQL is
// worth more than some of them.
var columns = []column{
	{"total ms", 10, 0, func(dst []byte, g *session.Group, _ int64) []byte { return appendLength(dst, g.Took, g.Timed > 0) }},
	{"share", 7, 0, func(dst []byte, g *session.Group, all int64) []byte { return appendShare(dst, g.Took, all) }},
	{"calls", 8, 0, func(dst []byte, g *session.Group, _ int64) []byte { return appendNumber(dst, g.Calls()) }},
	{"mean ms", 9, 0, func(dst []byte, g *session.Group, _ int64) []byte {
		mean, known := g.Mean()
		return appendLength(dst, mean, known)
	}},
	{"p95 ms", 9, 100, func(dst []byte, g *session.Group, _ int64) []byte {
		p95, known := g.Percentile(95)
		return appendLength(dst, p95, known)
	}},
	{"max ms", 9, 0, func(dst []byte, g *session.Group, _ int64) []byte { return appendLength(dst, g.Longest, g.Timed > 0) }},
	{"rows", 9, 110, func(dst []byte, g *session.Group, _ int64) []byte { return appendNumber(dst, g.Rows) }},
	{errorsColumn, 7, 0, func(dst []byte, g *session.Group, _ int64) []byte { return appendNumber(dst, g.Failed()) }},
	{"bytes", 9, 110, func(dst []byte, g *session.Group, _ int64) []byte { return appendRoughSize(dst, g.Bytes()) }},
}

// leastSQL is how much there is of SQL, however narrow the terminal.
const leastSQL = 20

// errorsColumn is the name of the column that is red where there are any.
const errorsColumn = "errors"

// AppendRanking appends a table of the groups of statements that took the most time: a
// line a group, or with Detail Full a line for each thing that is known of it.
func (r *Statements) AppendRanking(dst []byte, x *session.Ranking) []byte {
	if len(x.Top) == 0 {
		return dst
	}
	dst = append(dst, r.palette.aside.on...)
	dst = r.eachColumn(dst, func(dst []byte, c *column) []byte { return append(dst, c.name...) })
	dst = append(append(append(dst, "statement"...), r.palette.aside.off...), '\n')
	for _, g := range x.Top {
		start := len(dst)
		dst = r.appendGroup(dst, g, x.Took)
		dst = r.appendGroupSQL(dst, g, visible(dst[start:]))
		dst = append(dst, '\n')
		if r.Detail >= Full {
			dst = r.appendGroupDetails(dst, g)
		}
	}
	if x.Others.Groups > 0 {
		dst = r.appendGroup(dst, &x.Others.Group, x.Took)
		dst = r.palette.aside.append(dst, "("+Many(int64(x.Others.Groups), "other")+")")
		dst = append(dst, '\n')
	}
	return dst
}

// appendGroup appends the numbers of a group.
func (r *Statements) appendGroup(dst []byte, g *session.Group, all int64) []byte {
	return r.eachColumn(dst, func(dst []byte, c *column) []byte {
		if c.name == errorsColumn && g.Failed() > 0 {
			return append(c.put(append(dst, r.palette.failure.on...), g, all), r.palette.failure.off...)
		}
		return c.put(dst, g, all)
	})
}

// eachColumn appends what put does for each column that there is room for, with blanks
// between them, and behind the last.
func (r *Statements) eachColumn(dst []byte, put func(dst []byte, c *column) []byte) []byte {
	for i := range columns {
		c := &columns[i]
		if r.Width > 0 && r.Width < c.from && r.Detail < Full {
			continue
		}
		text := put(nil, c)
		dst = appendSpaces(dst, max(c.width-1-visible(text), 0))
		dst = append(append(dst, text...), ' ')
	}
	return append(dst, ' ')
}

// appendGroupSQL appends what the statements of a group are, as far as there is room for
// it behind what is taken.
func (r *Statements) appendGroupSQL(dst []byte, g *session.Group, taken int) []byte {
	l := line{text: dst}
	if r.Width > 0 && r.Detail < Full {
		l.limited, l.columns = true, max(r.Width-taken, leastSQL)
	}
	switch {
	case g.Like != nil:
		l.put(r.palette.aside, []byte(r.instead(g.Like)))
	case g.SQL == "":
		l.put(r.palette.aside, []byte("(empty)"))
	default:
		r.scratch = appendEscaped(r.scratch[:0], r.cut([]byte(g.SQL)))
		l.put(r.palette.sql, r.scratch)
	}
	return l.text
}

// appendGroupDetails appends a line for each thing that is known of a group and not on
// its first line.
func (r *Statements) appendGroupDetails(dst []byte, g *session.Group) []byte {
	line := func(label, text string) {
		dst = r.appendLabel(append(dst, indent...), label)
		dst = append(r.palette.value.append(dst, text), '\n')
	}
	line("statements", endings(&g.Ended))
	line("bytes", strconv.FormatInt(g.Sent, 10)+" sent, "+strconv.FormatInt(g.Received, 10)+" received")
	if g.Timed > 0 {
		line("slowest", length(g.Longest)+", #"+strconv.Itoa(g.LongestConn)+", packet "+strconv.Itoa(g.LongestAt.Packet))
	}
	return dst
}

// endings says how many statements ended in which way.
func endings(ended *[session.Incomplete + 1]int64) string {
	var s []string
	for status, n := range ended {
		if n > 0 {
			s = append(s, strconv.FormatInt(n, 10)+" "+session.Status(status).String())
		}
	}
	return strings.Join(s, ", ")
}

// appendLength appends a length of time, where it is known.
func appendLength(dst []byte, ns int64, known bool) []byte {
	if !known {
		return append(dst, '-')
	}
	return appendRoughMilliseconds(dst, ns)
}

// appendRoughMilliseconds appends a length of time in milliseconds, with as many decimals
// as have room in a column.
func appendRoughMilliseconds(dst []byte, ns int64) []byte {
	switch {
	case ns < 1e9:
		return appendMilliseconds(dst, ns)
	case ns < 1e11:
		return strconv.AppendFloat(dst, float64(ns)/1e6, 'f', 1, 64)
	}
	return strconv.AppendFloat(dst, float64(ns)/1e6, 'f', 0, 64)
}

// appendShare appends which part of the whole that is, as "12.3%".
func appendShare(dst []byte, part, whole int64) []byte {
	if whole == 0 {
		return append(dst, '-')
	}
	return append(strconv.AppendFloat(dst, float64(part)/float64(whole)*100, 'f', 1, 64), '%')
}

// appendRoughSize appends a number of bytes with three digits, as "1.23 MB".
func appendRoughSize(dst []byte, bytes int64) []byte {
	if bytes < 1000 {
		return append(strconv.AppendInt(dst, bytes, 10), " B"...)
	}
	n := float64(bytes) / 1e3
	units := []string{" kB", " MB", " GB", " TB", " PB", " EB"}
	for n >= 999.5 {
		n /= 1e3
		units = units[1:]
	}
	decimals := 2
	switch {
	case n >= 99.95:
		decimals = 0
	case n >= 9.995:
		decimals = 1
	}
	return append(strconv.AppendFloat(dst, n, 'f', decimals, 64), units[0]...)
}
