package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/mattn/go-isatty"

	"github.com/pgwdump/pgwdump/capture"
	"github.com/pgwdump/pgwdump/reassembly"
	"github.com/pgwdump/pgwdump/render"
	"github.com/pgwdump/pgwdump/session"
)

// batch is how many bytes of output are written at once.
const batch = 64 << 10

// silent is how often -q is given for no lines at all.
const silent = 2

// An appender makes an event into output.
type appender interface {
	Append(dst []byte, e *session.Event) []byte
}

// dump reads the files and writes what they say.
func dump(o *options) error {
	signal.Ignore(syscall.SIGPIPE) // the write fails instead, and that is no failure
	files := capture.OpenFiles(o.files...)
	defer files.Close()
	d := &dumper{options: o, source: files, render: newRenderer(o)}
	stop := showProgress(d, files)
	err := d.run()
	stop()
	if errors.Is(err, syscall.EPIPE) {
		return nil
	}
	if err == nil && o.quiet != 1 && (d.packets > 0 || !d.failed) {
		d.summarise(o.stderr)
	}
	if err == nil && d.failed {
		err = errReported
	}
	return err
}

// newRenderer returns what the flags ask for.
func newRenderer(o *options) appender {
	if o.json || o.output == "json" {
		return &render.JSON{ShowSecrets: o.showSecrets}
	}
	t := render.NewText(useColour(o))
	t.MaxValue, t.ShowSecrets = o.maxValue, o.showSecrets
	t.Clock.Style, t.Clock.Location = render.TimeStyle(o.times), time.Local
	switch {
	case o.octets:
		t.Detail = render.Octets
	case o.verbose > 0:
		t.Detail = render.Full
	case o.quiet > 0:
		t.Detail = render.Short
	}
	return t
}

// useColour decides whether there is colour (no-color.org, bixense.com/clicolors).
func useColour(o *options) bool {
	switch o.colour {
	case "always":
		return true
	case "never":
		return false
	}
	if os.Getenv("NO_COLOR") != "" {
		return false
	}
	if force := os.Getenv("CLICOLOR_FORCE"); force != "" && force != "0" {
		return true
	}
	return isTerminal(o.stdout) && os.Getenv("TERM") != "dumb"
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && isatty.IsTerminal(f.Fd())
}

// A dumper reads packets and writes what they say.
type dumper struct {
	options  *options
	source   capture.Source
	render   appender
	observer *session.Observer

	buffer  []byte
	packets int
	failed  bool // part of the input could not be read
	err     error
}

// run reads to the end of the source, or to the first error of the output.
func (d *dumper) run() error {
	quiet := d.options.quiet >= silent
	d.observer = session.New(session.Options{Ports: d.options.allPorts(), Fields: !quiet}, func(e *session.Event) {
		if !quiet {
			d.buffer = d.render.Append(d.buffer, e)
		}
		if len(d.buffer) >= batch {
			d.flush()
		}
	})
	connections := reassembly.New(d.observer.Open)
	var parser capture.Parser
	var segment capture.Segment
	for d.err == nil && (d.options.count == 0 || d.packets < d.options.count) {
		if !d.source.Ready() {
			d.flush()
		}
		packet, err := d.source.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			d.complain(err)
			continue
		}
		d.packets++
		if parser.Parse(packet, &segment) {
			connections.Add(&segment)
		}
	}
	connections.Close()
	d.flush()
	return d.err
}

// complain reports an error of the input, which does not end the work.
func (d *dumper) complain(err error) {
	d.flush()
	fmt.Fprintf(d.options.stderr, "pgwdump: %v\n", err)
	if !errors.Is(err, capture.ErrCut) {
		d.failed = true
	}
}

func (d *dumper) flush() {
	if len(d.buffer) > 0 && d.err == nil {
		_, d.err = d.options.stdout.Write(d.buffer)
	}
	d.buffer = d.buffer[:0]
}

// summarise writes what was read and what of it could not be shown.
func (d *dumper) summarise(w io.Writer) {
	t := &d.observer.Totals
	fmt.Fprintf(w, "%d packets, %d PostgreSQL connections, %d messages", d.packets, t.Connections, t.Messages)
	part := func(n int64, what string) {
		if n > 0 {
			fmt.Fprintf(w, ", %d %s", n, what)
		}
	}
	part(t.Malformed, "of them malformed or incomplete")
	part(t.Encrypted, "bytes encrypted")
	part(t.Lost, "bytes missing in the capture")
	part(t.Undecoded, "bytes not decoded")
	fmt.Fprintln(w)
}
