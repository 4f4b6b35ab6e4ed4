package capture

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// packetsOf reads a file that was written, with what pcapng says besides the packets.
func packetsOf(t *testing.T, b []byte) (packets []Packet) {
	name := filepath.Join(t.TempDir(), "written")
	if err := os.WriteFile(name, b, 0o666); err != nil {
		t.Fatal(err)
	}
	f := OpenFiles(name)
	defer f.Close()
	for {
		p, err := f.Read()
		if err == io.EOF {
			return packets
		}
		if err != nil {
			t.Fatal(err)
		}
		c := *p
		c.Data = bytes.Clone(p.Data)
		packets = append(packets, c)
	}
}

// TestWriter writes packets of several interfaces and reads them again: nothing is
// another.
func TestWriter(t *testing.T) {
	eth := &Interface{Name: "eth0", Link: Ethernet, Snap: 1000, Filter: "tcp port 5432"}
	everything := &Interface{Name: "any", Link: SLL2}
	nothing := &Interface{Link: Raw}
	want := []Packet{
		{Number: 1, Time: 1, Link: Ethernet, Length: 3, Data: []byte("abc"), Interface: eth},
		{Number: 2, Time: 1_700_000_000_123_456_789, Link: SLL2, Length: 2000, Data: []byte("abcd"), Interface: everything, Dropped: 1 << 40},
		{Number: 3, Time: 1_700_000_000_123_456_788, Link: Ethernet, Length: 1, Data: []byte("a"), Interface: eth, Dropped: 1},
		{Number: 4, Time: 2, Link: Raw, Length: 0, Data: []byte{}, Interface: nothing},
		{Number: 5, Time: 3, Link: SLL2, Length: 2 * bufferSize, Data: bytes.Repeat([]byte("x"), 2*bufferSize), Interface: everything},
	}
	var out bytes.Buffer
	w := NewWriter(&out, About{Application: "a test", Comment: "odd length"})
	for i := range want {
		p := want[i]
		if p.Interface == nothing {
			p.Interface = nil
		}
		w.Write(&p)
	}
	w.Secrets([]byte("CLIENT_RANDOM"))
	w.Statistics(eth, Statistics{Received: 7, Dropped: 2, InterfaceDropped: 1}, 5)
	if err := w.Flush(); err != nil || w.Size() != int64(out.Len()) || w.Packets() != int64(len(want)) {
		t.Errorf("%d packets, %d bytes of %d, %v", w.Packets(), w.Size(), out.Len(), err)
	}
	if d := cmp.Diff(want, packetsOf(t, out.Bytes())); d != "" {
		t.Error(d)
	}
}

// TestWriterFails writes where nothing can be written: the error stays.
func TestWriterFails(t *testing.T) {
	r, w := io.Pipe()
	r.Close()
	x := NewWriter(w, About{})
	x.Write(&Packet{Data: make([]byte, 2*bufferSize)})
	for range 2 {
		if err := x.Flush(); !errors.Is(err, io.ErrClosedPipe) {
			t.Error(err)
		}
	}
}
