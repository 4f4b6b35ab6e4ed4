package tlskeys

import (
	"container/list"
	"maps"
	"slices"

	"github.com/pgwdump/pgwdump/reassembly"
)

// A Stream takes what a connection carries, in clear as far as it can be read.
type Stream interface {
	// Data takes bytes that were sent in clear, or that were decrypted.
	Data(*reassembly.Chunk)
	// Encrypted says that the connection goes on in TLS. It comes before anything of
	// that, once the handshake has said what it says. The chunk says where, and has no
	// bytes. The TLS is to be asked, and not to be fed.
	Encrypted(*reassembly.Chunk, *TLS)
	// Lost says that part of what was encrypted did not come out. The chunk says where
	// that was noticed, and has no bytes.
	Lost(*reassembly.Chunk, *Item)
	// Conflict tells that bytes came again, and were others, in TLS or not.
	Conflict(*reassembly.Conflict)
	// Close tells that no more will come.
	Close(how reassembly.Ending, packet int, time int64)
}

// A TLS is the encrypted part of a connection.
type TLS struct {
	*Conn
	Client  int        // index in the ends of the TCP connection
	Stuffed [2]Stuffed // by the client, by the server
}

// patience is how long the key of a connection is awaited, by the clock of the
// capture, before it is told of as one that cannot be read yet: what writes a key log
// may be a little later than the packets.
const patience = 1e9

// Stages are those of some connections. They are not for use by several goroutines at
// once; other Stages may have the same Log.
type Stages struct {
	log     *Log
	waiting map[*stage]bool // for a key
	held    int             // bytes of openings
	partials
	chunk  reassembly.Chunk // that is being passed on
	memory memory
}

// NewStages returns Stages that find keys in l; it may be nil.
func NewStages(l *Log) *Stages {
	return &Stages{log: l, waiting: map[*stage]bool{}, partials: partials{most: maxPartial}}
}

// Waiting returns how many connections hold something until there is a key for it.
func (x *Stages) Waiting() int { return len(x.waiting) }

// Retry looks whether there are keys now for what is held, where nothing comes that
// would be reason to look.
func (x *Stages) Retry() {
	for _, s := range slices.SortedFunc(maps.Keys(x.waiting), func(a, b *stage) int { return a.packet - b.packet }) {
		s.tls.Retry()
		s.wait()
	}
}

// A stage stands between the reassembly of a connection and the Stream that takes
// what it carries.
type stage struct {
	all     *Stages
	packet  int // the first of the connection
	next    Stream
	opening opening
	held    int  // bytes of that, as far as they were counted
	tls     *TLS // nil as long as there is none
	partial int  // bytes that it holds of what is not whole, as far as they were counted
	place   *list.Element
	told    bool // of it
	awaits  int64
}

// Open returns what takes the bytes of a connection, decrypts what is in TLS, and passes
// all on to a Stream.
func (x *Stages) Open(c *reassembly.Conn, next Stream) reassembly.Stream {
	return &stage{all: x, packet: c.Packet, next: next, opening: newOpening(c)}
}

// Data takes the next bytes of one direction.
func (s *stage) Data(c *reassembly.Chunk) {
	switch s.opening.ends[c.From].reading {
	case unsecured:
		s.next.Data(c)
	case secured:
		s.feed(c)
	default:
		s.open(c)
	}
}

// feed feeds bytes of TLS.
func (s *stage) feed(c *reassembly.Chunk) {
	if s.tls == nil {
		s.tls = &TLS{Client: s.opening.client}
		s.tls.Conn = New(s.all.log, Options{}, s.out)
		s.tls.share(&s.all.memory)
	}
	at := Origin{c.Packet, c.Time}
	fromClient := c.From == s.tls.Client
	s.tls.Gap(fromClient, int64(c.Missing), at)
	if len(c.Bytes) > 0 {
		s.tls.Feed(fromClient, c.Bytes, at)
	}
	s.wait()
	s.all.partials.account(s)
	switch {
	case s.told:
	case !s.tls.Waiting():
		if s.tls.Settled() {
			s.tell(at)
		}
	case s.awaits == 0:
		s.awaits = c.Time
	case c.Time-s.awaits > patience:
		s.tell(at)
	}
}

// wait notes whether the connection waits for a key.
func (s *stage) wait() {
	switch waits := s.tls.Waiting(); {
	case waits:
		s.all.waiting[s] = true
	case len(s.all.waiting) > 0:
		delete(s.all.waiting, s)
	}
}

// tell tells of the encryption, once.
func (s *stage) tell(at Origin) {
	if !s.told {
		s.told = true
		s.tls.Stuffed = [2]Stuffed{s.opening.ends[s.tls.Client].stuffed, s.opening.ends[1-s.tls.Client].stuffed}
		s.next.Encrypted(s.at(at, s.tls.Client), s.tls)
	}
}

// at returns a chunk without bytes.
func (s *stage) at(o Origin, from int) *reassembly.Chunk {
	c := &s.all.chunk
	*c = reassembly.Chunk{From: from, Packet: o.Packet, Time: o.Time}
	return c
}

// out passes on what was decrypted, or lost.
func (s *stage) out(i Item) {
	s.tell(i.Origin)
	from := s.tls.Client
	if !i.FromClient {
		from = 1 - from
	}
	c := s.at(i.Origin, from)
	if i.Lost > 0 {
		s.next.Lost(c, &i)
		return
	}
	c.Bytes = i.Plain
	s.next.Data(c)
}

// Conflict passes on that bytes came again, and were others.
func (s *stage) Conflict(k *reassembly.Conflict) { s.next.Conflict(k) }

// Close tells that no more will come.
func (s *stage) Close(how reassembly.Ending, packet int, time int64) {
	for i := range s.opening.ends {
		s.release(i)
	}
	s.account()
	if s.tls != nil {
		s.tls.Close()
		s.wait()
		s.all.partials.count(s)
		s.all.partials.forget(s)
		s.tell(Origin{packet, time})
	}
	s.next.Close(how, packet, time)
}
