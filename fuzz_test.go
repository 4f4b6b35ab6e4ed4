package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// FuzzCapture reads anything as a capture: it ends, and what is printed is JSON.
func FuzzCapture(f *testing.F) {
	for _, name := range captures(f) {
		if b, err := os.ReadFile(name); err == nil && len(b) < 4<<10 {
			f.Add(b)
		}
	}
	name := filepath.Join(f.TempDir(), "capture")
	f.Fuzz(func(t *testing.T, b []byte) {
		if err := os.WriteFile(name, b, 0o666); err != nil {
			t.Fatal(err)
		}
		stdout, stderr, status := run(t, "-r", name, "--json", "--why", "--strict", "--jobs", "1")
		for line := range bytes.Lines(stdout) {
			if !json.Valid(line) {
				t.Fatalf("not JSON: %q", line)
			}
		}
		if status == 1 && len(stderr) == 0 || status == 2 {
			t.Fatalf("status %d: %s", status, stderr)
		}
	})
}
