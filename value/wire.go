package value

import (
	"bytes"
	"encoding/binary"
)

// A wire reads a value in binary format from its beginning. A read past its end
// gives zeros and makes it bad for good, so that loops by a count in the value must
// stop there: the count may claim anything.
type wire struct {
	b   []byte
	bad bool
}

// take returns the next n bytes, or nil.
func (w *wire) take(n int) []byte {
	if n < 0 || n > len(w.b) {
		w.bad, w.b = true, nil
		return nil
	}
	b := w.b[:n]
	w.b = w.b[n:]
	return b
}

func (w *wire) uint8() uint8 {
	if b := w.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (w *wire) uint16() uint16 {
	if b := w.take(2); b != nil {
		return binary.BigEndian.Uint16(b)
	}
	return 0
}

func (w *wire) uint32() uint32 {
	if b := w.take(4); b != nil {
		return binary.BigEndian.Uint32(b)
	}
	return 0
}

func (w *wire) uint64() uint64 {
	if b := w.take(8); b != nil {
		return binary.BigEndian.Uint64(b)
	}
	return 0
}

func (w *wire) int32() int { return int(int32(w.uint32())) }

// field returns the next value inside this one, which has its length before it; a
// length of -1 is NULL.
func (w *wire) field() (b []byte, null bool) {
	n := w.int32()
	if n == -1 {
		return nil, true
	}
	return w.take(n), false
}

// string returns the next string without the zero byte at its end.
func (w *wire) string() []byte {
	n := bytes.IndexByte(w.b, 0)
	if n < 0 {
		w.bad, w.b = true, nil
		return nil
	}
	return w.take(n + 1)[:n]
}

// end returns ErrInvalid unless all was read and nothing was missing.
func (w *wire) end() error {
	if w.bad || len(w.b) > 0 {
		return ErrInvalid
	}
	return nil
}
