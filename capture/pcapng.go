package capture

import (
	"encoding/binary"
	"fmt"
	"io"
	"iter"
	"math/bits"

	"github.com/gopacket/gopacket/layers"
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
		case blockStatistics:
			c.statistics(body, f.losses)
		case blockEnhanced, blockPacketOld:
			if err = c.timed(kind, body, p); err == nil && p.Dropped > 0 {
				f.losses.of(p.Interface).told += p.Dropped
			}
		case blockSimple:
			err = c.simple(body, p)
		}
		switch {
		case err != nil:
			return err
		case kind == blockEnhanced || kind == blockPacketOld || kind == blockSimple:
			p.Buffer = f.holder
			return nil
		}
	}
}

// simple reads a Simple Packet Block, which has no time.
func (c *pcapng) simple(body []byte, p *Packet) error {
	if len(body) < 4 || len(c.interfaces) == 0 {
		return &reason{ErrSkipped, "a packet block that is too short, or of no interface"}
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

// blockHead is how many bytes of a block come before its body.
const blockHead = 8

// block reads one block and returns its type and what is between its two length
// words. Where a file of the classic format begins it takes nothing.
func (c *pcapng) block(f *file) (kind uint32, body []byte, err error) {
	h, err := f.in.Peek(blockHead + 4)
	if len(h) < blockHead+4 {
		return 0, nil, f.end(len(h), err)
	}
	order, section := c.order, orderOf(h)
	switch {
	case section != nil:
		order = section
	case order == nil:
		return 0, nil, &reason{ErrCorrupt, "a section header without a byte order"}
	case string(h[:4]) == string(sectionHeader):
		return 0, nil, c.resume(f, &reason{ErrCorrupt, "a section header without a byte order"})
	case isClassic(h):
		return 0, nil, errAnother
	}
	kind = order.Uint32(h)
	length := order.Uint32(h[4:])
	if length < 12 || length%4 != 0 || length > maxRecord {
		return 0, nil, c.resume(f, &reason{ErrCorrupt, fmt.Sprintf("a block of %d bytes", length)})
	}
	switch b, _ := f.in.Peek(min(int(length), bufferSize)); {
	case len(b) < min(int(length), bufferSize):
		return 0, nil, c.resume(f, &reason{ErrCut, fmt.Sprintf("%d of %d bytes of a block", len(b), length)})
	case int(length) > bufferSize && kind > blockSecrets,
		int(length) <= bufferSize && order.Uint32(b[length-4:]) != length:
		return 0, nil, c.resume(f, &reason{ErrCorrupt, fmt.Sprintf("a block of %d bytes that does not end as one", length)})
	}
	body, err = f.take(int(length))
	if err == io.EOF {
		err = ErrCut
	}
	if err != nil {
		return 0, nil, err
	}
	if section != nil {
		c.order, c.interfaces = section, c.interfaces[:0]
	}
	return kind, body[blockHead : len(body)-4], nil
}

// orderOf returns the byte order of the section whose header block begins so, nil
// where none does.
func orderOf(h []byte) binary.ByteOrder {
	if string(h[:4]) != string(sectionHeader) {
		return nil
	}
	for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		if order.Uint32(h[blockHead:]) == byteOrderMagic {
			return order
		}
	}
	return nil
}

// maxPassed is how far a block is searched for: no packet is larger than that.
const maxPassed = maxRecord

// resume goes over what is no block, up to the next that is one to its end. The error
// says how far that is; where there is none, it is the one given.
func (c *pcapng) resume(f *file, otherwise *reason) error {
	skipped := 1 // the beginning is none
	f.in.Discard(1)
	for {
		b, _ := f.in.Peek(bufferSize)
		most := len(b) - 12 + 1
		if len(b) == bufferSize {
			most = bufferSize / 2 // a block that begins there is seen whole
		}
		for i := range most {
			if c.isBlock(b[i:]) {
				skipped += i
				f.in.Discard(i)
				f.offset += int64(skipped)
				return &reason{ErrSkipped, fmt.Sprintf("%s; %d bytes were passed over", otherwise.detail, skipped)}
			}
		}
		if len(b) < bufferSize {
			return otherwise
		}
		f.in.Discard(bufferSize / 2)
		if skipped += bufferSize / 2; skipped > maxPassed {
			otherwise.detail += fmt.Sprintf("; none begins in the next %d bytes", skipped)
			return otherwise
		}
	}
}

// isBlock tells whether b, of at least 12 bytes, begins with a whole block. Hardly
// anything else says twice how long it is.
func (c *pcapng) isBlock(b []byte) bool {
	order := c.order
	if section := orderOf(b); section != nil {
		order = section
	} else if order == nil {
		return false
	}
	length := order.Uint32(b[4:])
	return length >= 12 && length%4 == 0 && int64(length) <= min(int64(len(b)), bufferSize/2) && order.Uint32(b[length-4:]) == length
}

const (
	// maxInterfaces is how many interfaces of a section are known, and maxText how many
	// bytes of their names.
	maxInterfaces = 1 << 16
	maxText       = 1 << 10
)

func (c *pcapng) addInterface(body []byte) error {
	if len(body) < 8 {
		return &reason{ErrSkipped, "an interface without a link type"}
	}
	if len(c.interfaces) >= maxInterfaces {
		return &reason{ErrSkipped, fmt.Sprintf("another interface, behind %d", maxInterfaces)}
	}
	about := &Interface{Link: LinkType(c.order.Uint16(body)), Snap: int(c.order.Uint32(body[4:]))}
	i := networkInterface{about: about, base: 6}
	for code, value := range c.options(body[8:]) {
		switch {
		case code == interfaceName:
			about.Name = string(value[:min(len(value), maxText)])
		case code == interfaceFilter && len(value) > 1:
			about.Filter = string(value[1:min(len(value), maxText)])
		case code == interfaceResolution && len(value) >= 1:
			i.base = value[0]
		case code == interfaceOffset && len(value) >= 8:
			i.seconds = int64(c.order.Uint64(value))
		}
	}
	c.interfaces = append(c.interfaces, i)
	if !about.Link.Known() {
		return &reason{ErrInterface, fmt.Sprintf("interface %d, LINKTYPE %d, %s", len(c.interfaces)-1, about.Link, layers.LinkType(about.Link))}
	}
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
// in the first word.
func (c *pcapng) timed(kind uint32, body []byte, p *Packet) error {
	if len(body) < 20 {
		return &reason{ErrSkipped, "a packet block that is too short"}
	}
	index := int(c.order.Uint32(body))
	if kind == blockPacketOld {
		index = int(c.order.Uint16(body))
	}
	if index >= len(c.interfaces) {
		return &reason{ErrSkipped, fmt.Sprintf("a packet of interface %d, which is not described", index)}
	}
	i := c.interfaces[index]
	captured, length := c.order.Uint32(body[12:]), c.order.Uint32(body[16:])
	if int64(captured) > int64(len(body)-20) {
		return &reason{ErrSkipped, fmt.Sprintf("a packet of %d bytes in a block of %d", captured, len(body))}
	}
	c.time = i.nanoseconds(uint64(c.order.Uint32(body[4:]))<<32 | uint64(c.order.Uint32(body[8:])))
	p.Time, p.Link, p.Length, p.Data = c.time, i.about.Link, int(length), body[20:20+captured]
	p.Interface, p.Dropped = i.about, 0
	if rest := body[20+captured:]; len(rest) > 4 { // there are options behind the padding
		c.dropped(kind, rest[-captured&3:], p)
	}
	return nil
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
