package pipeline

import (
	"github.com/pgwdump/pgwdump/reassembly"
	"github.com/pgwdump/pgwdump/session"
)

// Drop tells that packets were lost in capturing, before the one of that number and
// time.
func (p *Pipeline) Drop(packets int64, packet int, time int64) {
	p.lost += packets
	if p.lost > 0 && p.tell(&session.Event{Type: session.Drop, Packet: packet, Time: time, Details: &session.Details{Packets: p.lost}}) {
		p.lost = 0
	}
}

// tell tells of something that comes from no segment. It returns false where there is
// no room for it.
func (p *Pipeline) tell(e *session.Event) bool {
	if len(p.load.told) >= toldPerLoad && !p.handOn() {
		return false
	}
	p.load.told = append(p.load.told, *e)
	return true
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
	if len(p.load.segments)+len(p.load.told) > 0 {
		return // there is no room: time will pass when there is
	}
	l := p.load
	l.idle, l.passed = true, min(p.idle+1, mostIdle)*reassembly.Window
	if !p.handOn() {
		l.idle, l.passed = false, 0 // packets may come into it, and behind those no time has passed
		return
	}
	p.idle = min(p.idle+1, mostIdle)
}
