package render

import (
	"bytes"

	"github.com/pgwdump/pgwdump/session"
)

// keptConns is for how many connections a renderer keeps something.
const keptConns = 64

// A perConn keeps a T for each of the connections that had their say last.
type perConn[T any] [keptConns]T

// of returns the T of a connection, or that of another one which had its place.
func (k *perConn[T]) of(c *session.Conn) *T { return &k[uint(c.Number)%keptConns] }

// An about is what the lines of a connection say again and again, as members of a JSON
// object with a comma before them.
type about struct {
	conn    *session.Conn
	ends    []byte
	asked   asked
	columns *session.Columns
	names   []byte
}

// endsOf returns the number and the ends of a connection.
func (a *about) endsOf(c *session.Conn) []byte {
	if a.conn != c {
		b := appendNumber(append(a.ends[:0], `,"conn":`...), int64(c.Number))
		b = append(append(b, `,"client":"`...), c.Client...)
		b = append(append(b, `","server":"`...), c.Server...)
		a.conn, a.ends = c, append(b, '"')
	}
	return a.ends
}

// appendSQL appends the SQL of a prepared statement.
func (a *about) appendSQL(dst []byte, p *session.Prepared) []byte {
	if a.asked.is(p) {
		return append(dst, a.asked.text...)
	}
	start := len(dst)
	dst = appendJSONBytes(append(dst, `,"sql":`...), p.SQL)
	a.asked.keep(p, dst[start:])
	return dst
}

// An asked is what the SQL of the prepared statement looks like that a connection asked for
// last.
type asked struct {
	prepared *session.Prepared
	text     []byte
}

// mostAsked is how many bytes of it are kept.
const mostAsked = 4 << 10

// is tells whether it is that of p.
func (a *asked) is(p *session.Prepared) bool { return a.prepared == p }

// keep keeps that of p, unless it is too long.
func (a *asked) keep(p *session.Prepared, text []byte) {
	if len(text) <= mostAsked {
		a.prepared, a.text = p, append(a.text[:0], text...)
	}
}

// namesOf returns the names of columns.
func (a *about) namesOf(c *session.Columns) []byte {
	if a.columns != c {
		a.columns, a.names = c, appendNames(a.names[:0], c.List)
	}
	return a.names
}

// A spoken is what the lines of a connection's statements say again and again.
type spoken struct {
	login *session.Login
	user  []byte // and the database
	sql   []byte // of a statement
	line  []byte // it on one line
}

// who returns what [Text.appendWho] appends.
func (r *Statements) who(k *spoken, l *session.Login) []byte {
	if k.login != l {
		k.login, k.user = l, r.appendWho(k.user[:0], l)
	}
	return k.user
}

// oneLine returns what [appendOneLine] appends, in memory that is good until the next call.
func (r *Statements) oneLine(k *spoken, sql []byte) []byte {
	if len(sql) > mostAsked {
		r.scratch = appendOneLine(r.scratch[:0], sql)
		return r.scratch
	}
	if !bytes.Equal(k.sql, sql) {
		k.sql, k.line = append(k.sql[:0], sql...), appendOneLine(k.line[:0], sql)
	}
	return k.line
}

// labels are what stands before the values of rows, as many of which have the same
// columns.
type labels struct {
	columns *session.Columns
	list    [][]byte
}

// of returns what stands before each of so many values of a row with these columns: a
// name, in a style. It is nothing where that is not known.
func (l *labels) of(c *session.Columns, values int, s style) [][]byte {
	if c == nil {
		return nil
	}
	if l.columns != c {
		l.columns, l.list = c, l.list[:0]
	}
	for i := len(l.list); i < min(values, len(c.List)); i++ {
		var label []byte
		if name := c.List[i].Name; name != nil { // else it could not be read
			label = append(appendEscaped([]byte(s.on), name), '=')
			label = append(label, s.off...)
		}
		l.list = append(l.list, label)
	}
	return l.list
}
