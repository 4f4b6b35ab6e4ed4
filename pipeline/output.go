package pipeline

import (
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"
)

// ErrStalled is the error of an Output that takes nothing, when nobody waits for it any
// more.
var ErrStalled = errors.New("the output takes nothing any more")

// pieceBytes is how much is written in one go where somebody looks whether it is taken.
const pieceBytes = 64 << 10

// An output writes until there is an error, and knows what could not be written.
type output struct {
	io.Writer
	piecemeal bool

	err     atomic.Pointer[error]
	pieces  atomic.Int64  // that were begun
	current atomic.Int64  // the number of the one that is being written; 0 where none is
	left    atomic.Int64  // bytes that were to be written with it and after it
	unused  atomic.Int64  // bytes that came behind the error
	stalled chan struct{} // closed when nobody waits any more that it takes something
}

// write writes all of b.
func (o *output) write(b []byte) {
	for len(b) > 0 && o.err.Load() == nil {
		n := len(b)
		if o.piecemeal {
			n = min(n, pieceBytes)
		}
		o.left.Store(int64(len(b)))
		o.current.Store(o.pieces.Add(1))
		_, err := o.Write(b[:n])
		o.current.Store(0)
		if err != nil {
			o.fail(err)
		}
		b = b[n:]
	}
	o.unused.Add(int64(len(b)))
}

// fail notes the first error.
func (o *output) fail(err error) { o.err.CompareAndSwap(nil, &err) }

// Err returns the first error.
func (o *output) Err() error {
	if err := o.err.Load(); err != nil {
		return *err
	}
	return nil
}

// end returns the first error, and says how much was not written where nobody waited
// for it.
func (o *output) end() error {
	err := o.Err()
	if err == ErrStalled {
		n := o.unused.Load()
		if o.current.Load() != 0 {
			n += o.left.Load()
		}
		err = fmt.Errorf("%w: %d bytes were not written", err, n)
	}
	return err
}

// watch looks whether the Output takes something, while the capture ends. If it does
// not for as long as the Patience is, who writes is left alone with that, and another
// one takes over, who writes nothing. It returns how to end that.
func (p *Pipeline) watch() (stop func()) {
	if p.options.Patience == 0 {
		return func() {}
	}
	done := make(chan struct{})
	go func() {
		tick := time.NewTicker(p.options.Patience)
		defer tick.Stop()
		for before := p.output.current.Load(); ; {
			select {
			case <-done:
				return
			case <-tick.C:
			}
			now := p.output.current.Load()
			if now != 0 && now == before {
				p.output.fail(ErrStalled)
				close(p.output.stalled)
				go p.giveUp(p.writing.Load())
				return
			}
			before = now
		}
	}()
	return func() { close(done) }
}
