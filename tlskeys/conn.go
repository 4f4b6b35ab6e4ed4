// Package tlskeys turns the encrypted bytes of a captured TLS connection into plain
// bytes, with the secrets that a client or a server has written to a key log
// (SSLKEYLOGFILE).
//
// A [Log] has the secrets, a [Conn] follows one connection: it takes the bytes of
// both directions as they come, cut anywhere, with gaps in them, and gives the
// application data of each record that is authentic under its key. What it cannot
// read it says, how much and why, and it invents nothing.
//
// [Stages] stand between package reassembly and who reads what connections carry: they
// find where TLS begins, have a Conn decrypt it, and pass on all else.
//
// It knows TLS 1.3 (RFC 8446), 1.2 (RFC 5246), 1.1 and 1.0 (RFC 4346, RFC 2246). It
// reads what handshakes say too ([Info]), as far as that is in clear without a Log.
// It does no I/O.
package tlskeys

import (
	"crypto/tls"
	"slices"
)

// An Item is the next thing that came out of one direction: the application data of
// a record, or that something was lost before what comes next.
type Item struct {
	FromClient bool
	Origin           // of the end of the record, or of what is behind the first byte lost
	Offset     int64 // in the encrypted stream, of the record, or of the first byte lost
	// Plain is the application data, never empty; valid until the function returns
	// that it was given to. It is nil where something was lost.
	Plain []byte

	Lost    int64   // encrypted bytes that nothing came out of
	Missing int64   // of them: not captured
	Why     *Reason // the first of them was lost
}

// An Origin says where bytes come from.
type Origin struct {
	Packet int
	Time   int64 // nanoseconds since 1970-01-01 UTC
}

// Options change what a Conn does. The zero value has the defaults.
type Options struct {
	// Hold is how many bytes of a connection are held until the Log has a key for
	// them; the oldest are given up first. 0 is 1 MiB, less is none.
	Hold int64
}

const (
	defaultHold = 1 << 20
	// maxHeld is how many bytes all connections of a Log may hold together.
	maxHeld = 256 << 20
)

// A Conn follows one connection. It is not safe for use by several goroutines.
type Conn struct {
	log  *Log
	hold int64
	out  func(Item)
	info Info // without the directions

	halves  [2]half // what the client sends, what the server sends
	plain   []byte  // memory for what was decrypted last
	queue   []held  // what waits for a key or for the other direction, in its order
	holding int64   // how much memory that takes
	seen    int64   // how far the Log had grown when it was looked at last
	at      Origin  // of what was fed last
	keys    []key   // that were found, until they are used
	used    bool    // they are
	early   early   // data that the server may not have accepted
	news    bool    // what waits may go on

	hellos     int // of the client, with different randoms
	answers    int // of the server
	agreements int // that followed
	server     serverHello
	abridged   bool // nothing has come since that a server which resumes does not send
}

// A held is a piece that waits.
type held struct {
	half  *half
	piece piece
}

// heldOverhead is how much memory a held piece takes besides its bytes.
const heldOverhead = 128

// New returns a Conn that finds its keys in l and gives what comes out to the
// function out, which must not call the Conn. l may be nil: then only the handshake
// is read.
func New(l *Log, o Options, out func(Item)) *Conn {
	c := &Conn{log: l, hold: o.Hold, out: out}
	if o.Hold == 0 {
		c.hold = defaultHold
	}
	for i := range c.halves {
		c.halves[i] = half{client: i == 0, epochs: []epoch{{}}, budget: searchBudget}
	}
	return c
}

// side returns one direction.
func (c *Conn) side(fromClient bool) *half {
	if fromClient {
		return &c.halves[0]
	}
	return &c.halves[1]
}

// Feed takes the next bytes of one direction. It does not keep or change b.
func (c *Conn) Feed(fromClient bool, b []byte, from Origin) {
	c.at = from
	c.Retry()
	h := c.side(fromClient)
	h.Size += int64(len(b))
	h.framer.in = b
	for {
		p, ok := h.framer.next(func(r record) bool { return !h.waiting && c.locate(h, r) })
		if !ok {
			return
		}
		p.Origin = from
		if p.offset == 0 && p.why == NoRecord {
			c.fail(Reason{Kind: NoTLS})
		}
		c.arrive(h, p)
	}
}

// Gap says that the next n bytes of one direction are missing, before what comes
// from there.
func (c *Conn) Gap(fromClient bool, n int64, from Origin) {
	if n <= 0 {
		return
	}
	c.at = from
	h := c.side(fromClient)
	h.Size += n
	p := h.framer.gap(n)
	p.Origin = from
	c.arrive(h, p)
}

// Retry looks whether the Log has got keys for what is held. Feed does it too.
func (c *Conn) Retry() {
	if c.log == nil || len(c.queue) == 0 || c.agreements == 0 {
		return
	}
	more := c.log.look()
	if grown := c.log.grown.Load(); grown != c.seen || !more {
		c.seen = grown
		c.fetchKeys()
		c.flush()
	}
}

// Waiting tells whether something is held until there is a key for it.
func (c *Conn) Waiting() bool { return len(c.queue) > 0 }

// Close says that no more will come: what is held and cannot be decrypted now is
// lost.
func (c *Conn) Close() {
	c.Retry()
	for i := range c.halves {
		if p := c.halves[i].framer.gap(0); p.size > 0 {
			p.Origin = c.at
			c.arrive(&c.halves[i], p)
		}
	}
	c.answerEarly(unheard)
	c.flush()
	for len(c.queue) > 0 {
		c.giveUp()
	}
	for i := range c.halves {
		c.tellLoss(&c.halves[i])
	}
}

// Info returns what is known of the connection. What it points to does not change.
func (c *Conn) Info() *Info {
	i := c.info
	for n, d := range []*Direction{&i.FromClient, &i.FromServer} {
		*d = c.halves[n].Direction
		for _, e := range c.halves[n].epochs {
			if d.Why == nil {
				d.Why = e.why
			}
		}
	}
	return &i
}

// Use says that the connection is one of interest: its keys are those that
// [Log.Used] returns.
func (c *Conn) Use() {
	c.used = true
	for _, k := range c.keys {
		c.log.use(k)
	}
	c.keys = nil
}

// Settled tells whether the handshake has said what it will say, as far as it can be
// read.
func (c *Conn) Settled() bool {
	h := c.side(false)
	last := &h.epochs[len(h.epochs)-1]
	return h.epochs[0].level == application || c.info.Version == tls.VersionTLS13 && last.why != nil
}

// arrive takes the next piece of one direction.
func (c *Conn) arrive(h *half, p piece) {
	if h.waiting || !c.take(h, p) {
		h.waiting = true
		c.keep(h, p)
	}
	c.flush()
}

// keep holds a piece, and gives up the oldest where that is too much.
func (c *Conn) keep(h *half, p piece) {
	p.raw = slices.Clone(p.raw)
	c.queue = append(c.queue, held{h, p})
	h.Held += p.size
	c.account(int64(len(p.raw)) + heldOverhead)
	c.Retry()
	for len(c.queue) > 0 && (c.holding > c.hold || c.log != nil && c.log.held.Load() > maxHeld) {
		c.giveUp()
	}
}

// account adds to how much is held.
func (c *Conn) account(size int64) {
	c.holding += size
	if c.log != nil {
		c.log.held.Add(size)
	}
}

// giveUp loses the oldest held piece.
func (c *Conn) giveUp() {
	if c.agreements == 0 { // what the other direction should have said will not come
		c.fail(Reason{Kind: NoHandshake})
		c.flush()
		return
	}
	if c.doubtful(c.queue[0].half) {
		c.answerEarly(unheard)
		c.flush()
		return
	}
	h, p := c.queue[0].half, c.queue[0].piece
	c.release(c.queue[0])
	c.queue[0] = held{}
	c.queue = c.queue[1:]
	why := c.lack(h)
	if p.raw == nil {
		why = &Reason{Kind: p.why, Offset: p.offset}
	}
	p.one = p.one || p.raw != nil
	c.lose(h, p, why)
	h.Why = c.lack(h)
}

// release takes a piece out of the account of what is held.
func (c *Conn) release(d held) {
	d.half.Held -= d.piece.size
	c.account(-int64(len(d.piece.raw)) - heldOverhead)
}

// flush goes on with what waits, where there is reason to: in the order in which it
// came, from the beginning whenever something has changed.
func (c *Conn) flush() {
	for c.news {
		c.news = false
		for i := range c.halves {
			c.halves[i].waiting = false
		}
		kept := c.queue[:0]
		for i, d := range c.queue {
			if c.news || d.half.waiting || !c.take(d.half, d.piece) {
				d.half.waiting = true
				kept = append(kept, c.queue[i])
				continue
			}
			c.release(d)
		}
		clear(c.queue[len(kept):])
		c.queue = kept
	}
}

// fail gives up the connection.
func (c *Conn) fail(r Reason) {
	c.news = true
	for i := range c.halves {
		c.halves[i].epochs = []epoch{{level: application, why: &r}}
	}
}
