package cli

import (
	"errors"
	"fmt"
	"time"

	"github.com/pgwdump/pgwdump/capture"
	"github.com/pgwdump/pgwdump/record"
	"github.com/pgwdump/pgwdump/render"
	"github.com/pgwdump/pgwdump/session"
)

// mostIncidents is how many files --keep writes where -W does not say.
const mostIncidents = 100

// newIncidents returns what writes the files of --keep; nil where that was not given. The
// comment says in them where the packets come from.
func newIncidents(o *options, comment string) (*record.Incidents, error) {
	if o.record.keep == "" {
		return nil, nil
	}
	limit, err := parseSize(o.record.keep)
	switch {
	case err != nil:
		return nil, usageError{fmt.Errorf("--keep: %w", err)}
	case o.record.name == "" || o.record.name == stdoutName:
		return nil, usageError{errors.New("--keep writes files: name them by -w, such as -w incident-%t.pcapng")}
	case o.record.size != "" || o.record.seconds > 0:
		return nil, usageError{errors.New("-C and -G are for files of all packets; --keep writes one for each statement that is looked for")}
	case !o.selection.Narrow():
		return nil, usageError{errors.New("--keep writes a file for each statement that is looked for: say which, by --slower 500ms, --errors or other conditions")}
	}
	i, err := record.NewIncidents(o.record.name, limit, capture.About{Application: "pgwdump " + version(), Comment: comment})
	if err != nil {
		return nil, usageError{fmt.Errorf("-w with --keep: %w", err)}
	}
	if i.Most = mostIncidents; o.record.files > 0 {
		i.Most = o.record.files
	}
	if o.quiet != 1 {
		i.Written = func(name string, e *session.Event, packets int, first int64) {
			fmt.Fprintf(o.stderr, "%s: %s of connection %d, from %s on\n", name, render.Many(int64(packets), "packet"), e.Conn.Number,
				time.Unix(0, first).Format("15:04:05.000000"))
		}
	}
	return i, nil
}

// keep keeps the packets of the source, where --keep asks for that.
func (d *dumper) keep(comment string) (err error) {
	if d.incidents, err = newIncidents(d.options, comment); d.incidents != nil {
		d.source = d.incidents.Keep(d.source)
	}
	return err
}

// tellMissed says what --keep did not write, and returns the first error in writing.
func (d *dumper) tellMissed() error {
	missed, err := d.incidents.Close()
	if missed > 0 && d.options.quiet != 1 && err == nil {
		fmt.Fprintf(d.options.stderr, "%s more would have had a file: -W says how many there may be\n", render.Many(int64(missed), "statement"))
	}
	return err
}
