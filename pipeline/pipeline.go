// Package pipeline spreads the work on a capture over several goroutines, and puts
// what comes of it into the order of the capture: the same output for any number of
// them.
//
// Packets are added one by one, in batches:
//
//	Add      takes the headers off and finds the shard, by address and port
//	observe  a shard reassembles and follows its connections (reassembly, session)
//	order    the events of all shards come into the order of the packets; what
//	         needs all connections is done here: their numbers, what goes across
//	render   messages are decoded and rendered, a batch by one goroutine
//	write    in order, one write for each batch
//
// The number of shards is fixed, each has all that it keeps to itself, and what it
// tells depends on the numbers of the packets, never on where a batch ends. A worker
// observes the shards that are its own, and renders whatever batch comes next. So many
// connections are observed by all workers at a time; where one connection holds
// everything, one worker observes it while the others render. Observing is the smaller
// part.
//
// A batch owns the memory of all that belongs to it, from the payloads to the output,
// and there are only so many batches: memory does not grow, and who adds packets waits
// where they cannot be worked off.
package pipeline

import (
	"io"
	"math"
	"sync"
	"sync/atomic"

	"github.com/pgwdump/pgwdump/capture"
	"github.com/pgwdump/pgwdump/session"
)

// Options say what a Pipeline does. Without Render and Select it only counts.
type Options struct {
	Session session.Options
	// Connections is how many TCP connections are followed at a time, and Held how many
	// bytes are held of all of them; 0 for no limit.
	Connections int
	Held        int
	// Jobs is how many goroutines work besides the one that adds packets and one
	// that writes. With less than 2 all is done while packets are added.
	Jobs int
	// Render returns what renders events, one for each goroutine. What it renders
	// is written to Output, in order.
	Render func() Renderer
	Output io.Writer
	// Select is called for each event, in order, one at a time, before any is rendered.
	// What it passes on is rendered, nothing else: this event, or a copy of an earlier
	// one that has no Frame. The fields of messages have not been read then. Without
	// Select all is rendered.
	Select func(e *session.Event, pass func(*session.Event))
}

// A Renderer appends what an event looks like to a buffer. One is used by a single
// goroutine; what it appends depends on the event alone. It reads the fields of a message
// itself, where it does not know it, and says so in the event if it is malformed.
type Renderer interface {
	Append(dst []byte, e *session.Event) []byte
}

// Totals count what was observed.
type Totals struct {
	session.Totals
	Malformed int64 // messages that were rendered and do not parse
}

// A Pipeline is fed with packets. It is not for use by several goroutines at once, but
// for [Pipeline.Totals] and [Pipeline.Err].
type Pipeline struct {
	options Options
	parser  capture.Parser
	segment capture.Segment
	batch   *batch // that is being filled
	made    int    // batches
	free    chan *batch
	workers []*worker
	order   order
	idle    int // times that Idle was called since the last packet

	toRender chan *batch
	toWrite  chan *batch
	written  chan struct{} // closed when all is

	mutex   sync.Mutex
	totals  session.Totals
	waiting int   // connections that wait for a key
	dropped int64 // packets, up to the same

	malformed atomic.Int64
	err       atomic.Pointer[error]
}

// New returns a Pipeline. It has to be closed.
func New(o Options) *Pipeline {
	o.Jobs = max(o.Jobs, 1)
	most := batchesPerJob * (o.Jobs + 1)
	p := &Pipeline{options: o, free: make(chan *batch, most)}
	p.batch = p.next()
	for range o.Jobs {
		w := &worker{}
		if o.Render != nil {
			w.renderer = o.Render()
		}
		p.workers = append(p.workers, w)
	}
	for i := range shards {
		w := p.workers[i%o.Jobs]
		w.shards = append(w.shards, newShard(i, &p.options))
	}
	if o.Jobs > 1 {
		p.start()
	}
	return p
}

// Add adds the next packet of the capture. What it needs of it, it copies.
func (p *Pipeline) Add(packet *capture.Packet) {
	s := &p.segment
	p.idle = 0
	if packet.Dropped > 0 {
		p.Drop(packet.Dropped, packet.Number, packet.Time)
	}
	if !p.parser.Parse(packet, s) {
		return
	}
	if p.batch.full(s) {
		p.Flush()
	}
	p.batch.add(s)
}

// Flush hands on what was added, without waiting until it is written. It is for a
// source that has nothing more to give for now.
func (p *Pipeline) Flush() {
	if len(p.batch.runs)+len(p.batch.dropped) > 0 {
		p.handOn()
	}
}

// handOn hands on the batch, and begins another.
func (p *Pipeline) handOn() {
	last, time := p.batch.last, p.batch.time
	p.hand(p.batch)
	p.batch = p.next()
	p.batch.last, p.batch.time = last, time
}

// Close ends the capture, and waits until all is written. It returns the first error
// of the Output.
func (p *Pipeline) Close() error {
	p.Flush()
	// What the connections hold is told of when they end, which is too much for one
	// batch where there are many.
	const steps = 4096
	for step := max(batchSegments, p.batch.last/steps); p.batch.closeTo+step < p.batch.last; {
		to := p.batch.closeTo + step
		p.batch.closeTo = to
		p.handOn()
		p.batch.closeTo = to
	}
	p.batch.closing, p.batch.closeTo = true, math.MaxInt
	p.hand(p.batch)
	if p.options.Jobs > 1 {
		<-p.written
	}
	return p.Err()
}

// Err returns the first error of the Output.
func (p *Pipeline) Err() error {
	if err := p.err.Load(); err != nil {
		return *err
	}
	return nil
}

// Totals returns what was observed so far, up to some packet: all after Close.
func (p *Pipeline) Totals() Totals {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return Totals{p.totals, p.malformed.Load()}
}
