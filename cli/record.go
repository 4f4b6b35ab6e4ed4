package cli

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pgwdump/pgwdump/capture"
	"github.com/pgwdump/pgwdump/record"
	"github.com/pgwdump/pgwdump/render"
	"github.com/pgwdump/pgwdump/session"
)

// recording is what the flags say of files that are written.
type recording struct {
	name    string // of -w; empty where nothing is written
	size    string // -C
	seconds int    // -G
	files   int    // -W
	only    bool   // --postgres-only
	keep    string // --keep: not all packets, but those of incidents
}

// stdoutName is the name that stands for standard output.
const stdoutName = "-"

// rotation turns the flags into what they mean, as tcpdump has them.
func (r *recording) rotation() (record.Rotation, error) {
	size, err := fileSize(r.size)
	switch {
	case err != nil:
		return record.Rotation{}, err
	case r.seconds < 0:
		return record.Rotation{}, fmt.Errorf("-G is a number of seconds, not %d", r.seconds)
	case r.files < 0:
		return record.Rotation{}, fmt.Errorf("-W is a number of files, not %d", r.files)
	case r.name == "" && (size > 0 || r.seconds > 0 || r.files > 0):
		return record.Rotation{}, errors.New("-C, -G and -W are about the files of -w, which is not there")
	case r.name == "" && r.only:
		return record.Rotation{}, errors.New("--postgres-only is about the file of -w, which is not there")
	case r.name == stdoutName && (size > 0 || r.seconds > 0):
		return record.Rotation{}, errors.New("-C and -G need a file; -w - is standard output")
	case r.files > 0 && size == 0 && r.seconds == 0 && r.keep == "":
		return record.Rotation{}, errors.New("-W limits the files of -C or -G, which are not there")
	}
	return record.Rotation{Size: size, Every: time.Duration(r.seconds) * time.Second, Files: r.files}, nil
}

// fileSize reads a size in millions of bytes, or with a suffix in KiB, MiB or GiB.
func fileSize(s string) (int64, error) {
	if s == "" {
		return 0, nil
	}
	digits, unit := s, int64(1_000_000)
	for suffix, u := range map[string]int64{"k": 1 << 10, "m": 1 << 20, "g": 1 << 30} {
		if d, ok := strings.CutSuffix(strings.ToLower(s), suffix); ok {
			digits, unit = d, u
		}
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n < 1 || n > math.MaxInt64/unit {
		return 0, fmt.Errorf("-C is a number of millions of bytes, or with k, m or g of KiB, MiB or GiB, not %q", s)
	}
	return n * unit, nil
}

// newRecorder returns what writes the packets to the files of -w, or to standard output;
// nil where nothing is to be written. The comment says in them where the packets come from.
func newRecorder(o *options, comment string, stdout io.Writer) (*record.Recorder, error) {
	if o.record.keep != "" {
		return nil, nil // the files are those of incidents
	}
	if o.records() && o.view == session.Statements {
		return nil, usageError{errors.New("-w - and -w with -q print nothing, so that queries has nothing to do")}
	}
	about := capture.About{Application: "pgwdump " + version(), Comment: comment}
	switch o.record.name {
	case "":
		return nil, nil
	case stdoutName:
		if isTerminal(o.stdout) {
			return nil, errors.New("-w - writes a capture file to standard output, which is a terminal; direct it to a file or a program")
		}
		return record.RecordTo(stdout, about), nil
	}
	if f := o.reads(o.record.name); f != "" {
		return nil, fmt.Errorf("%s would be overwritten while it is read; give -w another name", f)
	}
	rotation, err := o.record.rotation()
	if err != nil {
		return nil, err
	}
	return record.NewRecorder(o.record.name, about, rotation)
}

// reads returns the name of a file that is read, if a file that is to be written is the
// same.
func (o *options) reads(name string) string {
	written, err := os.Stat(name)
	if err != nil || !written.Mode().IsRegular() {
		return ""
	}
	for _, f := range slices.Concat(o.files, o.keyLogs) {
		if read, err := os.Stat(f); err == nil && os.SameFile(read, written) {
			return f
		}
	}
	return ""
}

// record returns a source whose packets are written as they are read: all, or those of
// PostgreSQL connections.
func (d *dumper) record(source capture.Source, r *record.Recorder) capture.Source {
	if !d.options.record.only {
		return record.Tee(source, r)
	}
	d.only = record.NewPostgreSQL(r)
	return record.Tee(source, d.only)
}

// writeLost writes how many packets were lost in capturing, as the files that were read say
// by that time: not each is told of by a packet that is written.
func writeLost(w *capture.Writer, files *capture.Files, time int64) {
	for about, lost := range files.Lost() {
		w.Statistics(about, lost, time)
	}
}

// copy reads to the end of the source and looks at nothing: where packets are only
// written.
func (d *dumper) copy() {
	for d.options.count == 0 || d.packets < d.options.count {
		switch _, err := d.source.Read(); {
		case err == io.EOF:
			return
		case err == capture.ErrTimeout:
		case err != nil:
			d.complain(err)
		default:
			d.packets++
		}
	}
}

// records tells whether packets are only written, and nobody looks at them.
func (o *options) records() bool {
	return o.record.name != "" && o.silent() && !o.record.only && !o.strict
}

// silent tells whether nothing is printed.
func (o *options) silent() bool {
	return o.quiet >= silent || o.record.keep == "" && o.record.name != "" && o.quiet > 0 || o.record.name == stdoutName
}

// talks tells whether it is said at the end what was seen.
func (o *options) talks() bool { return o.quiet != 1 || o.record.name != "" }

// finish ends the files that were written, and says what is in them.
func (d *dumper) finish(r *record.Recorder) {
	others := ""
	if d.only != nil {
		n, err := d.only.Close()
		if err != nil {
			d.complain(err)
		}
		others = ", " + render.Many(n, "packet") + " of other connections left out"
	}
	err := r.Close()
	if r.Packets() == 0 && d.failed {
		return // what kept it from being written was said when it happened
	}
	if err != nil && !errors.Is(err, d.complained) {
		d.complain(err)
	}
	if d.options.talks() {
		fmt.Fprintf(d.options.stderr, "%s written to %s%s\n", render.Many(r.Packets(), "packet"), d.options.record.name, others)
	}
}
