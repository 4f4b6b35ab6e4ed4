package reassembly

import "github.com/pgwdump/pgwdump/capture"

// Skip tells that part of a connection was passed over right before a segment, which is
// to be added next: about so many bytes that its sender has sent and received. They are
// missing, and nothing is waited for: where the connection goes on, the segment says.
func (t *Table) Skip(s *capture.Segment, sent, received int64) {
	c := t.conns[capture.EndsOf(s.From, s.To)]
	if c == nil || c.closed || c.ignored {
		return
	}
	from := 0
	if c.Ends[0] != s.From {
		from = 1
	}
	t.drain(c)
	t.skip(c, from, s.Seq, sent, s)
	if s.Flags&capture.ACK != 0 {
		t.skip(c, 1-from, s.Ack, received, s)
	}
}

// skip has a direction go on at a sequence number. The numbers are of 32 bits, and more
// may have been passed over than these can count.
func (t *Table) skip(c *Conn, from int, seq uint32, passed int64, s *capture.Segment) {
	h := &c.halves[from]
	if !h.started {
		return
	}
	missing := passed + int64(int32(seq-h.next-uint32(passed)))
	if missing > 0 {
		h.latest = 0 // what was remembered may have the same numbers
		t.deliver(c, from, nil, int(missing), s.Number, s.Time)
	}
}
