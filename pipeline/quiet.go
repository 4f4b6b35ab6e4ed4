package pipeline

import (
	"github.com/pgwdump/pgwdump/reassembly"
	"github.com/pgwdump/pgwdump/session"
)

// Drop tells that packets were lost in capturing, before the one of that number and
// time.
func (p *Pipeline) Drop(packets int64, packet int, time int64) {
	p.Flush()
	p.batch.dropped = append(p.batch.dropped, session.Event{Type: session.Drop, Packet: packet, Time: time, Packets: packets})
}

// mostIdle is how often Idle lets time pass where no packet comes: after that nothing
// waits any more.
const mostIdle = 10

// Idle is a Flush for a source that had nothing for a while, in a capture that is going
// on. What waits for packets that may have been captured late waits no longer, and what
// waits for a key of TLS is tried again.
func (p *Pipeline) Idle() {
	p.Flush()
	p.mutex.Lock()
	waiting := p.waiting
	p.mutex.Unlock()
	if p.idle >= mostIdle && waiting == 0 {
		return
	}
	p.idle = min(p.idle+1, mostIdle)
	p.batch.idle, p.batch.passed = true, p.idle*reassembly.Window
	p.handOn()
}
