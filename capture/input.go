package capture

import "io"

// An input reads a file into one Buffer after the other.
type input struct {
	source   io.Reader
	buffer   *Buffer // nil before the first
	from, to int     // what of it was read, and not gone over
	err      error   // of the source, behind that
	spare    chan *Buffer
}

func newInput(source io.Reader) *input {
	return &input{source: source, spare: make(chan *Buffer, spareBuffers)}
}

// Buffered returns how many bytes can be had without reading.
func (in *input) Buffered() int { return in.to - in.from }

// Peek returns the next n bytes, up to bufferSize, without going over them; fewer with an
// error. They are in in.buffer, and valid until the next call unless that is held.
func (in *input) Peek(n int) ([]byte, error) {
	for in.to-in.from < n && in.err == nil {
		in.fill(n)
	}
	if in.to-in.from < n {
		return in.rest(), in.err
	}
	return in.buffer.bytes[in.from : in.from+n : in.from+n], nil
}

func (in *input) rest() []byte {
	if in.buffer == nil {
		return nil
	}
	return in.buffer.bytes[in.from:in.to:in.to]
}

// Discard goes over n bytes that are buffered.
func (in *input) Discard(n int) { in.from += n }

// Read makes a file the source of another one, which it is when it is compressed.
func (in *input) Read(b []byte) (int, error) {
	_, err := in.Peek(1)
	n := copy(b, in.rest())
	in.from += n
	if n > 0 {
		err = nil
	}
	return n, err
}

// fill reads once, with room for n bytes in one piece.
func (in *input) fill(n int) {
	if in.buffer == nil || len(in.buffer.bytes)-in.from < n || in.from == in.to {
		in.begin()
	}
	const patience = 100 // as bufio has
	for range patience {
		var size int
		size, in.err = in.source.Read(in.buffer.bytes[in.to:])
		if in.to += size; size > 0 || in.err != nil {
			return
		}
	}
	in.err = io.ErrNoProgress
}

// begin makes what is not gone over the beginning of a Buffer: of the same one, if nobody
// holds it.
func (in *input) begin() {
	rest := in.rest()
	if b := in.buffer; b == nil || b.holders.Load() > 1 {
		in.buffer = in.empty()
		if b != nil {
			defer b.Release()
		}
	}
	in.from, in.to = 0, copy(in.buffer.bytes, rest)
}

// empty returns a Buffer that is held for the input.
func (in *input) empty() (b *Buffer) {
	select {
	case b = <-in.spare:
	default:
		b = &Buffer{bytes: make([]byte, bufferSize), spare: in.spare}
	}
	b.Hold()
	return b
}
