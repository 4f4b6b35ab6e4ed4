package session

import (
	"bytes"
	"slices"

	"github.com/pgwdump/pgwdump/message"
)

// Columns are those of the rows of a statement. They never change, so that any
// number of Events can share them.
type Columns struct{ List []message.Column }

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
	columns := &Columns{m.Columns}
	s.known[string(body)] = columns
	more := shapeCost + len(body)*2 + len(m.Columns)*columnCost
	s.cost += more
	c.cost += more
	return columns
}

// bound returns the columns of a prepared statement in the formats that a Bind asks for:
// none for all in text, one for all, or one each. A Describe of a statement cannot
// know them.
func (c *catalog) bound(p *prepared, formats []message.Format) *Columns {
	if p.bound == nil || !slices.Equal(p.results, formats) {
		p.bound = &Columns{slices.Clone(p.columns.List)}
		p.results = slices.Clone(formats)
		for i := range p.bound.List {
			format := &p.bound.List[i].Format
			switch *format = message.TextFormat; {
			case len(formats) == 1:
				*format = formats[0]
			case i < len(formats):
				*format = formats[i]
			}
		}
		c.count(p)
	}
	return p.bound
}
