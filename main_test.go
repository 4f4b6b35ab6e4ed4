package main

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/pgwdump/pgwdump/cli"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"pgwdump": main})
}

// TestScripts runs the program as a user does.
func TestScripts(t *testing.T) {
	pcaps, err := filepath.Abs("testdata/pcaps")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Setenv("PCAPS", pcaps)
			e.Setenv("TZ", "UTC")
			// A capture with a link type that nobody can read here: 802.11.
			wifi := append([]byte("\xd4\xc3\xb2\xa1\x02\x00\x04\x00"), make([]byte, 16)...)
			wifi[20] = 105
			return os.WriteFile(filepath.Join(e.WorkDir, "wifi.pcap"), wifi, 0o666)
		},
	})
}

// captures returns the captures in testdata/pcaps.
func captures(t testing.TB) []string {
	files, err := filepath.Glob("testdata/pcaps/*.pcap*")
	if err != nil || len(files) == 0 {
		t.Fatalf("no captures: %v", err)
	}
	return files
}

// run runs pgwdump and returns what it writes.
func run(t testing.TB, args ...string) (stdout, stderr []byte, status int) {
	time.Local = time.UTC
	var out, errs bytes.Buffer
	status = cli.Main(append(args, "--color=never"), &out, &errs)
	return out.Bytes(), errs.Bytes(), status
}

// goldenStyles are the outputs that are kept of every capture, and those that are
// kept of some.
var goldenStyles = []struct {
	ending string
	args   []string
	of     []string // all, if none
}{
	{"txt", nil, nil},
	{"jsonl", []string{"--json"}, nil},
	{"v.txt", []string{"-v"}, []string{"extended-binary.pcap", "simple-errors.pcap", "replication-test-decoding.pcap"}},
	{"x.txt", []string{"-x"}, []string{"auth-scram.pcap", "extended-binary.pcap", "copy-extended.pcap", "packets-lost.pcap.zst"}},
	{"q.txt", []string{"-q"}, []string{"client-pgx.pcap"}},
}

// TestGolden compares what is printed of each capture with the files beside it.
func TestGolden(t *testing.T) {
	for _, capture := range captures(t) {
		for _, style := range goldenStyles {
			if style.of != nil && !strings.Contains(strings.Join(style.of, " "), filepath.Base(capture)) {
				continue
			}
			name := capture[:strings.Index(capture, ".pcap")] + "." + style.ending
			t.Run(filepath.Base(name), func(t *testing.T) {
				got, errs, status := run(t, append([]string{"-r", capture}, style.args...)...)
				if status != 0 {
					t.Fatalf("status %d: %s", status, errs)
				}
				again, _, _ := run(t, append([]string{"-r", capture}, style.args...)...)
				if !bytes.Equal(got, again) {
					t.Error("the output is another each time")
				}
				if len(got) > 1<<18 { // too much to keep: 3 MB rows
					got = fmt.Appendf(nil, "%d bytes, SHA-256 %x\n", len(got), sha256.Sum256(got))
				}
				golden(t, name, got)
			})
		}
	}
}

// golden compares with a golden file, or writes it.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, got, 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), string(got)); d != "" {
		t.Errorf("%s (-want +got; go test . -update rewrites it):\n%s", name, d)
	}
}

// TestSchema holds every line of JSON against the schema in docs.
func TestSchema(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile("docs/json.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, capture := range captures(t) {
		for _, args := range [][]string{nil, {"--show-secrets"}} {
			out, _, _ := run(t, append([]string{"--json", "-r", capture}, args...)...)
			lines := bufio.NewScanner(bytes.NewReader(out))
			lines.Buffer(nil, 1<<26)
			for lines.Scan() {
				line, err := jsonschema.UnmarshalJSON(bytes.NewReader(lines.Bytes()))
				if err == nil {
					err = schema.Validate(line)
				}
				if err != nil {
					t.Fatalf("%s: %v\n%.1000s", capture, err, lines.Bytes())
				}
			}
		}
	}
}
