package capture

import (
	"bufio"
	"encoding/binary"
	"io"
	"runtime"
)

// A Writer writes packets to a file of the pcapng format: one section, an Interface
// Description Block for each interface that packets came from, and an Enhanced Packet
// Block for each packet, to the nanosecond (draft-ietf-opsawg-pcapng). It copies what
// it is given. It is not for use by several goroutines at once.
type Writer struct {
	out        *bufio.Writer
	interfaces map[Interface]uint32
	latest     *Interface // of the packet before
	latestID   uint32
	block      []byte // that is being written, in the buffer of out
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
	x := &Writer{out: bufio.NewWriterSize(w, bufferSize), interfaces: map[Interface]uint32{}}
	x.begin(written.Uint32(sectionHeader), 0)
	x.word(byteOrderMagic)
	x.block = append(x.block, 1, 0, 0, 0)               // version 1.0
	x.block = written.AppendUint64(x.block, ^uint64(0)) // the length of the section is not known
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
	w.begin(blockEnhanced, len(p.Data))
	w.word(id)
	w.word(uint32(uint64(p.Time) >> 32))
	w.word(uint32(uint64(p.Time)))
	w.word(uint32(len(p.Data)))
	w.word(uint32(p.Length))
	w.block = append(w.block, p.Data...)
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
	w.begin(blockInterface, 0)
	w.block = written.AppendUint16(w.block, uint16(about.Link))
	w.block = written.AppendUint16(w.block, 0)
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
	w.begin(blockSecrets, len(keyLog))
	w.word(secretsTLS)
	w.word(uint32(len(keyLog)))
	w.block = append(w.block, keyLog...)
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
	w.begin(blockStatistics, 0)
	w.word(id)
	w.word(uint32(uint64(time) >> 32))
	w.word(uint32(uint64(time)))
	w.count(statisticsDropped, s.InterfaceDropped)
	w.count(statisticsAccepted, s.Received)
	w.count(statisticsSystemDrop, s.Dropped)
	w.count(statisticsDelivered, s.Received-s.Dropped)
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
	if err := w.out.Flush(); w.err == nil {
		w.err = err
	}
	return w.err
}

// begin begins a block with about so much in it. Its length is not known yet.
func (w *Writer) begin(kind uint32, size int) {
	const most = 128 // of everything else in a block with a size
	if w.out.Available() < size+most {
		w.Flush()
	}
	w.block = written.AppendUint32(w.out.AvailableBuffer(), kind)
	w.word(0)
}

func (w *Writer) word(n uint32) { w.block = written.AppendUint32(w.block, n) }

// pad makes the length of a block a multiple of four bytes.
func (w *Writer) pad() {
	w.block = append(w.block, "\x00\x00\x00"[:-len(w.block)&3]...)
}

// option appends an option, unless it is empty.
func (w *Writer) option(code uint16, value string) {
	const longest = 1<<16 - 1
	if value = value[:min(len(value), longest)]; value == "" {
		return
	}
	w.block = written.AppendUint16(w.block, code)
	w.block = written.AppendUint16(w.block, uint16(len(value)))
	w.block = append(w.block, value...)
	w.pad()
}

// count appends an option that is a number of packets.
func (w *Writer) count(code uint16, n int64) {
	w.block = written.AppendUint16(w.block, code)
	w.block = written.AppendUint16(w.block, 8)
	w.block = written.AppendUint64(w.block, uint64(n))
}

// end writes the block, with its length before and behind what is in it.
func (w *Writer) end() {
	length := uint32(len(w.block) + 4)
	written.PutUint32(w.block[4:], length)
	w.word(length)
	w.size += int64(length)
	if _, err := w.out.Write(w.block); w.err == nil {
		w.err = err
	}
}
