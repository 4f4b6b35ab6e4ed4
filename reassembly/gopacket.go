package reassembly

import (
	"encoding/binary"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/reassembly"

	"github.com/pgwdump/pgwdump/capture"
)

const (
	// patience is how many segments of one direction are held back while a byte
	// before them is missing. After that it is taken for lost.
	patience = 128
	// maxPages is how much gopacket holds back for all connections together, in
	// pages of about 2 kB. Beyond it, it no longer waits for missing bytes.
	maxPages = 1 << 15
)

// assembly brings the segments of each direction into order with gopacket. The
// Table decides what is a connection and when it ends; gopacket sees bytes only.
type assembly struct {
	assembler *reassembly.Assembler
	tcp       layers.TCP // the segment at hand
	inOrder   origin     // its origin, where it need not be kept
}

// An origin is the packet that a segment came in. gopacket keeps it with the
// segments that it holds back.
type origin struct {
	conn   *Conn
	from   int
	packet int
	time   int64
}

// GetCaptureInfo carries the number of the packet through gopacket.
func (o *origin) GetCaptureInfo() gopacket.CaptureInfo {
	return gopacket.CaptureInfo{Timestamp: time.Unix(0, o.time), InterfaceIndex: o.packet}
}

func newAssembly() *assembly {
	a := &assembly{assembler: reassembly.NewAssembler(reassembly.NewStreamPool(factory{}))}
	a.assembler.MaxBufferedPagesTotal = maxPages
	return a
}

// flow is the name by which gopacket knows a direction of a connection. It is
// made of the connection's number, so that the same addresses and ports, opened
// anew, are somebody else.
func flow(c *Conn, from int) gopacket.Flow {
	var ends [2][8]byte
	for i := range ends {
		binary.BigEndian.PutUint64(ends[i][:], uint64(c.Number)<<1|uint64(i))
	}
	return gopacket.NewFlow(layers.EndpointIPv4, ends[from][:], ends[1-from][:])
}

// add puts a segment with payload where it belongs, and delivers what is in order
// then.
func (a *assembly) add(c *Conn, from int, s *capture.Segment) {
	h := &c.halves[from]
	seq := s.Seq
	if s.Flags&capture.SYN != 0 {
		seq++
	}
	if !h.started {
		h.started, h.next = true, seq
	}
	if !h.begun {
		h.begun = true
		a.inOrder = origin{c, from, s.Number, s.Time}
		a.tcp = layers.TCP{Seq: h.next - 1, SYN: true}
		a.assembler.AssembleWithContext(flow(c, from), &a.tcp, &a.inOrder)
	}
	at := &a.inOrder
	if seq != h.next {
		at = new(origin)
	}
	*at = origin{c, from, s.Number, s.Time}
	h.cut = h.cut || s.Cut > 0
	a.assembler.MaxBufferedPagesPerConnection = 0
	if h.behind > patience || h.cut {
		a.assembler.MaxBufferedPagesPerConnection = 1
	}
	a.tcp = layers.TCP{Seq: seq}
	a.tcp.Payload = s.Payload
	before := h.next
	a.assembler.AssembleWithContext(flow(c, from), &a.tcp, at)
	switch {
	case h.next != before:
		h.behind = 0
	case int32(seq-h.next) > 0:
		h.behind++
	}
}

// finish makes gopacket forget a connection.
func (a *assembly) finish(c *Conn) {
	for from := range c.halves {
		if !c.halves[0].begun && !c.halves[1].begun {
			return
		}
		a.inOrder = origin{c, from, 0, 0}
		a.tcp = layers.TCP{Seq: c.halves[from].next, RST: true}
		a.assembler.AssembleWithContext(flow(c, from), &a.tcp, &a.inOrder)
	}
}

// flush delivers all that is held back, without waiting for what is missing.
func (a *assembly) flush() { a.assembler.FlushAll() }

type factory struct{}

// New returns the gopacket side of a connection.
func (factory) New(_, _ gopacket.Flow, _ *layers.TCP, at reassembly.AssemblerContext) reassembly.Stream {
	return &delivery{conn: at.(*origin).conn, first: at.(*origin).from}
}

// delivery is what gopacket delivers one connection to.
type delivery struct {
	conn  *Conn
	first int // the end that gopacket takes for the client: it sent the first bytes
	chunk Chunk
}

// Accept takes every segment: the Table has decided already.
func (d *delivery) Accept(*layers.TCP, gopacket.CaptureInfo, reassembly.TCPFlowDirection, reassembly.Sequence, *bool, reassembly.AssemblerContext) bool {
	return true
}

// ReassembledSG passes bytes on that are in order.
func (d *delivery) ReassembledSG(sg reassembly.ScatterGather, _ reassembly.AssemblerContext) {
	n, _ := sg.Lengths()
	if n == 0 {
		return
	}
	direction, _, _, skipped := sg.Info()
	from := d.first
	if direction == reassembly.TCPDirServerToClient {
		from = 1 - d.first
	}
	h := &d.conn.halves[from]
	if last := sg.CaptureInfo(n - 1); last.InterfaceIndex > h.packet {
		h.packet, h.time = last.InterfaceIndex, last.Timestamp.UnixNano()
	}
	if first := sg.CaptureInfo(0); first.InterfaceIndex > h.packet { // it filled the hole before the others
		h.packet, h.time = first.InterfaceIndex, first.Timestamp.UnixNano()
	}
	missing := max(skipped, 0)
	h.next += uint32(missing + n)
	d.chunk = Chunk{From: from, Bytes: sg.Fetch(n), Missing: missing, Packet: h.packet, Time: h.time}
	d.conn.stream.Data(&d.chunk)
}

// ReassemblyComplete lets gopacket forget the connection.
func (d *delivery) ReassemblyComplete(reassembly.AssemblerContext) bool { return true }
