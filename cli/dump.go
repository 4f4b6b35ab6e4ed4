package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/mattn/go-isatty"

	"github.com/pgwdump/pgwdump/capture"
	"github.com/pgwdump/pgwdump/reassembly"
	"github.com/pgwdump/pgwdump/render"
	"github.com/pgwdump/pgwdump/session"
)

// silent is how often -q is given for no lines at all.
const silent = 2

// dump reads the files, or from the interface, and writes what they say.
func dump(o *options) error {
	signal.Ignore(syscall.SIGPIPE) // the write fails instead, and that is no failure
	d := &dumper{options: o, printer: newPrinter(o)}
	if o.device != "" {
		return d.live()
	}
	return d.read()
}

// read reads the files.
func (d *dumper) read() error {
	files := capture.OpenFiles(d.options.files...)
	defer files.Close()
	keys, err := openKeyLogs(d.options, files, slices.Contains(d.options.files, "-"))
	if err != nil {
		return err
	}
	defer keys.close()
	d.source, d.keys = files, keys
	if o := d.options; o.expression != nil {
		d.filtered = newFiltered(files, o.expression)
		d.source = d.filtered
	}
	recorder, err := newRecorder(d.options, "packets of "+strings.Join(d.options.files, ", "))
	if err != nil {
		return err
	}
	if recorder != nil {
		d.source = &recorded{Source: d.source, recorder: recorder}
		files.OnSecrets(func(name string, keyLog []byte) {
			keys.embedded(name, keyLog)
			recorder.Secrets(keyLog)
		})
	}
	stop := showProgress(d, files)
	err = d.work()
	stop()
	if recorder != nil {
		d.finish(recorder)
	}
	return d.end(err)
}

// end says what was seen, unless it was an error of the output that ended it.
func (d *dumper) end(err error) error {
	if err == nil && d.observer != nil {
		err = d.summarise()
	}
	switch {
	case errors.Is(err, syscall.EPIPE):
		return nil
	case (err == nil || err == errNotSound) && d.failed:
		return errReported
	}
	return err
}

// newPrinter returns what writes the events, nil where nothing does.
func newPrinter(o *options) *render.Printer {
	if o.quiet >= silent || o.records() {
		return nil
	}
	return render.NewPrinter(o.stdout, o.jobs, func() render.Renderer { return newRenderer(o) })
}

// newRenderer returns what the flags ask for.
func newRenderer(o *options) render.Renderer {
	if o.asJSON() {
		return &render.JSON{ShowSecrets: o.showSecrets}
	}
	switch o.view {
	case session.Statements:
		return newStatements(o)
	case session.Sessions:
		return newAccounts(o)
	}
	t := render.NewText(useColour(o))
	setText(t, o)
	return t
}

// setText makes text look as the flags ask for.
func setText(t *render.Text, o *options) {
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
	filtered *capture.Filtered // the source; nil where there is no filter
	keys     *keyLogs
	printer  *render.Printer // nil where nothing is printed
	observer *session.Observer

	packets   int
	shown     int64 // statements
	malformed int64
	failed    bool // part of the input could not be read
	cut       bool // a file ends in the middle of a record, or packets were dropped
}

// work does what is asked for until the source ends.
func (d *dumper) work() error {
	if d.options.records() {
		d.copy()
		return nil
	}
	return d.run()
}

// run reads to the end of the source, or to the first error of the output.
func (d *dumper) run() (err error) {
	emit := func(*session.Event) {}
	if d.printer != nil {
		emit = d.printer.Add
	}
	switch d.options.view {
	case session.Statements:
		emit = d.selected(emit)
	case session.Sessions:
		emit = closed(emit)
	}
	d.observer = session.New(session.Options{Ports: d.options.allPorts(), Why: d.options.why, Keys: &d.keys.Log, View: d.options.view}, emit)
	connections := reassembly.New(d.observer.Open)
	var parser capture.Parser
	var segment capture.Segment
	for d.options.count == 0 || d.packets < d.options.count {
		if d.printer != nil {
			if d.printer.Err() != nil {
				break
			}
			if !d.source.Ready() {
				d.printer.Flush()
			}
		}
		packet, err := d.source.Read()
		if err == io.EOF {
			break
		}
		if err == capture.ErrTimeout {
			continue
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
	if d.printer != nil {
		d.malformed, err = d.printer.Close()
	}
	return err
}

// complain reports an error of the input, which does not end the work.
func (d *dumper) complain(err error) {
	fmt.Fprintf(d.options.stderr, "pgwdump: %v\n", err)
	if errors.Is(err, capture.ErrCut) {
		d.cut = true
	} else {
		d.failed = true
	}
}

// summarise writes what was read and what of it could not be shown: for people, and
// for programs as the last line of what they read. With --strict it is an error that
// something could not.
func (d *dumper) summarise() error {
	s := render.Summary{Counted: d.counted(), Packets: d.packets, Refused: d.refused(), Malformed: d.malformed, Totals: d.observer.Totals}
	if d.options.quiet != 1 && (d.packets > 0 || !d.failed) {
		d.options.stderr.Write(s.AppendText(nil))
	}
	if d.options.asJSON() && d.options.quiet == 0 {
		if _, err := d.options.stdout.Write(s.AppendJSON(nil)); err != nil {
			return err
		}
	}
	if d.options.strict && (d.cut || !s.Sound()) {
		return errNotSound
	}
	return nil
}
