package cli

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pgwdump/pgwdump/pipeline"
)

// TestPatient writes to an output that takes nothing until some time, or never.
func TestPatient(t *testing.T) {
	const never = time.Hour
	for _, c := range []struct {
		name              string
		takes, over       time.Duration // when it does, and when the capture is to end
		returns           time.Duration
		told, failed, ask bool
	}{
		{name: "at once", over: never},
		{name: "soon", takes: 500 * time.Millisecond, over: never, returns: 500 * time.Millisecond},
		{name: "late", takes: time.Minute, over: never, returns: time.Minute, told: true},
		{name: "never", takes: never, over: time.Minute, returns: time.Minute + endPatience, told: true, failed: true},
		{name: "after the end", takes: time.Minute + endPatience/2, over: time.Minute, returns: time.Minute + endPatience/2, told: true},
		{name: "asked", takes: time.Minute, over: never, returns: time.Minute, told: true, ask: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r, w := io.Pipe()
				reports := 0
				l := &live{report: func() { reports++ }}
				time.AfterFunc(c.over, func() { l.over.Store(true) })
				if c.ask {
					time.AfterFunc(time.Second, func() { l.asked.Store(true) })
				}
				time.AfterFunc(c.takes, func() { io.Copy(io.Discard, r) })
				var stderr bytes.Buffer
				p := &patient{Writer: w, live: l, stderr: &stderr}
				start := time.Now()
				_, err := p.Write([]byte("packets"))
				took := time.Since(start)
				if c.failed != errors.Is(err, pipeline.ErrStalled) || !c.failed && err != nil {
					t.Error(err)
				}
				if took < c.returns-lookEvery || took > c.returns+lookEvery {
					t.Errorf("it took %v", took)
				}
				if c.told != strings.Contains(stderr.String(), "takes no packets") || (reports == 1) != c.ask {
					t.Errorf("%d reports, and it says %q", reports, &stderr)
				}
				w.Close()
			})
		})
	}
}
