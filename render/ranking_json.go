package render

import (
	"strconv"

	"github.com/pgwdump/pgwdump/session"
)

// AppendRanking appends a line for each group of statements that is told of by itself,
// and one for the others, as docs/json.md describes.
func (r *JSON) AppendRanking(dst []byte, x *session.Ranking) []byte {
	for _, g := range x.Top {
		dst = append(dst, `{"event":"group","sql":`...)
		if g.Like == nil {
			dst = appendJSONBytes(dst, []byte(g.SQL))
		} else {
			dst = appendFunction(append(dst, "null"...), g.Like)
			if g.Like.Name != nil {
				dst = appendJSONBytes(append(dst, `,"statement":`...), g.Like.Name)
			}
		}
		dst = append(appendGroup(dst, g, x.Took), "}\n"...)
	}
	if x.Others.Groups > 0 {
		dst = strconv.AppendInt(append(dst, `{"event":"group","others":`...), int64(x.Others.Groups), 10)
		dst = append(appendGroup(dst, &x.Others.Group, x.Took), "}\n"...)
	}
	return dst
}

// appendGroup appends the numbers of a group.
func appendGroup(dst []byte, g *session.Group, all int64) []byte {
	number := func(name string, n int64) {
		dst = append(append(append(dst, `,"`...), name...), `":`...)
		dst = strconv.AppendInt(dst, n, 10)
	}
	number("calls", g.Calls())
	dst = appendEndings(append(dst, `,"statements":`...), &g.Ended)
	number("rows", g.Rows)
	dst = append(dst, `,"bytes":{"request":`...)
	dst = strconv.AppendInt(dst, g.Sent, 10)
	dst = append(dst, `,"answer":`...)
	dst = append(strconv.AppendInt(dst, g.Received, 10), '}')
	mean, ok := g.Mean()
	if !ok {
		return append(dst, `,"ms":{}`...)
	}
	dst = appendExactMilliseconds(append(dst, `,"ms":{"total":`...), g.Took)
	dst = appendExactMilliseconds(append(dst, `,"mean":`...), mean)
	if p95, ok := g.Percentile(95); ok {
		dst = appendExactMilliseconds(append(dst, `,"p95":`...), p95)
	}
	dst = append(appendExactMilliseconds(append(dst, `,"max":`...), g.Longest), '}')
	if all > 0 {
		dst = strconv.AppendFloat(append(dst, `,"share":`...), float64(g.Took)/float64(all), 'f', 4, 64)
	}
	dst = strconv.AppendInt(append(dst, `,"slowest":{"conn":`...), int64(g.LongestConn), 10)
	return append(strconv.AppendInt(append(dst, `,"frame":`...), int64(g.LongestAt.Packet), 10), '}')
}
