package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"sync/atomic"
	"time"

	"github.com/pgwdump/pgwdump/capture"
	"github.com/pgwdump/pgwdump/privilege"
	"github.com/pgwdump/pgwdump/record"
	"github.com/pgwdump/pgwdump/render"
	"github.com/pgwdump/pgwdump/session"
)

// A live is a capture from an interface that ends when somebody says so, or its time
// is over.
type live struct {
	*capture.Live
	user   string // who the process is now
	report func() // says how it is going; called by Read

	asked   atomic.Bool // for a report
	over    atomic.Bool // the capture is to end
	stopped bool
	signals chan os.Signal
	timer   *time.Timer // nil where no time was set
}

// endPatience is for how long the end of a capture waits for an output that takes
// nothing.
const endPatience = 3 * time.Second

// backlog is how many bytes of packets may wait to be worked on, besides those that
// wait in the kernel.
func (o *options) backlog() int { return o.buffer << 10 }

// fileLag is how late packets may come to a file that nobody is likely to look at
// meanwhile: most of what capturing costs is to wake up.
const fileLag = 100 * time.Millisecond

// lag returns how late packets may come; 0 for as late as usual.
func (o *options) lag() time.Duration {
	if o.records() && o.record.name != stdoutName {
		return fileLag
	}
	return 0
}

// openLive opens the interface, and gives up the privileges that this needed. From
// then on SIGINT and SIGTERM end the capture; a second one ends the program.
func openLive(o *options) (*live, error) {
	device, err := capture.OpenLive(o.device, capture.LiveOptions{
		Snap: o.snap, Buffer: o.buffer << 10, Promiscuous: !o.modest, Filter: o.kernelFilter, Lag: o.lag(),
	})
	if err != nil {
		return nil, explain(err)
	}
	user, err := privilege.Drop(o.user)
	if errors.Is(err, privilege.ErrThreads) {
		fmt.Fprintf(o.stderr, "pgwdump: %v\n", err)
	} else if err != nil {
		device.Close()
		return nil, err
	}
	l := &live{Live: device, user: user, signals: make(chan os.Signal, 1)}
	signal.Notify(l.signals, append(endSignals, reportSignals...)...)
	go l.listen()
	if o.duration > 0 {
		l.timer = time.AfterFunc(o.duration, func() { l.over.Store(true) })
	}
	return l, nil
}

// recorder returns what writes the packets to the file of -w; nil where there is
// none. The file is opened by the user that the process is now, who has to be able to
// open those that follow it.
func (l *live) recorder(o *options) (*record.Recorder, error) {
	r, err := newRecorder(o, "captured from "+l.Interface().Name, &patient{Writer: o.stdout, live: l, stderr: o.stderr})
	if err != nil || r == nil {
		return nil, err
	}
	r.Ending = func(w *capture.Writer, time int64) {
		if s, err := l.Statistics(); err == nil {
			w.Statistics(l.Interface(), s, time)
		}
	}
	if err := r.Open(time.Now().UnixNano()); err != nil {
		return nil, l.unwritable(err)
	}
	return r, nil
}

// unwritable says what to do where a file of -w cannot be written.
func (l *live) unwritable(err error) error {
	return fmt.Errorf("%w; the files of -w are written as user %s: name a directory for them where that user may write, or another user by -Z", err, l.user)
}

// listens says what is captured.
func (l *live) listens(o *options) {
	if o.talks() {
		i := l.Interface()
		fmt.Fprintf(o.stderr, "listening on %s%s as user %s, link type %s, snapshot length %d bytes\n", i.Name, o.heard(), l.user, i.Link, i.Snap)
	}
}

// heard says which ports are captured, where that is nobody's own filter, and what to do
// about others.
func (o *options) heard() string {
	switch {
	case o.expression != nil:
		return ""
	case len(o.ports) == 0:
		return fmt.Sprintf(" for port %d (others by --port or a filter)", session.DefaultPort)
	}
	ports := strings.Fields(strings.Trim(fmt.Sprint(o.allPorts()), "[]"))
	return " for ports " + strings.Join(ports, ", ")
}

// explain says what to do about a capture that was not permitted.
func explain(err error) error {
	if !errors.Is(err, capture.ErrPermission) {
		return err
	}
	name, e := os.Executable()
	if e != nil {
		name = "pgwdump"
	}
	return fmt.Errorf("%w\n%s", err, fmt.Sprintf(permissionHelp, name))
}

// listen takes signals until there are no more.
func (l *live) listen() {
	for s := range l.signals {
		if isReport(s) {
			l.asked.Store(true)
			continue
		}
		l.over.Store(true)
		signal.Reset(endSignals...)
	}
}

// isReport tells whether a signal asks for a report.
func isReport(s os.Signal) bool {
	for _, r := range reportSignals {
		if s == r {
			return true
		}
	}
	return false
}

// Read returns the next packet. The error is io.EOF when the capture is over and all
// of it was read.
func (l *live) Read() (*capture.Packet, error) {
	if l.asked.Load() {
		l.asked.Store(false)
		l.report()
	}
	if l.over.Load() && !l.stopped {
		l.stopped = true
		if err := l.Stop(); err != nil {
			return nil, err
		}
	}
	return l.Live.Read()
}

// Close ends the capture, and takes no signals any more.
func (l *live) Close() error {
	signal.Stop(l.signals)
	close(l.signals)
	if l.timer != nil {
		l.timer.Stop()
	}
	return l.Live.Close()
}

// listen captures from an interface and writes what it says.
func (d *dumper) listen() error {
	keys, err := openKeyLogs(d.options, nil, len(d.options.keyLogs) > 0) // while there is still the right to read them
	if err != nil {
		return err
	}
	defer keys.close()
	l, err := openLive(d.options)
	if err != nil {
		return err
	}
	defer l.Close()
	d.source, d.live, d.keys = l, l, keys
	if err := d.keep("captured from " + l.Interface().Name); err != nil {
		return err
	}
	if d.incidents != nil {
		if err := d.incidents.Writable(); err != nil {
			return l.unwritable(err)
		}
	}
	recorder, err := l.recorder(d.options)
	if err != nil {
		return err
	}
	if recorder != nil {
		d.source = d.record(l, recorder)
	}
	l.listens(d.options)
	l.report = func() {
		d.report(l)
		d.soFar()
	}
	err = d.work()
	l.over.Store(true)
	if recorder != nil {
		d.finish(recorder)
	}
	d.report(l)
	if d.packets == 0 && d.options.talks() {
		fmt.Fprintln(d.options.stderr, nothingCaptured)
	}
	return d.end(err)
}

// nothingCaptured says why there may have been no packet.
const nothingCaptured = "nothing was captured: is it another port (--port), or another interface (-D)? Unix-domain sockets have no packets"

// tellLast ends the flow of packets, and tells of those that were dropped behind the last
// one that was read: after -c nobody reads any more. Of files, those that were dropped
// somewhere.
func (d *dumper) tellLast() {
	if d.live == nil {
		n := d.files.Untold()
		if d.filtered != nil {
			n += d.filtered.Untold()
		}
		if n > 0 {
			d.pipeline.Drop(n, d.last.Packet+1, d.last.Time)
		}
		return
	}
	if err := d.live.Stop(); err != nil {
		d.complain(err)
	}
	if n := d.live.Untold(); n > 0 {
		d.pipeline.Drop(n, d.packets+1, time.Now().UnixNano())
	}
}

// report says what became of the packets so far. Where some are missing it says so
// even if nobody wants to hear of the rest.
func (d *dumper) report(l *live) {
	s, err := l.Statistics()
	if err != nil {
		d.complain(err)
	}
	d.cut = d.cut || s.Dropped+s.InterfaceDropped > 0
	shed := int64(0)
	if d.pipeline != nil {
		shed = d.pipeline.Totals().Shed
	}
	if !d.options.talks() && s.Dropped+s.InterfaceDropped+shed == 0 {
		return
	}
	var b strings.Builder
	fmt.Fprintln(&b, render.Many(int64(d.packets), "packet"), "captured")
	fmt.Fprintln(&b, render.Many(s.Received, "packet"), "received by filter")
	fmt.Fprintln(&b, render.Many(s.Dropped, "packet"), "dropped by kernel")
	if shed > 0 {
		fmt.Fprintln(&b, render.Many(shed, "packet"), "not looked at for overload")
	}
	if s.InterfaceDropped > 0 {
		fmt.Fprintln(&b, render.Many(s.InterfaceDropped, "packet"), "dropped by interface")
	}
	io.WriteString(d.options.stderr, b.String())
}

// soFar says what was seen until now, and what of it could not be shown.
func (d *dumper) soFar() {
	if d.pipeline == nil || !d.options.talks() {
		return
	}
	t := d.pipeline.Totals()
	counted := render.Many(t.Messages, "message")
	if d.options.view == session.Statements {
		counted = render.Many(t.Statements, "statement")
	}
	if d.top != nil {
		d.top.print(d.options.stderr)
	}
	s := render.Summary{Counted: counted, Packets: d.packets, Totals: t}
	d.options.stderr.Write(s.AppendText(nil))
}

// list writes what can be captured from, a line each.
func list(w io.Writer) error {
	devices, err := capture.Devices()
	if err != nil {
		return err
	}
	width := 0
	for _, d := range devices {
		width = max(width, len(d.Name))
	}
	for i, d := range devices {
		line := fmt.Sprintf("%2d  %-*s  %s", i+1, width, d.Name, strings.Join(append(d.State, d.Addresses...), ", "))
		if d.Description != "" {
			line = fmt.Sprintf("%2d  %-*s  %s", i+1, width, d.Name, d.Description)
		}
		fmt.Fprintln(w, strings.TrimRight(line, " "))
	}
	return nil
}
