package capture

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"sync/atomic"
)

const (
	// bufferSize is how much of a file is read at once.
	bufferSize = 1 << 18
	// maxRecord is the largest record that is believed: tcpdump's largest packet
	// is 64 times smaller.
	maxRecord = 1 << 24
	// stdin is the name that stands for standard input.
	stdin = "-"
)

// A file is one capture file that is being read.
type file struct {
	name    string
	closers []io.Closer
	in      *input // decompressed
	offset  int64  // of the next byte of in
	packets int    // read so far
	format  format
	large   []byte        // memory for a record that the buffer of in cannot hold
	holder  *Buffer       // what take has returned last is in it; nil where that is in large
	read    *atomic.Int64 // bytes read from disk, of this file and others
	over    *atomic.Bool  // nil unless it grows
	secrets func(name string, keyLog []byte)
	losses  losses
	flaws   int // errors after which reading went on
}

// A format reads the records of one file format.
type format interface {
	// next reads the next packet into p. At the end of the file it returns io.EOF, and
	// errAnother where another one begins.
	next(f *file, p *Packet) error
	// ready tells whether next would find a packet in the buffer, or the end.
	ready(f *file) bool
}

// openFile opens a capture file and reads its header; over is set when it grows no
// more, nil where it does not grow. The error is a *FileError.
func openFile(name string, read *atomic.Int64, over *atomic.Bool) (*file, error) {
	f := &file{name: name, read: read, over: over}
	if err := f.open(); err != nil {
		f.close()
		return nil, f.fail(err)
	}
	return f, nil
}

func (f *file) open() error {
	source := os.Stdin
	if f.name != stdin {
		var err error
		if source, err = os.Open(f.name); err != nil {
			return err
		}
		f.closers = append(f.closers, source)
	}
	if f.over != nil {
		return f.begin(growing{source, f.over})
	}
	return f.begin(source)
}

// begin finds out what a file is.
func (f *file) begin(source io.Reader) error {
	f.in = newInput(&counter{source, f.read})
	if err := f.decompress(); err != nil {
		return err
	}
	return f.recognise()
}

// recognise finds out which format begins here.
func (f *file) recognise() error {
	magic, err := f.in.Peek(4)
	switch {
	case err == io.EOF && len(magic) == 0:
		return ErrEmpty
	case err != nil && err != io.EOF:
		return err
	case bytes.Equal(magic, sectionHeader):
		f.format = &pcapng{}
		return nil
	}
	f.format, err = newPcap(f)
	return err
}

// errAnother: what comes next is the beginning of another file.
var errAnother = errors.New("another file begins here")

// next reads the next packet into p, of this file or of one that begins where it ends.
// At the end it returns io.EOF.
func (f *file) next(p *Packet) error {
	for {
		err := f.format.next(f, p)
		if err != errAnother {
			return err
		}
		if err := f.recognise(); err != nil {
			return err
		}
	}
}

// goesOn tells whether more can be read of a file after an error.
func goesOn(err error) bool { return errors.Is(err, ErrSkipped) || errors.Is(err, ErrInterface) }

// fail says where in the file an error happened.
func (f *file) fail(err error) *FileError {
	e := &FileError{Name: f.name, Packet: f.packets, Offset: f.offset, Err: err}
	if f.name == stdin {
		e.Name = "standard input"
	}
	if path := new(fs.PathError); errors.As(err, &path) {
		e.Err = path.Err // the name is in e already
	}
	if reason := new(reason); errors.As(err, &reason) {
		e.Err, e.Detail = reason.err, reason.detail
	}
	return e
}

// A reason is an error with a detail for the FileError that it becomes.
type reason struct {
	err    error
	detail string
}

func (r *reason) Error() string { return r.err.Error() }
func (r *reason) Unwrap() error { return r.err }

func (f *file) close() {
	for _, c := range f.closers {
		c.Close()
	}
}

// take returns the next n bytes, valid until the next call, or for as long as f.holder is
// held. The error is io.EOF where there are none, ErrCut where there are fewer.
func (f *file) take(n int) ([]byte, error) {
	if n > bufferSize {
		f.holder = nil
		return f.takeLarge(n)
	}
	b, err := f.in.Peek(n)
	if f.holder = f.in.buffer; len(b) == n {
		f.in.Discard(n)
		f.offset += int64(n)
		return b, nil
	}
	return nil, f.end(len(b), err)
}

// takeLarge is take for what the buffer cannot hold. Memory grows with what is
// there, not with what was claimed.
func (f *file) takeLarge(n int) ([]byte, error) {
	f.large = f.large[:0]
	for len(f.large) < n {
		chunk := min(n-len(f.large), bufferSize)
		b, err := f.in.Peek(chunk)
		if len(b) < chunk {
			return nil, f.end(len(f.large)+len(b), err)
		}
		f.large = append(f.large, b...)
		f.in.Discard(chunk)
	}
	f.offset += int64(n)
	return f.large, nil
}

// end returns the error of a read that got only n bytes.
func (f *file) end(n int, err error) error {
	switch {
	case err == io.EOF && n == 0:
		return io.EOF
	case err == io.EOF, err == io.ErrUnexpectedEOF:
		return ErrCut
	}
	return err
}

// A counter counts the bytes read from a file, for a report of progress.
type counter struct {
	io.Reader
	n *atomic.Int64
}

func (c *counter) Read(b []byte) (int, error) {
	n, err := c.Reader.Read(b)
	c.n.Add(int64(n))
	return n, err
}
