package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/pgwdump/pgwdump/capture"
	"github.com/pgwdump/pgwdump/render"
	"github.com/pgwdump/pgwdump/session"
)

// mostIncidents is how many files --keep writes where -W does not say.
const mostIncidents = 100

// incidents are the files of --keep: for each statement that was looked for one with
// the packets of its connection, from as far back as they are kept.
type incidents struct {
	keeper  *capture.Keeper
	pattern string // of the names
	about   string // where the packets come from
	most    int
	talk    io.Writer // nil where nobody wants to hear of the files

	count int // of the statements
	last  string
	again int // files of the same name
	err   error
}

// newIncidents returns what writes the files of --keep; nil where that was not given.
func newIncidents(o *options, about string) (*incidents, error) {
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
	i := &incidents{keeper: capture.NewKeeper(limit), pattern: o.record.name, about: about, most: mostIncidents}
	if o.record.files > 0 {
		i.most = o.record.files
	}
	if o.quiet != 1 {
		i.talk = o.stderr
	}
	if _, err := i.name(0, 0); err != nil {
		return nil, usageError{err}
	}
	return i, nil
}

// writable returns an error where files of the name could not be written.
func (i *incidents) writable() error {
	f, err := os.CreateTemp(filepath.Dir(i.pattern), "pgwdump-")
	if err != nil {
		return err
	}
	f.Close()
	return os.Remove(f.Name())
}

// name returns the name of the file of a statement that began at a time, in
// nanoseconds since 1970-01-01 UTC, on the connection of that number.
func (i *incidents) name(at int64, conn int) (string, error) {
	var b strings.Builder
	own := false
	for text := i.pattern; text != ""; {
		before, rest, found := strings.Cut(text, "%")
		b.WriteString(before)
		if text = rest; !found {
			break
		}
		if text == "" {
			return "", errors.New("-w with --keep: what does the % at the end stand for?")
		}
		switch c := text[0]; c {
		case 't':
			b.WriteString(time.Unix(0, at).UTC().Format("20060102T150405.000000Z"))
			own = true
		case 'n':
			b.WriteString(strconv.Itoa(i.count))
			own = true
		case 'c':
			b.WriteString(strconv.Itoa(conn))
		case '%':
			b.WriteByte('%')
		default:
			return "", fmt.Errorf("-w with --keep: %%t is the time of the statement, %%n its number, %%c that of the connection, and %%%c is nothing", c)
		}
		text = text[1:]
	}
	if !own {
		return "", errors.New("-w with --keep: each statement has a file of its own, so the name needs %t, the time of the statement, or %n, its number")
	}
	return b.String(), nil
}

// hit writes the file of a statement. The first error is kept, and none comes after it.
func (i *incidents) hit(e *session.Event) {
	if i.err != nil {
		return
	}
	i.count++
	if i.count > i.most {
		return
	}
	at := e.Statement.Began()
	name, _ := i.name(at.Time, e.Conn.Number)
	if i.again++; name != i.last {
		i.last, i.again = name, 0
	}
	if i.again > 0 {
		ending := filepath.Ext(name)
		name = strings.TrimSuffix(name, ending) + "-" + strconv.Itoa(i.again) + ending
	}
	i.err = i.write(name, e)
}

func (i *incidents) write(name string, e *session.Event) error {
	// What was captured may hold secrets: it is for nobody else.
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	comment := fmt.Sprintf("%s: connection %d, statement %d, up to packet %d", i.about, e.Conn.Number, e.Statement.Number, e.Packet)
	w := capture.NewWriter(file, capture.About{Application: "pgwdump " + version(), Comment: comment})
	packets, first, err := i.keeper.Write(w, e.Conn.Ends, e.Packet)
	if err := errors.Join(err, file.Close()); err != nil {
		return err
	}
	if i.talk != nil {
		fmt.Fprintf(i.talk, "%s: %s of connection %d, from %s on\n", name, render.Many(int64(packets), "packet"), e.Conn.Number,
			time.Unix(0, first).Format("15:04:05.000000"))
	}
	return nil
}

// end says what was not written, and returns the first error.
func (i *incidents) end() error {
	if n := i.count - i.most; n > 0 && i.talk != nil && i.err == nil {
		fmt.Fprintf(i.talk, "%s more would have had a file: -W says how many there may be\n", render.Many(int64(n), "statement"))
	}
	return i.err
}

// A keeping is a source whose packets are kept as they are read.
type keeping struct {
	capture.Source
	keeper *capture.Keeper
}

// Read returns the next packet, which is kept.
func (k *keeping) Read() (*capture.Packet, error) {
	p, err := k.Source.Read()
	if err == nil {
		k.keeper.Add(p)
	}
	return p, err
}
