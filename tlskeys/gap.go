package tlskeys

import "encoding/binary"

// gap says that the next n bytes of the stream are missing, when all that was fed
// before has been looked at. Where they are inside of a record, its end is known.
func (f *framer) gap(n int64) piece {
	f.drop(f.used)
	f.used = 0
	p := piece{record: record{offset: f.offset}, size: n, missing: n, why: Missing}
	if f.skip > 0 {
		p.one, p.rest = n <= f.skip, true
		f.searching = n > f.skip
		f.skip = max(0, f.skip-n)
		f.offset += n
		return p
	}
	held := f.held()
	if len(held) >= headerSize && !f.searching {
		end := int64(recordSize(held) - len(held))
		p.one = n <= end
		f.skip = max(0, end-n)
	}
	p.size += int64(len(held))
	f.drop(len(held))
	f.offset += n
	f.searching, f.tried = !p.one, false
	return p
}

// search passes over bytes until a record begins: one that proves itself, or, where
// nobody can tell yet, one behind which another may begin.
func (f *framer) search(prove func(record) bool) (piece, bool) {
	if n := f.candidate(); n > 0 {
		return f.lose(n), true
	}
	head := f.peek(headerSize)
	switch {
	case head == nil:
		return piece{}, false
	case !f.likely(head): // it was not whole before
		return f.lose(1), true
	}
	size := recordSize(head)
	raw := f.peek(size)
	if raw == nil {
		return piece{}, false
	}
	found := !f.tried && prove(record{f.offset, raw})
	f.tried = true
	if !found {
		both := f.peek(size + headerSize)
		if both == nil {
			return piece{}, false
		}
		if !f.likely(both[size:]) {
			return f.lose(1), true
		}
		raw = both[:size]
	}
	f.searching, f.tried = false, false
	return f.take(raw), true
}

// candidate returns how many bytes to pass over to where a record may begin, as far
// as can be seen.
func (f *framer) candidate() int {
	b := f.held()
	if len(b) == 0 {
		b = f.in
	}
	for i := 0; i+headerSize <= len(b); i++ {
		if f.likely(b[i:]) {
			return i
		}
	}
	return max(0, len(b)-headerSize+1)
}

// likely is plausible for a header that is searched for: it has the version of the
// others, but for that of a ClientHello, which may be an older one (RFC 8446, section
// 5.1).
func (f *framer) likely(head []byte) bool {
	return f.plausible(head) && (f.version == 0 || binary.BigEndian.Uint16(head[1:]) == f.version || ContentType(head[0]) == TypeHandshake)
}

const (
	// maxAhead is how many sequence numbers a record is tried with.
	maxAhead = 1 << 16
	// searchBudget is how many bytes are decrypted in vain before a direction is
	// given up: a second of one core at most.
	searchBudget = 256 << 20
	// trialCost is what an attempt costs besides the bytes of the record.
	trialCost = 64
)

// locate finds the keys and the sequence number under which a record is authentic,
// where it is not the record that was expected: those of the current epoch, for
// each record that what was lost may have been, or those of an epoch that may have
// begun meanwhile.
func (c *Conn) locate(h *half, r record) bool {
	h.foresee()
	cost := int64(len(r.raw)) + trialCost
	for i := range h.epochs {
		e := &h.epochs[i]
		if e.protection == nil {
			continue
		}
		ahead := h.ahead(e.shortest())
		first := h.seq
		if i > 0 {
			// Most of what was certainly a record was not one of the epoch before: that
			// was a handshake, or what waited for a key.
			last := h.missed + ahead
			first = last - min(last, maxAhead)
			ahead = last - first
		}
		if h.budget < 0 {
			return false
		}
		ahead = min(ahead, uint64(h.budget/cost))
		if _, _, seq, ok := e.open(c.room(r), r, first, first+ahead); ok {
			h.epochs = h.epochs[i:]
			h.seq = seq
			return true
		}
		h.budget -= cost * int64(ahead+1)
	}
	return false
}

// ahead returns how many more records than seq has counted have been lost at most.
func (h *half) ahead(shortest int) uint64 {
	if h.unframed == 0 {
		return 0
	}
	return min(maxAhead, uint64(h.unframed)/uint64(shortest)+1)
}

// lossy tells whether something was lost since a record was opened.
func (h *half) lossy() bool { return h.missed > 0 || h.unframed > 0 }

// foresee adds the epoch behind the current one where any KeyUpdate may begin it.
func (h *half) foresee() {
	e := h.epochs[0]
	if len(h.epochs) > 1 || e.protection == nil || e.secret == nil {
		return
	}
	e.secret = e.agreement.suite.update13(e.secret)
	e.protection = e.agreement.suite.keys13(e.secret)
	h.epochs = append(h.epochs, e)
}
