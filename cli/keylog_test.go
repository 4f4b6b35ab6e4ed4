package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestGrowingKeyLog looks at a key log again that another program writes to: at once
// when it is asked the first time, seldom after that, and once more at the end.
func TestGrowingKeyLog(t *testing.T) {
	name := filepath.Join(t.TempDir(), "keys")
	out, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	line := func(n byte) string {
		return "CLIENT_RANDOM " + strings.Repeat(string([]byte{'a', n}), 32) + " " + strings.Repeat("0", 96) + "\n"
	}
	var errs bytes.Buffer
	k, err := openKeyLogs(&options{keyLogs: []string{name}, stderr: &errs}, nil, true)
	if err != nil {
		t.Fatal(err)
	}
	defer k.close()
	for i, step := range []struct {
		written string
		more    bool
		known   int
		polled  bool // long enough ago
	}{
		{written: line('1'), more: true, known: 1, polled: true},
		{written: line('2'), more: true, known: 1},
		{written: line('3')[:50], more: true, known: 2, polled: true},
		{written: line('3')[50:], more: true, known: 3, polled: true},
		{written: "broken\n" + line('4'), more: true, known: 4, polled: true},
		{written: strings.TrimSuffix(line('5'), "\n"), more: true, known: 4, polled: true},
	} {
		out.WriteString(step.written)
		if step.polled {
			k.polled = k.polled.Add(-2 * pollInterval)
		} else {
			k.polled = k.polled.Add(100 * pollInterval)
		}
		if more := k.more(); more != step.more || k.Len() != step.known {
			t.Errorf("step %d: more %v, %d sessions known, want %d", i, more, k.Len(), step.known)
		}
		if !step.polled {
			k.polled = k.polled.Add(-100 * pollInterval)
		}
	}
	k.end()
	if k.more() || k.Len() != 5 {
		t.Errorf("at the end: %d sessions known", k.Len())
	}
	if want := "pgwdump: " + name + ": line 4: not a label, a client random and a secret\n"; errs.String() != want {
		t.Errorf("reported: %q", &errs)
	}
}
