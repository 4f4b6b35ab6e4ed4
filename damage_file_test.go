package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestDamageFile flips bits anywhere in capture files, leaves out parts of them, puts in
// others, and cuts them anywhere.
func TestDamageFile(t *testing.T) {
	for _, name := range captures(t) {
		file, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if len(file) > 1<<17 && !damageAll() {
			continue
		}
		t.Run(filepath.Base(name), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seedOf(name), 0))
			damaged := filepath.Join(t.TempDir(), "damaged")
			for range len(sample(100, 8)) {
				b := bytes.Clone(file)
				for range 1 + r.IntN(8) {
					b[r.IntN(len(b))] ^= 1 << r.IntN(8)
				}
				if r.IntN(4) == 0 {
					b = b[:r.IntN(len(b))]
				}
				if at := r.IntN(len(b) + 1); r.IntN(3) == 0 {
					b = slices.Delete(b, at, min(at+r.IntN(200), len(b)))
				}
				if at := r.IntN(len(b) + 1); r.IntN(3) == 0 {
					garbage := make([]byte, r.IntN(200))
					for i := range garbage {
						garbage[i] = byte(r.Uint32() >> r.IntN(8)) // small numbers more often
					}
					b = slices.Insert(b, at, garbage...)
				}
				os.WriteFile(damaged, b, 0o666)
				stdout, stderr, status := run(t, "-r", damaged, "--json")
				for line := range bytes.Lines(stdout) {
					if !json.Valid(line) {
						t.Fatalf("not JSON: %q", line)
					}
				}
				if status != 0 && len(stderr) == 0 || strings.Contains(string(stderr), "goroutine") {
					t.Fatalf("status %d: %s", status, stderr)
				}
			}
		})
	}
}

// TestDamageFileCut cuts capture files anywhere behind their first packets: what is shown is
// what the whole file shows there, and that it ends in the middle of something is said.
func TestDamageFileCut(t *testing.T) {
	for _, name := range whole(t) {
		file, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if ending := filepath.Ext(name); ending != ".pcap" && ending != ".pcapng" {
			continue // compressed
		}
		t.Run(filepath.Base(name), func(t *testing.T) {
			clean, ends := lookAt(t, file), recordEnds(file)
			for _, at := range sample(len(file)/2, 8) {
				got := lookAt(t, file[:len(file)-1-at])
				if m := got.invented(clean, true); m != "" {
					t.Fatalf("without the last %d bytes: invented: %s", at+1, m)
				}
				if got.status != 3 && !ends[len(file)-1-at] {
					t.Fatalf("without the last %d bytes: nobody said so", at+1)
				}
			}
		})
	}
}

// recordEnds returns where the records of a pcap file end, or the blocks of a pcapng file.
func recordEnds(file []byte) map[int]bool {
	at, head, size := 24, 16, 8 // of a pcap file, of a record, and where in that is its size
	if bytes.HasPrefix(file, []byte("\x0a\x0d\x0d\x0a")) {
		at, head, size = 0, 0, 4
	}
	ends := map[int]bool{}
	for at < len(file) {
		at += head + int(binary.LittleEndian.Uint32(file[at+size:]))
		ends[at] = true
	}
	return ends
}
