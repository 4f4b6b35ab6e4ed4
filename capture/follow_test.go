package capture

import (
	"encoding/binary"
	"io"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
)

// TestFollow reads a file while it is written, a few bytes at a time.
func TestFollow(t *testing.T) {
	want := sampleRecords(t)
	whole := writePcap(want, binary.LittleEndian, magicMicroseconds, 1000, 0)
	name := filepath.Join(t.TempDir(), "growing")
	out, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	var over atomic.Bool
	f := OpenFiles(name)
	defer f.Close()
	f.Follow(&over)
	read := make(chan record)
	go func() {
		defer close(read)
		for {
			p, err := f.Read()
			if err == io.EOF {
				return
			}
			if err != nil {
				t.Error(err)
				return
			}
			read <- record{p.Time, p.Link, p.Length, string(p.Data)}
		}
	}()
	at := 24
	out.Write(whole[:at])
	for i, w := range want {
		end := len(writePcap(want[:i+1], binary.LittleEndian, magicMicroseconds, 1000, 0))
		for _, to := range []int{at + 5, at + 20, end} { // within the header, within the packet
			out.Write(whole[at:to])
			at = to
		}
		if got, ok := <-read; !ok || got != w {
			t.Fatalf("packet %d: %v", i+1, got)
		}
	}
	over.Store(true)
	if got, more := <-read; more {
		t.Errorf("one more packet: %v", got)
	}
}
