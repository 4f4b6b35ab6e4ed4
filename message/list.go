package message

import (
	"encoding/binary"
	"slices"
)

// maxElements is how many elements a list can have: as many as 16 bits can count.
const maxElements = 1<<16 - 1

// count is the number of elements of a list, a word of size bytes: n where the
// message is in memory, else as many as the body says. Each element takes least
// bytes at the least, so that a count can be judged before memory is taken.
func (w *Walker) count(name string, size, n, least int) int {
	switch w.mode {
	case reading:
		b := w.take(name, size)
		if b == nil {
			return 0
		}
		promised := int64(binary.BigEndian.Uint16(b))
		if size == 4 {
			promised = int64(binary.BigEndian.Uint32(b))
		}
		if promised > int64((len(w.buf)-w.pos)/least) {
			w.pos -= size
			w.fail(BadCount, name, promised)
			return 0
		}
		n = int(promised)
		if f := w.last(); f != nil && f.Type == FieldList {
			f.Size, f.Int = int32(size), int64(n)
		}
	case writing:
		if n > maxElements && size == 2 {
			w.fail(TooMany, name, int64(n))
		}
		w.appendNumber(size, int64(n))
	}
	return n
}

// resize gives the list the length that was read, in its old memory where that
// is large enough; a clone gets memory of its own.
func resize[T any](w *Walker, s []T, n int) []T {
	switch w.mode {
	case reading:
		return slices.Grow(s[:0], n)[:n]
	case cloning:
		return slices.Clone(s)
	}
	return s
}

// list is a list with a count of size bytes before it, whose elements take at
// least so many bytes each.
func list[T any](w *Walker, name string, p *[]T, size, least int, walk func(*T, *Walker)) {
	opened := w.open(name, FieldList)
	n := w.count(name, size, len(*p), least)
	s := resize(w, *p, n)
	for i := 0; i < len(s) && w.err == nil; i++ {
		flaw := w.flaw
		walk(&s[i], w)
		if w.flaw != flaw {
			w.flaw.under(name, i)
		}
		if w.err != nil {
			w.err.under(name, i)
			s = s[:i]
		}
	}
	if w.mode != writing {
		*p = s
	}
	w.close(opened, 0)
}

// endedList is a list with a zero byte behind it, whose elements do not begin
// with one. It is listed as t and by name, and path is what errors call it. It has no
// more elements than one with a count of 16 bits could have: two bytes of a body must
// not take memory for a field of a message without end.
func endedList[T any](w *Walker, name string, t FieldType, path string, p *[]T, walk func(*T, *Walker)) {
	opened := w.open(name, t)
	s := resize(w, *p, 0)
	for i := 0; w.more(path, i, len(s)); i++ {
		if w.mode == reading {
			s = append(s, *new(T))
		}
		start := len(w.buf)
		walk(&s[i], w)
		if w.mode == writing && w.err == nil && w.buf[start] == 0 {
			w.fail(EmptyName, "", 0)
		}
		if w.err != nil {
			w.err.under(path, i)
			s = s[:i]
		}
	}
	if w.mode != writing {
		*p = s
	}
	end := 1
	if w.err != nil {
		end = 0
	}
	w.close(opened, end)
}

// more tells whether an ended list has an element i; where it has none, the zero
// byte is read or written.
func (w *Walker) more(name string, i, n int) bool {
	switch {
	case w.err != nil:
		return false
	case w.mode != reading && i < n && (i < maxElements || w.mode == cloning):
		return true
	case w.mode == writing && i < n:
		w.fail(TooMany, name, int64(n))
	case w.mode == writing:
		w.buf = append(w.buf, 0)
	case w.mode == reading && w.pos == len(w.buf):
		w.fail(Unterminated, name, 0)
	case w.mode == reading && w.buf[w.pos] != 0 && i == maxElements:
		w.fail(TooMany, name, int64(i)+1)
	case w.mode == reading && w.buf[w.pos] != 0:
		return true
	case w.mode == reading:
		w.pos++
	}
	return false
}
