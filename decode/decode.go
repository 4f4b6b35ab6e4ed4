// Package decode cuts the byte stream of one direction of a connection into
// messages: incrementally, without copying, for as long as the stream lasts.
//
// A [Decoder] takes bytes as they come ([Decoder.Feed]) and gives frames
// ([Decoder.Next]): which message it is, where it stood in the stream, and its
// body, which package message decodes. Any split of the same bytes gives the
// same frames. The decoder judges a message at its first bytes, before it waits
// for the rest, and takes no memory because a length word says so.
//
// It knows one direction and no history: what follows from earlier messages,
// such as the meaning of the type byte 'p', the caller says in a
// [message.Context]; package phase keeps it. It does no I/O.
//
// A frame and its body are valid until the next call of the Decoder.
package decode

import (
	"encoding/binary"
	"errors"
	"iter"
	"math"
	"slices"

	"github.com/pgwdump/pgwdump/message"
)

// ErrMore is returned by [Decoder.Next] when the bytes fed so far hold no
// further message.
var ErrMore = errors.New("decode: no further message in the bytes fed so far")

// A Frame is one message as it stood in the stream.
type Frame struct {
	Kind message.Kind
	Tag  byte // the type byte, 0 where there is none

	// Held says that Body is in memory of the Decoder, because the message came in
	// pieces. Else it is in what was fed, and valid for as long as that is.
	Held bool
	// Guessed says that the message begins where one was found by searching, and
	// that nothing has confirmed it yet.
	Guessed bool

	Length uint32 // the length word as it stood there, which counts itself; 1 for a one-byte answer
	Offset int64  // of the message's first byte in the stream
	Size   int    // bytes that the message takes in the stream
	Head   int    // bytes of it before the body: type byte and length word
	Body   []byte // what is there of the body; valid until the next call of the Decoder

	// Dropped is how many of the missing bytes came, and were not kept: those over the
	// limit of the Decoder, or behind a gap.
	Dropped int
}

// Missing returns how many bytes of the body are not there: over the limit of the
// Decoder, or in a gap and behind it, or not yet come.
func (f *Frame) Missing() int { return f.Size - f.Head - len(f.Body) }

// Append appends the message as it stood in the stream, as far as it is there.
func (f *Frame) Append(dst []byte) []byte {
	const lengthWord = 4
	if f.Head != 0 && f.Head != lengthWord { // an unknown message may have the type byte 0
		dst = append(dst, f.Tag)
	}
	if f.Head >= lengthWord {
		dst = binary.BigEndian.AppendUint32(dst, f.Length)
	}
	return append(dst, f.Body...)
}

// New returns an empty message to decode the body into.
func (f *Frame) New() message.Message {
	if f.Kind == message.KindUnknown {
		return &message.Unknown{Tag: f.Tag}
	}
	return message.New(f.Kind)
}

// Options change what a Decoder does. The zero value keeps all of every message,
// and drops what follows where no message can begin.
type Options struct {
	// MaxBody is how many bytes of a message's body are kept; those over it are
	// counted and dropped. 0 keeps all.
	MaxBody int
	// MaxLength is the largest length word that is accepted, besides what
	// PostgreSQL itself accepts of each message. A larger message is an error
	// ([message.TooLong]), and the Decoder goes on behind it. 0 is no limit.
	MaxLength int
	// Resync makes the Decoder search for the next message where it has lost its
	// place.
	Resync bool
	// Memory is shared with other Decoders that the same goroutine uses; nil for memory
	// of its own.
	Memory *Memory
}

// A Decoder cuts one direction of a connection into frames.
type Decoder struct {
	side     message.Side
	options  Options
	straight int // the size of the largest message that the options do not touch

	in     []byte // fed and not yet looked at; the caller's memory, or the end of kept unless that is empty
	kept   []byte // memory for what is left of in when more is fed
	peeked []byte // memory for Peek
	offset int64  // position in the stream of the current message

	state state
	frame Frame // the current message, once it is judged

	// The current message, where it is not whole in in.
	held    []byte // its beginning, in the decoder's own memory
	keep    int    // how much of it is to be held
	dropped int    // how much of it came after that, or is missing
	absent  int    // of that: missing
	refused bool   // it is too long, and will not be handed out
	beyond  int64  // bytes missing behind it, less those that it is short of
	broken  bool   // so that nobody knows where the next message begins

	hunt   *hunt // nil while it is sure where messages begin
	passed int64 // bytes gone over since Passed was asked
}

type state uint8

const (
	heading state = iota // the head of the current message is not whole
	filling              // the head is judged, the body not whole
	given                // the message has been handed out
	lost                 // nobody knows where the next message begins
)

// New returns a Decoder for what side sends.
func New(side message.Side, o Options) *Decoder {
	d := &Decoder{side: side, options: o, straight: math.MaxInt}
	if o.MaxLength > 0 {
		d.straight = o.MaxLength
	}
	if o.MaxBody > 0 {
		d.straight = min(d.straight, o.MaxBody)
	}
	return d
}

// Feed hands over the next bytes of the stream. They are borrowed, not copied:
// they must stay as they are until Next has returned [ErrMore], after which the
// Decoder has no reference to them, or until the next Feed. Feed(nil) copies
// what is left of them, for a caller who stops half-way, and leaves the frame that
// was handed out last as it is.
func (d *Decoder) Feed(b []byte) {
	switch {
	case len(b) == 0 && (len(d.in) == 0 || len(d.kept) > 0): // in may be in the midst of kept, behind that frame
	case len(d.in) == 0:
		if d.in = b; cap(d.kept) > 0 {
			d.kept = d.release(d.kept)
		}
	default:
		d.kept = append(append(d.kept[:0], d.in...), b...)
		d.in = d.kept
	}
}

// Next returns the next message, or [ErrMore], or an [*message.Error] where no
// message can begin as the next bytes do; after that the Decoder is lost. The
// context is asked of the caller each time because each message may change it. The
// frame is the Decoder's own and valid until its next call.
func (d *Decoder) Next(c message.Context) (*Frame, error) {
	if d.state == given {
		d.settle()
	}
	b := d.in
	if len(b) == 0 && d.state == heading && cap(d.held) == 0 && !d.guessed() { // all was whole, as it mostly is
		d.in, d.frame.Body = nil, nil
		return nil, ErrMore
	}
	if d.state != heading || len(d.held) > 0 || len(b) < head || d.guessed() ||
		c.Framing != message.Typed || c.Answer != 0 || c.Response != 0 {
		return d.next(c)
	}
	length := binary.BigEndian.Uint32(b[1:])
	kind, ok := message.Judge(d.side, b[0], length)
	size := int(length) + 1
	if !ok || size > len(b) || size > d.straight || kind == message.KindAuthenticationUnknown {
		return d.next(c)
	}
	// The message is whole in what was fed, as most are, and nothing about it is out of
	// the ordinary. Field by field: a whole Frame would be put together elsewhere and
	// copied, which costs more than all the rest.
	f := &d.frame
	f.Kind, f.Tag, f.Length = kind, b[0], length
	f.Offset, f.Size, f.Head = d.offset, size, head
	f.Body, f.Dropped = b[head:size:size], 0
	f.Held, f.Guessed = cap(d.kept) > 0, false
	d.in, d.offset = b[size:], d.offset+int64(size)
	return f, nil
}

// Alike goes over the messages right behind the one handed out last that are of the same
// type, as long as their bodies begin with the same n bytes: those that are whole in what
// was fed, so that nothing is out of the ordinary about them. It returns them as they stand
// in the stream, one behind the other, and how many they are. They are valid for as long as
// what was fed is, and [Frame.Split] takes one after the other off.
func (d *Decoder) Alike(n int) (messages []byte, count int) {
	d.settle()
	f := &d.frame
	if d.state != heading || len(d.held) > 0 || cap(d.kept) > 0 || d.guessed() || f.Tag == 0 || len(f.Body) < n {
		return nil, 0
	}
	b, first := d.in, f.Body[:n]
	for len(b) >= head+n && b[0] == f.Tag {
		length := binary.BigEndian.Uint32(b[1:])
		kind, ok := message.Judge(d.side, b[0], length)
		size := int(length) + 1
		if !ok || kind != f.Kind || size < head+n || size > len(b) || size > d.straight || string(b[head:head+n]) != string(first) {
			break
		}
		b = b[size:]
		count++
	}
	messages = d.in[: len(d.in)-len(b) : len(d.in)-len(b)]
	d.in, d.offset = b, d.offset+int64(len(messages))
	return messages, count
}

// Split makes the frame that of the first of some messages that are like its own and came
// right behind it, as [Decoder.Alike] has returned them. It returns the others. The body is
// where the message is.
func (f *Frame) Split(messages []byte) (rest []byte) {
	f.Offset += int64(f.Size)
	f.Length = binary.BigEndian.Uint32(messages[1:])
	f.Size = int(f.Length) + 1
	f.Head, f.Held, f.Dropped = head, false, 0
	f.Body = messages[head:f.Size:f.Size]
	return messages[f.Size:]
}

// next is Next for the messages that are not whole in what was fed, or not to be
// handed out as they are.
func (d *Decoder) next(c message.Context) (*Frame, error) {
	f, err := d.find(c)
	if err == ErrMore {
		d.frame.Body = nil
		if len(d.held) == 0 && cap(d.held) > 0 { // nobody looks any more at what was in it
			d.held = d.release(d.held)
		}
	}
	return f, err
}

// find returns the next message.
func (d *Decoder) find(c message.Context) (*Frame, error) {
	for {
		d.settle()
		if d.state == lost {
			if !d.search(c.Framing) {
				return nil, ErrMore
			}
			c.Framing = d.hunt.framing
			if !d.hunt.guessed {
				d.hunt = nil
			}
		}
		if d.state == heading {
			if err := d.judge(c); err != nil {
				return nil, err
			}
		}
		f, err := d.fill()
		if err == nil && f.Tag == 'p' && c.Response != 0 {
			f.Kind = c.Response // what came before its last byte may have come behind its first
		}
		if err != nil || !d.refused {
			return f, err
		}
		d.refused = false
	}
}

// All returns what Next returns up to ErrMore, for a range statement. The context
// is asked for each message. What is left when the loop is left early is kept, and
// the frame handed out last stays valid until the next call of the Decoder.
func (d *Decoder) All(context func() message.Context) iter.Seq2[*Frame, error] {
	return func(yield func(*Frame, error) bool) {
		for {
			f, err := d.Next(context())
			if err == ErrMore {
				return
			}
			if !yield(f, err) {
				d.Feed(nil)
				return
			}
		}
	}
}

// settle takes leave of the message handed out last.
func (d *Decoder) settle() {
	if d.state != given {
		return
	}
	d.state = heading
	d.offset += int64(d.frame.Size)
	d.held = d.held[:0]
	if d.broken {
		d.offset += d.beyond
		d.beyond, d.broken = 0, false
		d.Lose()
	}
}

// hold keeps the next bytes of the current message, or of what is searched.
func (d *Decoder) hold(b []byte) {
	if d.held == nil && len(b) > 0 {
		d.held = d.options.Memory.take()
	}
	d.held = append(d.held, b...)
}

// release gives up memory for what is not whole, and returns what is kept of it. Memory
// that only a large message needed is not kept for the rest of the connection.
func (d *Decoder) release(b []byte) []byte {
	switch {
	case d.options.Memory != nil:
		d.options.Memory.give(b)
		return nil
	case cap(b) > large:
		return nil
	}
	return b[:0]
}

// judge reads the head of the current message.
func (d *Decoder) judge(c message.Context) error {
	b := d.in
	if len(d.held) > 0 {
		b = d.held
	}
	h, whole, err := message.ReadHead(b, d.side, c)
	for !whole && err == nil {
		if len(d.in) == 0 {
			d.in = nil
			return ErrMore
		}
		// The head is cut: it is put together byte by byte, so that nothing of
		// what follows it is held.
		d.hold(d.in[:1])
		d.in = d.in[1:]
		h, whole, err = message.ReadHead(d.held, d.side, c)
	}
	if err != nil {
		e := err.(*message.Error)
		e.Offset += d.offset
		d.lose(0)
		return e
	}
	d.frame = Frame{Kind: h.Kind, Tag: h.Tag, Length: uint32(h.Length), Offset: d.offset, Size: h.Size, Head: h.Body}
	d.keep, d.dropped, d.absent = h.Size, 0, 0
	if limit := d.options.MaxBody; limit > 0 {
		d.keep = min(h.Size, h.Body+limit)
	}
	d.state = filling
	if limit := d.options.MaxLength; limit > 0 && h.Length > limit {
		d.refused, d.keep = true, h.Body
		err = &message.Error{Reason: message.TooLong, Kind: h.Kind, Side: d.side, Field: "length", Offset: d.offset + int64(h.Body) - 4, Value: int64(h.Length)}
	}
	d.putBack()
	return err
}

// putBack puts what is held and is not to be of the current message back before what was
// fed: to judge the message took more of it than is kept, or more was held of another one
// that was expected when the bytes came.
func (d *Decoder) putBack() {
	if len(d.held) <= d.keep {
		return
	}
	d.kept = slices.Concat(d.held[d.keep:], d.in)
	d.in, d.held = d.kept, d.held[:d.keep]
}

// fill completes the current message.
func (d *Decoder) fill() (*Frame, error) {
	f := &d.frame
	var whole []byte
	if len(d.held) == 0 && len(d.in) >= f.Size {
		whole, d.in = d.in[:d.keep:d.keep], d.in[f.Size:]
		d.dropped = f.Size - d.keep
		f.Held = cap(d.kept) > 0
	} else {
		n := max(min(d.keep-len(d.held), len(d.in)), 0)
		d.hold(d.in[:n])
		d.in = d.in[n:]
		n = min(f.Size-len(d.held)-d.dropped, len(d.in))
		d.dropped += n
		d.in = d.in[n:]
		if len(d.held)+d.dropped < f.Size {
			d.in = nil
			return nil, ErrMore
		}
		whole, f.Held = d.held, true
	}
	f.Body = whole[min(f.Head, len(whole)):]
	f.Dropped = d.dropped - d.absent
	f.Kind = f.Kind.Refine(f.Body)
	f.Guessed = d.guessed() && !d.confirm(f)
	d.state = given
	return f, nil
}

// Shorten gives up all but the first n bytes of the current message and what is still
// to come of it. It will be handed out without them.
func (d *Decoder) Shorten(n int) {
	if d.state != filling {
		return
	}
	if n = max(n, d.frame.Head); cap(d.held) > n {
		n = min(n, len(d.held))
		d.dropped += len(d.held) - n
		d.held = append([]byte(nil), d.held[:n]...)
	}
	d.keep = len(d.held)
}

// Partial returns what is there of a message whose end did not come, at the end of
// the stream. It returns false where not even its head is whole.
func (d *Decoder) Partial() (*Frame, bool) {
	if d.state != filling || d.refused {
		return nil, false
	}
	f := &d.frame
	f.Body, f.Dropped, f.Held = d.held[f.Head:], d.dropped-d.absent, true
	f.Kind = f.Kind.Refine(f.Body)
	f.Guessed = d.guessed()
	return f, true
}

// Peek returns the next bytes of the stream, as many of n as were fed, without
// going over them. They are valid until the next call of the Decoder.
func (d *Decoder) Peek(n int) []byte {
	d.settle()
	switch {
	case len(d.held) == 0:
		return d.in[:min(n, len(d.in))]
	case len(d.held) >= n:
		return d.held[:n]
	}
	d.peeked = append(append(d.peeked[:0], d.held...), d.in[:min(n-len(d.held), len(d.in))]...)
	return d.peeked
}

// Rest takes all bytes that are not part of a message handed out, when something
// else than messages follows in the stream. The Decoder goes on behind them. They
// are valid until the next call of the Decoder.
func (d *Decoder) Rest() []byte {
	d.settle()
	rest := d.in
	if len(d.held) > 0 {
		rest = append(d.held, d.in...)
		d.held = nil
	}
	d.offset += int64(len(rest))
	if d.state == filling { // what came of the message and was not held is gone over as well
		d.offset += int64(d.dropped) + d.beyond
		d.refused, d.beyond, d.broken = false, 0, false
	}
	d.in, d.state = nil, heading
	return rest
}

// Offset returns the position in the stream behind the last message handed out, or
// of what was searched since without success.
func (d *Decoder) Offset() int64 {
	d.settle()
	return d.offset
}

// Holds returns how many bytes of memory the Decoder has taken for what is not whole, or
// was not when it came. What memory it has in advance counts as far as that is little.
func (d *Decoder) Holds() int {
	d.settle()
	n := max(len(d.held), min(cap(d.held), large)) + cap(d.kept)
	if d.hunt != nil {
		n += cap(d.hunt.candidates) * candidateSize
	}
	return n
}

// Unread returns how many bytes the Decoder holds that are in no message handed
// out.
func (d *Decoder) Unread() int {
	d.settle()
	return len(d.held) + len(d.in)
}
