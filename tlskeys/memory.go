package tlskeys

// A memory is what connections that the same goroutine follows have in common, so that of
// many only those have memory of which a record is not whole. The zero value is ready.
type memory struct{ free [][]byte }

// maxFree is how many pieces are kept that nobody uses.
const maxFree = 16

// take returns memory for a record that is not whole, nil where none is left.
func (m *memory) take() []byte {
	if m == nil || len(m.free) == 0 {
		return nil
	}
	last := len(m.free) - 1
	b := m.free[last]
	m.free = m.free[:last]
	return b
}

// give takes memory back in which nothing is left, and returns what the connection keeps
// of it.
func (m *memory) give(b []byte) []byte {
	if m == nil {
		return b[:0]
	}
	if len(m.free) < maxFree {
		m.free = append(m.free, b[:0])
	}
	return nil
}

// share makes the connection use the memory of others, too.
func (c *Conn) share(m *memory) {
	for i := range c.halves {
		c.halves[i].framer.memory = m
	}
}
