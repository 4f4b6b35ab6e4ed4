package record

import (
	"sync"

	"github.com/pgwdump/pgwdump/capture"
)

const (
	// keptChunk is how much memory is taken, and given back, in one go.
	keptChunk = 1 << 20
	// keptHead is about how much memory a packet takes besides its bytes.
	keptHead = 160
	// keptMore is how much is kept over the limit: what is looked for is known only when
	// packets that came after it have been read.
	keptMore = 32 << 20
)

// A Keeper keeps the last packets that carry TCP in memory, to write those of one
// connection when it turns out that they matter. One goroutine may add packets while
// another one writes.
type Keeper struct {
	limit   int64
	parser  capture.Parser // of Add
	segment capture.Segment

	mutex   sync.Mutex
	chunks  []*keptPackets // oldest first
	sum     int64          // of the memory of all packets ever kept
	secrets [][]byte
}

// keptPackets are some packets that follow each other. Bytes are added behind others
// and never change, so that what is written needs no copy.
type keptPackets struct {
	data []byte
	list []kept
}

type kept struct {
	capture.Packet
	ends capture.Ends
	sum  int64 // of the memory up to this packet, itself included
}

// NewKeeper returns a Keeper of so many bytes of packets.
func NewKeeper(limit int64) *Keeper { return &Keeper{limit: limit} }

// Secrets keeps a key log of TLS, which is written to all files.
func (k *Keeper) Secrets(keyLog []byte) {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	k.secrets = append(k.secrets, append([]byte(nil), keyLog...))
}

// Add keeps a packet, if it carries TCP, and lets go of those that are too old.
func (k *Keeper) Add(p *capture.Packet) {
	if !k.parser.Parse(p, &k.segment) {
		return
	}
	k.mutex.Lock()
	defer k.mutex.Unlock()
	k.sum += int64(len(p.Data)) + keptHead
	c := k.chunk(len(p.Data))
	start := len(c.data)
	c.data = append(c.data, p.Data...)
	held := kept{*p, capture.EndsOf(k.segment.From, k.segment.To), k.sum}
	held.Data, held.Buffer = c.data[start:len(c.data):len(c.data)], nil
	c.list = append(c.list, held)
	n := 0
	for n < len(k.chunks)-1 && k.chunks[n].last().sum <= k.sum-k.limit-keptMore {
		n++
	}
	clear(k.chunks[:n])
	k.chunks = k.chunks[n:]
}

// chunk returns one with room for so many bytes.
func (k *Keeper) chunk(size int) *keptPackets {
	if n := len(k.chunks); n > 0 {
		if c := k.chunks[n-1]; cap(c.data)-len(c.data) >= size {
			return c
		}
	}
	c := &keptPackets{data: make([]byte, 0, max(keptChunk, size))}
	k.chunks = append(k.chunks, c)
	return c
}

func (c *keptPackets) last() *kept { return &c.list[len(c.list)-1] }

// Write writes the packets of the connection between two ends, up to the one of that
// number: those that are in as many bytes before it as the Keeper has to keep. It
// returns how many there are, and the time of the first.
func (k *Keeper) Write(w *capture.Writer, between [2]capture.Endpoint, last int) (packets int, first int64, err error) {
	list, secrets := k.of(capture.EndsOf(between[0], between[1]), last)
	for _, s := range secrets {
		w.Secrets(s)
	}
	for i := range list {
		w.Write(&list[i])
	}
	if len(list) > 0 {
		first = list[0].Time
	}
	return len(list), first, w.Flush()
}

// of returns the packets between two ends, up to the one of that number.
func (k *Keeper) of(between capture.Ends, last int) (list []capture.Packet, secrets [][]byte) {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	end := int64(0)
	for _, c := range k.chunks {
		for i := range c.list {
			if c.list[i].Number <= last {
				end = c.list[i].sum
			}
		}
	}
	for _, c := range k.chunks {
		for i := range c.list {
			if p := &c.list[i]; p.ends == between && p.Number <= last && p.sum > end-k.limit {
				list = append(list, p.Packet)
			}
		}
	}
	return list, k.secrets
}

// Keep returns a source whose packets are kept as they are read.
func (k *Keeper) Keep(s capture.Source) capture.Source { return &keeping{s, k} }

type keeping struct {
	capture.Source
	keeper *Keeper
}

// Read returns the next packet, which is kept.
func (k *keeping) Read() (*capture.Packet, error) {
	p, err := k.Source.Read()
	if err == nil {
		k.keeper.Add(p)
	}
	return p, err
}
