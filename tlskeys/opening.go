package tlskeys

import (
	"bytes"
	"encoding/binary"
	"slices"

	"github.com/pgwdump/pgwdump/reassembly"
)

// What PostgreSQL says before TLS begins (the manual, "SSL Session Encryption"):
// requests of 8 bytes, each answered by one byte.
const (
	requestSize = 8
	requestSSL  = 80877103
	requestGSS  = 80877104

	answerYes = 'S'
	answerGSS = 'G'
	answerNo  = 'N'
)

const (
	// maxOpening is how many bytes of one direction are held until it is known whether
	// they belong to TLS, and maxOpenings of all connections of some Stages.
	maxOpening  = 64 << 10
	maxOpenings = 4 << 20
	// maxRequests is how many requests may wait for their answers: a client asks for one
	// thing after the other.
	maxRequests = 16
)

// An opening is the beginning of a connection, where it is not known yet whether TLS
// follows.
type opening struct {
	ends     [2]openingEnd
	requests []uint32 // not yet answered
	agreed   bool     // on TLS
	client   int
	known    bool // who the client is
	full     bool // there is no room to wait for more
}

// An openingEnd is the opening of one direction.
type openingEnd struct {
	reading reading
	chunk   reassembly.Chunk // not yet passed on
	stuffed Stuffed
}

// Stuffed is what somebody has put into one direction in clear, behind the agreement
// on TLS and before its handshake. A server or client that takes it for a part of the
// encrypted conversation has the fault of CVE-2021-23214 or CVE-2021-23222.
type Stuffed struct {
	Size  int64
	First []byte // the beginning, maxStuffed bytes at most
}

const maxStuffed = 64

// A reading says what the bytes of a direction are.
type reading uint8

const (
	negotiating reading = iota // requests for encryption, and answers to them
	unsecured                  // anything in clear, to the end
	secured                    // TLS
)

func newOpening(c *reassembly.Conn) opening {
	o := opening{client: c.Opener, known: c.Opener != reassembly.Unknown}
	if !o.known && c.Ends[0].Port() < c.Ends[1].Port() {
		o.client = 1 // as ports go
	} else if !o.known {
		o.client = 0
	}
	return o
}

// clientIs notes who is the client, where the opening of the TCP connection was not
// seen.
func (o *opening) clientIs(end int) {
	if !o.known {
		o.client, o.known = end, true
	}
}

// A step is what is to be done with the next bytes of an opening.
type step uint8

const (
	wait   step = iota // for more
	pass               // on in clear
	stuff              // into the account of what does not belong there
	finish             // the opening of this direction: reading says what follows
)

// next returns how many bytes come next, and what to do with them.
func (o *opening) next(end int, b []byte) (n int, what step) {
	e := &o.ends[end]
	switch {
	case len(b) == 0:
		return 0, wait
	case beginsRecord(b) == yes:
		if len(b) > headerSize && b[0] == byte(TypeHandshake) {
			switch b[headerSize] {
			case messageClientHello:
				o.clientIs(end)
			case messageServerHello:
				o.clientIs(1 - end)
			}
		}
		e.reading = secured
		return 0, finish
	case beginsRecord(b) == perhaps:
		return 0, wait
	case o.agreed:
		return stuffedSize(b), stuff
	}
	if n, request := nextRequest(b); n > 0 {
		if request != 0 {
			o.clientIs(end)
			if len(o.requests) < maxRequests {
				o.requests = append(o.requests, request)
			}
			return n, pass
		}
		return 0, wait
	}
	if o.answered(end, b) {
		return 1, pass
	}
	if len(o.requests) > 0 && o.known && end == o.client && len(b) <= maxOpening && !o.full {
		return 0, wait // for the answer: what it means depends on that
	}
	if !o.known || end != o.client {
		o.requests = nil // it is no answer, and nothing else is waited for
	}
	e.reading = unsecured
	return 0, finish
}

// answered takes the answer to a request, if that is what comes next. Where the
// request was not captured, it takes for one what cannot be the beginning of a message.
func (o *opening) answered(end int, b []byte) bool {
	switch {
	case b[0] != answerYes && b[0] != answerGSS && b[0] != answerNo, o.known && end == o.client:
		return false
	case len(o.requests) == 0:
		if len(b) > 1 && beginsRecord(b[1:]) != yes {
			return false
		}
		o.agreed = len(b) > 1
		return true
	}
	request := o.requests[0]
	o.requests = o.requests[1:]
	switch {
	case b[0] == answerYes && request == requestSSL:
		o.agreed = true
	case b[0] == answerGSS && request == requestGSS:
		o.requests = nil
		o.ends[end].reading = unsecured
		o.ends[1-end].reading = unsecured
	}
	return true
}

type verdict uint8

const (
	no verdict = iota
	perhaps
	yes
)

// beginsRecord tells whether a record of TLS begins: no message of PostgreSQL begins
// with such a byte.
func beginsRecord(b []byte) verdict {
	switch {
	case !ContentType(b[0]).known() || len(b) > 1 && b[1] != 3 || len(b) > 2 && b[2] > 4:
		return no
	case len(b) < headerSize:
		return perhaps
	case recordSize(b) > headerSize+maxBody || recordSize(b) == headerSize:
		return no
	}
	return yes
}

// stuffedSize returns how many bytes come before a handshake begins.
func stuffedSize(b []byte) int {
	for i := range b {
		if b[i] == byte(TypeHandshake) && beginsRecord(b[i:]) != no {
			return i
		}
	}
	return len(b)
}

// nextRequest returns the request for encryption that comes next and how long it is,
// or 0 for one that is not whole, or that there is none.
func nextRequest(b []byte) (n int, request uint32) {
	for _, code := range []uint32{requestSSL, requestGSS} {
		whole := binary.BigEndian.AppendUint32([]byte{0, 0, 0, requestSize}, code)
		switch {
		case bytes.HasPrefix(b, whole):
			return requestSize, code
		case bytes.HasPrefix(whole, b):
			return len(b), 0
		}
	}
	return 0, 0
}

// add adds what does not belong where it is.
func (s *Stuffed) add(b []byte) {
	s.Size += int64(len(b))
	s.First = append(s.First, b[:min(len(b), maxStuffed-len(s.First))]...)
}

// open takes the next bytes of an opening.
func (s *stage) open(c *reassembly.Chunk) {
	e := &s.opening.ends[c.From]
	if c.Missing > 0 {
		s.gap(c)
		return
	}
	held := e.chunk.Bytes
	e.chunk = *c
	if len(held) > 0 {
		e.chunk.Bytes = append(held, c.Bytes...)
	}
	s.read(c.From)
	if len(held) == 0 {
		e.chunk.Bytes = slices.Clone(e.chunk.Bytes)
	}
	s.read(1 - c.From) // it may have waited for this
	s.account()
}

// account counts what is held of the opening. What is too much is not waited for.
func (s *stage) account() {
	n := len(s.opening.ends[0].chunk.Bytes) + len(s.opening.ends[1].chunk.Bytes)
	if n == s.held {
		return
	}
	s.all.held += n - s.held
	s.held = n
	if s.all.held > maxOpenings && !s.opening.full {
		s.opening.full = true
		s.read(s.opening.client)
		s.account()
	}
}

// gap ends the opening of a direction in which bytes are missing before c.
func (s *stage) gap(c *reassembly.Chunk) {
	o, e := &s.opening, &s.opening.ends[c.From]
	s.release(c.From)
	e.reading = unsecured
	if o.agreed || len(c.Bytes) > 0 && beginsRecord(c.Bytes) != no {
		e.reading = secured
	}
	s.Data(c)
}

// read reads as much of an opening as can be read.
func (s *stage) read(end int) {
	e := &s.opening.ends[end]
	for e.reading == negotiating {
		n, what := s.opening.next(end, e.chunk.Bytes)
		switch what {
		case wait:
			return
		case stuff:
			e.stuffed.add(e.chunk.Bytes[:n])
		case pass:
			part := e.chunk
			part.Bytes, e.chunk.Bytes = part.Bytes[:n], e.chunk.Bytes[n:]
			s.next.Data(&part)
			s.read(1 - end) // which may have waited for an answer
			continue
		}
		e.chunk.Bytes = e.chunk.Bytes[n:]
	}
	s.release(end)
}

// release passes on what was held of an opening.
func (s *stage) release(end int) {
	e := &s.opening.ends[end]
	c := e.chunk
	e.chunk = reassembly.Chunk{}
	switch {
	case len(c.Bytes) == 0:
	case e.reading == secured:
		s.feed(&c)
	default:
		s.next.Data(&c)
	}
}
