// Package capture brings packets in and takes their headers off: capture files
// of the pcap and pcapng formats, compressed or not, one or several, become a
// sequence of packets in the order of time, and each packet that carries TCP
// becomes a [Segment].
//
// It is the only package that looks at packet headers. It does not put segments
// into order; package reassembly does.
package capture

import (
	"errors"
	"fmt"

	"github.com/gopacket/gopacket/layers"
)

// A LinkType says with which header a packet begins: one of the LINKTYPE_ values
// of the libpcap project.
type LinkType uint16

// The link types that a [Parser] reads.
const (
	Null     LinkType = 0   // BSD loopback, address family in the byte order of the host
	Ethernet LinkType = 1   //
	PPP      LinkType = 9   //
	RawBSD   LinkType = 12  // raw IP, as some BSDs number it
	RawOther LinkType = 14  // raw IP, as OpenBSD numbers it
	Raw      LinkType = 101 // raw IP, version 4 or 6
	Loop     LinkType = 108 // OpenBSD loopback, address family in network byte order
	SLL      LinkType = 113 // Linux cooked
	IPv4     LinkType = 228 // raw IPv4
	IPv6     LinkType = 229 // raw IPv6
	SLL2     LinkType = 276 // Linux cooked, version 2
)

// Known tells whether a [Parser] can read packets of this link type.
func (l LinkType) Known() bool {
	switch l {
	case Null, Ethernet, PPP, RawBSD, RawOther, Raw, Loop, SLL, IPv4, IPv6, SLL2:
		return true
	}
	return false
}

// String returns the name that the libpcap project has for it, without LINKTYPE_.
func (l LinkType) String() string {
	switch l {
	case SLL:
		return "LINUX_SLL"
	case SLL2:
		return "LINUX_SLL2"
	case Ethernet:
		return "ETHERNET"
	}
	return layers.LinkType(l).String()
}

// A Packet is one record of a capture.
type Packet struct {
	Number int      // counted from 1, over all files in the order of time
	Time   int64    // nanoseconds since 1970-01-01 UTC
	Link   LinkType // what Data begins with
	Length int      // bytes on the wire
	Data   []byte   // bytes captured; valid until the next packet is read, or while the Buffer is held
	Buffer *Buffer  // that Data is in; nil where it is in none that can be held

	Interface *Interface // where it was captured; never changes, nil where nothing is known
	Dropped   int64      // packets that were lost right before it, as far as that was noticed
}

// An Interface is where packets were captured, as the Interface Description Block
// of pcapng has it.
type Interface struct {
	Name   string // such as eth0; empty where it is not known
	Link   LinkType
	Snap   int    // bytes of a packet that were captured at the most; 0 for no limit
	Filter string // the expression that selected the packets; empty for all
}

// A Source gives packets one by one.
type Source interface {
	// Read returns the next packet, valid until the next call. The error is
	// io.EOF at the end, else a *FileError, after which reading may go on: the
	// source gives what is left.
	Read() (*Packet, error)
	// Ready tells whether the next Read will return without waiting for bytes.
	Ready() bool
}

// What may be wrong with a file besides the errors of the operating system.
var (
	ErrEmpty      = errors.New("the file is empty; was the capture ever started?")
	ErrFormat     = errors.New("not a capture: it begins like no pcap or pcapng file; record one with tcpdump -w")
	ErrCompressed = errors.New("compressed more than once; decompress it first")
	ErrCut        = errors.New("the file ends in the middle of a record; all before that was read")
	ErrCorrupt    = errors.New("what follows is not a record of a capture; all before it was read")
	ErrSkipped    = errors.New("what is here is not a block of a capture; reading goes on behind it")
	ErrInterface  = errors.New("packets of this interface cannot be read for their kind of link header, and are passed over")
	ErrLinkType   = errors.New("packets with this kind of link header cannot be read")
)

// A FileError says what is wrong with a capture file, and where.
type FileError struct {
	Name   string // as the user wrote it
	Packet int    // how many packets of this file were read before
	Offset int64  // in the file, after decompression
	Detail string // more about Err, or empty
	Err    error  // one of the errors above, or one of the operating system
}

// Error returns one line.
func (e *FileError) Error() string {
	s := e.Name + ": "
	if e.Offset > 0 {
		s += fmt.Sprintf("at byte %d, after packet %d: ", e.Offset, e.Packet)
	}
	s += e.Err.Error()
	if e.Detail != "" {
		s += " (" + e.Detail + ")"
	}
	return s
}

// Unwrap returns Err.
func (e *FileError) Unwrap() error { return e.Err }
