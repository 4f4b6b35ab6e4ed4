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
// A batch owns the memory of all that belongs to it, or holds the Buffers of the capture
// that its payloads are in, and there are only so many batches: memory does not grow, and
// who adds packets waits where they cannot be worked off. A live capture must not wait:
// there packets wait in a backlog, and where that is nearly full, whole connections are
// shed (shed.go).
package pipeline

import (
	"io"
	"math"
	"sync"
	"sync/atomic"
	"time"

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
	// one that has no Frame, and a Clone of its Statement. The fields of messages have not
	// been read then. Without Select all is rendered.
	Select func(e *session.Event, pass func(*session.Event))

	// Backlog is how many bytes of packets may wait to be worked on. Then Add never
	// waits, nor do Flush, Idle and Drop: where there are more, connections are shed,
	// and a [session.Shed] tells of it. With 0 Add waits, and nothing is shed.
	Backlog int
	// Pressure returns how full the memory is in which packets wait that have not been
	// added yet, from 0 to 1. It may be nil, and is for a Backlog.
	Pressure func() float64
	// OnShed is called by Add when a connection is no longer looked at. It may be nil.
	OnShed func(capture.Ends)
	// Patience is for how long Close waits for an Output that takes nothing; with 0 for
	// ever.
	Patience time.Duration
}

// A Renderer appends what an event looks like to a buffer. One is used by a single
// goroutine; what it appends depends on the event alone. It reads the fields of a message
// itself, where it does not know it, and says so in the event if it is malformed.
type Renderer interface {
	Append(dst []byte, e *session.Event) []byte
}

// A Pipeline is fed with packets. It is not for use by several goroutines at once, but
// for [Pipeline.Totals] and [Pipeline.Err].
type Pipeline struct {
	options Options
	parser  capture.Parser
	segment capture.Segment
	load    *load // that is being filled
	loads   int   // that were made
	empty   chan *load
	backlog chan *load // nil where there is none
	shed    *shedder   // likewise
	made    int        // batches
	long    chan []session.Event
	free    chan *batch
	workers []*worker
	order   order
	idle    int   // times that Idle was called since the last packet
	lost    int64 // packets that could not be told of yet
	closing bool

	toRender chan *batch
	toWrite  chan *batch
	written  chan struct{} // has something when all is
	output   output
	writing  atomic.Pointer[batch] // of which part is being written, and more is rendered; nil for none

	mutex   sync.Mutex
	totals  session.Totals
	waiting int   // connections that wait for a key
	dropped int64 // packets, up to the same

	malformed atomic.Int64 // messages that were rendered and do not parse
	headless  atomic.Int64 // packets whose headers were cut short
}

// New returns a Pipeline. It has to be closed.
func New(o Options) *Pipeline {
	o.Jobs = max(o.Jobs, 1)
	batches := batchesPerJob * (o.Jobs + 1)
	waiting := (o.Backlog + loadBytes - 1) / loadBytes
	p := &Pipeline{options: o, free: make(chan *batch, batches), empty: make(chan *load, batches+waiting)}
	p.long = make(chan []session.Event, batches)
	p.output = output{Writer: o.Output, piecemeal: o.Patience > 0, stalled: make(chan struct{})}
	if o.Backlog > 0 {
		p.backlog, p.shed = make(chan *load, cap(p.empty)), newShedder(p)
		p.order.talking = map[capture.Ends]*session.Conn{}
	}
	p.load = p.next()
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
	if p.concurrent() {
		p.start()
	}
	return p
}

// concurrent tells whether others work than who adds packets.
func (p *Pipeline) concurrent() bool { return p.options.Jobs > 1 || p.backlog != nil }

// Add adds the next packet of the capture. What it needs of it, it copies, or it holds the
// Buffer that it is in.
func (p *Pipeline) Add(packet *capture.Packet) {
	s := &p.segment
	p.idle = 0
	if packet.Dropped > 0 {
		p.Drop(packet.Dropped, packet.Number, packet.Time)
	}
	if !p.parser.Parse(packet, s) {
		if capture.Headless(packet) {
			p.headless.Add(1)
		}
		return
	}
	room := !p.load.full(s) || p.handOn()
	if p.shed == nil {
		p.load.add(s, nil)
	} else if before, ok := p.shed.admit(s, room); ok {
		p.load.add(s, before)
	}
}

// Flush hands on what was added, without waiting until it is written. It is for a
// source that has nothing more to give for now. Where other packets are waiting to be
// worked on, these have time.
func (p *Pipeline) Flush() {
	if len(p.backlog) == 0 && len(p.load.segments)+len(p.load.told) > 0 {
		p.handOn()
	}
}

// handOn hands on the load, and begins another. It returns false where there is no
// room for more.
func (p *Pipeline) handOn() bool {
	next := p.next()
	if next == nil {
		return false
	}
	next.last, next.time = p.load.last, p.load.time
	p.hand(p.load)
	p.load = next
	return true
}

// Close ends the capture, and waits until all is written. It returns the first error
// of the Output, which is [ErrStalled] if that takes nothing.
func (p *Pipeline) Close() error {
	p.closing = true
	defer p.watch()()
	if p.shed != nil {
		p.shed.close()
	}
	p.Drop(0, p.segment.Number, p.segment.Time)
	p.Flush()
	// What the connections hold is told of when they end, which is too much for one
	// batch where there are many.
	const steps = 4096
	for step := max(loadSegments, p.load.last/steps); p.load.closeTo+step < p.load.last; {
		to := p.load.closeTo + step
		p.load.closeTo = to
		p.handOn()
		p.load.closeTo = to
	}
	p.load.closing, p.load.closeTo = true, math.MaxInt
	p.hand(p.load)
	if p.concurrent() {
		<-p.written
	}
	return p.output.end()
}

// Err returns the first error of the Output.
func (p *Pipeline) Err() error { return p.output.Err() }

// Totals returns what was observed so far, up to some packet: all after Close.
func (p *Pipeline) Totals() session.Totals {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	t := p.totals
	t.Malformed += p.malformed.Load()
	t.Headless = p.headless.Load()
	if p.shed != nil {
		t.Shed, t.ShedBytes = p.shed.packets.Load(), p.shed.bytes.Load()
	}
	return t
}
