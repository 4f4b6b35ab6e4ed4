package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/pgwdump/pgwdump/bench/traffic"
)

// A cost is what a command took.
type cost struct {
	wall, cpu, first time.Duration // first: until it had written something
	memory           int64         // bytes
}

// A source is what a command reads: a file, or what is made while it reads.
type source struct {
	file  string
	shape traffic.Shape
}

// measure runs a command on a source. The word FILE in it stands for the name of that.
func measure(s source, command ...string) (cost, error) {
	command = slices.Clone(command)
	for i, word := range command {
		if word == "FILE" {
			command[i] = s.name()
		}
	}
	c := exec.Command(command[0], command[1:]...)
	var errs bytes.Buffer
	c.Stderr = &errs
	if s.file == "" {
		in, err := c.StdinPipe()
		if err != nil {
			return cost{}, err
		}
		go func() {
			traffic.Write(in, s.shape)
			in.Close()
		}()
	}
	out, err := c.StdoutPipe()
	if err != nil {
		return cost{}, err
	}
	start := time.Now()
	if err := c.Start(); err != nil {
		return cost{}, err
	}
	var k cost
	one := make([]byte, 1<<20)
	if n, _ := out.Read(one); n > 0 {
		k.first = time.Since(start)
	}
	io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{out}, one)
	if err := c.Wait(); err != nil {
		return k, &failure{strings.Join(command, " "), err, errs.String()}
	}
	k.wall = time.Since(start)
	k.cpu = c.ProcessState.UserTime() + c.ProcessState.SystemTime()
	k.memory = c.ProcessState.SysUsage().(*syscall.Rusage).Maxrss << 10
	return k, nil
}

func (s source) name() string {
	if s.file == "" {
		return "-"
	}
	return s.file
}

// median runs a command several times, and returns the median of each cost.
func median(runs int, s source, command ...string) (cost, error) {
	var all []cost
	for range runs {
		c, err := measure(s, command...)
		if err != nil {
			return c, err
		}
		all = append(all, c)
	}
	return medianOf(all), nil
}

func medianOf(all []cost) (m cost) {
	middle := func(of func(cost) time.Duration) time.Duration {
		slices.SortFunc(all, func(a, b cost) int { return int(of(a) - of(b)) })
		return of(all[len(all)/2])
	}
	m.wall = middle(func(c cost) time.Duration { return c.wall })
	m.cpu = middle(func(c cost) time.Duration { return c.cpu })
	m.first = middle(func(c cost) time.Duration { return c.first })
	for _, c := range all {
		m.memory = max(m.memory, c.memory)
	}
	return m
}

// A failure is a command that failed.
type failure struct {
	command string
	err     error
	stderr  string
}

func (f *failure) Error() string { return f.command + ": " + f.err.Error() + "\n" + f.stderr }

func (f *failure) Unwrap() error { return f.err }

// have tells whether there is such a program.
func have(program string) bool {
	_, err := exec.LookPath(program)
	return err == nil
}

// build makes pgwdump from this tree.
func build(dir string) (string, error) {
	name := dir + "/pgwdump"
	c := exec.Command("go", "build", "-o", name, ".")
	c.Dir, c.Stderr = "..", os.Stderr
	return name, c.Run()
}
