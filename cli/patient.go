package cli

import (
	"fmt"
	"io"
	"time"

	"github.com/pgwdump/pgwdump/pipeline"
)

// A patient writes the packets of a live capture to an output that may take nothing for
// a while. Packets wait in the kernel then, and are dropped there: no more come to
// where others could be. But signals are answered, and the end is no later than
// elsewhere.
type patient struct {
	io.Writer
	live   *live
	stderr io.Writer
	told   bool // that the output takes nothing
}

const (
	// lookEvery is how often signals are looked for while the output takes nothing.
	lookEvery = 100 * time.Millisecond
	// stallTold is after which time it is said that it does.
	stallTold = time.Second
)

// Write writes all of b. The error is [pipeline.ErrStalled] where the capture is to end
// and the output still takes nothing; b is not to be changed then, nor anything else to
// be written.
func (p *patient) Write(b []byte) (int, error) {
	done := make(chan error, 1)
	go func() {
		_, err := p.Writer.Write(b)
		done <- err
	}()
	var over time.Duration // for how long the capture was to end
	for waited := time.Duration(0); ; waited += lookEvery {
		select {
		case err := <-done:
			return len(b), err
		case <-time.After(lookEvery):
		}
		if p.live.asked.Swap(false) {
			p.live.report()
		}
		if waited >= stallTold && !p.told {
			p.told = true
			fmt.Fprintln(p.stderr, "pgwdump: standard output takes no packets: they wait in the kernel, which drops what is more than it has room for (-B)")
		}
		if p.live.over.Load() {
			if over += lookEvery; over >= endPatience {
				return 0, fmt.Errorf("%w: the last packets were not written", pipeline.ErrStalled)
			}
		}
	}
}
