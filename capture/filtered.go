package capture

// Filtered is a source of those packets of another one that somebody accepts. The
// packets keep their numbers.
type Filtered struct {
	source  Source
	accepts func(*Packet) (bool, error)
	next    *Packet // read ahead by Ready, if there
	err     error   // likewise
	refused int
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
		f.next = p
		return
	}
	f.refused++
}

// Refused returns how many packets were read that were not accepted.
func (f *Filtered) Refused() int { return f.refused }
