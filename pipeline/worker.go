package pipeline

import (
	"runtime"
	"slices"
)

// A worker observes the shards that are its own, and renders.
type worker struct {
	shards   []*shard
	in       chan *batch // to observe; nil where it has no shards
	renderer Renderer
	usual    int // how much memory for output the last batch would have had enough with
	rendered int // batches
}

// turn is after how many batches a worker makes way. Go lets whom somebody wakes wait until
// that one waits himself, or for another core, which sleeps first. But a worker does not wait
// while there is something to render: who writes, and by that who adds packets, would come
// when all is rendered, and then nobody had anything to do.
const turn = 3

// start starts the goroutines. All channels have room for all batches, so that nobody
// ever waits for room.
func (p *Pipeline) start() {
	room := cap(p.free)
	p.toRender, p.toWrite, p.written = make(chan *batch, room), make(chan *batch, room), make(chan struct{}, 2)
	for _, w := range p.workers {
		if len(w.shards) > 0 {
			w.in = make(chan *batch, room)
		}
		go p.work(w)
	}
	go p.writeAll()
	if p.backlog != nil {
		go func() {
			for l := range p.backlog {
				p.workOff(l)
			}
		}()
	}
}

// hand hands a load on to be worked off.
func (p *Pipeline) hand(l *load) {
	if p.backlog == nil {
		p.workOff(l)
		return
	}
	p.shed.handed++
	closing := l.closing
	p.backlog <- l // which has room for all
	if closing {
		close(p.backlog)
	}
}

// workOff makes a batch of a load, and hands it on.
func (p *Pipeline) workOff(l *load) {
	b := p.batchFor(l)
	if !p.concurrent() {
		for _, s := range p.workers[0].shards {
			s.observe(b)
		}
		p.arrange(b)
		p.render(p.workers[0], b)
		p.write(b)
		return
	}
	observers := p.workers[:min(len(p.workers), shards)]
	b.observing.Store(int32(len(observers)))
	for _, w := range observers {
		w.in <- b
	}
}

// work is what the goroutine of a worker does. To observe comes first: the others may
// wait for it.
func (p *Pipeline) work(w *worker) {
	in := w.in
	for {
		var b *batch
		select {
		case b = <-in:
		default:
			select {
			case b = <-in:
			case r, more := <-p.toRender:
				if !more {
					return
				}
				p.render(w, r)
				r.rendered <- rendered{r.out, true}
				if w.rendered++; w.rendered%turn == 0 {
					runtime.Gosched()
				}
				continue
			}
		}
		if b.closing {
			in = nil
		}
		p.observe(w, b)
	}
}

// observe does a worker's part of a batch. Who is the last hands it on; since each
// worker takes the batches in their order, they are handed on in their order.
func (p *Pipeline) observe(w *worker, b *batch) {
	for _, s := range w.shards {
		s.observe(b)
	}
	if b.observing.Add(-1) > 0 {
		return
	}
	closing := b.closing
	p.arrange(b)
	p.toWrite <- b
	p.toRender <- b
	if closing {
		close(p.toWrite)
		close(p.toRender)
	}
}

// render decodes and renders the messages of a batch.
func (p *Pipeline) render(w *worker, b *batch) {
	if w.renderer == nil {
		return
	}
	b.out = slices.Grow(b.out, w.usual)
	last := b.before
	for _, events := range b.ordered {
		for i := range events {
			e := &events[i]
			e.First, e.Last = b.first, last
			last = e.Began().Time
			for more := true; more; more = e.Next() {
				if b.out = w.renderer.Append(b.out, e); len(b.out) > heldOutput {
					p.writeHeld(b)
				}
				if e.Malformed != nil {
					b.malformed++
				}
			}
		}
	}
	w.usual = len(b.out) + len(b.out)/8
}

// writeHeld writes what was rendered of a batch so far, and waits for that: until all of
// the batches before it is written. Others render those; who renders one has nothing else
// to do first.
func (p *Pipeline) writeHeld(b *batch) {
	if !p.concurrent() || p.output.Err() != nil {
		p.output.write(b.out)
		b.out = b.out[:0]
		return
	}
	b.rendered <- rendered{b.out, false}
	select {
	case <-b.taken:
		b.out = b.out[:0]
	case <-p.output.stalled:
		b.out = nil // somebody has it who may never come back
	}
}

// writeAll writes all batches.
func (p *Pipeline) writeAll() {
	for b := range p.toWrite {
		r := <-b.rendered
		for ; !r.last; r = <-b.rendered {
			p.writing.Store(b)
			p.output.write(r.out)
			b.taken <- struct{}{}
		}
		p.writing.Store(nil)
		p.write(b)
	}
	p.written <- struct{}{}
}

// giveUp counts what else there is of a batch that cannot be written, nil for none, and goes
// on with those behind it.
func (p *Pipeline) giveUp(b *batch) {
	for over := b == nil; !over; {
		r := <-b.rendered
		p.output.unused.Add(int64(len(r.out)))
		over = r.last
	}
	p.writeAll()
}

// write writes what was rendered, and makes room for other packets.
func (p *Pipeline) write(b *batch) {
	p.malformed.Add(b.malformed)
	p.output.write(b.out)
	p.release(b)
}
