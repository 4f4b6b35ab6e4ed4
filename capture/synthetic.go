package capture

import (
	"net"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
)

// A Synthetic is a TCP connection that is made up, to carry bytes that no packet has
// carried so. Its packets begin with an IP header ([Raw]). Numbers and the window are
// its own; what it is not told of does not happen: nothing is lost or sent again.
type Synthetic struct {
	ends [2]Endpoint
	next [2]uint32 // sequence numbers
	out  func(*Packet) error

	buffer gopacket.SerializeBuffer
	packet Packet
	err    error // the first one
}

const (
	// maxSegment is how many bytes one segment has at the most: an IP packet has 64
	// KiB, headers included.
	maxSegment = 1<<16 - 1 - 60 - 60
	// syntheticWindow is what both ends say that they can take.
	syntheticWindow = 1<<16 - 1
	// firstSequence is the sequence number of the first byte.
	firstSequence = 1
)

// NewSynthetic returns a connection that the first of the ends has opened. It gives its
// packets to the function out, which must not keep them.
func NewSynthetic(client, server Endpoint, out func(*Packet) error) *Synthetic {
	return &Synthetic{
		ends: [2]Endpoint{client, server}, next: [2]uint32{firstSequence - 1, firstSequence - 1}, out: out,
		buffer: gopacket.NewSerializeBuffer(), packet: Packet{Link: Raw},
	}
}

// Open opens the connection.
func (s *Synthetic) Open(time int64) error {
	s.send(0, SYN, nil, time)
	s.send(1, SYN|ACK, nil, time)
	s.send(0, ACK, nil, time)
	return s.err
}

// Send sends bytes from the client (0) or the server (1).
func (s *Synthetic) Send(from int, b []byte, time int64) error {
	for len(b) > 0 {
		n := min(len(b), maxSegment)
		s.send(from, PSH|ACK, b[:n], time)
		b = b[n:]
	}
	return s.err
}

// Skip says that n bytes are missing before what is sent next.
func (s *Synthetic) Skip(from int, n int64) { s.next[from] += uint32(n) }

// Close closes the connection from both sides.
func (s *Synthetic) Close(time int64) error {
	s.send(0, FIN|ACK, nil, time)
	s.send(1, FIN|ACK, nil, time)
	s.send(0, ACK, nil, time)
	return s.err
}

// Reset resets the connection.
func (s *Synthetic) Reset(time int64) error {
	s.send(0, RST|ACK, nil, time)
	return s.err
}

// send sends one segment.
func (s *Synthetic) send(from int, flags uint8, payload []byte, time int64) {
	if s.err != nil {
		return
	}
	source, target := s.ends[from].Addr(), s.ends[1-from].Addr()
	tcp := &layers.TCP{
		SrcPort: layers.TCPPort(source.Port()), DstPort: layers.TCPPort(target.Port()),
		Seq: s.next[from], Window: syntheticWindow,
		FIN: flags&FIN != 0, SYN: flags&SYN != 0, RST: flags&RST != 0, PSH: flags&PSH != 0, ACK: flags&ACK != 0,
	}
	if tcp.ACK {
		tcp.Ack = s.next[1-from]
	}
	var ip interface {
		gopacket.SerializableLayer
		gopacket.NetworkLayer
	}
	const hops = 64
	sourceIP, targetIP := net.IP(source.Addr().AsSlice()), net.IP(target.Addr().AsSlice())
	if source.Addr().Is4() {
		ip = &layers.IPv4{Version: 4, TTL: hops, Protocol: layers.IPProtocolTCP, SrcIP: sourceIP, DstIP: targetIP}
	} else {
		ip = &layers.IPv6{Version: 6, HopLimit: hops, NextHeader: layers.IPProtocolTCP, SrcIP: sourceIP, DstIP: targetIP}
	}
	tcp.SetNetworkLayerForChecksum(ip)
	options := gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}
	if s.err = gopacket.SerializeLayers(s.buffer, options, ip, tcp, gopacket.Payload(payload)); s.err != nil {
		return
	}
	s.next[from] += uint32(len(payload))
	if flags&(SYN|FIN) != 0 {
		s.next[from]++
	}
	s.packet.Time, s.packet.Data = time, s.buffer.Bytes()
	s.packet.Length = len(s.packet.Data)
	s.err = s.out(&s.packet)
}
