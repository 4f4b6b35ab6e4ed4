package decode

// A Memory is what Decoders that are used by the same goroutine have in common, so that
// of many only those have memory in which a message is not whole. The zero value is
// ready.
type Memory struct{ free [][]byte }

const (
	// large memory is not kept for other messages.
	large = 64 << 10
	// maxFree is how much is kept that nobody uses, in pieces.
	maxFree = 16
)

// take returns memory for what is not whole, nil where none is left.
func (m *Memory) take() []byte {
	if m == nil || len(m.free) == 0 {
		return nil
	}
	last := len(m.free) - 1
	b := m.free[last]
	m.free = m.free[:last]
	return b[:0]
}

// give takes memory back that nobody looks at any more.
func (m *Memory) give(b []byte) {
	if m != nil && cap(b) <= large && len(m.free) < maxFree {
		m.free = append(m.free, b)
	}
}
