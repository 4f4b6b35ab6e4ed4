package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"

	"github.com/pgwdump/pgwdump/capture"
	"github.com/pgwdump/pgwdump/pipeline"
	"github.com/pgwdump/pgwdump/record"
	"github.com/pgwdump/pgwdump/render"
	"github.com/pgwdump/pgwdump/session"
	"github.com/pgwdump/pgwdump/value"
)

// silent is how often -q is given for no lines at all.
const silent = 2

// dump reads the files, or from the interface, and writes what they say; or it lists
// the interfaces.
func dump(o *options) error {
	if o.devices {
		return list(o.stdout)
	}
	signal.Ignore(syscall.SIGPIPE) // the write fails instead, and that is no failure
	widen(o.stdout)
	types, err := loadTypes(o.types)
	if err != nil {
		return err
	}
	d := &dumper{options: o, types: types, top: newTop(o)}
	if o.device != "" {
		return d.listen()
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
	d.source, d.files, d.keys = files, files, keys
	if o := d.options; o.expression != nil {
		d.filtered = newFiltered(files, o.expression)
		d.source = d.filtered
	}
	about := "packets of " + strings.Join(d.options.files, ", ")
	if err := d.keep(about); err != nil {
		return err
	}
	recorder, err := newRecorder(d.options, about, d.options.stdout)
	if err != nil {
		return err
	}
	if d.incidents != nil {
		files.OnSecrets(func(name string, keyLog []byte) {
			keys.embedded(name, keyLog)
			d.incidents.Secrets(keyLog)
		})
	}
	if recorder != nil {
		recorder.Ending = func(w *capture.Writer, time int64) { writeLost(w, files, time) }
		d.source = d.record(d.source, recorder)
		files.OnSecrets(func(name string, keyLog []byte) {
			keys.embedded(name, keyLog)
			recorder.Secrets(keyLog)
		})
	}
	if d.options.follows {
		stop := d.options.follow(files)
		defer stop()
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
	if stalled := errors.Is(err, pipeline.ErrStalled); d.pipeline != nil && (err == nil || stalled) {
		if e := d.summarise(!stalled); !stalled {
			err = e
		}
	}
	if d.incidents != nil && (err == nil || err == errNotSound) {
		if e := d.tellMissed(); e != nil {
			err = e
		}
	}
	switch {
	case errors.Is(err, syscall.EPIPE):
		return nil
	case (err == nil || err == errNotSound) && d.failed:
		return errReported
	}
	return err
}

// newPipeline returns what works on the packets and writes what the flags ask for, and
// to the file of --decrypted-pcap if there is one.
func (d *dumper) newPipeline(inClear *clearFile) *pipeline.Pipeline {
	o := d.options
	limitMemory(o)
	p := pipeline.Options{
		Session:     session.Options{Ports: o.allPorts(), Why: o.why, MaxBody: o.maxMessage, Keys: &d.keys.Log, View: o.view, Values: d.types, CopyRows: o.copyRows},
		Connections: o.maxConnections,
		Held:        o.maxHeld,
		Jobs:        o.jobs,
		Output:      o.stdout,
	}
	if !o.silent() {
		p.Render = func() pipeline.Renderer { return newRenderer(o) }
	}
	p.Session.Check = o.strict && (o.silent() || o.view != session.Messages) // else who shows messages reads them
	switch o.view {
	case session.Statements:
		p.Select = d.selection()
	case session.Sessions:
		p.Select = closed
	}
	if inClear != nil {
		p.Select = inClear.tap(p.Select)
	}
	if d.live != nil {
		p.Backlog, p.Pressure, p.Patience = o.backlog(), d.live.Fill, endPatience
	}
	if d.only != nil {
		p.OnShed = d.only.Shed
		p.Session.Why = true
		p.Select = d.only.Tap(p.Select, o.why)
	}
	return pipeline.New(p)
}

// A dumper reads packets and writes what they say.
type dumper struct {
	options   *options
	source    capture.Source
	files     *capture.Files    // the source, perhaps behind others; nil where it is live
	filtered  *capture.Filtered // the source; nil where there is no filter
	keys      *keyLogs
	incidents *record.Incidents // nil where nothing is kept for them
	top       *top              // nil where statements are shown one by one
	types     *value.Types      // known before the capture begins; nil for the built-in ones
	pipeline  *pipeline.Pipeline
	only      *record.PostgreSQL // nil where all packets are written, or none
	live      *live              // the source, perhaps behind others; nil where it is files

	packets    int
	last       session.Moment // when the last packet came
	shown      int64          // statements
	complained error          // the last one of the input, or of the files of -w
	failed     bool           // part of the input could not be read
	cut        bool           // a file ends in the middle of a record, or packets were dropped
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
func (d *dumper) run() error {
	inClear, err := openClear(d.options)
	if err != nil {
		return err
	}
	d.pipeline = d.newPipeline(inClear)
	for d.pipeline.Err() == nil && (d.options.count == 0 || d.packets < d.options.count) {
		if !d.source.Ready() {
			d.pipeline.Flush()
		}
		packet, err := d.source.Read()
		if err == io.EOF {
			break
		}
		if err == capture.ErrTimeout {
			d.pipeline.Idle()
			continue
		}
		if err != nil {
			d.complain(err)
			continue
		}
		d.packets++
		d.last = session.Moment{Packet: packet.Number, Time: packet.Time}
		d.pipeline.Add(packet)
	}
	d.keys.end()
	d.tellLast()
	err = d.pipeline.Close()
	if inClear != nil {
		err = errors.Join(err, inClear.close(d.options))
	}
	if err == nil && d.options.embedKeys != "" {
		err = d.embedKeys()
	}
	return err
}

// complain reports an error of the input, which does not end the work, or of the files
// of -w. Who reads those and has had enough is no error.
func (d *dumper) complain(err error) {
	d.complained = err
	if errors.Is(err, syscall.EPIPE) {
		return
	}
	hint := ""
	if errors.Is(err, syscall.EISDIR) {
		hint = "; name a file"
	}
	fmt.Fprintf(d.options.stderr, "pgwdump: %v%s\n", named(err), hint)
	if errors.Is(err, capture.ErrCut) || errors.Is(err, capture.ErrInterface) {
		d.cut = true
	} else {
		d.failed = true
	}
}

// summarise writes what was read and what of it could not be shown: for people, and
// for programs as the last line of what they read. With --strict it is an error that
// something could not. Programs cannot be told where the output takes nothing.
func (d *dumper) summarise(takes bool) error {
	if takes && d.top != nil && !d.options.silent() {
		if err := d.top.print(d.options.stdout); err != nil {
			return err
		}
	}
	t := d.pipeline.Totals()
	s := render.Summary{Counted: d.counted(&t), Packets: d.packets, Refused: d.refused(), Totals: t}
	if d.options.quiet != 1 && (d.packets > 0 || !d.failed) {
		d.options.stderr.Write(s.AppendText(nil))
	}
	if takes && d.options.asJSON() && d.options.quiet == 0 {
		if _, err := d.options.stdout.Write(s.AppendJSON(nil)); err != nil {
			return err
		}
	}
	if d.options.strict && (d.cut || !s.Sound()) {
		return errNotSound
	}
	return nil
}

// limitMemory has memory given back sooner than usual where there is much of it, so
// that what is held and what is garbage stay in proportion. GOMEMLIMIT is heeded.
func limitMemory(o *options) {
	const besides = 224 << 20 // what is not held
	if o.maxHeld > 0 && os.Getenv("GOMEMLIMIT") == "" {
		limit := besides + int64(o.maxHeld)*3/2
		if o.device != "" {
			limit += int64(o.backlog()) * 2
		}
		debug.SetMemoryLimit(limit)
	}
}
