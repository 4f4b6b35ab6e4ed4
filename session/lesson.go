package session

import (
	"bytes"
	"slices"
	"strconv"

	"github.com/pgwdump/pgwdump/message"
	"github.com/pgwdump/pgwdump/value"
)

// catalogs are the tables that tell of data types: pg_type and pg_range. What comes
// from no table may be made from them.
var catalogs = []message.OID{0, 1247, 3541}

// mayTeach tells whether the result of a statement may tell of data types.
func mayTeach(sql []byte) bool { return bytes.Contains(sql, []byte("pg_type")) }

// lessonOf returns what the columns of a result tell of data types, nil where that is
// nothing.
func lessonOf(c *Columns) *value.Lesson {
	if c == nil {
		return nil
	}
	if c.looked {
		return c.lesson
	}
	c.looked = true
	names := make([]string, len(c.List))
	for i := range c.List {
		if slices.Contains(catalogs, c.List[i].Table) {
			names[i] = string(c.List[i].Name)
		}
	}
	if l := value.NewLesson(names); l.Useful() {
		c.lesson = &l
	}
	return c.lesson
}

// learn learns of a data type from a row that the client has asked the catalog for.
func (p *pairing) learn(s *Statement, m *seen) {
	p.walker.Decode(&p.taught, m.body)
	types := &p.roster.login.Values
	row := make([]string, min(p.taught.Values.Len(), len(s.columns.List)))
	for i, v := range p.taught.Values.All() {
		if i < len(row) && v != nil {
			row[i] = printed(types, s.columns.List[i].Type, s.columns.List[i].Format, v)
		}
	}
	p.catalog.cost += p.roster.learn(s.lesson, s.about, row) * typeCost
}

// printed returns a value as PostgreSQL prints it, and nothing where that is not known.
func printed(types *value.Types, oid message.OID, format message.Format, v []byte) string {
	text, err := types.Append(nil, uint32(oid), int16(format), v)
	if err != nil {
		return ""
	}
	return string(text)
}

// askedFor returns the only parameter of a statement, as an OID; 0 where there is
// another number of them. Where its type is left to the server it is that of an OID.
func (p *pairing) askedFor(s *Statement) uint32 {
	const oidType = 26
	p.walker.Decode(&p.bind, s.Arguments)
	if s.Arguments == nil || p.bind.Parameters.Len() != 1 {
		return 0
	}
	oid, format := message.OID(oidType), message.TextFormat
	if s.of != nil && len(s.of.Types) == 1 && s.of.Types[0] != 0 {
		oid = s.of.Types[0]
	}
	if len(p.bind.ParameterFormats) == 1 {
		format = p.bind.ParameterFormats[0]
	}
	n := uint64(0)
	for _, v := range p.bind.Parameters.All() {
		n, _ = strconv.ParseUint(printed(&p.roster.login.Values, oid, format, v), 10, 32)
	}
	return uint32(n)
}

// learn learns from such a row, and returns how many more types are known by it. Who has
// had the Login before does not see it.
func (r *roster) learn(l *value.Lesson, oid uint32, row []string) (more int) {
	types := r.login.Values
	if types.LearnRow(l, oid, row) {
		more = types.Learned() - r.login.Values.Learned()
		r.change().Values = types
	}
	return more
}
