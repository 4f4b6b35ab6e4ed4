package tlskeys

import "encoding/binary"

const (
	headerSize = 5
	// maxBody is the longest body of a record, which TLS 1.2 allows to grow by 2 KiB
	// (RFC 5246, section 6.2.3), later versions by less.
	maxBody = 1<<14 + 2048
)

// A record is one record of the stream, as it stands there.
type record struct {
	offset int64  // in the stream
	raw    []byte // header and body
}

func (r record) kind() ContentType { return ContentType(r.raw[0]) }
func (r record) body() []byte      { return r.raw[headerSize:] }

// A piece is the next part of a stream: a record, or bytes that are lost.
type piece struct {
	record        // its raw is nil where bytes are lost
	Origin        // of its end
	size    int64 // bytes of the stream
	missing int64 // of them: not captured
	one     bool  // what is lost is one record for certain, or the rest of one
	rest    bool  // it begins with the rest of a record that was told of
	why     Kind  // it is lost
}

// A framer cuts one direction of a stream into records by their headers. Where a
// header is lost it searches for the next.
type framer struct {
	offset int64  // in the stream, of the next byte
	in     []byte // fed and not yet looked at; the caller's memory
	buf    []byte // what comes before it, in memory of the framer's own
	from   int    // where in buf that begins
	memory *memory
	used   int   // bytes that were handed out and are not yet passed over
	skip   int64 // of a damaged record, still to come

	searching bool
	tried     bool   // the record at the current byte did not prove to be one
	version   uint16 // of all record headers, once that is known
}

// next returns the next piece of what was fed, if there is one, valid until the next
// call. Where a header is searched for, it asks prove whether it has found a record.
func (f *framer) next(prove func(record) bool) (p piece, ok bool) {
	f.drop(f.used)
	f.used = 0
	switch {
	case f.skip > 0:
		n := min(f.skip, int64(len(f.in)))
		f.skip -= n
		p = piece{record: record{offset: f.offset}, size: n, one: true, rest: true, why: Missing}
		f.drop(int(n))
		return p, n > 0
	case f.searching:
		return f.search(prove)
	}
	head := f.peek(headerSize)
	if head == nil {
		return p, false
	}
	if !f.plausible(head) {
		f.searching = true
		return f.search(prove)
	}
	raw := f.peek(recordSize(head))
	return f.take(raw), raw != nil
}

// held returns what comes before in.
func (f *framer) held() []byte { return f.buf[f.from:] }

// peek returns the next n bytes, or puts those that are there together in buf, and
// returns nil. What it returned before is no longer valid.
func (f *framer) peek(n int) []byte {
	if len(f.held()) == 0 && len(f.in) >= n {
		return f.in[:n]
	}
	if more := min(n-len(f.held()), len(f.in)); more > 0 {
		if f.buf == nil {
			f.buf = f.memory.take()
		}
		if f.from > len(f.buf)/2 {
			f.buf, f.from = f.buf[:copy(f.buf, f.held())], 0
		}
		f.buf = append(f.buf, f.in[:more]...)
		f.in = f.in[more:]
	}
	if len(f.held()) < n {
		return nil
	}
	return f.held()[:n]
}

// drop passes over n bytes.
func (f *framer) drop(n int) {
	f.offset += int64(n)
	if len(f.held()) == 0 {
		f.in = f.in[n:]
		return
	}
	if f.from += n; f.from == len(f.buf) {
		f.buf, f.from = f.memory.give(f.buf), 0
	}
}

// take hands out a record.
func (f *framer) take(raw []byte) piece {
	f.used = len(raw)
	return piece{record: record{f.offset, raw}, size: int64(len(raw))}
}

// lose hands out n bytes that are no record.
func (f *framer) lose(n int) piece {
	p := piece{record: record{offset: f.offset}, size: int64(n), why: NoRecord}
	f.drop(n)
	f.tried = false
	return p
}

// recordSize returns how long a record with this header is.
func recordSize(head []byte) int { return headerSize + int(binary.BigEndian.Uint16(head[3:])) }

// plausible tells whether a record may begin so. Only data may be empty (RFC 8446,
// section 5.1).
func (f *framer) plausible(head []byte) bool {
	kind, size := ContentType(head[0]), recordSize(head)
	return kind.known() && head[1] == 3 && head[2] <= 4 &&
		size <= headerSize+maxBody && (size > headerSize || kind == TypeApplicationData)
}
