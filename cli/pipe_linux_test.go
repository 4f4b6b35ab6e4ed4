package cli

import (
	"bytes"
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// TestWiden widens a pipe, and leaves alone what is none.
func TestWiden(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	before, _ := unix.FcntlInt(w.Fd(), unix.F_GETPIPE_SZ, 0)
	widen(w)
	after, err := unix.FcntlInt(w.Fd(), unix.F_GETPIPE_SZ, 0)
	if err != nil || after < before {
		t.Errorf("%d bytes, before %d: %v", after, before, err)
	}
	if os.Getuid() == 0 && after != pipeSize {
		t.Errorf("%d bytes, want %d", after, pipeSize)
	}
	widen(new(bytes.Buffer))
	f, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	widen(f)
}
