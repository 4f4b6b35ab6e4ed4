package record

import (
	"errors"
	"io"

	"github.com/pgwdump/pgwdump/capture"
)

// A Writer is where packets are written: a [Recorder], or what stands before one.
type Writer interface {
	Write(*capture.Packet) error
	Flush() error
}

// Tee returns a source whose packets are written as they are read. It ends at
// [ErrEnough], and with the error of the first packet that cannot be written.
func Tee(s capture.Source, w Writer) capture.Source { return &recorded{Source: s, writer: w} }

type recorded struct {
	capture.Source
	writer Writer
	over   bool // nothing more is to be written
}

// Read returns the next packet, which was written. What was written before is handed
// on where it has to wait. Where a packet cannot be written the capture is over.
func (r *recorded) Read() (*capture.Packet, error) {
	if r.over {
		return nil, io.EOF
	}
	if !r.Ready() {
		r.writer.Flush() // the next Write tells of an error
	}
	p, err := r.Source.Read()
	if err != nil {
		return nil, err
	}
	switch err := r.writer.Write(p); {
	case errors.Is(err, ErrEnough):
		r.over = true
		return nil, io.EOF
	case err != nil:
		r.over = true
		return nil, err
	}
	return p, nil
}
