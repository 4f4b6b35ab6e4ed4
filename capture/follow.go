package capture

import (
	"io"
	"os"
	"sync/atomic"
	"time"
)

// growth is how often a file is looked at that may grow.
const growth = 50 * time.Millisecond

// Follow has Read wait at the end of a file for what somebody else still writes to it,
// until over is set: then the end is the end. It is to be called before Read, and is
// for one file.
func (s *Files) Follow(over *atomic.Bool) { s.over = over }

// A growing is a file that somebody else still writes.
type growing struct {
	*os.File
	over *atomic.Bool
}

// Read waits until there is something.
func (g growing) Read(b []byte) (int, error) {
	for {
		ending := g.over.Load()
		n, err := g.File.Read(b)
		if n > 0 || err != io.EOF || ending {
			return n, err
		}
		time.Sleep(growth)
	}
}
