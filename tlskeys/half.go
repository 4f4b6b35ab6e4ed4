package tlskeys

import (
	"crypto/tls"
	"slices"
)

// A half is one direction of a connection.
type half struct {
	Direction
	client   bool
	framer   framer
	messages messages
	records  int64 // so far
	waiting  bool  // for a key, or for the other direction

	epochs   []epoch // the current one, and those that may follow
	seq      uint64  // the sequence number that the next record has at least
	missed   uint64  // records lost since one was opened, which seq has counted
	unframed int64   // bytes lost since then, of which nobody knows how many records they were
	budget   int64   // bytes that may still be decrypted in search of a sequence number

	loss Item // not told of yet
}

// An epoch is a time in which one direction does not change its keys.
type epoch struct {
	level      level
	agreement  *agreement // nil where it is not known yet
	secret     []byte     // of TLS 1.3
	protection            // nil where there are no keys
	why        *Reason    // there never will be
}

// A level says what the records of an epoch are protected with.
type level uint8

const (
	plain       level = iota // nothing
	beforehand               // keys of TLS 1.3 for data before the server's first answer
	handshaking              // keys of TLS 1.3 for the handshake
	application              // those that last
)

// take deals with the next piece of one direction. That it must wait is false.
func (c *Conn) take(h *half, p piece) bool {
	if p.raw == nil {
		c.lose(h, p, &Reason{Kind: p.why, Offset: p.offset})
		return true
	}
	if c.doubtful(h) {
		return false
	}
	content, kind, ok := c.open(h, p.record)
	switch {
	case ok && !c.headless(h, content, kind):
		c.opened(h, p, content, kind)
	case ok:
		c.fail(Reason{Kind: NoHandshake})
		return false
	case c.mustWait(h):
		return false
	default:
		c.refuse(h, p)
	}
	return true
}

// open returns what a record holds, decrypted where it was encrypted.
func (c *Conn) open(h *half, r record) (content []byte, kind ContentType, ok bool) {
	if c.inClear(h, r) {
		return r.body(), r.kind(), true
	}
	if content, kind, ok = c.decrypt(h, r); !ok && c.locate(h, r) {
		return c.decrypt(h, r)
	}
	return content, kind, ok
}

// inClear tells whether a record is not encrypted. After a loss it may be the first
// one that is, under keys that nobody has seen coming into force.
func (c *Conn) inClear(h *half, r record) bool {
	level := h.epochs[0].level
	switch kind, size := r.kind(), len(r.body()); {
	case level > plain && c.info.Version != tls.VersionTLS13, // where even the type of an encrypted record is in clear
		kind == TypeApplicationData, kind == TypeHeartbeat,
		kind == TypeHandshake && level > beforehand, // the second hello comes behind early data
		kind == TypeAlert && size != 2,
		kind == TypeChangeCipherSpec && size != 1:
		return false
	}
	return level > plain || !h.lossy() || !c.locate(h, r)
}

// decrypt opens the record that is expected.
func (c *Conn) decrypt(h *half, r record) (content []byte, kind ContentType, ok bool) {
	e := &h.epochs[0]
	if e.protection == nil {
		return nil, 0, false
	}
	content, kind, _, ok = e.open(c.room(r), r, h.seq, h.seq)
	if ok {
		h.seq++
		h.missed, h.unframed = 0, 0
		h.budget = searchBudget
	}
	return content, kind, ok
}

// room returns memory for what a record holds.
func (c *Conn) room(r record) []byte {
	c.plain = slices.Grow(c.plain[:0], len(r.raw))
	return c.plain
}

// opened takes what a record holds.
func (c *Conn) opened(h *half, p piece, content []byte, kind ContentType) {
	e := &h.epochs[0]
	if e.protection != nil {
		e.after(p.record)
	}
	h.Why = nil
	if !kind.known() { // of a record that is all padding, or of no use to anybody
		h.count(p.kind(), p.size)
		return
	}
	h.count(kind, p.size)
	switch kind {
	case TypeApplicationData:
		i := Item{FromClient: h.client, Origin: p.Origin, Offset: p.offset, Plain: content}
		switch {
		case len(content) == 0:
		case e.level == beforehand:
			c.earlyData(i, p)
		default:
			c.say(h, i)
		}
	case TypeHandshake:
		c.handshake(h, content)
	case TypeAlert:
		c.alert(h, p.offset, content)
	case TypeChangeCipherSpec:
		c.changeCipherSpec(h)
	}
}

// say gives application data, behind what was lost before.
func (c *Conn) say(h *half, i Item) {
	c.tellLoss(h)
	h.Plain += int64(len(i.Plain))
	c.out(i)
}

// count counts a record.
func (h *half) count(kind ContentType, size int64) {
	h.records++
	n := &h.Records[kind-TypeChangeCipherSpec]
	n.Count++
	n.Size += size
}

// mustWait tells whether a record that cannot be opened may be when a key comes, or
// the hello of the other direction.
func (c *Conn) mustWait(h *half) bool {
	last := &h.epochs[len(h.epochs)-1]
	if last.protection != nil || last.why != nil {
		return false
	}
	h.Why = c.lack(h)
	return true
}

// lack returns what a direction that waits is waiting for.
func (c *Conn) lack(h *half) *Reason {
	why := &Reason{Kind: NoHandshake}
	for i := range h.epochs {
		if e := &h.epochs[i]; e.protection == nil && e.agreement != nil {
			why = c.noKey(h, e)
			break
		}
	}
	if h.Why != nil && *h.Why == *why {
		return h.Why
	}
	return why
}

// refuse loses a record that cannot be opened. That it was one is not certain: its
// header may be wrong.
func (c *Conn) refuse(h *half, p piece) {
	why := h.epochs[0].why
	if why == nil {
		why = h.epochs[len(h.epochs)-1].why
	}
	if why == nil {
		why = &Reason{Kind: Failed, Record: h.records + 1, Offset: p.offset}
	}
	c.lose(h, p, why)
	if h.budget < 0 {
		if why = h.loss.Why; why.Kind != Failed {
			why = &Reason{Kind: LostPlace, Record: h.records, Offset: p.offset}
		}
		h.epochs = []epoch{{level: application, why: why}}
	}
}

// lose accounts for what nothing comes out of.
func (c *Conn) lose(h *half, p piece, why *Reason) {
	switch {
	case !p.one:
		h.unframed += p.size
	case !p.rest:
		h.seq++
		h.missed++
	}
	if e := &h.epochs[0]; e.protection != nil {
		e.after(record{}) // a MAC may be of what is encrypted, and not of the IV
	}
	if p.raw != nil {
		h.count(p.kind(), p.size)
	}
	h.messages = messages{lost: true}
	c.abridged = c.abridged && h.client
	h.Lost += p.size
	h.Why = why
	h.losing(p, why)
}

// losing adds to what is lost and not told of yet.
func (h *half) losing(p piece, why *Reason) {
	if h.loss.Lost == 0 {
		h.loss = Item{FromClient: h.client, Origin: p.Origin, Offset: p.offset, Why: why}
	}
	h.loss.Lost += p.size
	h.loss.Missing += p.missing
}

// tellLoss tells what was lost before what comes next.
func (c *Conn) tellLoss(h *half) {
	if h.loss.Lost > 0 {
		c.out(h.loss)
		h.loss = Item{}
	}
}

// advance begins the next epoch. Up to TLS 1.2 a client may do that before the hello
// was seen that says how.
func (h *half) advance() {
	if len(h.epochs) == 1 {
		h.epochs = append(h.epochs, epoch{level: application})
	}
	h.epochs = h.epochs[1:]
	h.seq, h.missed, h.unframed = 0, 0, 0
}
