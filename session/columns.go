package session

import (
	"bytes"
	"slices"

	"github.com/pgwdump/pgwdump/message"
)

// Columns are those of the rows of a statement. They never change, so that any
// number of Events can share them.
type Columns struct{ List []message.Column }

// maxShapes is how many RowDescriptions of a connection are remembered, to know them
// again.
const maxShapes = 256

// A shapes holds the Columns of RowDescriptions, by the body.
type shapes map[string]*Columns

// of returns the Columns of a RowDescription.
func (s *shapes) of(w *message.Walker, r *roster, body []byte) *Columns {
	if c := (*s)[string(body)]; c != nil {
		return c
	}
	if *s == nil || len(*s) >= maxShapes {
		*s = shapes{}
	}
	var m message.RowDescription
	w.Decode(&m, bytes.Clone(body)) // what can be read of a malformed one counts
	for i := range m.Columns {
		m.Columns[i].Name = bytes.Clone(r.recode(m.Columns[i].Name))
	}
	c := &Columns{m.Columns}
	(*s)[string(body)] = c
	return c
}

// in returns the columns of a prepared statement in the formats that a Bind asks for:
// none for all in text, one for all, or one each. A Describe of a statement cannot
// know them.
func (p *prepared) in(formats []message.Format) *Columns {
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
	}
	return p.bound
}
