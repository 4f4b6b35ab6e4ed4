package record

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pgwdump/pgwdump/capture"
)

// timesOf returns the times of the packets in a file that was written.
func timesOf(t *testing.T, b []byte) (times []int64) {
	name := filepath.Join(t.TempDir(), "written")
	if err := os.WriteFile(name, b, 0o666); err != nil {
		t.Fatal(err)
	}
	f := capture.OpenFiles(name)
	defer f.Close()
	for {
		p, err := f.Read()
		if err == io.EOF {
			return times
		}
		if err != nil {
			t.Fatal(err)
		}
		times = append(times, p.Time)
	}
}

// TestRotation writes packets at certain times and says which of them are in which
// file then.
func TestRotation(t *testing.T) {
	times := []int64{0, 1, 2, 10, 11, 25, 26, 40} // seconds
	const large = 10_000                          // bytes of each packet
	cases := []struct {
		name     string
		rotation Rotation
		want     map[string][]int64
		full     bool
	}{
		{"one", Rotation{}, map[string][]int64{"one": times}, false},
		{"size", Rotation{Size: large}, map[string][]int64{"size": {0}, "size1": {1}, "size2": {2}, "size3": {10}, "size4": {11}, "size5": {25}, "size6": {26}, "size7": {40}}, false},
		{"pairs", Rotation{Size: large + 1000}, map[string][]int64{"pairs": {0, 1}, "pairs1": {2, 10}, "pairs2": {11, 25}, "pairs3": {26, 40}}, false},
		{"ring", Rotation{Size: large, Files: 3}, map[string][]int64{"ring0": {26}, "ring1": {40}, "ring2": {25}}, false},
		{"wide", Rotation{Size: large + 1000, Files: 11}, map[string][]int64{"wide00": {0, 1}, "wide01": {2, 10}, "wide02": {11, 25}, "wide03": {26, 40}}, false},
		{"time%S", Rotation{Every: 10 * time.Second}, map[string][]int64{"time00": {0, 1, 2}, "time10": {10, 11}, "time25": {25, 26}, "time40": {40}}, false},
		{"same", Rotation{Every: 10 * time.Second}, map[string][]int64{"same": {40}}, false},
		{"two%S", Rotation{Every: 10 * time.Second, Files: 2}, map[string][]int64{"two00": {0, 1, 2}, "two10": {10, 11}}, true},
		{"both%S.", Rotation{Every: 10 * time.Second, Size: large}, map[string][]int64{"both00.": {0}, "both00.1": {1}, "both00.2": {2},
			"both10.": {10}, "both10.1": {11}, "both25.": {25}, "both25.1": {26}, "both40.": {40}}, false},
	}
	time.Local = time.UTC
	for _, c := range cases {
		t.Run(strings.ReplaceAll(c.name, "%", ""), func(t *testing.T) {
			dir := t.TempDir()
			r, err := NewRecorder(filepath.Join(dir, c.name), capture.About{}, c.rotation)
			if err != nil {
				t.Fatal(err)
			}
			ended := 0
			r.Ending = func(*capture.Writer, int64) { ended++ }
			var full bool
			for _, s := range times {
				err := r.Write(&capture.Packet{Time: s * 1e9, Link: capture.Raw, Data: make([]byte, large)})
				if full = err == ErrEnough; full {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			if err := r.Close(); err != nil || full != c.full {
				t.Errorf("enough: %v, %v", full, err)
			}
			got := map[string][]int64{}
			files, _ := filepath.Glob(filepath.Join(dir, "*"))
			for _, f := range files {
				b, _ := os.ReadFile(f)
				for _, at := range timesOf(t, b) {
					got[filepath.Base(f)] = append(got[filepath.Base(f)], at/1e9)
				}
				if info, err := os.Stat(f); err != nil || info.Mode().Perm()&0o077 != 0 {
					t.Errorf("%s can be read by others", f)
				}
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
			if ended < len(files) {
				t.Errorf("%d files were ended, of %d", ended, len(files))
			}
		})
	}
}

// TestStrftime compares with what date(1) prints.
func TestStrftime(t *testing.T) {
	at := time.Date(2026, 1, 5, 15, 4, 9, 0, time.FixedZone("CET", 3600))
	for pattern, want := range map[string]string{
		"plain": "plain", "%Y-%m-%d_%H:%M:%S": "2026-01-05_15:04:09", "%y%j%e": "26005 5", "100%%": "100%",
		"%F %T %R %D": "2026-01-05 15:04:09 15:04 01/05/26", "%s": "1767621849", "%a %A %b %h %B": "Mon Monday Jan Jan January",
		"%I %p %Z %z": "03 PM CET +0100",
	} {
		if got, err := strftime(pattern, at); got != want || err != nil {
			t.Errorf("%s: %q, %v, want %q", pattern, got, err, want)
		}
	}
	for _, pattern := range []string{"%", "a%", "%Q", "%5Y"} {
		if got, err := strftime(pattern, at); err == nil {
			t.Errorf("%s: %q", pattern, got)
		}
	}
}
