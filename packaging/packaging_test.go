// Package packaging tests what releases are made of.
package packaging

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

var matrix = flag.Bool("matrix", false, "build the program, and vet all, for every platform of goreleaser.yaml, not only for this one")

// config is the part of goreleaser.yaml that is looked at here; goreleaser itself
// judges the rest (check.sh).
type config struct {
	Version int
	Builds  []struct {
		Env, Goos, Goarch, Flags, Ldflags []string
	}
	Archives []struct{ Files []any }
	Nfpms    []struct {
		Formats  []string
		Scripts  map[string]string
		Contents []struct{ Src, Dst, Packager string }
	}
	Universal []any `yaml:"universal_binaries"`
	Casks     []any `yaml:"homebrew_casks"`
	Checksum  map[string]string
	Sboms     []any
	Signs     []any
}

func read(t *testing.T) (c config) {
	text, err := os.ReadFile("../goreleaser.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(text, &c); err != nil {
		t.Fatal(err)
	}
	if c.Version != 2 || len(c.Builds) != 1 || len(c.Nfpms) != 1 {
		t.Fatalf("version %d, %d builds, %d kinds of packages", c.Version, len(c.Builds), len(c.Nfpms))
	}
	return c
}

// TestFiles finds every file that a package takes.
func TestFiles(t *testing.T) {
	c := read(t)
	out := t.TempDir()
	if b, err := exec.Command("go", "run", "./extras", out).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, b)
	}
	exists := func(pattern string) {
		place := filepath.Join("..", pattern)
		if made, ok := strings.CutPrefix(pattern, "packaging/out/"); ok {
			place = filepath.Join(out, made)
		}
		if files, err := filepath.Glob(place); err != nil || len(files) == 0 {
			t.Errorf("%s is not there: %v", pattern, err)
		}
	}
	for _, f := range c.Archives[0].Files {
		switch f := f.(type) {
		case string:
			exists(f)
		case map[string]any:
			exists(f["src"].(string))
		}
	}
	n := c.Nfpms[0]
	for _, f := range n.Contents {
		exists(f.Src)
	}
	for _, script := range n.Scripts {
		exists(script)
	}
	for _, format := range []string{"deb", "rpm", "apk", "archlinux"} {
		if !slices.Contains(n.Formats, format) {
			t.Errorf("there is no %s", format)
		}
	}
	if len(c.Universal)*len(c.Casks)*len(c.Checksum)*len(c.Sboms)*len(c.Signs) == 0 {
		t.Error("universal binaries, casks, checksums, SBOMs or signatures are not configured")
	}
}

// TestBuild builds the program with the version of a release, which it has to say; with
// -matrix, just as a release does, for every platform, for which all is vetted, too.
func TestBuild(t *testing.T) {
	b := read(t).Builds[0]
	ldflags := strings.ReplaceAll(strings.Join(b.Ldflags, " "), "{{ .Version }}", "9.8.7")
	build := func(goos, goarch string, flags ...string) string {
		bin := filepath.Join(t.TempDir(), "pgwdump")
		c := exec.Command("go", append([]string{"build", "-o", bin, "-ldflags", ldflags}, append(flags, "..")...)...)
		c.Env = append(append(os.Environ(), b.Env...), "GOOS="+goos, "GOARCH="+goarch)
		if out, err := c.CombinedOutput(); err != nil {
			t.Errorf("%s/%s: %v: %s", goos, goarch, err, out)
		}
		return bin
	}
	out, err := exec.Command(build(runtime.GOOS, runtime.GOARCH), "version").Output()
	if err != nil || !bytes.HasPrefix(out, []byte("pgwdump v9.8.7, ")) || !bytes.Contains(out, []byte(runtime.Version())) {
		t.Errorf("%q, %v", out, err)
	}
	if !*matrix {
		return
	}
	for _, goos := range b.Goos {
		for _, goarch := range b.Goarch {
			build(goos, goarch, b.Flags...)
			vet := exec.Command("go", "vet", "../...")
			vet.Env = append(append(os.Environ(), b.Env...), "GOOS="+goos, "GOARCH="+goarch)
			if out, err := vet.CombinedOutput(); err != nil {
				t.Errorf("%s/%s: %v: %s", goos, goarch, err, out)
			}
		}
	}
}
