package filter

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/bpf"
)

var update = flag.Bool("update", false, "have tcpdump compile the expressions of testdata again")

// linkNames are the link types by their names in libpcap.
var linkNames = map[string]uint16{
	"NULL": 0, "EN10MB": 1, "PPP": 9, "RAW": 101, "LOOP": 108, "LINUX_SLL": linkSLL,
	"IPV4": 228, "IPV6": 229, "LINUX_SLL2": linkSLL2,
}

// expressions returns those of testdata.
func expressions(t testing.TB) (list []string) {
	text, err := os.ReadFile("testdata/expressions.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			list = append(list, line)
		}
	}
	return list
}

// A reference is what tcpdump made of an expression: a program, or an error.
type reference struct {
	expression string
	program    []bpf.Instruction
	err        string
}

// references returns what tcpdump made of the expressions, for one link type.
func references(t testing.TB, link string) (list []reference) {
	name := filepath.Join("testdata", "programs", link+".txt")
	if *update {
		var b bytes.Buffer
		for _, e := range expressions(t) {
			fmt.Fprintf(&b, "%s\t%s\n", e, tcpdump(t, link, e))
		}
		if err := os.WriteFile(name, b.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		var r reference
		var program string
		r.expression, program, _ = strings.Cut(strings.TrimSpace(line), "\t")
		if message, failed := strings.CutPrefix(program, "error: "); failed {
			r.err = message
		} else {
			r.program = parseProgram(t, program)
		}
		list = append(list, r)
	}
	return list
}

// tcpdump returns the program that tcpdump makes of an expression on one line, or
// its error.
func tcpdump(t testing.TB, link, expression string) string {
	var stderr bytes.Buffer
	c := exec.Command("tcpdump", "-ddd", "-y", link, "--", expression)
	c.Stderr = &stderr
	out, err := c.Output()
	if exit := (&exec.ExitError{}); errors.As(err, &exit) {
		message := strings.TrimSpace(stderr.String())
		return "error: " + message[strings.LastIndex(message, "\n")+1:]
	} else if err != nil {
		t.Fatal(err)
	}
	_, program, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	return strings.ReplaceAll(program, "\n", ", ")
}

// parseProgram reads the instructions that tcpdump printed.
func parseProgram(t testing.TB, text string) (program []bpf.Instruction) {
	for line := range strings.SplitSeq(text, ", ") {
		var r bpf.RawInstruction
		if _, err := fmt.Sscan(line, &r.Op, &r.Jt, &r.Jf, &r.K); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		program = append(program, r.Disassemble())
	}
	return program
}

// forKernel tells whether a program loads what only the kernel has.
func forKernel(program []bpf.Instruction) bool {
	return slices.ContainsFunc(program, func(i bpf.Instruction) bool {
		e, ok := i.(bpf.LoadExtension)
		return ok && e.Num != bpf.ExtLen
	})
}

// matcher returns what runs a program by the machine of golang.org/x/net. That
// takes the length of the captured packet for its length on the wire, which is
// therefore put into the program, and it cannot negate, but multiply.
func matcher(t testing.TB, program []bpf.Instruction) func(packet) bool {
	usesLength := false
	machine := func(length int) *bpf.VM {
		changed := slices.Clone(program)
		for i := range changed {
			switch changed[i] {
			case bpf.LoadExtension{Num: bpf.ExtLen}:
				usesLength = true
				changed[i] = bpf.LoadConstant{Dst: bpf.RegA, Val: uint32(length)}
			case bpf.NegateA{}:
				changed[i] = bpf.ALUOpConstant{Op: bpf.ALUOpMul, Val: math.MaxUint32}
			}
		}
		m, err := bpf.NewVM(changed)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	always := machine(0)
	return func(p packet) bool {
		m := always
		if usesLength {
			m = machine(p.length)
		}
		n, err := m.Run(p.data)
		if err != nil {
			t.Fatal(err)
		}
		return n != 0
	}
}

// TestPrograms compiles the expressions of testdata for all link types, and holds
// which packets they accept against the programs that tcpdump made of them.
func TestPrograms(t *testing.T) {
	for name, link := range linkNames {
		t.Run(name, func(t *testing.T) {
			count := 2500
			if link == linkEthernet {
				count = 8000
			}
			made := packets(link, count)
			for _, r := range references(t, name) {
				r.hold(t, link, made)
			}
		})
	}
}

// hold compiles the expression, and compares with what tcpdump made of it.
func (r reference) hold(t *testing.T, link uint16, made []packet) {
	program, err := Compile(r.expression, Target{Link: link})
	want := func(packet) bool { return false }
	switch {
	case strings.HasSuffix(r.err, "rejects all packets"): // No error here.
	case strings.Contains(r.err, "no VLAN support for Linux cooked"):
		return // TestCookedVLAN
	case r.err != "" || forKernel(r.program):
		if err == nil {
			t.Errorf("%q: no error, but tcpdump says %q, or leaves it to the kernel", r.expression, r.err)
		}
		return
	default:
		want = matcher(t, r.program)
	}
	if err != nil {
		t.Error(err)
		return
	}
	accepted := 0
	for _, p := range made {
		if program.Match(p.data, p.length) {
			accepted++
		}
		if w := want(p); w != program.Match(p.data, p.length) {
			t.Errorf("%q: %v, but tcpdump says %v, for the first bytes of %d: %x", r.expression, !w, w, p.length, p.data)
			return
		}
	}
	if link != linkEthernet {
		return
	}
	if accepted == 0 {
		t.Errorf("%q accepts no packet: it is not tested", r.expression)
	}
	if len(program) > len(r.program) {
		t.Errorf("%q: %d instructions, but tcpdump needs %d", r.expression, len(program), len(r.program))
	}
}
