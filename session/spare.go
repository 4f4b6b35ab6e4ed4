package session

const (
	// maxSpareStatements is how many Statements are kept for those that begin, and
	// largestSpare how much memory the first largeSpares of them may have.
	maxSpareStatements = 256
	largeSpares        = 4
	largestSpare       = 64 << 10
)

// statement returns an empty Statement.
func (o *Observer) statement() *Statement {
	last := len(o.spareStatements) - 1
	if last < 0 {
		return new(Statement)
	}
	s := o.spareStatements[last]
	o.spareStatements = o.spareStatements[:last]
	return s
}

// spare takes a Statement back that is over. One that something refers to still is not used
// again: all that is to be known of it is that it has ended.
func (o *Observer) spare(s *Statement) {
	if s.referred > 0 {
		*s = Statement{referred: s.referred, ended: true}
		return
	}
	memory, notices := s.memory[:0], s.Notices[:0]
	if n := cap(memory); n > largestSpare || n > keptText && len(o.spareStatements) >= largeSpares {
		memory, notices = nil, nil
	}
	*s = Statement{memory: memory, Notices: notices}
	if len(o.spareStatements) < maxSpareStatements {
		o.spareStatements = append(o.spareStatements, s)
	}
}

// refer makes something refer to a Statement, nil for none, instead of what it referred to
// before, and counts that.
func refer(to **Statement, s *Statement) {
	if *to != nil {
		(*to).referred--
	}
	if *to = s; s != nil {
		s.referred++
	}
}
