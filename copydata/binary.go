package copydata

import "encoding/binary"

// signature is what the binary format begins with; flags and the length of an
// extension of the header follow.
const signature = "PGCOPY\n\xff\r\n\x00"

const headerLength = len(signature) + 8

// endOfTuple finds the end of the header, and then that of each row: a number of
// columns and their values, each with its length before it. It reads from where it
// stood before: the row is looked at once.
func (s *Splitter) endOfTuple() int {
	if s.offset == 0 {
		return s.endOfHeader()
	}
	c := &s.scanner
	if c.at == 0 {
		if s.have() < 2 {
			return -1
		}
		n := int(int16(s.uint16(0)))
		if n < -1 {
			s.fail("%d columns", n)
			return s.rest()
		}
		c.at, c.left = 2, max(n, 0)
	}
	for ; c.left > 0; c.left-- {
		if s.have() < c.at+4 {
			return -1
		}
		n := int(int32(s.uint32(c.at)))
		if n < -1 {
			s.fail("a column of %d bytes", n)
			return s.rest()
		}
		if n = max(n, 0); s.have() < c.at+4+n {
			return -1
		}
		c.at += 4 + n
	}
	return c.at - len(s.begun)
}

func (s *Splitter) endOfHeader() int {
	if s.have() < headerLength {
		return -1
	}
	for i := range signature {
		if s.byte(i) != signature[i] {
			s.fail("does not begin as the binary format does")
			return s.rest()
		}
	}
	n := int(int32(s.uint32(headerLength - 4)))
	if n < 0 {
		s.fail("an extension of the header of %d bytes", n)
		return s.rest()
	}
	if s.have() < headerLength+n {
		return -1
	}
	return headerLength + n - len(s.begun)
}

// splitTuple makes columns of a row.
func (s *Splitter) splitTuple(row []byte) bool {
	if s.err != nil || s.offset == 0 {
		return false
	}
	n := int(int16(binary.BigEndian.Uint16(row)))
	if n < 0 {
		s.ended = true
		return false
	}
	at := 2
	for range n {
		length := int(int32(binary.BigEndian.Uint32(row[at:])))
		at += 4
		if length < 0 {
			s.columns = append(s.columns, nil)
			continue
		}
		s.columns = append(s.columns, row[at:at+length:at+length])
		at += length
	}
	return true
}

// have returns how many bytes there are from the beginning of the row on.
func (s *Splitter) have() int { return len(s.begun) + len(s.in) }

// rest returns the length of all that was fed.
func (s *Splitter) rest() int { return len(s.in) }

// byte returns a byte of the row.
func (s *Splitter) byte(i int) byte {
	if i < len(s.begun) {
		return s.begun[i]
	}
	return s.in[i-len(s.begun)]
}

func (s *Splitter) uint16(i int) uint16 { return uint16(s.byte(i))<<8 | uint16(s.byte(i+1)) }

func (s *Splitter) uint32(i int) uint32 {
	return uint32(s.uint16(i))<<16 | uint32(s.uint16(i+2))
}
