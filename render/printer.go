package render

import (
	"io"
	"slices"
	"sync/atomic"

	"github.com/pgwdump/pgwdump/decode"
	"github.com/pgwdump/pgwdump/session"
)

// A Renderer appends what an event looks like to a buffer. One is used by a single
// goroutine; what it appends depends on the event alone.
type Renderer interface {
	Append(dst []byte, e *session.Event) []byte
}

const (
	// A batch is as many events as have batchBytes of messages, at most batchEvents.
	batchBytes  = 64 << 10
	batchEvents = 512
	// keptBytes is how much memory of a batch is kept for the next.
	keptBytes = 4 << 20
)

// A Printer renders events on several goroutines and writes what comes of it in the
// order of the events, a batch at a time. It copies what it is given.
type Printer struct {
	out       io.Writer
	batch     *batch
	free      chan *batch
	toRender  chan *batch // nil where there is one goroutine only
	toWrite   chan *batch
	written   chan struct{}
	alone     worker
	malformed int64
	err       atomic.Pointer[error]
}

// A batch is a number of events that are rendered together.
type batch struct {
	events    []session.Event
	frames    []decode.Frame
	bodies    []byte
	out       []byte
	malformed int64
	done      chan struct{}
}

// A worker is what one goroutine needs to render.
type worker struct {
	reader   session.Reader
	renderer Renderer
}

// NewPrinter returns a Printer to out that renders on so many goroutines, each with
// a Renderer of its own.
func NewPrinter(out io.Writer, goroutines int, newRenderer func() Renderer) *Printer {
	p := &Printer{out: out, batch: newBatch(), alone: worker{renderer: newRenderer()}}
	if goroutines < 2 {
		return p
	}
	waiting := 2 * goroutines
	p.free = make(chan *batch, waiting+goroutines+2)
	p.toRender, p.toWrite = make(chan *batch, waiting), make(chan *batch, waiting)
	p.written = make(chan struct{})
	for range goroutines {
		w := &worker{renderer: newRenderer()}
		go func() {
			for b := range p.toRender {
				w.render(b)
				b.done <- struct{}{}
			}
		}()
	}
	go func() {
		defer close(p.written)
		for b := range p.toWrite {
			<-b.done
			p.write(b)
			select {
			case p.free <- b:
			default:
			}
		}
	}()
	return p
}

func newBatch() *batch {
	return &batch{events: make([]session.Event, 0, batchEvents), frames: make([]decode.Frame, 0, batchEvents), done: make(chan struct{}, 1)}
}

// Add adds an event.
func (p *Printer) Add(e *session.Event) {
	b := p.batch
	b.events = append(b.events, *e)
	if e.Frame != nil {
		f := *e.Frame
		start := len(b.bodies)
		b.bodies = append(b.bodies, f.Body...)
		f.Body = b.bodies[start:len(b.bodies):len(b.bodies)]
		b.frames = append(b.frames, f)
		b.events[len(b.events)-1].Frame = &b.frames[len(b.frames)-1]
	}
	if len(e.Notes) > 0 {
		b.events[len(b.events)-1].Notes = slices.Clone(e.Notes)
	}
	if len(b.events) == batchEvents || len(b.bodies) >= batchBytes {
		p.Flush()
	}
}

// Flush hands over the events that have been added. It does not wait until they are
// written.
func (p *Printer) Flush() {
	b := p.batch
	if len(b.events) == 0 {
		return
	}
	if p.toRender == nil {
		p.alone.render(b)
		p.write(b)
		return
	}
	p.toWrite <- b
	p.toRender <- b
	select {
	case p.batch = <-p.free:
	default:
		p.batch = newBatch()
	}
}

// Err returns the first error of the output.
func (p *Printer) Err() error {
	if err := p.err.Load(); err != nil {
		return *err
	}
	return nil
}

// Close writes what is left, and waits for it. It returns how many of the messages
// did not parse, and the first error of the output.
func (p *Printer) Close() (malformed int64, err error) {
	p.Flush()
	if p.toRender != nil {
		close(p.toRender)
		close(p.toWrite)
		<-p.written
	}
	return p.malformed, p.Err()
}

func (w *worker) render(b *batch) {
	for i := range b.events {
		e := &b.events[i]
		if e.Type == session.Message {
			if w.reader.Read(e); e.Malformed != nil {
				b.malformed++
			}
		}
		b.out = w.renderer.Append(b.out, e)
	}
}

// write writes a batch and empties it.
func (p *Printer) write(b *batch) {
	p.malformed += b.malformed
	if len(b.out) > 0 && p.err.Load() == nil {
		if _, err := p.out.Write(b.out); err != nil {
			p.err.Store(&err)
		}
	}
	if cap(b.out)+cap(b.bodies) > keptBytes {
		b.out, b.bodies = nil, nil
	}
	clear(b.events)
	b.events, b.frames, b.bodies, b.out, b.malformed = b.events[:0], b.frames[:0], b.bodies[:0], b.out[:0], 0
}
