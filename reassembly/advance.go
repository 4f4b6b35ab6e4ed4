package reassembly

// mustWait tells whether a segment is not to be delivered yet because its sender
// had something from the other end, the peer, that the Stream has not got.
func (t *Table) mustWait(c *Conn, from int, ack uint32, acks bool) bool {
	peer := &c.halves[1-from]
	switch {
	case !acks, !peer.seen && t.packet >= c.Packet+Window: // nothing of the peer is captured
		return false
	case !peer.started:
		return len(peer.held) > 0 && before(peer.held[0].seq, ack)
	case !before(peer.next, ack):
		return false
	}
	return !peer.finished || before(peer.end+1, ack) || before(peer.next, peer.end)
}

// advance delivers what can be delivered of a direction, and of the other, which
// may have waited for that.
func (t *Table) advance(c *Conn, from int) {
	for t.step(c, from) {
		from = 1 - from
	}
}

// step delivers what can be delivered of one direction, and tells whether there
// was something.
func (t *Table) step(c *Conn, from int) (delivered bool) {
	h := &c.halves[from]
	for len(h.held) > 0 {
		s := &h.held[0]
		full := t.held > t.options.Held || len(h.held) > maxHeldSegments || h.holds() > maxHeld
		patient := !full && t.packet < s.packet+Window
		if !h.started {
			if patient { // the SYN, or what is before, may be late
				t.wait(c, from)
				return delivered
			}
			h.start()
		}
		missing := int(int32(s.seq - h.next))
		switch {
		case missing < 0:
			t.behind(h)
			continue
		case missing > 0 && !full && !t.givenUp(c, from):
			return delivered
		case missing == 0 && t.mustWait(c, from, s.ack, s.acks):
			if patient {
				t.wait(c, from)
				return delivered
			}
			t.miss(c, 1-from, s.ack)
		}
		t.pop(c, from, missing)
		delivered = true
	}
	return delivered
}

// miss gives up what a direction has not got of what its receiver acknowledges, as it
// has to be told of before the answer to it.
func (t *Table) miss(c *Conn, from int, ack uint32) {
	h := &c.halves[from]
	if !h.seen || !h.started {
		return
	}
	if len(h.held) > 0 && before(h.held[0].seq, ack) {
		ack = h.held[0].seq
	}
	if h.finished && before(h.end, ack) {
		ack = h.end
	}
	// The last one may count a FIN that was not captured.
	if n := int(int32(ack - h.next)); n > 1 && n < ahead {
		t.lose(c, from, n)
	}
}

// givenUp tells whether the bytes before what is held will not come any more: the
// receiver has them, or nobody knows what it has, and too many packets have gone by
// since.
func (t *Table) givenUp(c *Conn, from int) bool {
	h, peer := &c.halves[from], &c.halves[1-from]
	patience := 8 * Window // where the other direction was not captured
	switch {
	case h.acked && before(h.next, h.ack):
		patience = Window
	case peer.seen:
		h.due = 0
		return false
	}
	if due := t.packet + patience; h.due == 0 || due < h.due {
		h.due = due
	}
	t.wait(c, from)
	return t.packet >= h.due
}

// wait looks at a direction again some packets later.
func (t *Table) wait(c *Conn, from int) {
	if h := &c.halves[from]; h.look <= t.packet {
		h.look = t.packet + Window
		t.waits.push(wait{c, from, h.look})
	}
}

// pop delivers the first segment that is held, behind bytes that are missing.
func (t *Table) pop(c *Conn, from, missing int) {
	h := &c.halves[from]
	s := t.shift(h)
	if s.acks {
		h.hear(&c.halves[1-from], s.ack)
	}
	t.deliver(c, from, s.data, missing, s.packet, s.time)
	if s.cut > 0 && len(h.held) > 0 { // what follows was captured, and may end before
		o := &h.held[0]
		o.cut = max(o.cut, int(int32(h.next+uint32(s.cut)-o.end())))
		s.cut = min(s.cut, max(int(int32(o.seq-h.next)), 0))
	}
	t.lose(c, from, s.cut)
}

// deliver gives the Stream the next bytes of a direction.
func (t *Table) deliver(c *Conn, from int, b []byte, missing, packet int, time int64) {
	h := &c.halves[from]
	if missing+len(b) == 0 {
		return
	}
	if len(b) > 0 {
		if t.past == nil {
			t.past = new(past)
		}
		t.past.add(h, h.next+uint32(missing), b, packet)
	}
	h.next += uint32(missing + len(b))
	h.offset += int64(missing + len(b))
	h.due = 0
	if packet > h.packet {
		h.packet, h.time = packet, time
	}
	if len(c.untold) > 0 {
		t.noteUntold(c)
	}
	stream := t.streamOf(c)
	t.chunk = Chunk{From: from, Bytes: b, Missing: missing, Heard: h.heard, Packet: h.packet, Time: h.time}
	stream.Data(&t.chunk)
}

// streamOf returns the Stream of a connection. It is opened when there is something to
// tell.
func (t *Table) streamOf(c *Conn) Stream {
	if c.stream == nil {
		c.stream = t.open(c)
	}
	return c.stream
}

// lose tells the Stream of bytes that were on the wire and not captured: behind the last
// packet of that direction, or where there was none, since the connection was opened.
func (t *Table) lose(c *Conn, from, n int) {
	if n <= 0 {
		return
	}
	packet, time := c.halves[from].packet, c.halves[from].time
	if packet == 0 {
		packet, time = c.Packet, c.Time
	}
	t.deliver(c, from, nil, n, packet, time)
}

// drain delivers all that a connection holds back, without waiting for what is
// missing.
func (t *Table) drain(c *Conn) {
	for {
		from := 0
		a, b := c.halves[0].held, c.halves[1].held
		switch {
		case len(a)+len(b) == 0:
			return
		case len(a) == 0:
			from = 1
		case len(b) == 0:
		case t.mustWait(c, 0, a[0].ack, a[0].acks) != t.mustWait(c, 1, b[0].ack, b[0].acks):
			if t.mustWait(c, 0, a[0].ack, a[0].acks) {
				from = 1
			}
		case b[0].packet < a[0].packet:
			from = 1
		}
		h := &c.halves[from]
		s := &h.held[0]
		if !h.started {
			h.start()
		}
		if before(s.seq, h.next) {
			t.behind(h)
			continue
		}
		if s.seq == h.next && t.mustWait(c, from, s.ack, s.acks) {
			t.miss(c, 1-from, s.ack)
		}
		t.pop(c, from, int(s.seq-h.next))
	}
}
