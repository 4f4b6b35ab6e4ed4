package message

import (
	"bytes"
	"encoding/binary"
)

// A Context is what the bytes of a message do not tell about it, because it
// follows from what was said before. Package phase keeps it.
type Context struct {
	// Framing of the next message: Startup or Typed for what the frontend sends,
	// OneByte or Typed for the backend.
	Framing Framing
	// Answer is what a OneByte message is: KindSSLResponse or KindGSSENCResponse.
	Answer Kind
	// Response is what the type byte 'p' stands for, or 0 where that is unknown.
	Response Kind
}

// A Head is what the first bytes of a message say about the whole.
type Head struct {
	Kind   Kind
	Tag    byte // the type byte, 0 where there is none
	Length int  // the length word; 1 for a one-byte answer
	Body   int  // bytes before the body
	Size   int  // bytes of the message, all told
}

// startupVersions is the range of major versions taken for a StartupMessage: a
// server refuses most of them, but a client may ask.
const firstMajor, lastMajor = 1, 9

// ReadHead judges the message that begins with b, from one side, before the rest
// of it is waited for. It returns false where it needs more bytes, and an
// [*Error] where no message can begin so: the type byte or request code is not
// known, or the length word is not one that PostgreSQL would believe. An unknown
// type byte with a length that could be true is no error but an [Unknown].
//
// What kind of Authentication message it is stands in the body: see
// [Kind.Refine].
func ReadHead(b []byte, side Side, c Context) (Head, bool, error) {
	if len(b) == 0 {
		return Head{}, false, nil
	}
	switch {
	case c.Framing == Startup:
		return readStartupHead(b)
	case c.Framing == OneByte && b[0] != rows[KindErrorResponse].tag:
		return Head{Kind: c.Answer, Length: 1, Size: 1}, true, nil
	}
	h := Head{Kind: heads[side>>1][b[0]].kind, Tag: b[0], Body: 5}
	if b[0] == 'p' && c.Response != 0 && side == Frontend {
		h.Kind = c.Response
	}
	if len(b) < h.Body {
		return h, false, nil
	}
	h.Length = int(binary.BigEndian.Uint32(b[1:]))
	h.Size = 1 + h.Length
	if h.Length < 4 || h.Length > rows[h.Kind].max {
		if h.Kind == KindErrorResponse && printable(b[1:5]) {
			return readV2Error(b)
		}
		if h.Kind == KindUnknown {
			return h, false, &Error{Reason: BadType, Side: side, Value: int64(b[0])}
		}
		return h, false, &Error{Reason: BadLength, Kind: h.Kind, Side: side, Field: "length", Offset: 1, Value: int64(h.Length)}
	}
	return h, true, nil
}

// readStartupHead judges a packet without type byte: ProcessStartupPacket.
func readStartupHead(b []byte) (Head, bool, error) {
	h := Head{Kind: KindStartupMessage, Body: 4}
	if len(b) < 4 {
		return h, false, nil
	}
	h.Length = int(binary.BigEndian.Uint32(b))
	h.Size = h.Length
	if h.Length < 8 || h.Length > startupMax {
		return h, false, &Error{Reason: BadLength, Kind: h.Kind, Side: Frontend, Field: "length", Value: int64(h.Length)}
	}
	if len(b) < 8 {
		return h, false, nil
	}
	code := binary.BigEndian.Uint32(b[4:])
	for k := KindStartupMessage; k <= KindCancelRequest; k++ {
		if rows[k].code == int64(code) {
			h.Kind = k
			return h, true, nil
		}
	}
	if major := ProtocolVersion(code).Major(); major < firstMajor || major > lastMajor {
		return h, false, &Error{Reason: BadType, Kind: h.Kind, Side: Frontend, Field: "protocol", Offset: 4, Value: int64(code)}
	}
	return h, true, nil
}

// readV2Error finds the end of an error in the format of protocol 2.
func readV2Error(b []byte) (Head, bool, error) {
	h := Head{Kind: KindErrorResponseV2, Tag: b[0], Body: 1}
	n := bytes.IndexByte(b, 0)
	if n < 0 {
		if len(b) > rows[h.Kind].max {
			return h, false, &Error{Reason: Unterminated, Kind: h.Kind, Side: Backend, Offset: 1}
		}
		return h, false, nil
	}
	h.Length = n
	h.Size = n + 1
	return h, true, nil
}

func printable(b []byte) bool {
	for _, c := range b {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return true
}

// heads finds by type byte, for the frontend and for the backend, the Kind and the
// largest length word of a message. Where several share a type byte it is the one
// that is not sure: the last in the order of the Kinds.
var heads = func() (t [2][256]struct {
	kind Kind
	max  uint32
}) {
	for side := range t {
		for tag := range t[side] {
			t[side][tag].max = uint32(rows[KindUnknown].max)
		}
	}
	for k := range kinds {
		r := &rows[k]
		if r.framing != Typed || k == KindUnknown {
			continue
		}
		for side := range t {
			if r.side&(Frontend<<side) != 0 {
				t[side][r.tag].kind, t[side][r.tag].max = k, uint32(r.max)
			}
		}
	}
	return t
}()

// Judge is the part of [ReadHead] that most messages need: what kind of message a
// type byte and a length word from that side begin, and whether the length can be
// believed.
func Judge(side Side, tag byte, length uint32) (Kind, bool) {
	h := &heads[side>>1&1][tag]
	return h.kind, length-4 <= h.max-4
}

// Refine returns the Kind that the beginning of the body decides: that of an
// Authentication message by its code. Others stay what they are.
func (k Kind) Refine(body []byte) Kind {
	if k != KindAuthenticationUnknown || len(body) < 4 {
		return k
	}
	code := int64(binary.BigEndian.Uint32(body))
	for a := KindAuthenticationOk; a < KindAuthenticationUnknown; a++ {
		if rows[a].code == code {
			return a
		}
	}
	return k
}
