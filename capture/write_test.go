package capture

import (
	"bytes"
	"errors"
	"fmt"
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
		c.Data, c.Buffer = bytes.Clone(p.Data), nil
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

// TestUntold counts packets that were lost, as statistics say and no packet does: in files
// that one capture has rotated, and in those of others.
func TestUntold(t *testing.T) {
	eth := &Interface{Name: "eth0", Link: Ethernet}
	other := &Interface{Name: "eth1", Link: Ethernet}
	file := func(about *Interface, told int64, s ...Statistics) string {
		var out bytes.Buffer
		w := NewWriter(&out, About{})
		w.Write(&Packet{Time: 1, Link: Ethernet, Data: []byte("abc"), Length: 3, Interface: about, Dropped: told})
		for i := range s {
			w.Statistics(about, s[i], 5)
		}
		w.Flush()
		name := filepath.Join(t.TempDir(), "written")
		if err := os.WriteFile(name, out.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
		return name
	}
	first := file(eth, 2, Statistics{Dropped: 3, InterfaceDropped: 1})
	second := file(eth, 1, Statistics{Dropped: 4, InterfaceDropped: 1}, Statistics{Dropped: 4, InterfaceDropped: 2})
	for _, c := range []struct {
		files []string
		want  int64
	}{
		{[]string{first}, 2},
		{[]string{first, second}, 3},
		{[]string{first, file(other, 0, Statistics{Dropped: 10})}, 12},
		{[]string{file(eth, 7, Statistics{Dropped: 3})}, 0},
		{[]string{file(eth, 0, Statistics{Dropped: -1, InterfaceDropped: 1})}, 1},
		{[]string{file(eth, 1)}, 0},
	} {
		f := OpenFiles(c.files...)
		for {
			if _, err := f.Read(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatal(err)
			}
		}
		if got := f.Untold(); got != c.want {
			t.Errorf("%d files: %d, not %d", len(c.files), got, c.want)
		}
		f.Close()
		if got, lost := lossOf(t, c.files, nil), lossOf(t, c.files, func(*Packet) bool { return true }); got != lost {
			t.Errorf("%d files: %d are lost, %d by the copy", len(c.files), lost, got)
		}
		if got, lost := lossOf(t, c.files, nil), lossOf(t, c.files, func(*Packet) bool { return false }); got != lost {
			t.Errorf("%d files: %d are lost, %d by a copy without packets", len(c.files), lost, got)
		}
	}
}

// lossOf returns how many packets were lost according to files, or to a copy of their packets
// that are wanted.
func lossOf(t *testing.T, files []string, wanted func(*Packet) bool) (lost int64) {
	f := OpenFiles(files...)
	defer f.Close()
	var out bytes.Buffer
	w := NewWriter(&out, About{})
	for {
		p, err := f.Read()
		if err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		lost += p.Dropped
		if wanted != nil && wanted(p) {
			w.Write(p)
		}
	}
	if wanted == nil {
		return lost + f.Untold()
	}
	for about, s := range f.Lost() {
		w.Statistics(about, s, 1)
	}
	w.Flush()
	name := filepath.Join(t.TempDir(), "copy")
	if err := os.WriteFile(name, out.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	return lossOf(t, []string{name}, nil)
}

// TestLossOfMany counts what was lost on more interfaces than are counted by themselves.
func TestLossOfMany(t *testing.T) {
	l, lost := losses{}, int64(0)
	for i := range 2 * maxLossy {
		l.of(&Interface{Name: fmt.Sprint(i)}).told++
	}
	for _, c := range l {
		lost += c.told
	}
	if len(l) != maxLossy+1 || lost != 2*maxLossy {
		t.Errorf("%d losses of %d interfaces", lost, len(l))
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
