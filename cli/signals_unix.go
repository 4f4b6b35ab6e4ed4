//go:build unix

package cli

import (
	"os"
	"syscall"
)

// endSignals end a capture.
var endSignals = []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP}
