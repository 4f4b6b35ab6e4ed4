package record

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/pgwdump/pgwdump/capture"
	"github.com/pgwdump/pgwdump/session"
)

// Incidents are files, for each statement that was looked for one with the packets of
// its connection, from as far back as they are kept.
type Incidents struct {
	*Keeper
	// Most is how many files there may be; 0 for no limit.
	Most int
	// Written is told of each file: its name, how many packets it has and the time of the
	// first, in nanoseconds since 1970-01-01 UTC. It may be nil.
	Written func(name string, e *session.Event, packets int, first int64)

	pattern string // of the names
	about   capture.About
	count   int // of the statements
	last    string
	again   int // files of the same name
	err     error
}

// NewIncidents returns Incidents that keep so many bytes of packets. In the names of the
// files %t stands for the time of the statement, %n for its number and %c for that of the
// connection; one of the first two has to be there. The comment of a file says which
// statement it is for, behind that of a.
func NewIncidents(pattern string, kept int64, a capture.About) (*Incidents, error) {
	i := &Incidents{Keeper: NewKeeper(kept), pattern: pattern, about: a}
	_, err := i.name(0, 0)
	return i, err
}

// Writable returns an error where files of the name could not be written.
func (i *Incidents) Writable() error {
	f, err := os.CreateTemp(filepath.Dir(i.pattern), "pgwdump-")
	if err != nil {
		return err
	}
	f.Close()
	return os.Remove(f.Name())
}

// name returns the name of the file of a statement that began at a time, in
// nanoseconds since 1970-01-01 UTC, on the connection of that number.
func (i *Incidents) name(at int64, conn int) (string, error) {
	var b strings.Builder
	own := false
	for text := i.pattern; text != ""; {
		before, rest, found := strings.Cut(text, "%")
		b.WriteString(before)
		if text = rest; !found {
			break
		}
		if text == "" {
			return "", errors.New("what does the % at the end stand for?")
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
			return "", fmt.Errorf("%%t is the time of the statement, %%n its number, %%c that of the connection, and %%%c is nothing", c)
		}
		text = text[1:]
	}
	if !own {
		return "", errors.New("each statement has a file of its own, so the name needs %t, the time of the statement, or %n, its number")
	}
	return b.String(), nil
}

// Hit writes the file of a statement that has ended. Behind an error, and behind as many
// as there may be, none is written.
func (i *Incidents) Hit(e *session.Event) {
	if i.err != nil {
		return
	}
	i.count++
	if i.Most > 0 && i.count > i.Most {
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

func (i *Incidents) write(name string, e *session.Event) error {
	// What was captured may hold secrets: it is for nobody else.
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	about := i.about
	about.Comment += fmt.Sprintf(": connection %d, statement %d, up to packet %d", e.Conn.Number, e.Statement.Number, e.Packet)
	packets, first, err := i.Keeper.Write(capture.NewWriter(file, about), e.Conn.Ends, e.Packet)
	if err := errors.Join(err, file.Close()); err != nil {
		return err
	}
	if i.Written != nil {
		i.Written(name, e, packets, first)
	}
	return nil
}

// Close returns for how many statements no file was written because there were too many,
// and the first error.
func (i *Incidents) Close() (missed int, err error) {
	if i.Most > 0 {
		missed = max(i.count-i.Most, 0)
	}
	return missed, i.err
}
