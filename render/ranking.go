package render

import (
	"strconv"
	"strings"

	"github.com/pgwdump/pgwdump/session"
)

// rankingHead names the columns of a ranking.
const rankingHead = " total ms  share   calls  mean ms   p95 ms   max ms     rows errors    bytes  "

// The widths of the columns, with the blank behind them.
const (
	totalColumn  = 10
	shareColumn  = 7
	callsColumn  = 8
	timeColumn   = 9
	rowsColumn   = 9
	failedColumn = 7
	bytesColumn  = 9
)

// AppendRanking appends a table of the groups of statements that took the most time: a
// line a group, or with Detail Full a line for each thing that is known of it.
func (r *Statements) AppendRanking(dst []byte, x *session.Ranking) []byte {
	if len(x.Top) == 0 {
		return dst
	}
	dst = append(r.palette.aside.append(dst, rankingHead+"statement"), '\n')
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

// appendGroup appends the numbers of a group. Those of others have no percentile.
func (r *Statements) appendGroup(dst []byte, g *session.Group, all int64) []byte {
	cell := func(width int, text []byte) {
		start := len(dst)
		dst = alignRight(append(dst, text...), start, width-1)
	}
	milliseconds := func(width int, ns int64, known bool) {
		if known {
			cell(width, appendRoughMilliseconds(nil, ns))
		} else {
			cell(width, []byte("-"))
		}
	}
	mean, timed := g.Mean()
	p95, known := g.Percentile(95)
	milliseconds(totalColumn, g.Took, timed)
	cell(shareColumn, appendShare(nil, g.Took, all))
	cell(callsColumn, appendNumber(nil, g.Calls()))
	milliseconds(timeColumn, mean, timed)
	milliseconds(timeColumn, p95, known)
	milliseconds(timeColumn, g.Longest, timed)
	cell(rowsColumn, appendNumber(nil, g.Rows))
	failed := g.Failed()
	if failed > 0 {
		dst = append(dst, r.palette.failure.on...)
	}
	cell(failedColumn, appendNumber(nil, failed))
	if failed > 0 {
		dst = append(dst, r.palette.failure.off...)
	}
	cell(bytesColumn, appendRoughSize(nil, g.Bytes()))
	return append(dst, ' ')
}

// appendGroupSQL appends what the statements of a group are, as far as there is room for
// it behind what is taken.
func (r *Statements) appendGroupSQL(dst []byte, g *session.Group, taken int) []byte {
	l := line{text: dst}
	if r.Width > 0 && r.Detail < Full {
		l.limited, l.columns = true, max(r.Width-taken, leastRest)
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
