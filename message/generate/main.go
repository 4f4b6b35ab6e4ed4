// Generate writes generated.go in the current directory, that of package message: for
// each message its Kind, and what its walk does with a message in order, written out
// field by field. It reads the source of the package, which need not compile without
// the file.
package main

import (
	"bytes"
	"fmt"
	"go/format"
	"log"
	"os"
	"slices"
)

func main() {
	d, err := read(".")
	if err != nil {
		log.Fatal(err)
	}
	code, err := d.generate()
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile("generated.go", code, 0o666); err != nil {
		log.Fatal(err)
	}
}

// generate returns the file.
func (d *declarations) generate() ([]byte, error) {
	var g generator
	g.line(`// Code generated from the walks of the messages by "go generate ./message". DO NOT EDIT.

package message

import (
	"encoding/binary"
	"math"
	"slices"
)`)
	for _, r := range d.rows {
		g.line("\n// Kind returns [%s].\nfunc (*%s) Kind() Kind { return %[1]s }", r.kind, r.message)
		g.message(r, d)
	}
	return format.Source(g.Bytes())
}

// A generator writes code.
type generator struct {
	bytes.Buffer
	read, write string // what leaves the current message to the walk
}

func (g *generator) line(format string, args ...any) { fmt.Fprintf(g, format+"\n", args...) }

// message writes how a message is decoded and encoded. What has no type byte, or a code
// before its fields, or more in its walk than fields in a row, is left to the walk: it
// comes once in a connection, or hardly ever.
func (g *generator) message(r row, d *declarations) {
	steps, ok := d.steps(r.message, "*m", "m")
	ok = ok && r.framing == "Typed" && r.code == "noCode"
	g.read, g.write = "return w.read(m, "+r.kind+", body)", "return w.write(dst, m, "+r.kind+")"

	g.line("\nfunc (m *%s) read(w *Walker, body []byte) error {", r.message)
	switch {
	case !ok:
		g.line(g.read)
	case len(steps) == 0:
		g.line("if len(body) > 0 {\n%s\n}\nreturn nil", g.read)
	default:
		g.line("b := body")
		g.readFields(steps)
		g.line("if len(b) > 0 {\n%s\n}\nreturn nil", g.read)
	}
	g.line("}\n\nfunc (m *%s) append(w *Walker, dst []byte) ([]byte, error) {", r.message)
	switch {
	case !ok:
		g.line(g.write)
	case fixed(steps):
		g.line("b := append(dst, %s, 0, 0, 0, %d)", r.tag, lengthWord+size(steps))
		g.appendFields(steps)
		g.line("return b, nil")
	default:
		g.length(steps)
		g.line("b := append(dst, %s, byte(length>>24), byte(length>>16), byte(length>>8), byte(length))", r.tag)
		g.appendFields(steps)
		g.line("return b, nil")
	}
	g.line("}")
}

// readFields writes what reads fields from b, and goes over them there.
func (g *generator) readFields(steps []step) {
	for len(steps) > 0 {
		s := steps[0]
		if s.what == number {
			steps = g.readNumbers(steps)
			continue
		}
		steps = steps[1:]
		switch s.what {
		case terminated:
			g.line("if n := zeroAt(b); n >= 0 {\n%s, b = b[:n:n], b[n+1:]\n} else {\n%s\n}", s.place, g.read)
		case values:
			g.line("if n, end := skipValues(b); end >= 0 {\n%s, b = Values{n, b[2:end:end]}, b[end:]\n} else {\n%s\n}", s.place, g.read)
		case rest:
			g.line("%s, b = b[:len(b):len(b)], nil", s.place)
		case list:
			g.line("if n := count(b, %d); n >= 0 {\n%[2]s, b = slices.Grow(%[2]s[:0], n)[:n], b[2:]\n} else {\n%[3]s\n}", s.size, s.place, g.read)
			g.line("for i := range %[1]s {\ne := &%[1]s[i]", s.place)
			g.readFields(s.element)
			g.line("}")
		}
	}
}

// readNumbers writes what reads the numbers that come next, all at once.
func (g *generator) readNumbers(steps []step) (left []step) {
	n := 0
	for n < len(steps) && fixed(steps[:n+1]) {
		n++
	}
	g.line("if len(b) < %d {\n%s\n}", size(steps[:n]), g.read)
	at := 0
	for _, s := range steps[:n] {
		switch {
		case s.what == condition:
			g.line("if %s {\n%s\n}", s.condition, g.read)
		case s.size == 1:
			g.line("%s = %s(b[%d])", s.place, s.typ, at)
		default:
			g.line("%s = %s(binary.BigEndian.Uint%d(b[%d:]))", s.place, s.typ, 8*s.size, at)
		}
		at += s.size
	}
	g.line("b = b[%d:]", at)
	return steps[n:]
}

// fixed tells whether there are only numbers in steps, and size how many bytes they are.
func fixed(steps []step) bool {
	return !slices.ContainsFunc(steps, func(s step) bool { return s.what != number && s.what != condition })
}

func size(steps []step) (n int) {
	for _, s := range steps {
		n += s.size
	}
	return n
}

// lengthWord is the size of the length word, which counts itself.
const lengthWord = 4

// length writes what counts the bytes of the message, and what leaves those to the walk
// that are too long, or have too long a list.
func (g *generator) length(steps []step) {
	length, limits := fmt.Sprint(lengthWord), "uint(n) > MaxLength"
	for _, s := range steps {
		switch s.what {
		case number:
			length += fmt.Sprintf(" + %d", s.size)
		case terminated:
			length += fmt.Sprintf(" + len(%s) + 1", s.place)
		case rest:
			length += fmt.Sprintf(" + len(%s)", s.place)
		case values:
			length += fmt.Sprintf(" + 2 + len(%s.wire)", s.place)
			limits += fmt.Sprintf(" || %s.n > math.MaxUint16", s.place)
		case list:
			length += fmt.Sprintf(" + 2 + %d*len(%s)", s.size, s.place)
			limits += fmt.Sprintf(" || len(%s) > math.MaxUint16", s.place)
		}
	}
	g.line("n := %s", length)
	for _, s := range steps {
		for _, field := range s.element {
			if field.what == terminated { // the zero byte is in the size of the element
				g.line("for i := range %[1]s {\ne := &%[1]s[i]\nn += len(%[2]s)\n}", s.place, field.place)
			}
		}
	}
	g.line("if %s {\n%s\n}", limits, g.write)
	g.line("length := uint32(n)")
}

// appendFields writes what appends fields to b.
func (g *generator) appendFields(steps []step) {
	for _, s := range steps {
		switch s.what {
		case number:
			if s.size == 1 {
				g.line("b = append(b, byte(%s))", s.place)
			} else {
				g.line("b = binary.BigEndian.AppendUint%[1]d(b, uint%[1]d(%[2]s))", 8*s.size, s.place)
			}
		case terminated:
			g.line("if b = appendText(b, %s); b == nil {\n%s\n}", s.place, g.write)
		case values:
			g.line("b = append(binary.BigEndian.AppendUint16(b, uint16(%[1]s.n)), %[1]s.wire...)", s.place)
		case rest:
			g.line("b = append(b, %s...)", s.place)
		case list:
			g.line("b = binary.BigEndian.AppendUint16(b, uint16(len(%s)))", s.place)
			g.line("for i := range %[1]s {\ne := &%[1]s[i]", s.place)
			g.appendFields(s.element)
			g.line("}")
		}
	}
}
