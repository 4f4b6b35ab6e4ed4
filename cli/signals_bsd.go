//go:build unix && !linux

package cli

import (
	"os"
	"syscall"
)

// reportSignals ask how a capture is going; ^T sends the first.
var reportSignals = []os.Signal{syscall.SIGINFO, syscall.SIGUSR1}

// permissionHelp says how to get the right to capture; it has a place for the path
// of the program.
const permissionHelp = `  Those may capture who may read /dev/bpf*. Use sudo %s, or let a group of yours read these devices.`
