package session

import (
	"bytes"
	"encoding/binary"
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

// in returns the columns of a prepared statement in the formats that the end of a
// Bind asks for: none for all in text, one for all, or one each. A Describe of a
// statement cannot know them.
func (p *prepared) in(results []byte) *Columns {
	if p.columns == nil {
		return nil
	}
	if p.bound == nil || !bytes.Equal(p.results, results) {
		p.bound = &Columns{slices.Clone(p.columns.List)}
		p.results = bytes.Clone(results)
		for i := range p.bound.List {
			p.bound.List[i].Format = resultFormat(results, i)
		}
	}
	return p.bound
}

// resultFormat returns the format that the end of a Bind asks for in column i.
func resultFormat(results []byte, i int) message.Format {
	const size = 2
	if len(results) == size {
		i = 0
	}
	if at := size * i; at+size <= len(results) {
		return message.Format(int16(binary.BigEndian.Uint16(results[at:])))
	}
	return message.TextFormat
}
