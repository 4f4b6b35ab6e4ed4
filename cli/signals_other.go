//go:build !unix

package cli

import "os"

// endSignals end a capture.
var endSignals = []os.Signal{os.Interrupt}

// reportSignals ask how a capture is going: this system has no such signal.
var reportSignals []os.Signal

// permissionHelp says how to get the right to capture; it has a place for the path
// of the program.
const permissionHelp = `  Run %s as administrator, or install Npcap so that others may capture as well.`
