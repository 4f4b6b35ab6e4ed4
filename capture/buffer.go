package capture

import "sync/atomic"

// A Buffer is memory that a file is read into, and that packets are in. Nothing else is
// read into what is held.
type Buffer struct {
	bytes   []byte
	holders atomic.Int32
	spare   chan *Buffer // where it goes when nobody holds it any more
}

// Hold keeps the Buffer as it is, until Release is called as often. It is for who has a
// [Packet] that is in it.
func (b *Buffer) Hold() { b.holders.Add(1) }

// Release lets the Buffer be used for something else. It may be called by any goroutine.
func (b *Buffer) Release() {
	if b.holders.Add(-1) > 0 {
		return
	}
	select {
	case b.spare <- b:
	default:
	}
}

// spareBuffers is how many are kept for what comes next. Of more that were held the others
// are given up.
const spareBuffers = 16
