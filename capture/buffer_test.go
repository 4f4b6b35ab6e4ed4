package capture

import (
	"encoding/binary"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestBuffers reads files that are many times as large as a Buffer, and holds the last
// packets, as who works on them does: they stay as they are, and few Buffers do for all.
func TestBuffers(t *testing.T) {
	const large = 3 // records that take a Buffer each
	var records []record
	for i := range 3000 {
		data := make([]byte, 1+i*i%3001)
		if i%1000 == 500 {
			data = make([]byte, bufferSize+i) // which is in none
		}
		if i >= 1600 && i < 1600+large {
			data = make([]byte, bufferSize-24) // which in pcapng is in none, but without the ends of its block would be
		}
		for j := range data {
			data[j] = byte(i + j)
		}
		records = append(records, record{Time: int64(i) * 1e9, Link: Raw, Length: len(data), Data: string(data)})
	}
	for name, file := range map[string][]byte{
		"pcap":   writePcap(records, binary.LittleEndian, magicMicroseconds, 1000, 0),
		"pcapng": writePcapng(records, binary.LittleEndian, 6, func(ns int64) uint64 { return uint64(ns / 1000) }),
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			if err := os.WriteFile(path, file, 0o666); err != nil {
				t.Fatal(err)
			}
			for _, most := range []int{0, 1, 300} {
				f := OpenFiles(path)
				defer f.Close()
				var held []Packet
				different := map[*Buffer]bool{}
				release := func(n int) {
					for i := range held[:n] {
						p := &held[i]
						if want := records[p.Number-1].Data; string(p.Data) != want {
							t.Fatalf("packet %d, held with %d others, is another", p.Number, most)
						}
						p.Buffer.Release()
					}
					held = slices.Delete(held, 0, n)
				}
				n, nowhere := 0, 0
				for ; ; n++ {
					p, err := f.Read()
					if err == io.EOF {
						break
					}
					if err != nil {
						t.Fatal(err)
					}
					if string(p.Data) != records[n].Data {
						t.Fatalf("packet %d is another", n+1)
					}
					if p.Buffer == nil {
						nowhere++
						continue
					}
					if different[p.Buffer] = true; most == 0 {
						continue
					}
					p.Buffer.Hold()
					if held = append(held, *p); len(held) > most {
						release(1)
					}
				}
				release(len(held))
				if n != len(records) || nowhere > 10 {
					t.Errorf("%d packets of %d, %d of them in no Buffer", n, len(records), nowhere)
				}
				if limit := 2 + large + most*3001/bufferSize; len(different) > limit+1 {
					t.Errorf("%d Buffers for %d packets that are held", len(different), most)
				}
			}
		})
	}
}
