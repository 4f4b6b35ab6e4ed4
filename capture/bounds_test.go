package capture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	"github.com/ulikunitz/xz"
)

// emptyPcap and emptyPcapng are files of each format without packets.
var (
	emptyPcap   = []byte("\xd4\xc3\xb2\xa1\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x04\x00\x65\x00\x00\x00")
	emptyPcapng = block(nil, binary.LittleEndian, 0x0a0d0d0a, append(binary.LittleEndian.AppendUint32(nil, byteOrderMagic), 1, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255))
)

// TestNothingIn reads files that are long, and in which nothing is a packet.
func TestNothingIn(t *testing.T) {
	// What calls itself once for each of a million headers does not get by.
	defer debug.SetMaxStack(debug.SetMaxStack(4 << 20))
	described := block(nil, binary.LittleEndian, blockInterface, []byte{101, 0, 0, 0, 0, 0, 1, 0})
	for _, test := range []struct {
		name string
		file []byte
		err  error // nil where the file is just over
		said string
	}{
		{"headers", bytes.Repeat(emptyPcap, 100_000), nil, ""},
		{"headers of both formats in turn", bytes.Repeat(append(bytes.Clone(emptyPcap), emptyPcapng...), 50_000), nil, ""},
		{"zeros behind a header", append(bytes.Clone(emptyPcap), make([]byte, 1<<20)...), ErrCorrupt, "at byte 24, after packet 0"},
		{"zeros behind a section header", append(bytes.Clone(emptyPcapng), make([]byte, maxPassed+bufferSize)...), ErrCorrupt, "none begins in the next"},
		{"interfaces", append(bytes.Clone(emptyPcapng), bytes.Repeat(described, maxInterfaces+1)...), ErrSkipped, "another interface, behind 65536"},
	} {
		t.Run(test.name, func(t *testing.T) {
			name := filepath.Join(t.TempDir(), "file")
			if err := os.WriteFile(name, test.file, 0o666); err != nil {
				t.Fatal(err)
			}
			packets, errs := readAll(name)
			if len(packets) > 0 {
				t.Errorf("%d packets", len(packets))
			}
			switch {
			case test.err == nil && len(errs) == 0:
			case len(errs) != 1 || !errors.Is(errs[0], test.err) || !strings.Contains(errs[0].Error(), test.said):
				t.Errorf("%v", errs)
			}
		})
	}
}

// TestBomb reads files that are much larger decompressed: they are given up where no
// packet begins for long, and memory does not grow with what comes out of them.
func TestBomb(t *testing.T) {
	file := append(bytes.Clone(emptyPcapng), make([]byte, maxPassed+1<<20)...)
	for name, open := range map[string]func(io.Writer) (io.WriteCloser, error){
		"gzip": func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil },
		"zstd": func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w, zstd.WithWindowSize(8<<20)) },
		"lz4":  func(w io.Writer) (io.WriteCloser, error) { return lz4.NewWriter(w), nil },
		"xz":   func(w io.Writer) (io.WriteCloser, error) { return xz.NewWriter(w) },
	} {
		t.Run(name, func(t *testing.T) {
			bomb := compressed(t, file, open)
			name := filepath.Join(t.TempDir(), "bomb")
			if err := os.WriteFile(name, bomb, 0o666); err != nil {
				t.Fatal(err)
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, errs := readAll(name)
			runtime.ReadMemStats(&after)
			if len(errs) != 1 || !errors.Is(errs[0], ErrCorrupt) {
				t.Errorf("%v", errs)
			}
			if n := after.TotalAlloc - before.TotalAlloc; n > maxPassed {
				t.Errorf("%d bytes were allocated for a file of %d", n, len(bomb))
			}
		})
	}
}
