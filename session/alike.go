package session

import (
	"github.com/pgwdump/pgwdump/decode"
	"github.com/pgwdump/pgwdump/message"
)

// A batch of rows is hundreds of messages of which nothing is to be said that was not said of
// the one before: they are counted together, and told of together.

// mayRepeat tells whether there are many messages of a kind, one behind the other.
func mayRepeat(k message.Kind) bool { return k == message.KindDataRow || k == message.KindCopyData }

// repeats tells whether what is known of a message that was allowed would be known of another
// one too that is like it and comes right behind it, with the same bytes of the capture.
func (s *stream) repeats(d *side, f *decode.Frame, e *Event) bool {
	o := &s.observer.options
	switch {
	case !o.Together, o.Check: // each is looked at
	case f.Missing() > 0, f.Guessed:
	case s.tls != nil, s.doubt.torn, len(d.marks) > 0, d.lost != nil: // what comes may be of another packet, or mean something else
	case e.Phase != s.tracker.Phase(): // it came in another one than the next will
	default:
		return s.tracker.Repeats(d.from, f.Kind)
	}
	return false
}

// alike goes over the messages behind one that repeats. They are told of in the event of that
// one, and counted. It returns how many they are, and how many bytes.
func (s *stream) alike(d *side, f *decode.Frame, e *Event) (messages, size int64) {
	same := 0
	if f.Kind == message.KindDataRow {
		same = 2 // bytes: the number of the columns
	}
	all, n := d.decoder.Alike(same)
	e.Alike = all
	t := &s.observer.Totals
	t.Messages += int64(n)
	t.Decoded += int64(len(all))
	return int64(n), int64(len(all))
}

// onlyCounts tells whether nothing else is made of what comes behind a row, or behind data of
// a COPY, than that it is counted.
func (p *pairing) onlyCounts(m *seen) bool {
	w := p.asks.waiting()
	return !p.copies && len(w) > 0 && w[0].number == m.step.Request && (w[0].statement == nil || w[0].statement.lesson == nil)
}

// alike counts messages behind one, where it onlyCounts.
func (p *pairing) alike(m *seen, messages, size int64) {
	s := p.asks.waiting()[0].statement
	if s == nil || messages == 0 {
		return
	}
	copied := &s.copy.Out
	if m.from == message.Frontend {
		s.Sent += size
		copied = &s.copy.In
	} else {
		s.Received += size
	}
	if m.kind == message.KindDataRow {
		s.Returned += messages
		return
	}
	head := m.size - int64(len(m.body))
	copied.Messages += messages
	copied.Bytes += size - messages*head
}
