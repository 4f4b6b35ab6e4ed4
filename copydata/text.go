package copydata

import "bytes"

// A scanner is where the search for the end of a row stands between two feeds.
type scanner struct {
	at      int  // bytes of a tuple that were looked at
	left    int  // columns of it that were not
	escaped bool // the last byte was a backslash or an escape
	quoted  bool // inside of quotes
	afterCR bool // the row before ended in a carriage return: a line feed belongs to it
}

// endOfLine finds the end of a row in text format: a line feed, a carriage return or
// both, without a backslash before it (CopyReadLineText in copyfromparse.c).
func (s *Splitter) endOfLine() int {
	c := &s.scanner
	s.joinCRLF()
	i := 0
	for i < len(s.in) {
		if c.escaped {
			c.escaped = false
			i++
			continue
		}
		n := bytes.IndexAny(s.in[i:], "\n\r\\")
		if n < 0 {
			return -1
		}
		i += n + 1
		switch s.in[i-1] {
		case '\\':
			c.escaped = true
		case '\r':
			c.afterCR = true
			return i
		default:
			return i
		}
	}
	return -1
}

// joinCRLF passes over a line feed that belongs to the carriage return before it.
func (s *Splitter) joinCRLF() {
	if s.scanner.afterCR && len(s.in) > 0 {
		s.scanner.afterCR = false
		if s.in[0] == '\n' {
			s.in = s.in[1:]
			s.offset++
		}
	}
}

// isEnd tells whether a line marks the end of the data, as it did in protocol 2.
func isEnd(line []byte) bool { return string(line) == `\.` }

// splitText makes columns of a line (CopyReadAttributesText in copyfromparse.c).
func (s *Splitter) splitText(row []byte) bool {
	line := row[:len(row)-1]
	if isEnd(line) {
		s.ended = true
		return false
	}
	for {
		end := s.endOfColumn(line)
		column := line[:end]
		switch {
		case string(column) == s.options.Null:
			column = nil
		case bytes.IndexByte(column, '\\') >= 0:
			column = s.unescape(column)
		}
		s.columns = append(s.columns, column)
		if end == len(line) {
			return true
		}
		line = line[end+1:]
	}
}

// endOfColumn returns where the delimiter behind the first column is.
func (s *Splitter) endOfColumn(line []byte) int {
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case '\\':
			i++
		case s.options.Delimiter:
			return i
		}
	}
	return len(line)
}

// escapes are the letters that stand for a control behind a backslash.
var escapes = [256]byte{'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t', 'v': '\v'}

// unescape returns a column without its backslashes.
func (s *Splitter) unescape(column []byte) []byte {
	start := len(s.memory)
	for len(column) > 0 {
		c := column[0]
		column = column[1:]
		if c != '\\' || len(column) == 0 {
			s.memory = append(s.memory, c)
			continue
		}
		c = column[0]
		n := 0
		switch {
		case escapes[c] != 0:
			c, n = escapes[c], 1
		case c >= '0' && c <= '7':
			c, n = number(column, 8, 3)
		case c == 'x' && len(column) > 1 && digit(column[1]) < 16:
			c, n = number(column[1:], 16, 2)
			n++
		default:
			n = 1
		}
		s.memory = append(s.memory, c)
		column = column[n:]
	}
	return s.keep(start)
}

// number reads up to so many digits.
func number(digits []byte, base, most int) (c byte, n int) {
	for n < most && n < len(digits) && digit(digits[n]) < base {
		c = c*byte(base) + byte(digit(digits[n]))
		n++
	}
	return c, n
}

// digit returns the value of a digit, 16 for what is none.
func digit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return 16
}
