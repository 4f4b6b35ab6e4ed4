package cli

import (
	"fmt"
	"os"

	"github.com/pgwdump/pgwdump/capture"
	"github.com/pgwdump/pgwdump/decrypted"
	"github.com/pgwdump/pgwdump/render"
	"github.com/pgwdump/pgwdump/session"
)

// private are the permissions of files that have secrets in them.
const private = 0o600

// A clearFile is the file of --decrypted-pcap.
type clearFile struct {
	*decrypted.Writer
	file    *os.File
	capture *capture.Writer
}

// openClear opens the file of --decrypted-pcap; nil where there is none.
func openClear(o *options) (*clearFile, error) {
	if o.decrypted == "" {
		return nil, nil
	}
	f, err := createPrivate(o, "--decrypted-pcap", o.decrypted)
	if err != nil {
		return nil, err
	}
	w := capture.NewWriter(f, capture.About{Application: "pgwdump " + version(), Comment: "conversations in clear, in TCP connections that are made up"})
	return &clearFile{decrypted.NewWriter(w.Write), f, w}, nil
}

// createPrivate creates a file that only its owner may read, and that is none of
// those that are read.
func createPrivate(o *options, flag, name string) (*os.File, error) {
	if f := o.reads(name); f != "" {
		return nil, fmt.Errorf("%s would be overwritten while it is read; give %s another name", f, flag)
	}
	f, err := os.OpenFile(name, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, private)
	if err != nil {
		return nil, err
	}
	return f, f.Chmod(private) // it may have been there
}

// tap returns a selection of events that writes them to the file, and then selects as
// before; nil selects all.
func (f *clearFile) tap(selects func(*session.Event, func(*session.Event))) func(*session.Event, func(*session.Event)) {
	return func(e *session.Event, pass func(*session.Event)) {
		f.Add(e)
		if selects != nil {
			selects(e, pass)
		} else {
			pass(e)
		}
	}
}

// close writes what is left, and says what the file has now.
func (f *clearFile) close(o *options) error {
	err := f.Writer.Close()
	for _, end := range []func() error{f.capture.Flush, f.file.Close} {
		if e := end(); err == nil {
			err = e
		}
	}
	if err != nil {
		return err
	}
	s := fmt.Sprintf("pgwdump: %s now has %s in clear (%d decrypted), statements, data and passwords included: keep it safe",
		f.file.Name(), render.Many(int64(f.Written), "conversation"), f.Decrypted)
	if f.Unread > 0 {
		s += "; without " + render.Many(int64(f.Unread), "connection") + " that could not be decrypted"
	}
	fmt.Fprintln(o.stderr, s)
	return nil
}
