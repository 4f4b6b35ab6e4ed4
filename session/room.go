package session

// A room has the Statements that Events tell of, one behind the other: a Statement that came
// from anywhere would have to be fetched line by line by who reads it on another core.
type room struct {
	blocks [][]Statement
	used   int
	large  bool // one of them refers to much
}

const (
	// roomBlock is how many Statements there is room for at least, and keptStatements for how
	// many room is kept.
	roomBlock      = 32
	keptStatements = 16 * roomBlock
	// keptText is how much a Statement that nobody needs any more may refer to.
	keptText = 2 << 10
)

// take takes a copy of a Statement into the room, and its memory, for which it gives that of
// the one that was there before. The Statement is over.
func (r *room) take(s *Statement) *Statement {
	if r.used == len(r.blocks)*roomBlock {
		r.blocks = append(r.blocks, make([]Statement, roomBlock))
	}
	told := &r.blocks[r.used/roomBlock][r.used%roomBlock]
	r.used++
	memory, notices := told.memory[:0], told.Notices[:0]
	*told = *s
	if told.Copy != nil {
		told.Copy = &told.copy
	}
	told.columns, told.lesson, told.copier = nil, nil, nil // which nobody asks for any more
	s.memory, s.Notices = memory, notices
	r.large = r.large || told.refers() > keptText
	return told
}

// reset makes room again. What the Statements referred to is not let go before others take
// their places, unless it is much.
func (r *room) reset() {
	if kept := r.blocks[:min(len(r.blocks), keptStatements/roomBlock)]; r.used > keptStatements {
		clear(r.blocks[len(kept):])
		r.blocks = kept
	}
	if r.large {
		for _, b := range r.blocks {
			clear(b)
		}
	}
	r.used, r.large = 0, false
}

// refers returns how many bytes the Statement refers to, about: those of its own memory, and
// those of others'.
func (s *Statement) refers() int {
	n := cap(s.memory) + 4*len(s.Types)
	for _, b := range [...][]byte{s.SQL, s.Name, s.Portal, s.Prepared, s.Arguments, s.Error} {
		n += len(b)
	}
	return n
}
