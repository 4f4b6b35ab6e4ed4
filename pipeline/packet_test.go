package pipeline

import (
	"encoding/binary"

	"github.com/pgwdump/pgwdump/capture"
)

// packetOf returns a packet of raw IPv4 from a client (0) to a server at that port, or from
// the server (1), with the sequence numbers that the two are at.
func packetOf(client uint32, port uint16, from int, seq [2]uint32, flags byte, payload []byte) capture.Packet {
	b := make([]byte, 40+len(payload))
	b[0], b[8], b[9] = 0x45, 64, 6
	binary.BigEndian.PutUint16(b[2:], uint16(len(b)))
	ends, ports := [2]uint32{client, 0xc0a80001}, [2]uint16{40000, port}
	binary.BigEndian.PutUint32(b[12:], ends[from])
	binary.BigEndian.PutUint32(b[16:], ends[1-from])
	binary.BigEndian.PutUint16(b[20:], ports[from])
	binary.BigEndian.PutUint16(b[22:], ports[1-from])
	binary.BigEndian.PutUint32(b[24:], seq[from])
	if flags&capture.ACK != 0 {
		binary.BigEndian.PutUint32(b[28:], seq[1-from])
	}
	b[32], b[33], b[34] = 0x50, flags, 0xff
	copy(b[40:], payload)
	return capture.Packet{Link: capture.Raw, Length: len(b), Data: b}
}
