package cli

import (
	"os"
	"syscall"
)

// reportSignals ask how a capture is going.
var reportSignals = []os.Signal{syscall.SIGUSR1}

// permissionHelp says how to get the right to capture; it has a place for the path
// of the program.
const permissionHelp = `  Linux lets those capture who have the capability CAP_NET_RAW. Use sudo, or give it to the program once:
  sudo setcap cap_net_raw+ep %s`
