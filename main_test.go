package main

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
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
			// A capture with a link type that nobody can read here, 802.11, and two
			// packets of raw IP with nothing in them.
			err := os.WriteFile(filepath.Join(e.WorkDir, "wifi.pcap"), captureOf(105, 0), 0o666)
			err = errors.Join(err, os.WriteFile(filepath.Join(e.WorkDir, "raw.pcap"), captureOf(101, 2), 0o666))
			err = errors.Join(err, os.WriteFile(filepath.Join(e.WorkDir, "misshapen.pcap"), misshapen(t), 0o666))
			return errors.Join(err, os.WriteFile(filepath.Join(e.WorkDir, "contradicted.pcap"), contradicted(t), 0o666))
		},
	})
}

// captureOf returns a capture with empty packets of a link type.
func captureOf(link byte, packets int) []byte {
	c := append([]byte("\xd4\xc3\xb2\xa1\x02\x00\x04\x00"), make([]byte, 16+16*packets)...)
	c[20] = link
	return c
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
	{"jsonl", []string{"--json", "-q"}, nil}, // the summary would change all with each new count
	{"queries.txt", []string{"queries"}, nil},
	{"queries.jsonl", []string{"queries", "--json", "-q"}, nil},
	{"queries.v.txt", []string{"queries", "-v"}, []string{"simple-errors.pcap", "client-asyncpg.pcap", "copy-in-text.pcap"}},
	{"top.txt", []string{"queries", "--top", "5"}, []string{"simple-errors.pcap", "pgbench-interleaved.pcap.gz", "extended-batch-jdbc.pcap", "function-call.pcap"}},
	{"top.jsonl", []string{"queries", "--top", "5", "--json", "-q"}, []string{"simple-errors.pcap", "function-call.pcap"}},
	{"rows.txt", []string{"--copy-rows", "-q"}, []string{"copy-in-text.pcap", "copy-in-csv.pcap", "copy-in-binary.pcap", "copy-out-csv.pcapng", "copy-in-error.pcap"}},
	{"rows.jsonl", []string{"queries", "--copy-rows", "--json", "-q"}, []string{"copy-in-csv.pcap", "copy-out-csv.pcapng"}},
	{"sessions.txt", []string{"sessions", "-v"}, nil},
	{"sessions.jsonl", []string{"sessions", "--json", "-q"}, nil},
	{"v.txt", []string{"-v"}, []string{"extended-binary.pcap", "simple-errors.pcap", "replication-test-decoding.pcap"}},
	{"x.txt", []string{"-x"}, []string{"auth-scram.pcap", "extended-binary.pcap", "copy-extended.pcap", "packets-lost.pcap.zst"}},
	{"q.txt", []string{"-q"}, []string{"client-pgx.pcap"}},
}

// TestGolden compares what is printed of each capture with the files beside it.
func TestGolden(t *testing.T) {
	for _, capture := range captures(t) {
		if strings.HasPrefix(filepath.Base(capture), "suite-1") {
			continue // they say the same; TestSuites holds them to that
		}
		for _, style := range goldenStyles {
			if style.of != nil && !strings.Contains(strings.Join(style.of, " "), filepath.Base(capture)) {
				continue
			}
			style.args = append(slices.Clip(style.args), keysOf(capture)...)
			name := capture[:strings.Index(capture, ".pcap")] + "." + style.ending
			t.Run(filepath.Base(name), func(t *testing.T) {
				args := append(style.args, "-r", capture)
				got, errs, status := run(t, append(args, "--jobs", "3")...)
				if status != 0 {
					t.Fatalf("status %d: %s", status, errs)
				}
				alone, _, _ := run(t, append(args, "--jobs", "1")...)
				if !bytes.Equal(got, alone) {
					t.Error("the output of one goroutine is another than that of several")
				}
				if len(got) > 1<<18 { // too much to keep: 3 MB rows
					got = fmt.Appendf(nil, "%d bytes, SHA-256 %x\n", len(got), sha256.Sum256(got))
				}
				golden(t, name, got)
			})
		}
	}
}

// keysOf returns the arguments by which a capture is decrypted that has a key log
// beside it.
func keysOf(capture string) []string {
	keys := capture[:strings.Index(capture, ".pcap")] + ".keys"
	if _, err := os.Stat(keys); err != nil {
		return nil
	}
	return []string{"--keylog", keys}
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

// TestPipe feeds a capture through a pipe: what has arrived is printed while the
// pipe is still open.
func TestPipe(t *testing.T) {
	bin := build(t)
	capture, err := os.ReadFile("testdata/pcaps/simple-select.pcap")
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(bin, "-r", "-", "--json")
	in, _ := c.StdinPipe()
	out, _ := c.StdoutPipe()
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	// The file header, and packets up to the answer to the query, of which the
	// last bytes are still to come.
	at := 24
	for range 9 {
		at += 16 + int(binary.LittleEndian.Uint32(capture[at+8:]))
	}
	in.Write(capture[:at+20])
	for lines.Scan() && !strings.Contains(lines.Text(), `"CommandComplete"`) {
	}
	if !strings.Contains(lines.Text(), `"frame":9,`) {
		t.Errorf("the line is %s", lines.Text())
	}
	in.Write(capture[at+20:])
	in.Close()
	for lines.Scan() {
	}
	if err := c.Wait(); err != nil {
		t.Error(err)
	}
}

// build makes the program, and returns its path.
func build(t *testing.T) string {
	bin := filepath.Join(t.TempDir(), "pgwdump")
	if out, err := exec.Command("go", "build", "-o", bin, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return bin
}

// TestDocs runs every command that the documentation shows: in a block marked
// console, a line that begins with $ is one, and what follows is what it prints. Those
// that need jq are left as they are where that is not installed. They run in a folder of
// their own that has the captures, and leave nothing there or elsewhere.
func TestDocs(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the commands are for a POSIX shell")
	}
	t.Setenv("PATH", filepath.Dir(build(t))+string(os.PathListSeparator)+os.Getenv("PATH"))
	t.Setenv("TZ", "UTC")
	dir, here := t.TempDir(), "testdata"
	if abs, err := filepath.Abs(here); err != nil || os.Symlink(abs, filepath.Join(dir, here)) != nil {
		t.Fatal("no folder for the commands")
	}
	_, noJq := exec.LookPath("jq")
	block := regexp.MustCompile("(?s)```console\n(.*?)```\n")
	files, _ := filepath.Glob("docs/*.md")
	for _, name := range append(files, "README.md") {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		got := block.ReplaceAllFunc(text, func(b []byte) []byte {
			ran := []byte("```console\n")
			for line := range bytes.Lines(b) {
				if command, ok := bytes.CutPrefix(line, []byte("$ ")); ok {
					if noJq != nil && bytes.Contains(command, []byte("| jq ")) {
						return b
					}
					c := exec.Command("sh", "-c", string(command))
					c.Dir = dir
					out, err := c.Output()
					if err != nil {
						t.Errorf("%s: %s: %v", name, command, err)
					}
					if left, _ := os.ReadDir(dir); len(left) > 1 || bytes.Contains(command, []byte("/tmp")) {
						t.Errorf("%s: %s: leaves something behind, or goes where others do", name, command)
					}
					ran = append(append(ran, line...), out...)
				}
			}
			return append(ran, "```\n"...)
		})
		golden(t, name, got)
	}
}

// TestSnippets holds the Go code in the documentation against the examples, which are
// compiled and run: what is shown is in one of them.
func TestSnippets(t *testing.T) {
	indentation := regexp.MustCompile(`(?m)^\t+`)
	flat := func(b []byte) string { return indentation.ReplaceAllString(string(b), "") }
	var examples []string
	for _, pattern := range []string{"*/example_test.go", "examples/*/*.go"} {
		files, _ := filepath.Glob(pattern)
		for _, name := range files {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			examples = append(examples, flat(text))
		}
	}
	block := regexp.MustCompile("(?s)```go\n(.*?)```\n")
	docs, _ := filepath.Glob("docs/*.md")
	snippets := 0
	for _, name := range append(docs, "README.md") {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, snippet := range block.FindAllSubmatch(text, -1) {
			snippets++
			if !slices.ContainsFunc(examples, func(e string) bool { return strings.Contains(e, flat(snippet[1])) }) {
				t.Errorf("%s: no example has\n%s", name, snippet[1])
			}
		}
	}
	if snippets == 0 {
		t.Error("there are no snippets")
	}
}

// TestSchema holds every line of JSON against the schema in docs.
func TestSchema(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile("docs/json.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	conflict := filepath.Join(t.TempDir(), "contradicted.pcap")
	if err := os.WriteFile(conflict, contradicted(t), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, capture := range append(captures(t), conflict) {
		for _, args := range [][]string{nil, {"--show-secrets"}, keysOf(capture), {"queries", "--context", "1", "--errors"}, {"queries", "--top", "2"}, {"--copy-rows"}, {"--max-held", "1"}, {"queries", "--max-held", "1000"}, {"sessions", "--max-held", "1"}, append([]string{"queries"}, keysOf(capture)...), append([]string{"sessions"}, keysOf(capture)...)} {
			out, _, _ := run(t, append(args, "--json", "-r", capture)...)
			lines := bufio.NewScanner(bytes.NewReader(out))
			lines.Buffer(nil, 1<<26)
			for lines.Scan() {
				if key := repeatedKey(lines.Bytes()); key != "" {
					t.Errorf("%s: the key %q twice: %.1000s", capture, key, lines.Bytes())
				}
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

// repeatedKey returns a key that an object in a JSON text has twice.
func repeatedKey(text []byte) string {
	d := json.NewDecoder(bytes.NewReader(text))
	type level struct {
		keys  map[string]bool // nil in an array
		value bool            // a value comes next, not a key
	}
	var levels []level
	for {
		token, err := d.Token()
		if err != nil {
			return ""
		}
		top := len(levels) - 1
		if key, ok := token.(string); ok && top >= 0 && levels[top].keys != nil && !levels[top].value {
			if levels[top].keys[key] {
				return key
			}
			levels[top].keys[key], levels[top].value = true, true
			continue
		}
		if top >= 0 {
			levels[top].value = false
		}
		switch token {
		case json.Delim('{'):
			levels = append(levels, level{keys: map[string]bool{}})
		case json.Delim('['):
			levels = append(levels, level{})
		case json.Delim('}'), json.Delim(']'):
			levels = levels[:top]
		}
	}
}

// TestImports holds the arrows between the packages: who may import whom of ours,
// and that some import nobody else.
func TestImports(t *testing.T) {
	may := map[string]string{
		"capture":   "",
		"copydata":  "",
		"message":   "",
		"value":     "value/charset",
		"filter":    "",
		"tlskeys":   "reassembly",
		"sql":       "copydata",
		"privilege": "",

		"message/generate":    "",
		"message/messagetest": "message",
		"phase/phasetest":     "message",
		"value/charset":       "",

		"decrypted":  "capture message reassembly session",
		"connection": "message decode phase",
		"decode":     "message",
		"phase":      "message",
		"reassembly": "capture",
		"session":    "reassembly decode phase message tlskeys capture sql value value/charset copydata",
		"render":     "session message value decode phase tlskeys reassembly",
		"record":     "capture session",
		"pipeline":   "capture reassembly session",
		"cli":        "capture pipeline tlskeys session render privilege filter decrypted value record",
	}
	alone := map[string]bool{"message": true, "decode": true, "phase": true, "connection": true}
	const module = "github.com/pgwdump/pgwdump/"
	out, err := exec.Command("go", "list", "-f", "{{.ImportPath}} {{join .Imports \" \"}}", "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		path, imports, _ := strings.Cut(strings.TrimSpace(line), " ")
		name, ours := strings.CutPrefix(path, module)
		allowed, known := may[name]
		if !ours || strings.HasPrefix(name, "docs/") || strings.HasPrefix(name, "examples/") || strings.HasPrefix(name, "packaging") {
			continue
		}
		if !known {
			t.Errorf("%s has no place in the list of packages", name)
		}
		for _, i := range strings.Fields(imports) {
			other, ours := strings.CutPrefix(i, module)
			switch {
			case ours && !slices.Contains(strings.Fields(allowed), other):
				t.Errorf("%s may not import %s", name, other)
			case !ours && alone[name] && strings.Contains(i, "."):
				t.Errorf("%s may import the standard library only, not %s", name, i)
			case strings.Contains(i, "gopacket") && name != "capture",
				strings.Contains(i, "spf13") && name != "cli",
				strings.Contains(i, "fatih/color") && name != "render",
				strings.Contains(i, "x/text") && name != "value/charset":
				t.Errorf("%s may not import %s", name, i)
			}
		}
	}
}
