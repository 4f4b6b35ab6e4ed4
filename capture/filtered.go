package capture

// Filtered is a source of those packets of another one that somebody accepts. The
// packets keep their numbers. What was lost before those that are not accepted was lost
// before the next one of their interface that is.
type Filtered struct {
	source  Source
	accepts func(*Packet) (bool, error)
	next    *Packet // read ahead by Ready, if there
	err     error   // likewise
	refused int
	lost    map[*Interface]int64 // before these
}

// Filter returns a source of the packets that are accepted. An error is returned
// by Read in the place of the packet.
func Filter(source Source, accepts func(*Packet) (bool, error)) *Filtered {
	return &Filtered{source: source, accepts: accepts}
}

// Read returns the next packet that is accepted.
func (f *Filtered) Read() (p *Packet, err error) {
	for f.next == nil && f.err == nil {
		f.step()
	}
	p, err = f.next, f.err
	f.next, f.err = nil, nil
	return p, err
}

// Ready tells whether the next Read returns without waiting. For that it looks for
// a packet among those that are there.
func (f *Filtered) Ready() bool {
	for f.next == nil && f.err == nil {
		if !f.source.Ready() {
			return false
		}
		f.step()
	}
	return true
}

// step reads one packet.
func (f *Filtered) step() {
	p, err := f.source.Read()
	if err != nil {
		f.err = err
		return
	}
	accepted, err := f.accepts(p)
	if f.err = err; err == nil && accepted {
		if len(f.lost) > 0 {
			p.Dropped += f.lost[p.Interface]
			delete(f.lost, p.Interface)
		}
		f.next = p
		return
	}
	if f.refused++; p.Dropped > 0 {
		if f.lost == nil {
			f.lost = map[*Interface]int64{}
		}
		on := p.Interface
		if len(f.lost) >= maxLossy {
			on = nil // which no packet is of that tells of a loss
		}
		f.lost[on] += p.Dropped
	}
}

// Untold returns how many packets were lost in capturing of which none that was accepted
// tells so far.
func (f *Filtered) Untold() (n int64) {
	for _, lost := range f.lost {
		n += lost
	}
	return n
}

// Refused returns how many packets were read that were not accepted.
func (f *Filtered) Refused() int { return f.refused }
