package tlskeys

import (
	"bytes"
	"testing"
)

// TestMemory cuts records of several connections that share their memory, each in two
// pieces and in turn: none has the bytes of another, and in the end none has memory.
func TestMemory(t *testing.T) {
	shared := new(memory)
	var all [40]framer
	record := func(i, round int) []byte {
		body := bytes.Repeat([]byte{byte(i), byte(round)}, 1+10*i*round)
		n := len(body)
		return append([]byte{byte(TypeApplicationData), 3, 3, byte(n >> 8), byte(n)}, body...)
	}
	next := func(f *framer, in []byte) []byte {
		f.in = in
		p, ok := f.next(nil)
		if !ok {
			return nil
		}
		raw := bytes.Clone(p.raw)
		if _, ok := f.next(nil); ok {
			t.Fatal("a record from nothing")
		}
		return raw
	}
	for round := range 5 {
		for i := range all {
			all[i].memory = shared
			if whole := record(i, round); next(&all[i], whole[:len(whole)-2]) != nil {
				t.Fatal("a record from a part of one")
			}
		}
		for i := range all {
			whole := record(i, round)
			if got := next(&all[i], whole[len(whole)-2:]); !bytes.Equal(got, whole) {
				t.Errorf("connection %d, round %d: %.40x", i, round, got)
			}
			if all[i].buf != nil {
				t.Errorf("%d bytes are kept of nothing", cap(all[i].buf))
			}
		}
	}
}
