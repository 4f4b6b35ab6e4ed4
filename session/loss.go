package session

import (
	"fmt"

	"github.com/pgwdump/pgwdump/decode"
	"github.com/pgwdump/pgwdump/message"
	"github.com/pgwdump/pgwdump/phase"
	"github.com/pgwdump/pgwdump/reassembly"
)

// A loss is a part of one side's stream in which no messages could be seen. It is
// told of when the next message is found.
type loss struct {
	offset  int64 // where it begins
	missing int64 // bytes that were not captured, or not decrypted
	why     error // they were not decrypted; nil where they were not captured
	before  int   // the last packet before it
	packet  int   // the first packet behind it
	time    int64
}

// gap takes note of missing bytes. Inside a message whose length is known they cost
// that message only; else the next one has to be found, and nobody knows what was
// said in between.
func (s *stream) gap(d *side, c *reassembly.Chunk) {
	missing := int64(c.Missing)
	s.observer.Totals.Lost += missing
	if d.from == message.Backend {
		s.negotiation = nil // what is owed may be what is missing
	}
	s.lose(d, c, missing, nil)
	if s.state == encrypted {
		s.tellLoss(d, unknown)
		return
	}
	if d.decoder.Lost() { // what was held of the part before has to do
		d.decoder.End()
		s.drain(d, c)
	}
	d.decoder.Gap(missing)
	if end, ok := d.decoder.Ends(); ok {
		s.tellLoss(d, end)
	}
	s.drain(d, c)
	if d.decoder.Lost() {
		s.outOfStep(d.from)
	}
}

// A mark says which packet brought the bytes up to an offset. There are marks while
// messages are searched for: a message that is found late was there earlier.
type mark struct {
	end    int64
	packet int
	time   int64
}

const (
	// maxMarks is how many marks are kept. Over that, the older half is given up.
	maxMarks = 1024
	// markSize is how many bytes one takes.
	markSize = 24
)

// mark notes which packet brought the last bytes.
func (d *side) mark() {
	if d.decoder == nil || !d.decoder.Lost() {
		return
	}
	if len(d.marks) == maxMarks {
		d.marks = d.marks[:copy(d.marks, d.marks[maxMarks/2:])]
	}
	d.marks = append(d.marks, mark{d.bytes, d.packet, d.time})
}

// when returns the packet by which all of a message was there, which is that of c,
// if there is no mark.
func (d *side) when(f *decode.Frame, c *reassembly.Chunk) (packet int, time int64) {
	end := f.Offset + int64(f.Size)
	for i := range d.marks {
		if d.marks[i].end >= end {
			return d.marks[i].packet, d.marks[i].time
		}
	}
	d.marks = nil
	return c.Packet, c.Time
}

// lose takes note of a loss right before c.
func (s *stream) lose(d *side, c *reassembly.Chunk, missing int64, why error) {
	if d.lost == nil {
		d.lost = &loss{offset: d.bytes, why: why, before: d.packet, packet: c.Packet, time: c.Time}
	}
	d.lost.missing += missing
	d.bytes += missing
}

// unknown is the offset of what is not known.
const unknown = -1

// tellLoss tells of the loss that is not told of yet, and where messages begin
// again.
func (s *stream) tellLoss(d *side, resumed int64) {
	passed := d.decoder.Passed()
	s.observer.Totals.Undecoded += passed
	l := d.lost
	if l == nil && passed == 0 {
		return
	}
	if l == nil { // the bytes are there, but no message begins in them
		l = &loss{offset: d.decoder.Offset() - passed, before: d.packet, packet: d.packet, time: d.time}
	}
	d.lost = nil
	s.observer.Totals.Gaps++
	e := s.observer.begin(Gap, s, l.packet, l.time)
	e.From, e.Offset, e.Phase = d.from, l.offset, s.tracker.Phase()
	e.Bytes, e.Passed, e.Resumed, e.Before, e.Err = l.missing, passed, resumed, l.before, l.why
}

// misplaced tells that what comes next in a direction is no message. Where the server
// has not been told anything yet that is secret, it tells what it is instead.
func (s *stream) misplaced(d *side, c *reassembly.Chunk, err error) {
	s.observer.Totals.Violations++
	const few = 16 // bytes
	if d.from == message.Backend && s.tracker.Phase() <= phase.GSSNegotiation {
		err = fmt.Errorf("%w; it goes on with %+q", err, d.decoder.Peek(few))
	}
	e := s.observer.begin(Error, s, c.Packet, c.Time)
	e.From, e.Offset, e.Phase, e.Err = d.from, d.decoder.Offset(), s.tracker.Phase(), err
	s.outOfStep(d.from)
}

// Conflict tells that bytes came again, and were others.
func (s *stream) Conflict(k *reassembly.Conflict) {
	switch s.state {
	case undecided:
		if h := s.hear(); s.observer.hold(h.contradict(k)) {
			h.last = true
		}
		s.findOut()
	case talking, encrypted:
		s.observer.Totals.Conflicts++
		e := s.observer.begin(Conflict, s, k.Packet, k.Time)
		e.From = message.Frontend
		if k.From != s.client {
			e.From = message.Backend
		}
		e.Offset, e.Bytes, e.Before, e.Phase = k.Offset, int64(k.Bytes), k.Before, s.tracker.Phase()
	}
}

// Close tells how the connection ended, and of what was left unfinished.
func (s *stream) Close(how reassembly.Ending, packet int, time int64) {
	if s.state == undecided {
		s.decideAtLast()
	}
	s.observer.Totals.Foreign += s.tcp.Ignored
	defer s.release()
	if s.state == foreign {
		return // nothing was told of it
	}
	if s.state != disowned {
		s.finish(&reassembly.Chunk{Packet: packet, Time: time})
	}
	e := s.observer.begin(Close, s, packet, time)
	if e.How = how; s.tracker != nil {
		e.Phase = s.tracker.Phase()
	}
	if s.tls != nil {
		e.TLS = s.tls.Info()
		if e.TLS.Why() != nil {
			s.observer.Totals.Records += e.TLS.FromClient.Total().Count + e.TLS.FromServer.Total().Count
		}
	}
	if s.pairing != nil && s.pairing.ledger != nil {
		e.Account = s.pairing.ledger.close(s, Moment{packet, time})
	}
}

// finish tells of what was left unfinished.
func (s *stream) finish(c *reassembly.Chunk) {
	s.catchUp()
	for i := range s.sides {
		switch d := &s.sides[i]; s.state {
		case talking:
			s.closeSide(d, c)
		case encrypted: // what came before the agreement
			s.observer.Totals.Undecoded += int64(len(d.decoder.Rest()))
		}
	}
	s.pairing.end(Moment{c.Packet, c.Time}, s.sides[1].bytes > 0)
	s.tellStatements(c)
}

// closeSide tells of what was still waiting for more.
func (s *stream) closeSide(d *side, c *reassembly.Chunk) {
	d.decoder.End()
	s.drain(d, c)
	if f, ok := d.decoder.Partial(); ok {
		told := s.observer.tells(Message, message.KindUnknown)
		e := s.observer.add(told, Message, s, c.Packet, c.Time)
		e.From, e.Offset, e.Phase = d.from, f.Offset, s.tracker.Phase()
		s.tell(e, f, told)
	} else {
		s.observer.Totals.Undecoded += int64(d.decoder.Unread())
	}
	s.tellLoss(d, unknown)
}
