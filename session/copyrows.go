package session

import (
	"bytes"
	"fmt"

	"github.com/pgwdump/pgwdump/copydata"
	"github.com/pgwdump/pgwdump/decode"
	"github.com/pgwdump/pgwdump/message"
	"github.com/pgwdump/pgwdump/reassembly"
	"github.com/pgwdump/pgwdump/sql"
	"github.com/pgwdump/pgwdump/value"
)

// A CopyRow is a row of the data of a COPY.
type CopyRow struct {
	Number int64    // counted from 1
	Names  [][]byte // of the columns, as far as the statement or its data says, and as there are Values
	// Values are those of the columns, nil for NULL: text in UTF-8, or what the binary
	// format has where the type is not known.
	Values [][]byte
}

// CopyStatement returns what the statement says of the data of its COPY; false where it
// is not known, or none.
func (s *Statement) CopyStatement() (sql.CopyStatement, bool) {
	if s.Copy == nil {
		return sql.CopyStatement{}, false
	}
	return sql.ParseCopy(s.SQL, s.Login.backslashes)
}

// A copier splits the data of a COPY into rows.
type copier struct {
	splitter *copydata.Splitter
	names    [][]byte
	header   bool             // the next row has the names
	types    []message.Column // of the columns of the binary format, as far as they are known
	over     bool             // the last of the data has come
	failed   bool             // it could not be split further
	number   int64            // of the last row
}

// copier returns what splits the data of the COPY of a statement that goes in one
// direction; nil where that is not known or nobody wants to see the rows.
func (p *pairing) copier(s *Statement, from message.Side) *copier {
	if !p.copies || s.copier != nil || s.copyUnknown {
		return s.copier
	}
	c, ok := sql.ParseCopy(s.SQL, p.roster.login.backslashes)
	if !ok || c.From != (from == message.Frontend) {
		s.copyUnknown = true
		return nil
	}
	s.copier = &copier{splitter: copydata.New(c.Options), names: c.Columns, header: c.Header}
	if c.Options.Format == copydata.Binary {
		s.copier.header = false
		s.copier.types = p.typesOf(c.Columns)
	}
	return s.copier
}

// typesOf returns the columns that the connection described last, if they are those:
// drivers ask for them before they copy in binary.
func (p *pairing) typesOf(names [][]byte) []message.Column {
	if p.described == nil || len(names) != len(p.described.List) {
		return nil
	}
	for i := range names {
		if !bytes.Equal(names[i], p.described.List[i].Name) {
			return nil
		}
	}
	return p.described.List
}

// copied takes data of a COPY, or its end.
func (p *pairing) copied(s *Statement, m *seen) {
	c := p.copier(s, m.from)
	if c == nil {
		return
	}
	switch m.kind {
	case message.KindCopyData:
		c.splitter.Feed(m.body)
	case message.KindCopyDone, message.KindCopyFail:
		c.over = true
	}
	p.fed = c
}

// tellRows tells of the rows that are whole with what was fed.
func (s *stream) tellRows(d *side, chunk *reassembly.Chunk, f *decode.Frame) {
	p := s.pairing
	c := p.fed
	p.fed = nil
	for {
		row, err := c.splitter.Next()
		if err == copydata.ErrMore && c.over {
			row, err = c.splitter.Last()
		}
		if err != nil {
			if err == copydata.ErrMore && c.over && c.splitter.Cut() > 0 {
				err = fmt.Errorf("COPY data ends in the middle of a row, after %d bytes of it", c.splitter.Cut())
			}
			if err != copydata.ErrMore && !c.failed {
				c.failed = true
				s.observer.Totals.Violations++
				e := s.observer.begin(Error, s, chunk.Packet, chunk.Time)
				e.From, e.Offset, e.Phase, e.Err = d.from, f.Offset, s.tracker.Phase(), err
			}
			return
		}
		values := s.keepRow(c, row)
		if c.header {
			c.names, c.header = values, false
			continue
		}
		c.number++
		e := s.observer.begin(Row, s, chunk.Packet, chunk.Time)
		e.From, e.Offset, e.Phase = d.from, f.Offset, s.tracker.Phase()
		e.Row = &CopyRow{c.number, c.names[:min(len(c.names), len(values))], values}
	}
}

// keepRow returns the values of a row in memory of the events.
func (s *stream) keepRow(c *copier, row [][]byte) [][]byte {
	r := &s.pairing.roster
	values := make([][]byte, len(row))
	for i, v := range row {
		if v == nil {
			continue
		}
		switch {
		case c.splitter.Format() != copydata.Binary:
			v = r.recode(v)
		case i < len(c.types):
			v = inText(&r.login.Values, c.types[i].Type, v)
		}
		values[i] = append([]byte{}, v...)
	}
	return values
}

// inText returns a value in binary as PostgreSQL prints it, or itself where that is not
// known.
func inText(types *value.Types, oid message.OID, v []byte) []byte {
	text, err := types.Append(nil, uint32(oid), int16(message.BinaryFormat), v)
	if err != nil {
		return v
	}
	return text
}
