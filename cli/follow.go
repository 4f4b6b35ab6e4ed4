package cli

import (
	"os"
	"os/signal"
	"sync/atomic"
	"time"

	"github.com/pgwdump/pgwdump/capture"
)

// follow has a file read on at its end, until a signal says that it is enough, or the
// time of --duration is over. It returns how to take no signals any more.
func (o *options) follow(files *capture.Files) (stop func()) {
	over := new(atomic.Bool)
	files.Follow(over)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, endSignals...)
	var timer <-chan time.Time
	if o.duration > 0 {
		timer = time.After(o.duration)
	}
	done := make(chan struct{})
	go func() {
		select {
		case <-signals:
			signal.Reset(endSignals...) // a second one ends the program
		case <-timer:
		case <-done:
		}
		over.Store(true)
	}()
	return func() {
		signal.Stop(signals)
		close(done)
	}
}
