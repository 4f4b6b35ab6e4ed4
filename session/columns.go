package session

import (
	"bytes"
	"encoding/binary"
	"slices"

	"github.com/pgwdump/pgwdump/message"
	"github.com/pgwdump/pgwdump/value"
)

// Columns are those of the rows of a statement. They never change, so that any
// number of Events can share them.
type Columns struct {
	List []message.Column
	Text bool // all are in text format

	lesson *value.Lesson // what lessonOf has found in them; nil for nothing, and before it has looked
	looked bool          // it has
}

func newColumns(list []message.Column) *Columns {
	odd := func(c message.Column) bool { return c.Format != message.TextFormat }
	return &Columns{List: list, Text: !slices.ContainsFunc(list, odd)}
}

const (
	// maxShapes is how many RowDescriptions of a connection are remembered, to know them
	// again.
	maxShapes = 256
	// shapeCost is what one costs besides its bytes and columns, columnCost a column.
	shapeCost  = 128
	columnCost = 64
)

// A shapes holds the Columns of RowDescriptions, by the body.
type shapes struct {
	known map[string]*Columns
	cost  int // about, in bytes
}

// shape returns the Columns of a RowDescription.
func (c *catalog) shape(w *message.Walker, r *roster, body []byte) *Columns {
	s := &c.shapes
	if columns := s.known[string(body)]; columns != nil {
		return columns
	}
	if s.known == nil || len(s.known) >= maxShapes {
		c.cost -= s.cost
		*s = shapes{known: map[string]*Columns{}}
	}
	var m message.RowDescription
	w.Decode(&m, bytes.Clone(body)) // what can be read of a malformed one counts
	for i := range m.Columns {
		m.Columns[i].Name = bytes.Clone(r.recode(m.Columns[i].Name))
	}
	columns := newColumns(m.Columns)
	s.known[string(body)] = columns
	more := shapeCost + len(body)*2 + len(m.Columns)*columnCost
	s.cost += more
	c.cost += more
	return columns
}

// of returns the columns of a row, by the body of its DataRow: nil where there are more of
// them or fewer, so that it is a row of something else.
func (c *Columns) of(row []byte) *Columns {
	if c != nil && len(row) >= 2 && int(binary.BigEndian.Uint16(row)) != len(c.List) {
		return nil
	}
	return c
}

// A bound is the columns of a prepared statement in formats that a Bind has asked for,
// which a Describe of the statement cannot know.
type bound struct {
	each  [message.BinaryFormat + 1]*Columns // all in that one; nil where nobody has asked for it
	mixed *Columns                           // in those that a Bind last named one by one
	named []message.Format                   // these
}

// bound returns the columns of a prepared statement in the formats that a Bind asks for:
// none for all in text, one for all, or one each. It is nil where a server refuses that, so
// that the rows are others.
func (c *catalog) bound(p *prepared, formats []message.Format) *Columns {
	known, all := p.columns, message.TextFormat
	switch len(formats) {
	case 0:
	case 1:
		all = formats[0]
	case len(known.List):
		if !slices.Equal(p.bound.named, formats) {
			p.bound.mixed, p.bound.named = known.in(func(i int) message.Format { return formats[i] }), slices.Clone(formats)
			c.count(p)
		}
		return p.bound.mixed
	default:
		return nil
	}
	switch {
	case all == message.TextFormat && known.Text:
		return known
	case all < message.TextFormat, all > message.BinaryFormat:
		return nil
	case p.bound.each[all] == nil:
		p.bound.each[all] = known.in(func(int) message.Format { return all })
		c.count(p)
	}
	return p.bound.each[all]
}

// in returns the same columns in other formats.
func (c *Columns) in(format func(i int) message.Format) *Columns {
	list := slices.Clone(c.List)
	for i := range list {
		list[i].Format = format(i)
	}
	return newColumns(list)
}

// size returns how many columns there are memory for.
func (b *bound) size() (n int) {
	for _, c := range [...]*Columns{b.each[0], b.each[1], b.mixed} {
		if c != nil {
			n += len(c.List)
		}
	}
	return n
}
