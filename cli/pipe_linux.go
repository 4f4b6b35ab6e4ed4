package cli

import (
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// pipeSize is what a pipe may hold without privileges, in bytes, where nobody has changed
// /proc/sys/fs/pipe-max-size.
const pipeSize = 1 << 20

// widen makes a pipe hold more than its 64 KiB, which a batch of lines overflows: then who
// writes and who reads would wait for each other by turns. Where that is not allowed, it
// stays as it is.
func widen(w io.Writer) {
	f, ok := w.(*os.File)
	if !ok {
		return
	}
	if info, err := f.Stat(); err != nil || info.Mode()&os.ModeNamedPipe == 0 {
		return
	}
	if c, err := f.SyscallConn(); err == nil {
		c.Control(func(fd uintptr) { unix.FcntlInt(fd, unix.F_SETPIPE_SZ, pipeSize) })
	}
}
