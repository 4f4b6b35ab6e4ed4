// Package traffic makes captures of PostgreSQL traffic of any size, as a stream: so
// many connections that send queries and rows in turn.
package traffic

import (
	"encoding/binary"
	"fmt"
	"io"

	"github.com/pgwdump/pgwdump/message"
)

// A Shape says what traffic to make.
type Shape struct {
	Connections int
	Bytes       int64 // of the capture, about
}

const (
	snap   = 1 << 18
	header = 14 + 20 + 20 // Ethernet, IPv4, TCP
	port   = 5432
	// segment is how much payload a packet has at the most.
	segment = 1448
	// Every so many exchanges a connection gets many rows instead of one.
	every, many = 16, 200
	psh, ack    = 8, 16
)

// Write writes a pcap file of that shape.
func Write(w io.Writer, s Shape) error {
	g := newGenerator(w)
	for i := range s.Connections {
		g.open(i)
	}
	for n := 0; g.written < s.Bytes && g.err == nil; n++ {
		for i := 0; i < s.Connections && g.written < s.Bytes; i++ {
			g.exchange(i, n)
		}
	}
	g.flush()
	return g.err
}

// A generator writes packets.
type generator struct {
	w       io.Writer
	out     []byte
	written int64
	err     error
	time    uint64      // microseconds
	seq     [][2]uint32 // next of each connection: the client's, the server's

	startup, welcome, request, answer, rows []byte
}

func newGenerator(w io.Writer) *generator {
	g := &generator{w: w, time: 1_700_000_000_000_000}
	g.out = binary.LittleEndian.AppendUint32(g.out, 0xa1b2c3d4)
	g.out = append(g.out, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	g.out = binary.LittleEndian.AppendUint32(g.out, snap)
	g.out = binary.LittleEndian.AppendUint32(g.out, 1)
	row := &message.DataRow{Values: message.NewValues([]byte("12345"), []byte("c4ca4238a0b923820dcc509a6f75849b"),
		[]byte("18517.5"), []byte("2026-11-22 13:23:26.702773+00"), nil)}
	rows := []message.Message{&message.BindComplete{}}
	for range many {
		rows = append(rows, row)
	}
	end := []message.Message{&message.CommandComplete{Tag: []byte("SELECT 1")}, &message.ReadyForQuery{Status: message.Idle}}
	g.startup = wire(&message.StartupMessage{Protocol: 3 << 16, Parameters: []message.Parameter{{Name: []byte("user"), Value: []byte("bench")}}})
	g.welcome = wire(&message.AuthenticationOk{}, &message.ReadyForQuery{Status: message.Idle})
	g.request = wire(&message.Bind{Statement: []byte("P0_1"), Parameters: message.NewValues([]byte("12345"))}, &message.Execute{}, &message.Sync{})
	g.answer = wire(append([]message.Message{&message.BindComplete{}, row}, end...)...)
	g.rows = wire(append(rows, end...)...)
	return g
}

// wire returns the bytes of messages.
func wire(messages ...message.Message) (b []byte) {
	for _, m := range messages {
		var err error
		if b, err = message.Append(b, m); err != nil {
			panic(fmt.Sprintf("%T: %v", m, err)) // a message that is made above
		}
	}
	return b
}

// open begins a connection, after its handshake.
func (g *generator) open(i int) {
	g.seq = append(g.seq, [2]uint32{1, 1})
	g.send(i, 0, g.startup)
	g.send(i, 1, g.welcome)
}

// exchange sends a request and its answer.
func (g *generator) exchange(i, n int) {
	g.send(i, 0, g.request)
	if n%every == every-1 {
		g.send(i, 1, g.rows)
	} else {
		g.send(i, 1, g.answer)
	}
}

// send sends bytes of one side (0 the client, 1 the server) in as many packets as
// they take.
func (g *generator) send(i, from int, b []byte) {
	for len(b) > 0 {
		n := min(len(b), segment)
		g.packet(i, from, b[:n])
		b = b[n:]
	}
}

func (g *generator) packet(i, from int, payload []byte) {
	g.time += 7
	size := uint32(header + len(payload))
	b := binary.LittleEndian.AppendUint32(g.out, uint32(g.time/1e6))
	b = binary.LittleEndian.AppendUint32(b, uint32(g.time%1e6))
	b = binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(b, size), size)
	b = append(b, "\x02\x00\x00\x00\x00\x01\x02\x00\x00\x00\x00\x02\x08\x00\x45\x00"...)
	b = binary.BigEndian.AppendUint16(b, uint16(20+20+len(payload)))
	b = append(b, 0, 0, 0x40, 0, 64, 6, 0, 0)
	ends := [2][4]byte{{10, 1, byte(i >> 14), 1}, {10, 2, 0, 1}}
	ports := [2]uint16{uint16(20000 + i&0x3fff), port}
	b = append(append(b, ends[from][:]...), ends[1-from][:]...)
	b = binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(b, ports[from]), ports[1-from])
	seq := &g.seq[i]
	b = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(b, seq[from]), seq[1-from])
	b = append(b, 5<<4, psh|ack, 0xff, 0xff, 0, 0, 0, 0)
	g.out = append(b, payload...)
	seq[from] += uint32(len(payload))
	if len(g.out) > 1<<16 {
		g.flush()
	}
}

func (g *generator) flush() {
	if g.err == nil {
		_, g.err = g.w.Write(g.out)
	}
	g.written += int64(len(g.out))
	g.out = g.out[:0]
}
