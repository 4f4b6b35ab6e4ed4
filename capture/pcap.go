package capture

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/gopacket/gopacket/layers"
)

// pcap reads the classic format: a header, then records of 16 bytes and the
// packet (draft-ietf-opsawg-pcap).
type pcap struct {
	order  binary.ByteOrder
	unit   int64 // nanoseconds in one unit of the fraction of a second
	header int   // bytes of a record's header
	about  Interface
}

// The magic numbers, in the byte order of who wrote the file.
const (
	magicMicroseconds = 0xa1b2c3d4
	magicNanoseconds  = 0xa1b23c4d
	magicModified     = 0xa1b2cd34 // Alexey Kuznetzov's, with 8 bytes more in each record
)

func newPcap(f *file) (*pcap, error) {
	magic, err := f.in.Peek(4)
	if err != nil && err != io.EOF {
		return nil, err
	}
	c := pcapOf(append([]byte{}, magic...))
	if c == nil {
		return nil, ErrFormat
	}
	h, err := f.take(24)
	if err != nil {
		return nil, &reason{ErrCut, "in the header of the file itself"}
	}
	// The upper bits say how long the frame check sequence is.
	c.about = Interface{Link: LinkType(c.order.Uint32(h[20:])), Snap: int(c.order.Uint32(h[16:]))}
	if !c.about.Link.Known() {
		return nil, unknownLink(c.about.Link)
	}
	return c, nil
}

// pcapOf returns a reader for the flavour that a magic number stands for, or nil.
func pcapOf(magic []byte) *pcap {
	if len(magic) < 4 {
		return nil
	}
	for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		switch order.Uint32(magic) {
		case magicMicroseconds:
			return &pcap{order: order, unit: 1000, header: 16}
		case magicNanoseconds:
			return &pcap{order: order, unit: 1, header: 16}
		case magicModified:
			return &pcap{order: order, unit: 1000, header: 24}
		}
	}
	return nil
}

// isClassic tells whether a file of the classic format begins with b.
func isClassic(b []byte) bool {
	switch b[0] {
	case 0xa1, 0xd4, 0x4d, 0x34: // with anything else no magic number begins
		c := pcapOf(b[:4])
		const version = 2
		return c != nil && c.order.Uint16(b[4:]) == version
	}
	return false
}

// zeros are more than is taken for empty packets: a file ends in them after a crash.
var zeros [4096]byte

func unknownLink(l LinkType) error {
	return &reason{ErrLinkType, fmt.Sprintf("LINKTYPE %d, %s; record from an Ethernet, loopback or \"any\" interface",
		l, layers.LinkType(l))}
}

func (c *pcap) next(f *file, p *Packet) error {
	if b, _ := f.in.Peek(12); len(b) == 12 && (isClassic(b) || orderOf(b) != nil) {
		return errAnother // several files, one behind the other
	}
	h, err := f.take(c.header)
	if err != nil {
		return err
	}
	seconds, fraction := c.order.Uint32(h), c.order.Uint32(h[4:])
	captured, length := c.order.Uint32(h[8:]), c.order.Uint32(h[12:])
	if seconds|fraction|captured|length == 0 {
		if b, _ := f.in.Peek(len(zeros)); bytes.Equal(b, zeros[:]) {
			f.offset -= int64(c.header)
			return &reason{ErrCorrupt, "nothing but zeros"}
		}
	}
	if captured > maxRecord {
		f.offset -= int64(c.header) // it is the header that cannot be right
		return &reason{ErrCorrupt, fmt.Sprintf("a record of %d bytes", captured)}
	}
	data, err := f.take(int(captured))
	if err != nil {
		return ErrCut
	}
	p.Time = int64(seconds)*1e9 + int64(fraction)*c.unit
	p.Link, p.Length, p.Data, p.Interface = c.about.Link, int(length), data, &c.about
	p.Buffer = f.holder
	return nil
}

func (c *pcap) ready(f *file) bool {
	if f.in.Buffered() < c.header {
		return false
	}
	h, _ := f.in.Peek(c.header)
	return f.in.Buffered() >= c.header+int(c.order.Uint32(h[8:]))
}
