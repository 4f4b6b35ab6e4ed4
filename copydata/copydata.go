// Package copydata splits the data of a COPY into rows and columns, in each of its
// formats: text, CSV and binary (chapter COPY, "File Formats", of the manual).
//
// The data comes as the bodies of CopyData messages, whose borders mean nothing: a
// client may cut a row anywhere. A [Splitter] takes them one by one and gives the rows
// as they get whole. It does no I/O, and knows nothing of types: a column is bytes.
package copydata

import (
	"errors"
	"fmt"
)

// A Format is how rows are written.
type Format uint8

// The formats.
const (
	Text Format = iota
	CSV
	Binary
)

// String returns the format's name in SQL.
func (f Format) String() string { return [...]string{"text", "csv", "binary"}[f] }

// Options are those of a COPY that change how rows are written. [Defaults] has what
// COPY takes where a statement says nothing.
type Options struct {
	Format    Format
	Delimiter byte   // between columns; text and CSV
	Null      string // what stands for NULL; text and CSV
	Quote     byte   // CSV
	Escape    byte   // what stands before a quote inside of quotes; CSV
}

// Defaults returns the options of a format where the statement gives no others.
func Defaults(f Format) Options {
	switch f {
	case Text:
		return Options{Format: Text, Delimiter: '\t', Null: `\N`}
	case CSV:
		return Options{Format: CSV, Delimiter: ',', Quote: '"', Escape: '"'}
	}
	return Options{Format: f}
}

// MaxRow is the length of the longest row that a [Splitter] takes, in bytes; a row of
// PostgreSQL has less than 1 GB.
const MaxRow = 1 << 30

// ErrMore is returned by Next where the next row is not whole yet.
var ErrMore = errors.New("copydata: the row goes on")

// An Error says what is wrong with the data. No rows come after it.
type Error struct {
	Offset int64  // of the row in the data of the COPY, in bytes
	Row    int64  // counted from 1
	Reason string // such as "a column of -2 bytes"
}

// Error returns the reason and the place.
func (e *Error) Error() string {
	return fmt.Sprintf("COPY data, row %d at byte %d: %s", e.Row, e.Offset, e.Reason)
}

// A Splitter splits the data of one COPY in one direction. The zero value is not
// ready; see [New].
type Splitter struct {
	options Options
	format  format
	in      []byte // what was fed and is in no row yet
	begun   []byte // the beginning of a row, from earlier feeds
	offset  int64  // where the next row begins
	rows    int64
	err     error    // of which it does not recover
	ended   bool     // the end was marked in the data
	columns [][]byte // of the last row
	memory  []byte   // of columns that are not as in the data
	scanner scanner
}

// A format finds the rows of one format in the data.
type format struct {
	// end returns the length of the row that begun and in make up the beginning of,
	// counted in in; -1 where it is not whole.
	end func(s *Splitter) int
	// split makes columns of a row, and tells whether it is one: not so of what marks
	// the end or stands at the beginning.
	split func(s *Splitter, row []byte) bool
}

var formats = [...]format{
	Text:   {(*Splitter).endOfLine, (*Splitter).splitText},
	CSV:    {(*Splitter).endOfRecord, (*Splitter).splitCSV},
	Binary: {(*Splitter).endOfTuple, (*Splitter).splitTuple},
}

// New returns a Splitter for data with these options.
func New(o Options) *Splitter { return &Splitter{options: o, format: formats[o.Format]} }

// Feed gives the Splitter the next bytes of the data. It borrows them until Next has
// returned an error.
func (s *Splitter) Feed(b []byte) { s.in = b }

// Next returns the columns of the next row, nil for NULL. They point into what was
// fed, or to memory of the Splitter, and are valid until the next call. [ErrMore] asks
// for more data; an [*Error] is the end.
func (s *Splitter) Next() ([][]byte, error) {
	for s.err == nil && !s.ended {
		n := s.format.end(s)
		if n < 0 {
			s.begun = append(s.begun, s.in...)
			s.in = nil
			if len(s.begun) > MaxRow {
				s.fail("longer than any row can be")
				break
			}
			return nil, ErrMore
		}
		row := s.in[:n]
		if len(s.begun) > 0 {
			s.begun = append(s.begun, row...)
			row = s.begun
			s.begun = s.begun[:0]
		}
		s.in = s.in[n:]
		s.scanner = scanner{afterCR: s.scanner.afterCR}
		s.columns, s.memory = s.columns[:0], s.memory[:0]
		is := s.format.split(s, row)
		s.offset += int64(len(row))
		if is && s.err == nil {
			s.rows++
			return s.columns, nil
		}
	}
	if s.err == nil {
		return nil, ErrMore
	}
	return nil, s.err
}

// Format returns the format of the data.
func (s *Splitter) Format() Format { return s.options.Format }

// Rows returns how many rows there were.
func (s *Splitter) Rows() int64 { return s.rows }

// Last takes the end of the data: what is left is the last row where only the end of
// its line is missing, as text and CSV allow. Otherwise it returns ErrMore, and Cut
// says how much of a row there is.
func (s *Splitter) Last() ([][]byte, error) {
	c := &s.scanner
	if s.err != nil || s.ended || s.options.Format == Binary || len(s.begun) == 0 || c.quoted || c.escaped {
		return nil, ErrMore
	}
	s.Feed([]byte("\n"))
	return s.Next()
}

// Cut returns how many bytes there are of a row that is not whole. What follows a mark
// of the end is in no row, and PostgreSQL does not look at it either.
func (s *Splitter) Cut() int {
	if s.ended {
		return 0
	}
	return len(s.begun) + len(s.in)
}

// fail ends the splitting.
func (s *Splitter) fail(format string, args ...any) {
	s.err = &Error{s.offset, s.rows + 1, fmt.Sprintf(format, args...)}
}

// keep returns the memory from start on as a column.
func (s *Splitter) keep(start int) []byte { return s.memory[start:len(s.memory):len(s.memory)] }
