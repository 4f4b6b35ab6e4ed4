package session

// Surroundings pass on the statements that a Selection wants, with those of the
// same connection around them. Memory is that of so many statements for each
// connection that is open.
type Surroundings struct {
	selection *Selection
	narrow    bool // else it wants all
	around    int
	conns     map[*Conn]*vicinity
}

// A vicinity is what is near on one connection.
type vicinity struct {
	before []Event // not passed on, oldest first
	after  int     // how many are still to be passed on
}

// NewSurroundings returns Surroundings of the statements that the Selection wants: so
// many before and behind each.
func NewSurroundings(s *Selection, around int) *Surroundings {
	return &Surroundings{selection: s, narrow: s.Narrow(), around: around, conns: map[*Conn]*vicinity{}}
}

// Add takes the next event, and calls pass for those that are to be passed on: what
// is no statement always is.
func (v *Surroundings) Add(e *Event, pass func(*Event)) {
	if e.Type != Ended {
		if e.Type == Close {
			delete(v.conns, e.Conn)
		}
		pass(e)
		return
	}
	wanted := !v.narrow || v.selection.Wants(e.Statement)
	if v.around == 0 {
		if wanted {
			pass(e)
		}
		return
	}
	near := v.conns[e.Conn]
	if near == nil {
		near = new(vicinity)
		v.conns[e.Conn] = near
	}
	switch {
	case wanted:
		for i := range near.before {
			pass(&near.before[i])
		}
		near.before, near.after = near.before[:0], v.around
		e.own().Wanted = true
		pass(e)
	case near.after > 0:
		near.after--
		pass(e)
	default:
		if len(near.before) == v.around {
			near.before = near.before[:copy(near.before, near.before[1:])]
		}
		near.before = append(near.before, *e)
		kept := &near.before[len(near.before)-1].Statement
		*kept = (*kept).Clone()
	}
}
