package copydata

// endOfRecord finds the end of a row in CSV format: the end of a line that is not
// inside of quotes (CopyReadLineText in copyfromparse.c).
func (s *Splitter) endOfRecord() int {
	c := &s.scanner
	s.joinCRLF()
	for i, b := range s.in {
		switch {
		case b == s.options.Escape && b != s.options.Quote && c.quoted:
			c.escaped = !c.escaped
			continue
		case b == s.options.Quote && !c.escaped:
			c.quoted = !c.quoted
		case (b == '\n' || b == '\r') && !c.quoted:
			c.afterCR = b == '\r'
			return i + 1
		}
		c.escaped = false
	}
	return -1
}

// splitCSV makes columns of a record (CopyReadAttributesCSV in copyfromparse.c).
// Quotes may begin and end anywhere in a column, and one that had any is not NULL.
func (s *Splitter) splitCSV(row []byte) bool {
	line := row[:len(row)-1]
	if isEnd(line) {
		s.ended = true
		return false
	}
	for more := true; more; {
		var column []byte
		column, line, more = s.column(line)
		s.columns = append(s.columns, column)
	}
	return true
}

// column cuts the first column off, and tells whether there are more.
func (s *Splitter) column(line []byte) (column, rest []byte, more bool) {
	o := &s.options
	start, quoted, marked := len(s.memory), false, false
	i := 0
	for ; i < len(line) && (quoted || line[i] != o.Delimiter); i++ {
		c := line[i]
		switch {
		case quoted && c == o.Escape && i+1 < len(line) && (line[i+1] == o.Escape || line[i+1] == o.Quote):
			i++
			c = line[i]
		case c == o.Quote:
			quoted, marked = !quoted, true
			continue
		}
		s.memory = append(s.memory, c)
	}
	if i < len(line) {
		rest, more = line[i+1:], true
	}
	column = s.keep(start)
	if !marked && string(column) == o.Null {
		column = nil
	}
	return column, rest, more
}
