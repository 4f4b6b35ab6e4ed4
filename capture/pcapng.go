package capture

import (
	"encoding/binary"
	"fmt"
	"io"
	"iter"
	"math/bits"
)

// pcapng reads the newer format (draft-ietf-opsawg-pcapng): blocks, each with its
// type and length; sections, each with its byte order; interfaces, each with its
// link type and clock.
type pcapng struct {
	order      binary.ByteOrder
	interfaces []networkInterface // of this section
	time       int64              // of the last packet, for packets without one
}

type networkInterface struct {
	about   *Interface
	base    uint8 // the resolution of its clock, as if_tsresol has it
	seconds int64 // added to its clock
}

// sectionHeader is the block type with which each section begins. It reads the
// same in both byte orders.
var sectionHeader = []byte{0x0a, 0x0d, 0x0d, 0x0a}

// The other block types that matter here.
const (
	blockInterface = 1
	blockPacketOld = 2
	blockSimple    = 3
	blockEnhanced  = 6
	blockSecrets   = 10
)

// secretsTLS is the type of secrets that are a key log of TLS.
const secretsTLS = 0x544c534b

// byteOrderMagic is the third word of a section header block.
const byteOrderMagic = 0x1a2b3c4d

func (c *pcapng) next(f *file, p *Packet) error {
	for {
		kind, body, err := c.block(f)
		if err != nil {
			return err
		}
		switch kind {
		case blockInterface:
			err = c.addInterface(body)
		case blockSecrets:
			c.takeSecrets(f, body)
		case blockEnhanced, blockPacketOld:
			var found bool
			if found, err = c.timed(kind, body, p); found {
				return nil
			}
		case blockSimple:
			if len(body) < 4 || len(c.interfaces) == 0 {
				return ErrCorrupt
			}
			i, length := c.interfaces[0].about, c.order.Uint32(body)
			captured := min(int(length), len(body)-4)
			if i.Snap > 0 {
				captured = min(captured, i.Snap)
			}
			p.Time, p.Link, p.Length, p.Data = c.time, i.Link, int(length), body[4:4+captured]
			p.Interface, p.Dropped = i, 0
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// block reads one block and returns its type and what is between its two length
// words.
func (c *pcapng) block(f *file) (kind uint32, body []byte, err error) {
	h, err := f.take(8)
	if err != nil {
		return 0, nil, err
	}
	if string(h[:4]) == string(sectionHeader) {
		magic, err := f.in.Peek(4)
		if len(magic) < 4 {
			return 0, nil, f.end(1, err)
		}
		switch uint32(byteOrderMagic) {
		case binary.LittleEndian.Uint32(magic):
			c.order = binary.LittleEndian
		case binary.BigEndian.Uint32(magic):
			c.order = binary.BigEndian
		default:
			return 0, nil, &reason{ErrCorrupt, "a section header without a byte order"}
		}
		c.interfaces = c.interfaces[:0]
	}
	kind = c.order.Uint32(h)
	length := c.order.Uint32(h[4:])
	if length < 12 || length%4 != 0 || length > maxRecord {
		return 0, nil, &reason{ErrCorrupt, fmt.Sprintf("a block of %d bytes", length)}
	}
	body, err = f.take(int(length) - 8)
	if err == io.EOF {
		err = ErrCut
	}
	if err != nil {
		return 0, nil, err
	}
	return kind, body[:len(body)-4], nil
}

func (c *pcapng) addInterface(body []byte) error {
	if len(body) < 8 {
		return &reason{ErrCorrupt, "an interface without a link type"}
	}
	about := &Interface{Link: LinkType(c.order.Uint16(body)), Snap: int(c.order.Uint32(body[4:]))}
	i := networkInterface{about: about, base: 6}
	for code, value := range c.options(body[8:]) {
		switch {
		case code == interfaceName:
			about.Name = string(value)
		case code == interfaceFilter && len(value) > 1:
			about.Filter = string(value[1:])
		case code == interfaceResolution && len(value) >= 1:
			i.base = value[0]
		case code == interfaceOffset && len(value) >= 8:
			i.seconds = int64(c.order.Uint64(value))
		}
	}
	c.interfaces = append(c.interfaces, i)
	return nil
}

// options returns the options at the end of a block.
func (c *pcapng) options(b []byte) iter.Seq2[uint16, []byte] {
	return func(yield func(uint16, []byte) bool) {
		for len(b) >= 4 {
			code, size := c.order.Uint16(b), int(c.order.Uint16(b[2:]))
			if code == optionEnd || 4+size > len(b) || !yield(code, b[4:4+size]) {
				return
			}
			b = b[min(4+(size+3)&^3, len(b)):]
		}
	}
}

// takeSecrets hands on the key log in a Decryption Secrets Block.
func (c *pcapng) takeSecrets(f *file, body []byte) {
	if f.secrets == nil || len(body) < 8 || c.order.Uint32(body) != secretsTLS {
		return
	}
	size := min(int64(c.order.Uint32(body[4:])), int64(len(body)-8))
	f.secrets(f.name, body[8:8+size])
}

// timed reads an Enhanced Packet Block, or its obsolete forerunner, which differs
// in the first word. It returns false for a packet of an unknown interface.
func (c *pcapng) timed(kind uint32, body []byte, p *Packet) (bool, error) {
	if len(body) < 20 {
		return false, &reason{ErrCorrupt, "a packet block that is too short"}
	}
	index := int(c.order.Uint32(body))
	if kind == blockPacketOld {
		index = int(c.order.Uint16(body))
	}
	if index >= len(c.interfaces) {
		return false, &reason{ErrCorrupt, fmt.Sprintf("a packet of interface %d, which is not described", index)}
	}
	i := c.interfaces[index]
	captured, length := c.order.Uint32(body[12:]), c.order.Uint32(body[16:])
	if int64(captured) > int64(len(body)-20) {
		return false, &reason{ErrCorrupt, fmt.Sprintf("a packet of %d bytes in a block of %d", captured, len(body))}
	}
	c.time = i.nanoseconds(uint64(c.order.Uint32(body[4:]))<<32 | uint64(c.order.Uint32(body[8:])))
	p.Time, p.Link, p.Length, p.Data = c.time, i.about.Link, int(length), body[20:20+captured]
	p.Interface, p.Dropped = i.about, 0
	if rest := body[20+captured:]; len(rest) > 4 { // there are options behind the padding
		c.dropped(kind, rest[-captured&3:], p)
	}
	return true, nil
}

// dropped reads how many packets were lost before p.
func (c *pcapng) dropped(kind uint32, options []byte, p *Packet) {
	for code, value := range c.options(options) {
		if kind == blockEnhanced && code == packetDropped && len(value) == 8 {
			p.Dropped = max(int64(c.order.Uint64(value)), 0)
		}
	}
}

// nanoseconds converts what the clock of the interface says.
func (i networkInterface) nanoseconds(ticks uint64) int64 {
	perSecond := uint64(1)
	if i.base&0x80 != 0 {
		perSecond <<= min(i.base&0x7f, 63)
	} else {
		for range min(i.base, 19) {
			perSecond *= 10
		}
	}
	seconds, rest := ticks/perSecond, ticks%perSecond
	high, low := bits.Mul64(rest, 1e9)
	fraction, _ := bits.Div64(high, low, perSecond)
	return (int64(seconds)+i.seconds)*1e9 + int64(fraction)
}

func (c *pcapng) ready(f *file) bool {
	n := f.in.Buffered()
	if n < 8 || c.order == nil {
		return false
	}
	h, _ := f.in.Peek(8)
	return n >= int(c.order.Uint32(h[4:]))
}
