package capture

import (
	"encoding/binary"
	"io"
	"runtime"
)

// A Writer writes packets to a file of the pcapng format: one section, an Interface
// Description Block for each interface that packets came from, and an Enhanced Packet
// Block for each packet, to the nanosecond (draft-ietf-opsawg-pcapng). It copies what
// it is given. It is not for use by several goroutines at once.
type Writer struct {
	out        io.Writer
	buffer     []byte // what was not handed on yet
	block      int    // where in it the block begins that is being written
	interfaces map[Interface]uint32
	latest     *Interface // of the packet before
	latestID   uint32
	size       int64
	packets    int64
	err        error // the first one
}

// About says in the file where it comes from.
type About struct {
	Application string // that wrote it
	Comment     string
}

// The numbers of options, and of blocks that are only written.
const (
	optionEnd     = 0
	optionComment = 1

	sectionSystem      = 3 // shb_os
	sectionApplication = 4 // shb_userappl

	interfaceName       = 2  // if_name
	interfaceResolution = 9  // if_tsresol
	interfaceFilter     = 11 // if_filter
	interfaceOffset     = 14 // if_tsoffset

	packetDropped = 4 // epb_dropcount

	blockStatistics       = 5
	statisticsDropped     = 5 // isb_ifdrop
	statisticsAccepted    = 6 // isb_filteraccept
	statisticsSystemDrop  = 7 // isb_osdrop
	statisticsDelivered   = 8 // isb_usrdeliv
	resolutionNanoseconds = 9
)

// written is the byte order of the files that are written.
var written = binary.LittleEndian

// NewWriter returns a Writer that has written the head of the file.
func NewWriter(w io.Writer, a About) *Writer {
	x := &Writer{out: w, interfaces: map[Interface]uint32{}}
	x.begin(written.Uint32(sectionHeader))
	x.word(byteOrderMagic)
	x.buffer = append(x.buffer, 1, 0, 0, 0)               // version 1.0
	x.buffer = written.AppendUint64(x.buffer, ^uint64(0)) // the length of the section is not known
	x.option(optionComment, a.Comment)
	x.option(sectionSystem, runtime.GOOS+"/"+runtime.GOARCH)
	x.option(sectionApplication, a.Application)
	x.word(optionEnd)
	x.end()
	return x
}

// Write writes a packet.
func (w *Writer) Write(p *Packet) error {
	id := w.id(p)
	w.begin(blockEnhanced)
	head := [20]byte{}
	written.PutUint32(head[0:], id)
	written.PutUint32(head[4:], uint32(uint64(p.Time)>>32))
	written.PutUint32(head[8:], uint32(uint64(p.Time)))
	written.PutUint32(head[12:], uint32(len(p.Data)))
	written.PutUint32(head[16:], uint32(p.Length))
	w.buffer = append(append(w.buffer, head[:]...), p.Data...)
	w.pad()
	if p.Dropped > 0 {
		w.count(packetDropped, p.Dropped)
		w.word(optionEnd)
	}
	w.end()
	w.packets++
	return w.err
}

// id returns the number of the interface of a packet, and describes it if it is new.
func (w *Writer) id(p *Packet) uint32 {
	if p.Interface != nil && p.Interface == w.latest {
		return w.latestID
	}
	about := Interface{Link: p.Link}
	if p.Interface != nil {
		about = *p.Interface
	}
	id, known := w.interfaces[about]
	if !known {
		id = w.describe(about)
	}
	w.latest, w.latestID = p.Interface, id
	return id
}

// describe writes an Interface Description Block and returns the number of the
// interface.
func (w *Writer) describe(about Interface) uint32 {
	id := uint32(len(w.interfaces))
	w.interfaces[about] = id
	w.begin(blockInterface)
	w.buffer = written.AppendUint16(w.buffer, uint16(about.Link))
	w.buffer = written.AppendUint16(w.buffer, 0)
	w.word(uint32(about.Snap))
	w.option(interfaceName, about.Name)
	w.option(interfaceResolution, string([]byte{resolutionNanoseconds}))
	if about.Filter != "" {
		w.option(interfaceFilter, "\x00"+about.Filter) // 0: in the language of libpcap
	}
	w.word(optionEnd)
	w.end()
	return id
}

// Secrets writes a key log of TLS, for the packets that follow.
func (w *Writer) Secrets(keyLog []byte) error {
	w.begin(blockSecrets)
	w.word(secretsTLS)
	w.word(uint32(len(keyLog)))
	w.buffer = append(w.buffer, keyLog...)
	w.pad()
	w.end()
	return w.err
}

// Statistics writes what became of the packets of an interface from the beginning of
// the capture to a time, in nanoseconds since 1970-01-01 UTC.
func (w *Writer) Statistics(about *Interface, s Statistics, time int64) error {
	id, known := w.interfaces[*about]
	if !known {
		id = w.describe(*about)
	}
	w.begin(blockStatistics)
	w.word(id)
	w.word(uint32(uint64(time) >> 32))
	w.word(uint32(uint64(time)))
	w.count(statisticsDropped, s.InterfaceDropped)
	if s.Received != unknownCount {
		w.count(statisticsAccepted, s.Received)
	}
	w.count(statisticsSystemDrop, s.Dropped)
	if s.Received != unknownCount {
		w.count(statisticsDelivered, s.Received-s.Dropped)
	}
	w.word(optionEnd)
	w.end()
	return w.err
}

// Size returns how many bytes were written, with those that are not flushed yet.
func (w *Writer) Size() int64 { return w.size }

// Packets returns how many packets were written.
func (w *Writer) Packets() int64 { return w.packets }

// Flush hands on what was written. The error is the first one of all.
func (w *Writer) Flush() error {
	if len(w.buffer) > 0 && w.err == nil {
		_, w.err = w.out.Write(w.buffer)
	}
	w.buffer = w.buffer[:0]
	return w.err
}

// begin begins a block. Its length is not known yet.
func (w *Writer) begin(kind uint32) {
	w.block = len(w.buffer)
	w.buffer = append(written.AppendUint32(w.buffer, kind), 0, 0, 0, 0)
}

func (w *Writer) word(n uint32) { w.buffer = written.AppendUint32(w.buffer, n) }

// pad makes the length of a block a multiple of four bytes.
func (w *Writer) pad() {
	w.buffer = append(w.buffer, "\x00\x00\x00"[:-len(w.buffer)&3]...)
}

// option appends an option, unless it is empty.
func (w *Writer) option(code uint16, value string) {
	const longest = 1<<16 - 1
	if value = value[:min(len(value), longest)]; value == "" {
		return
	}
	w.buffer = written.AppendUint16(w.buffer, code)
	w.buffer = written.AppendUint16(w.buffer, uint16(len(value)))
	w.buffer = append(w.buffer, value...)
	w.pad()
}

// count appends an option that is a number of packets.
func (w *Writer) count(code uint16, n int64) {
	w.buffer = written.AppendUint16(w.buffer, code)
	w.buffer = written.AppendUint16(w.buffer, 8)
	w.buffer = written.AppendUint64(w.buffer, uint64(n))
}

// end ends the block, with its length before and behind what is in it.
func (w *Writer) end() {
	length := uint32(len(w.buffer) - w.block + 4)
	written.PutUint32(w.buffer[w.block+4:], length)
	w.word(length)
	w.size += int64(length)
	if len(w.buffer) >= bufferSize {
		w.Flush()
	}
}
