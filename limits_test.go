package main

import (
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// stated are the limits that docs/limits.md states, as it says so, and the constants that
// they are.
var stated = []struct{ text, dir, name string }{
	{"| `--max-message N` | 4 MiB |", "session", "DefaultMaxBody"},
	{"| `--max-connections N` | 65,536 |", "cli", "defaultConnections"},
	{"| `--max-held N` | 128 MiB |", "cli", "defaultHeld"},
	{"so it is over 65,536 requests on one connection", "phase", "MaxRequests"},
	{"divided among 16 parts", "pipeline", "shards"},
	{"| 8 MiB | of a direction", "reassembly", "maxHeld"},
	{"| 4,096 | packets of a direction", "reassembly", "maxHeldSegments"},
	{"| 64 KiB | of a connection to a port of PostgreSQL", "session", "maxHeld"},
	{"| 8 KiB | of one to another port", "session", "maxHeldElsewhere"},
	{"| 80 KiB | in which the beginning of a message", "decode", "maxHunt"},
	{"| 256 KiB | of answers", "session", "maxEarly"},
	{"comes within 128 packets", "session", "maxDisorder"},
	{"| 65,536 | requests of a connection", "phase", "MaxRequests"},
	{"| 1 MiB | of the text of a statement", "session", "maxSQL"},
	{"| 2,048 | statements that are not run", "session", "maxPassed"},
	{"| 20 | notices", "session", "maxNotices"},
	{"| 50 | changes", "session", "maxChanges"},
	{"| 65,535 | fields", "message", "maxElements"},
	{"| 5,000 | groups", "session", "maxGroups"},
	{"with 32 MiB of SQL", "session", "maxGroupSQL"},
	{"| 8,192 | fragments", "capture", "maxFragments"},
	{"| 128 MiB | that zstd and xz", "capture", "maxWindow"},
	{"| 16 MiB | of a record", "capture", "maxRecord"},
	{"| 65,536 | interfaces", "capture", "maxInterfaces"},
	{"| 262,144 | TLS connections", "cli", "maxEmbedded"},
	{"| 256 MiB | of TLS", "tlskeys", "maxHeld"},
	{"of one connection 1 MiB", "tlskeys", "defaultHold"},
	{"| 4 MiB | of TLS records", "tlskeys", "maxPartial"},
	{"nothing is left 4,096 packets later", "reassembly", "lingering"},
	{"the 65,536 connections take", "cli", "defaultConnections"},
	{"of 512 packets the last", "reassembly", "pastSegments"},
	{"2 KiB each", "reassembly", "remembered"},
	{"64 KiB together", "reassembly", "pastBytes"},
	{"in each of the 16 parts", "pipeline", "shards"},
	{"given up after 8 KiB", "session", "maxHeldElsewhere"},
}

// figure is a number in a document, and its unit. What is measured is in MB, and in
// names and years there are others.
var figure = regexp.MustCompile(`\b(\d{1,3}(?:,\d{3})+|\d+)( [KMG]i?B| kB)?\b`)

// measured are the figures of docs/limits.md that are no limits of ours.
var measured = []string{"below 512 MB", "290 MB by themselves", "and 420 MB", "TLS 1.3", "(Ptacek and Newsham, 1998)", "IPv4", "IPv6", "by 64 others", "those of 64 kB that network cards", "exit status 3", "A single byte 0"}

// TestLimits holds each figure that docs/limits.md states to the constant that it is.
func TestLimits(t *testing.T) {
	b, err := os.ReadFile("docs/limits.md")
	if err != nil {
		t.Fatal(err)
	}
	doc := strings.Join(strings.Fields(string(b)), " ")
	for _, s := range stated {
		m := figure.FindStringSubmatch(s.text)
		want, _ := strconv.ParseInt(strings.ReplaceAll(m[1], ",", ""), 10, 64)
		want <<= map[string]int{"": 0, " KiB": 10, " MiB": 20}[m[2]]
		if got := constantOf(t, s.dir, s.name); got != want {
			t.Errorf("%q: %s.%s is %d", s.text, s.dir, s.name, got)
		}
		if !strings.Contains(doc, s.text) {
			t.Errorf("docs/limits.md does not say %q", s.text)
		}
		doc = strings.Replace(doc, s.text, "", 1)
	}
	for _, s := range measured {
		doc = strings.ReplaceAll(doc, s, "")
	}
	for _, at := range figure.FindAllStringIndex(doc, -1) {
		t.Errorf("docs/limits.md states what no constant is known to be: %q", doc[max(at[0]-40, 0):min(at[1]+20, len(doc))])
	}
}

// constantOf returns the value of a constant of a package, which has to be written
// without others.
func constantOf(t *testing.T, dir, name string) int64 {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, file, b, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			group, ok := d.(*ast.GenDecl)
			if !ok || group.Tok != token.CONST {
				continue
			}
			for _, spec := range group.Specs {
				c := spec.(*ast.ValueSpec)
				if c.Names[0].Name != name || len(c.Values) != 1 {
					continue
				}
				v, err := types.Eval(fset, nil, token.NoPos, string(b[fset.Position(c.Values[0].Pos()).Offset:fset.Position(c.Values[0].End()).Offset]))
				if err != nil {
					t.Fatal(err)
				}
				n, _ := constant.Int64Val(constant.ToInt(v.Value))
				return n
			}
		}
	}
	t.Fatalf("%s has no constant %s", dir, name)
	return 0
}
