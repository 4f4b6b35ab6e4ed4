// Package record keeps packets: it writes them to files, all or those of PostgreSQL
// connections, one file after the other or one for each statement that is looked for,
// as they go by from where they are captured to where they are looked at.
package record

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"time"

	"github.com/pgwdump/pgwdump/capture"
)

// ErrEnough: as many files were written as were asked for. The packet that was to be
// written is in none of them.
var ErrEnough = errors.New("as many files were written as were asked for")

// A Rotation says when a Recorder begins another file, with the meaning that tcpdump
// gives to -C, -G and -W.
type Rotation struct {
	// Size: a file that is larger gets no more packets; 0 for no limit. The next ones
	// have a number behind their names, from 1 on.
	Size int64
	// Every: a file gets no packets that come so much later than it was begun, by
	// their own time; 0 for no limit. The names are patterns of strftime(3) then, and
	// a file overwrites another of the same name.
	Every time.Duration
	// Files is how many files there may be; 0 for no limit. With a Size the first is
	// overwritten behind the last, and numbers have leading zeros; with Every alone
	// [Recorder.Write] returns ErrEnough.
	Files int
}

// A Recorder writes packets to a pcapng file, or to one file after the other. It is
// not for use by several goroutines at once.
type Recorder struct {
	// Ending is called before a file is closed; the time is that of the last packet.
	// It may be nil.
	Ending func(w *capture.Writer, time int64)

	name     string
	about    capture.About
	rotation Rotation
	file     io.Closer // nil before the first
	writer   *capture.Writer
	began    int64 // when the period of Every began
	periods  int   // that are over
	count    int   // of the file in the period
	time     int64 // of the last packet
	packets  int64
	secrets  [][]byte // that each file has to have
}

// NewRecorder returns a Recorder to files of a name. Nothing is written before
// [Recorder.Open], or the first packet.
func NewRecorder(name string, a capture.About, r Rotation) (*Recorder, error) {
	if r.Every > 0 {
		if _, err := strftime(name, time.Now()); err != nil {
			return nil, err
		}
	}
	return &Recorder{name: name, about: a, rotation: r}, nil
}

// RecordTo returns a Recorder to a writer, with no rotation. It is not closed.
func RecordTo(w io.Writer, a capture.About) *Recorder {
	return &Recorder{writer: capture.NewWriter(w, a), file: io.NopCloser(nil)}
}

// Open begins the first file at a time, in nanoseconds since 1970-01-01 UTC.
func (r *Recorder) Open(time int64) error {
	if r.file != nil {
		return nil
	}
	r.began, r.time = time, time
	return r.open()
}

// Write writes a packet, to another file than before where it is time for that.
func (r *Recorder) Write(p *capture.Packet) error {
	if err := r.Open(p.Time); err != nil {
		return err
	}
	if err := r.rotate(p.Time); err != nil {
		return err
	}
	r.time = p.Time
	r.packets++
	return r.writer.Write(p)
}

// rotate begins another file where it is time for that.
func (r *Recorder) rotate(now int64) error {
	if every := int64(r.rotation.Every); every > 0 && now-r.began >= every {
		r.began = now
		r.periods++
		if r.rotation.Size == 0 && r.rotation.Files > 0 && r.periods >= r.rotation.Files {
			return ErrEnough
		}
		return r.next(0)
	}
	if r.rotation.Size == 0 || r.writer.Size() <= r.rotation.Size {
		return nil
	}
	count := r.count + 1
	if r.rotation.Files > 0 {
		count %= r.rotation.Files
	}
	return r.next(count)
}

// next closes the file and opens another.
func (r *Recorder) next(count int) error {
	r.count = count
	if err := r.shut(); err != nil {
		return err
	}
	return r.open()
}

func (r *Recorder) open() error {
	name, err := r.path()
	if err != nil {
		return err
	}
	// What was captured may hold secrets: it is for nobody else.
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	r.file, r.writer = f, capture.NewWriter(f, r.about)
	for _, s := range r.secrets {
		r.writer.Secrets(s)
	}
	return r.writer.Flush()
}

// path returns the name of the file that is to be opened.
func (r *Recorder) path() (name string, err error) {
	name = r.name
	if r.rotation.Every > 0 {
		if name, err = strftime(name, time.Unix(0, r.began)); err != nil {
			return "", err
		}
	}
	digits := 0
	if r.rotation.Size > 0 && r.rotation.Files > 1 {
		digits = len(strconv.Itoa(r.rotation.Files - 1))
	}
	if r.count > 0 || digits > 0 {
		name += fmt.Sprintf("%0*d", digits, r.count)
	}
	return name, nil
}

// Secrets writes a key log of TLS to this file and to all that follow.
func (r *Recorder) Secrets(keyLog []byte) error {
	r.secrets = append(r.secrets, append([]byte(nil), keyLog...))
	if r.writer == nil {
		return nil
	}
	return r.writer.Secrets(keyLog)
}

// Packets returns how many packets were written, to all files.
func (r *Recorder) Packets() int64 { return r.packets }

// Flush hands on what was written.
func (r *Recorder) Flush() error {
	if r.writer == nil {
		return nil
	}
	return r.writer.Flush()
}

// Close ends the file. Where none was begun, it is one without packets.
func (r *Recorder) Close() error {
	if r.file == nil {
		if err := r.Open(time.Now().UnixNano()); err != nil {
			return err
		}
	}
	return r.shut()
}

func (r *Recorder) shut() error {
	if r.Ending != nil {
		r.Ending(r.writer, r.time)
	}
	err := r.writer.Flush()
	return errors.Join(err, r.file.Close())
}
