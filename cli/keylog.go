package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync/atomic"
	"time"

	"github.com/pgwdump/pgwdump/capture"
	"github.com/pgwdump/pgwdump/render"
	"github.com/pgwdump/pgwdump/tlskeys"
)

// pollInterval is how often key logs that may grow are looked at, while something
// waits for a key.
const pollInterval = 20 * time.Millisecond

// keyLogs are where the keys of TLS come from: the files of --keylog, and the captures
// themselves.
type keyLogs struct {
	tlskeys.Log
	files    []*keyFile
	captures *capture.Files // nil with a live capture
	growing  bool           // more may be written while packets are read
	over     atomic.Bool    // no more packets are read
	searched bool           // the captures were
	full     bool           // it was said that the captures have too many secrets
	polled   time.Time
	stderr   io.Writer
}

// A keyFile is one file of --keylog.
type keyFile struct {
	*os.File
	reader tlskeys.File
}

// openKeyLogs reads the key logs. Lines that are no line of a key log are reported and
// skipped.
func openKeyLogs(o *options, captures *capture.Files, growing bool) (*keyLogs, error) {
	k := &keyLogs{captures: captures, growing: growing, stderr: o.stderr}
	k.More = k.more
	for _, name := range o.keyLogs {
		if err := k.open(name); err != nil {
			k.close()
			return nil, fmt.Errorf("%w; --keylog names a file that the client writes, by sslkeylogfile of libpq or SSLKEYLOGFILE", named(err))
		}
	}
	if captures != nil {
		captures.OnSecrets(k.embedded)
	}
	return k, nil
}

// open opens a key log and reads it. The error is that of a file which cannot be read.
func (k *keyLogs) open(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	file := &keyFile{File: f, reader: tlskeys.File{Log: &k.Log}}
	k.files = append(k.files, file)
	err = file.reader.Read(f)
	if path := (*fs.PathError)(nil); errors.As(err, &path) {
		return path
	}
	if k.complain(name, err); !k.growing {
		k.complain(name, file.reader.End())
	}
	return nil
}

// maxEmbedded is of how many TLS connections the secrets in captures are taken. Those in
// the files of --keylog are, of any number.
const maxEmbedded = 1 << 18

// embedded takes a key log out of a capture.
func (k *keyLogs) embedded(name string, keyLog []byte) {
	err := k.take(keyLog)
	if err == errEmbedded {
		if k.full {
			return
		}
		k.full = true
	}
	k.complain(name+": secrets of TLS", err)
}

// errEmbedded: there are too many secrets in captures.
var errEmbedded = fmt.Errorf("there are those of %d connections already; give the others by --keylog", maxEmbedded)

// take takes a key log out of a capture, unless there are too many.
func (k *keyLogs) take(keyLog []byte) error {
	if k.Log.Len() >= maxEmbedded {
		return errEmbedded
	}
	return k.Log.Read(bytes.NewReader(keyLog))
}

// more looks for keys that are not there yet, and tells whether more may come.
func (k *keyLogs) more() bool {
	if k.captures != nil && !k.searched {
		k.searched = true
		k.captures.FindSecrets(func(_ string, keyLog []byte) { k.take(keyLog) })
	}
	over := k.over.Load()
	if k.growing && (over || time.Since(k.polled) >= pollInterval) {
		k.polled = time.Now()
		for _, f := range k.files {
			if k.complain(f.Name(), f.reader.Read(f)); over {
				k.complain(f.Name(), f.reader.End())
			}
		}
	}
	return k.growing && !over
}

// end says that no more packets are read: what is not in the key logs now never will be.
func (k *keyLogs) end() { k.over.Store(true) }

// maxComplaints is how many lines of a key log are reported one by one: of a file that is
// no key log all would be.
const maxComplaints = 3

// complain reports lines that were skipped.
func (k *keyLogs) complain(name string, err error) {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		lines := joined.Unwrap()
		for _, e := range lines[:min(len(lines), maxComplaints)] {
			k.complain(name, e)
		}
		if n := len(lines) - maxComplaints; n > 0 {
			fmt.Fprintf(k.stderr, "pgwdump: %s: and %s more\n", name, render.Many(int64(n), "line"))
		}
	} else if err != nil {
		fmt.Fprintf(k.stderr, "pgwdump: %s: %v\n", name, bare(err))
	}
}

func (k *keyLogs) close() {
	for _, f := range k.files {
		f.Close()
	}
}
