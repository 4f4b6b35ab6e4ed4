//go:build linux

package main

import (
	"bufio"
	"bytes"
	"errors"
	"flag"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

var (
	hostile = flag.Int("hostile", mostHostile, "how many MB of hostile input to give; before that a quarter of it")
	roof    = flag.Int64("roof", mostMemory, "how many MB of memory may be resident")
)

// A cost is what a run of the program took.
type cost struct {
	cpu       time.Duration
	resident  int64 // MB, not less than inherited
	inherited int64 // MB
	output    int64
	status    int
	errs      string
}

// feed runs the program on a file of about that size.
func feed(t *testing.T, bin string, size int64, write func(*enemy), args ...string) cost {
	c := exec.Command(bin, append(args, "-r", "-")...)
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	var out counter
	var errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	before := mostResident(t)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	e := &enemy{Rand: rand.New(rand.NewPCG(1, 1)), out: bufio.NewWriterSize(in, 1<<16), size: size, time: 1_700_000_000}
	write(e)
	e.out.Flush()
	in.Close()
	err = c.Wait()
	if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	u := c.ProcessState.SysUsage().(*syscall.Rusage)
	return cost{c.ProcessState.UserTime() + c.ProcessState.SystemTime(), u.Maxrss >> 10, before, int64(out), c.ProcessState.ExitCode(), errs.String()}
}

// mostResident returns how many MB this process has had in memory at once since it gave up
// what it does not need, which it does now. A child is said to have had as much, because
// for a moment it is the same process.
func mostResident(t *testing.T) int64 {
	debug.FreeOSMemory()
	const forget = "5" // what was most before: proc(5)
	if err := os.WriteFile("/proc/self/clear_refs", []byte(forget), 0); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(b), "VmHWM:")
	kilobytes, err := strconv.ParseInt(strings.Fields(after)[0], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return kilobytes>>10 + 1
}

// A counter counts what is written.
type counter int64

func (c *counter) Write(b []byte) (int, error) {
	*c += counter(len(b))
	return len(b), nil
}

// TestBounds runs the program on hostile input. It ends by itself, and memory has a roof,
// whatever the size. With the build tag soak it does so with the limits that are the
// default, in each view, and twice: time is in proportion to the size.
func TestBounds(t *testing.T) {
	bin := build(t)
	const panicked = 2
	check := func(name string, write func(*enemy)) {
		for _, view := range boundedViews {
			args := append(slices.Clip(boundedLimits), "--json")
			title := name
			if view != "" {
				args = append([]string{view}, args...)
				title += ", " + view
			}
			t.Run(title, func(t *testing.T) {
				size := int64(*hostile) << 20
				all := feed(t, bin, size, write, args...)
				t.Logf("%d MB: %.2f s, %d MB; status %d, %d MB out; %.200s", *hostile, all.cpu.Seconds(), all.resident, all.status, all.output>>20, all.errs)
				if all.resident > max(*roof, all.inherited) {
					t.Errorf("%d MB were resident", all.resident)
				}
				if all.status >= panicked || all.status < 0 {
					t.Errorf("status %d: %.2000s", all.status, all.errs)
				}
				if len(boundedLimits) > 0 {
					return
				}
				part := feed(t, bin, size/4, write, args...)
				if all.cpu > 8*part.cpu && all.cpu > time.Second {
					t.Errorf("%v for a quarter, %v for all", part.cpu, all.cpu)
				}
			})
		}
	}
	for _, x := range enemies {
		check(x.name, func(e *enemy) { e.head(); x.write(e) })
	}
	for _, x := range files {
		check(x.name, x.write)
	}
	for name, pack := range bombs {
		check("a bomb of "+name, func(e *enemy) { bomb(e, pack) })
	}
}
