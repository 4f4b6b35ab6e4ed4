package capture

import (
	"bytes"
	"encoding/binary"
	"net/netip"
)

// An Endpoint is an address and port. It can be compared and be the key of a map.
type Endpoint struct {
	ip   [16]byte // version 4 in the last four bytes, the others zero
	port uint16
	v6   bool
}

// EndpointOf returns the endpoint with that address and port. An IPv4 address mapped to
// IPv6 stays one of IPv6, as in [netip.Addr]; a zone is left out.
func EndpointOf(a netip.AddrPort) Endpoint {
	e := Endpoint{port: a.Port(), v6: !a.Addr().Is4()}
	if ip := a.Addr().As16(); e.v6 {
		e.ip = ip
	} else {
		copy(e.ip[12:], ip[12:])
	}
	return e
}

// Addr returns the address and port in the form of the standard library.
func (e Endpoint) Addr() netip.AddrPort {
	a := netip.AddrFrom16(e.ip)
	if !e.v6 {
		a = netip.AddrFrom4([4]byte(e.ip[12:]))
	}
	return netip.AddrPortFrom(a, e.port)
}

// Before puts endpoints into a fixed order: by their ports, which are compared sooner
// than addresses are.
func (e Endpoint) Before(o Endpoint) bool {
	if e.port != o.port {
		return e.port < o.port
	}
	return bytes.Compare(e.ip[:], o.ip[:]) < 0
}

// Port returns the port.
func (e Endpoint) Port() uint16 { return e.port }

// String returns "10.0.0.1:5432" or "[fd00::1]:5432".
func (e Endpoint) String() string { return e.Addr().String() }

// Ends are the two ends of a connection in a fixed order, whichever sends.
type Ends [2]Endpoint

// EndsOf puts two ends in order.
func EndsOf(a, b Endpoint) Ends {
	if b.Before(a) {
		return Ends{b, a}
	}
	return Ends{a, b}
}

// Flags of a TCP header (RFC 9293, section 3.1).
const (
	FIN = 1 << iota
	SYN
	RST
	PSH
	ACK
	URG
)

// A Segment is what a packet says at the level of TCP.
type Segment struct {
	Number   int   // of the packet
	Time     int64 // nanoseconds since 1970-01-01 UTC
	From, To Endpoint
	Seq, Ack uint32
	Window   uint16
	Flags    uint8
	Payload  []byte  // valid for as long as the Data of the packet is
	Buffer   *Buffer // that Payload is in, as in the packet
	Cut      int     // bytes of the payload that the capture has not kept
}

// Flow returns a number that is the same for all segments of a connection, in both
// directions, and else mostly another.
func (s *Segment) Flow() uint64 {
	x := s.From.hash() + s.To.hash() // the same, whichever comes first
	x ^= x >> 32
	x *= 0x9e3779b97f4a7c15
	return x >> 32
}

// hash mixes address and port.
func (e *Endpoint) hash() uint64 {
	x := binary.LittleEndian.Uint64(e.ip[:]) * 0xff51afd7ed558ccd
	x ^= binary.LittleEndian.Uint64(e.ip[8:]) + uint64(e.port)
	x *= 0xc4ceb9fe1a85ec53
	return x ^ x>>29
}

// A Parser takes the headers off packets. Ordinary ones - Ethernet with VLAN
// tags, Linux cooked, loopback and raw IP, with IPv4 or IPv6 and TCP - it reads
// straight; tunnels, extension headers and fragments it leaves to gopacket.
type Parser struct {
	odd odd
}

// Parse reads the segment of p into s. It returns false where there is none: the
// packet is not TCP, is one fragment of several, or cannot be read.
func (x *Parser) Parse(p *Packet, s *Segment) bool {
	s.Number, s.Time = p.Number, p.Time
	etherType, at := network(p.Link, p.Data)
	wire := max(p.Length, len(p.Data)) - at
	straight := false
	switch etherType {
	case etherIPv4:
		straight = s.ipv4(p.Data[at:], wire)
	case etherIPv6:
		straight = s.ipv6(p.Data[at:], wire)
	}
	if straight {
		s.Buffer = p.Buffer
		return true
	}
	s.Buffer = nil // it is in a copy
	return x.odd.parse(p, s)
}

// The EtherTypes that are read straight.
const (
	etherNone = 0
	etherIPv4 = 0x0800
	etherIPv6 = 0x86dd
	etherVLAN = 0x8100
	etherQinQ = 0x88a8
	etherQOld = 0x9100

	etherPPPoE = 0x8864
	pppIPv4    = 0x0021
	pppIPv6    = 0x0057
)

// network returns the EtherType of what is behind the link header, and where that
// begins; etherNone where it is too short or odd.
func network(link LinkType, b []byte) (etherType, at int) {
	switch link {
	case Ethernet:
		at = 14
	case SLL:
		at = 16
	case SLL2:
		if len(b) < 20 {
			return etherNone, 0
		}
		return tagged(b, 20, int(binary.BigEndian.Uint16(b)))
	case Null, Loop:
		at = 4
		if len(b) <= at {
			return etherNone, 0
		}
		return version(b[at]), at
	case Raw, RawBSD, RawOther, IPv4, IPv6:
		if len(b) == 0 {
			return etherNone, 0
		}
		return version(b[0]), 0
	default:
		return etherNone, 0
	}
	if len(b) < at {
		return etherNone, 0
	}
	return tagged(b, at, int(binary.BigEndian.Uint16(b[at-2:])))
}

// tagged goes over VLAN tags, and the header of a PPPoE session behind them.
func tagged(b []byte, at, etherType int) (int, int) {
	for etherType == etherVLAN || etherType == etherQinQ || etherType == etherQOld {
		if len(b) < at+4 {
			return etherNone, 0
		}
		etherType = int(binary.BigEndian.Uint16(b[at+2:]))
		at += 4
	}
	if etherType == etherPPPoE && len(b) >= at+8 {
		switch binary.BigEndian.Uint16(b[at+6:]) {
		case pppIPv4:
			return etherIPv4, at + 8
		case pppIPv6:
			return etherIPv6, at + 8
		}
	}
	return etherType, at
}

// version finds the EtherType of a bare IP packet in its first byte. The address
// family before it is not asked: its numbers differ from system to system.
func version(b byte) int {
	switch b >> 4 {
	case 4:
		return etherIPv4
	case 6:
		return etherIPv6
	}
	return etherNone
}

const protocolTCP = 6

// ipv4 reads an unfragmented IPv4 packet with TCP, which had wire bytes on the
// wire (RFC 791).
func (s *Segment) ipv4(b []byte, wire int) bool {
	if len(b) < 20 || b[0]>>4 != 4 || b[9] != protocolTCP {
		return false
	}
	const moreFragmentsAndOffset = 0x3fff
	if binary.BigEndian.Uint16(b[6:])&moreFragmentsAndOffset != 0 {
		return false
	}
	header, total := int(b[0]&15)*4, int(binary.BigEndian.Uint16(b[2:]))
	if total == 0 { // left to the network card, which cuts large packets into pieces
		total = wire
	}
	if header < 20 || header > len(b) || header > total {
		return false
	}
	s.From, s.To = Endpoint{}, Endpoint{}
	copy(s.From.ip[12:], b[12:])
	copy(s.To.ip[12:], b[16:])
	return s.tcp(b[header:], min(total, wire)-header)
}

// ipv6 reads an IPv6 packet with TCP and no extension headers (RFC 8200).
func (s *Segment) ipv6(b []byte, wire int) bool {
	if len(b) < 40 || b[0]>>4 != 6 || b[6] != protocolTCP {
		return false
	}
	length := int(binary.BigEndian.Uint16(b[4:]))
	if length == 0 { // a jumbogram, or left to the network card
		length = wire - 40
	}
	s.From, s.To = Endpoint{v6: true}, Endpoint{v6: true}
	copy(s.From.ip[:], b[8:])
	copy(s.To.ip[:], b[24:])
	return s.tcp(b[40:], min(length, wire-40))
}

// tcp reads a TCP header and finds the payload in the size bytes that the packet
// had on the wire (RFC 9293).
func (s *Segment) tcp(b []byte, size int) bool {
	if len(b) < 20 {
		return false
	}
	header := int(b[12]>>4) * 4
	if header < 20 || header > size {
		return false
	}
	s.From.port, s.To.port = binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
	s.Seq, s.Ack = binary.BigEndian.Uint32(b[4:]), binary.BigEndian.Uint32(b[8:])
	s.Flags, s.Window = b[13], binary.BigEndian.Uint16(b[14:])
	s.Payload = b[min(header, len(b)):min(size, len(b))]
	s.Cut = size - header - len(s.Payload)
	return true
}
