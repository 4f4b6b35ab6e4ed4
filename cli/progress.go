package cli

import (
	"fmt"
	"time"

	"github.com/pgwdump/pgwdump/capture"
)

// showProgress shows how far the reading is, where somebody sees it who does not
// see the output. A pipe may be a pager's, whose screen is not to be written on. It
// returns how to end that.
func showProgress(d *dumper, files *capture.Files) (stop func()) {
	w := d.options.stderr
	if !isTerminal(w) || isTerminal(d.options.stdout) || isPipe(d.options.stdout) || d.options.quiet > 0 || d.options.follows {
		return func() {}
	}
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		start, tick := time.Now(), time.NewTicker(500*time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-done:
				fmt.Fprint(w, "\r\x1b[K")
				return
			case <-tick.C:
				read, size := files.Progress()
				fmt.Fprintf(w, "\r\x1b[K%s", progress(read, size, time.Since(start)))
			}
		}
	}()
	return func() { close(done); <-ended }
}

// progress is one line: bytes read, of how many, and how fast.
func progress(read, size int64, elapsed time.Duration) string {
	const mega = 1e6
	s := fmt.Sprintf("%.0f MB", float64(read)/mega)
	if size > 0 {
		s += fmt.Sprintf(" of %.0f MB, %d %%", float64(size)/mega, read*100/size)
	}
	return s + fmt.Sprintf(", %.0f MB/s", float64(read)/mega/elapsed.Seconds())
}
