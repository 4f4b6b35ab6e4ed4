package capture

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	"github.com/ulikunitz/xz"
)

// record is what a test compares of a packet.
type record struct {
	Time   int64
	Link   LinkType
	Length int
	Data   string
}

// readAll reads files to their end.
func readAll(names ...string) (records []record, errs []error) {
	f := OpenFiles(names...)
	defer f.Close()
	for number := 1; ; {
		p, err := f.Read()
		switch {
		case err == io.EOF:
			return records, errs
		case err != nil:
			errs = append(errs, err)
			continue
		case p.Number != number:
			errs = append(errs, errors.New("the numbers are not 1, 2, 3"))
		}
		number++
		records = append(records, record{p.Time, p.Link, p.Length, string(p.Data)})
	}
}

const sample = "../testdata/pcaps/simple-select.pcap"

// sampleRecords are the packets of a capture from testdata.
func sampleRecords(t testing.TB) []record {
	records, errs := readAll(sample)
	if len(errs) > 0 || len(records) < 10 {
		t.Fatalf("%d records, %v", len(records), errs)
	}
	return records
}

// writePcap writes packets in one of the flavours of the classic format.
func writePcap(records []record, order binary.ByteOrder, magic uint32, unit int64, extra int) []byte {
	b := make([]byte, 24)
	order.PutUint32(b, magic)
	order.PutUint16(b[4:], 2)
	order.PutUint16(b[6:], 4)
	order.PutUint32(b[16:], 262144)
	order.PutUint32(b[20:], uint32(records[0].Link))
	for _, r := range records {
		h := make([]byte, 16+extra)
		order.PutUint32(h, uint32(r.Time/1e9))
		order.PutUint32(h[4:], uint32(r.Time%1e9/unit))
		order.PutUint32(h[8:], uint32(len(r.Data)))
		order.PutUint32(h[12:], uint32(r.Length))
		b = append(append(b, h...), r.Data...)
	}
	return b
}

// block appends a pcapng block.
func block(b []byte, order binary.ByteOrder, kind uint32, body []byte) []byte {
	body = append(body, make([]byte, -len(body)&3)...)
	h := make([]byte, 8)
	order.PutUint32(h, kind)
	order.PutUint32(h[4:], uint32(12+len(body)))
	return append(append(append(b, h...), body...), h[4:]...)
}

// writePcapng writes packets with a clock of the given resolution, that of
// if_tsresol, over two sections and two interfaces, with blocks in between that
// nobody knows.
func writePcapng(records []record, order binary.ByteOrder, resolution byte, ticks func(ns int64) uint64) (b []byte) {
	for half := range 2 {
		section := make([]byte, 16)
		order.PutUint32(section, byteOrderMagic)
		order.PutUint16(section[4:], 1)
		binary.BigEndian.PutUint64(section[8:], ^uint64(0))
		b = block(b, order, 0x0a0d0d0a, section)
		for range 2 {
			i := make([]byte, 8)
			order.PutUint16(i, uint16(records[0].Link))
			option := make([]byte, 8)
			order.PutUint16(option, 9)
			order.PutUint16(option[2:], 1)
			option[4] = resolution
			b = block(b, order, blockInterface, append(append(i, option...), 0, 0, 0, 0))
		}
		b = block(b, order, 0x0bad, []byte("nobody knows this"))
		middle := len(records) / 2
		part := records[:middle]
		if half == 1 {
			part = records[middle:]
		}
		for i, r := range part {
			p := make([]byte, 20)
			order.PutUint32(p, uint32(i%2))
			order.PutUint32(p[4:], uint32(ticks(r.Time)>>32))
			order.PutUint32(p[8:], uint32(ticks(r.Time)))
			order.PutUint32(p[12:], uint32(len(r.Data)))
			order.PutUint32(p[16:], uint32(r.Length))
			b = block(b, order, blockEnhanced, append(p, r.Data...))
		}
	}
	return b
}

func compressed(t *testing.T, b []byte, open func(io.Writer) (io.WriteCloser, error)) []byte {
	var out bytes.Buffer
	w, err := open(&out)
	if err != nil {
		t.Fatal(err)
	}
	w.Write(b)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestFlavours writes the same packets in every format, and reads them back.
func TestFlavours(t *testing.T) {
	want := sampleRecords(t)
	usec := func(ns int64) uint64 { return uint64(ns / 1000) }
	plain := writePcap(want, binary.LittleEndian, magicMicroseconds, 1000, 0)
	gz := func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil }
	files := map[string][]byte{
		"little":      plain,
		"big":         writePcap(want, binary.BigEndian, magicMicroseconds, 1000, 0),
		"nano":        writePcap(want, binary.LittleEndian, magicNanoseconds, 1, 0),
		"nano-big":    writePcap(want, binary.BigEndian, magicNanoseconds, 1, 0),
		"modified":    writePcap(want, binary.LittleEndian, magicModified, 1000, 8),
		"ng":          writePcapng(want, binary.LittleEndian, 6, usec),
		"ng-big":      writePcapng(want, binary.BigEndian, 6, usec),
		"ng-nano":     writePcapng(want, binary.LittleEndian, 9, func(ns int64) uint64 { return uint64(ns) }),
		"gzip":        compressed(t, plain, gz),
		"two-members": append(compressed(t, plain[:1000], gz), compressed(t, plain[1000:], gz)...),
		"zstd":        compressed(t, plain, func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w) }),
		"lz4":         compressed(t, plain, func(w io.Writer) (io.WriteCloser, error) { return lz4.NewWriter(w), nil }),
		"xz":          compressed(t, plain, func(w io.Writer) (io.WriteCloser, error) { return xz.NewWriter(w) }),
	}
	for name, b := range files {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), name)
			if err := os.WriteFile(file, b, 0o666); err != nil {
				t.Fatal(err)
			}
			got, errs := readAll(file)
			if len(errs) > 0 {
				t.Error(errs)
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

// TestResolutions reads clocks of every resolution.
func TestResolutions(t *testing.T) {
	const second = 1_700_000_000
	for resolution, ticks := range map[byte]uint64{
		0: second, 3: second*1e3 + 250, 6: second*1e6 + 250_000, 9: second*1e9 + 250_000_000,
		0x80: second, 0x80 | 1: second * 2, 0x80 | 20: second<<20 | 1<<18,
	} {
		i := networkInterface{base: resolution}
		want := int64(second * 1e9)
		if resolution != 0 && resolution != 0x80 && resolution != 0x81 {
			want += 250_000_000
		}
		if got := i.nanoseconds(ticks); got != want {
			t.Errorf("resolution %#x: %d, want %d", resolution, got, want)
		}
		i.seconds = -10
		if got := i.nanoseconds(ticks); got != want-10e9 {
			t.Errorf("resolution %#x with an offset: %d", resolution, got)
		}
	}
}

// TestCut cuts a file at every byte: what is before is read, and the rest is said
// to be missing.
func TestCut(t *testing.T) {
	all := sampleRecords(t)
	whole := writePcap(all, binary.LittleEndian, magicMicroseconds, 1000, 0)
	ends := map[int]bool{24: true}
	for i := range all {
		ends[len(writePcap(all[:i+1], binary.LittleEndian, magicMicroseconds, 1000, 0))] = true
	}
	name := filepath.Join(t.TempDir(), "cut.pcap")
	for n := range whole {
		os.WriteFile(name, whole[:n], 0o666)
		got, errs := readAll(name)
		for i := range got {
			if got[i] != all[i] {
				t.Fatalf("cut at %d: packet %d is another", n, i+1)
			}
		}
		want := ErrCut
		switch {
		case n == 0:
			want = ErrEmpty
		case n < 4:
			want = ErrFormat
		}
		if ends[n] && len(errs) > 0 || !ends[n] && (len(errs) != 1 || !errors.Is(errs[0], want)) {
			t.Fatalf("cut at %d: %v, want %v", n, errs, want)
		}
	}
}

// TestMerge deals the packets of a capture to several files, and reads them as one.
func TestMerge(t *testing.T) {
	want := sampleRecords(t)
	dir := t.TempDir()
	parts := make([][]record, 3)
	for i, r := range want {
		parts[i%3] = append(parts[i%3], r)
	}
	var names []string
	for i, p := range parts {
		name := filepath.Join(dir, string(rune('c'-i)))
		os.WriteFile(name, writePcap(p, binary.BigEndian, magicMicroseconds, 1000, 0), 0o666)
		names = append(names, name)
	}
	got, errs := readAll(append(names, "/nowhere")...)
	if len(errs) != 1 || !errors.Is(errs[0], os.ErrNotExist) {
		t.Errorf("errors: %v", errs)
	}
	if len(got) != len(want) {
		t.Fatalf("%d packets, want %d", len(got), len(want))
	}
	for i := 1; i < len(got); i++ {
		if got[i].Time < got[i-1].Time {
			t.Errorf("packet %d is earlier than the one before", i+1)
		}
	}
}

// FuzzFile reads anything as a file: it must end, and take no memory that the file
// only claims.
func FuzzFile(f *testing.F) {
	records := sampleRecords(f)[:3]
	f.Add(writePcap(records, binary.LittleEndian, magicMicroseconds, 1000, 0))
	f.Add(writePcapng(records, binary.BigEndian, 6, func(ns int64) uint64 { return uint64(ns / 1000) }))
	f.Fuzz(func(t *testing.T, b []byte) {
		file := &file{name: "fuzz", read: new(atomic.Int64)}
		defer file.close()
		if err := file.begin(bytes.NewReader(b)); err != nil {
			if file.fail(err).Error() == "" {
				t.Fatal("an error that says nothing")
			}
			return
		}
		var x Parser
		var p Packet
		var s Segment
		for range len(b) + 2 {
			if err := file.next(&p); goesOn(err) {
				continue
			} else if err != nil {
				return
			}
			if x.Parse(&p, &s) && (len(s.Payload) > len(p.Data) || s.Cut < 0) {
				t.Fatal("more payload than packet")
			}
		}
		t.Fatal("the file does not end")
	})
}

// BenchmarkRead measures packets read and parsed.
func BenchmarkRead(b *testing.B) {
	records := sampleRecords(b)
	var many []record
	for range 1000 {
		many = append(many, records...)
	}
	file := writePcap(many, binary.LittleEndian, magicMicroseconds, 1000, 0)
	name := filepath.Join(b.TempDir(), "file")
	os.WriteFile(name, file, 0o666)
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	var x Parser
	var segment Segment
	for b.Loop() {
		f := OpenFiles(name)
		for {
			p, err := f.Read()
			if err != nil {
				break
			}
			x.Parse(p, &segment)
		}
		f.Close()
	}
}

// TestGarbage puts bytes that are no block between those of a pcapng file: reading
// goes on behind them, and they are told of. A pcap file ends there.
func TestGarbage(t *testing.T) {
	all := sampleRecords(t)
	usec := func(ns int64) uint64 { return uint64(ns / 1000) }
	whole := writePcapng(all, binary.LittleEndian, 6, usec)
	var ends []int // of the blocks
	for at := 0; at < len(whole); ends = append(ends, at) {
		at += int(binary.LittleEndian.Uint32(whole[at+4:]))
	}
	r := rand.New(rand.NewPCG(1, 2))
	name := filepath.Join(t.TempDir(), "garbage")
	for _, at := range ends[3 : len(ends)-1] { // behind the interfaces, and before a block
		for _, n := range []int{1, 2, 3, 4, 15, 16, 100, 5000} {
			garbage := make([]byte, n)
			for i := range garbage {
				garbage[i] = byte(r.IntN(256))
			}
			os.WriteFile(name, slices.Concat(whole[:at], garbage, whole[at:]), 0o666)
			got, errs := readAll(name)
			e := new(FileError)
			if len(errs) != 1 || !errors.As(errs[0], &e) || e.Err != ErrSkipped || !strings.Contains(e.Detail, fmt.Sprintf("; %d bytes were passed over", n)) {
				t.Fatalf("%d bytes at %d: %v", n, at, errs)
			}
			if d := cmp.Diff(all, got); d != "" {
				t.Fatalf("%d bytes at %d: %s", n, at, d)
			}
		}
	}
	// Each byte of a block overwritten costs that block at the most.
	for i := ends[6]; i < ends[7]; i++ {
		b := slices.Clone(whole)
		b[i] ^= 0xff
		os.WriteFile(name, b, 0o666)
		if got, _ := readAll(name); len(got) < len(all)-1 {
			t.Fatalf("with byte %d changed there are %d packets of %d", i, len(got), len(all))
		}
	}
	plain := writePcap(all, binary.LittleEndian, magicMicroseconds, 1000, 0)
	half := writePcap(all[:5], binary.LittleEndian, magicMicroseconds, 1000, 0)
	os.WriteFile(name, slices.Concat(half, bytes.Repeat([]byte{0xff}, 100), plain[len(half):]), 0o666)
	got, errs := readAll(name)
	if len(got) != 5 || len(errs) != 1 || !errors.Is(errs[0], ErrCorrupt) || !strings.Contains(errs[0].Error(), fmt.Sprintf("at byte %d, after packet 5", len(half))) {
		t.Errorf("%d packets, %v", len(got), errs)
	}
}

// TestConcatenated reads files of all formats, one behind the other in one file.
func TestConcatenated(t *testing.T) {
	all := sampleRecords(t)
	usec := func(ns int64) uint64 { return uint64(ns / 1000) }
	parts := [][]byte{
		writePcap(all, binary.LittleEndian, magicMicroseconds, 1000, 0),
		writePcap(all, binary.BigEndian, magicNanoseconds, 1, 0),
		writePcapng(all, binary.LittleEndian, 6, usec),
		writePcapng(all, binary.BigEndian, 6, usec),
		writePcap(all, binary.LittleEndian, magicModified, 1000, 8),
	}
	name := filepath.Join(t.TempDir(), "several")
	for i := range parts {
		for j := range parts {
			os.WriteFile(name, slices.Concat(parts[i], parts[j]), 0o666)
			got, errs := readAll(name)
			if d := cmp.Diff(slices.Concat(all, all), got); d != "" || len(errs) > 0 {
				t.Fatalf("%d and %d: %v\n%s", i, j, errs, d)
			}
		}
	}
}

// TestUnknownInterface reads a file in which one interface of two cannot be read.
func TestUnknownInterface(t *testing.T) {
	all := sampleRecords(t)
	b := writePcapng(all, binary.LittleEndian, 6, func(ns int64) uint64 { return uint64(ns / 1000) })
	first := int(binary.LittleEndian.Uint32(b[4:]))
	b[first+8] = 105 // the link type of the first interface of the first section: 802.11
	name := filepath.Join(t.TempDir(), "wifi")
	os.WriteFile(name, b, 0o666)
	got, errs := readAll(name)
	if len(got) != len(all) || len(errs) != 1 || !errors.Is(errs[0], ErrInterface) || !strings.Contains(errs[0].Error(), "interface 0, LINKTYPE 105") {
		t.Errorf("%d packets of %d, %v", len(got), len(all), errs)
	}
}

// TestDictionary refuses to take the memory that a compressed file asks for.
func TestDictionary(t *testing.T) {
	b := compressed(t, writePcap(sampleRecords(t), binary.LittleEndian, magicMicroseconds, 1000, 0),
		func(w io.Writer) (io.WriteCloser, error) { return xz.NewWriter(w) })
	at := bytes.Index(b[12:], []byte{0x21, 1}) + 12 + 2
	b[at] = 40 // 4 GiB
	name := filepath.Join(t.TempDir(), "large.xz")
	os.WriteFile(name, b, 0o666)
	if got, errs := readAll(name); len(got) > 0 || len(errs) != 1 || !strings.Contains(errs[0].Error(), "more memory than 128 MB") {
		t.Errorf("%d packets, %v", len(got), errs)
	}
}
