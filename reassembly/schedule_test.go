package reassembly

import (
	"math/rand/v2"
	"net/netip"
	"testing"

	"github.com/pgwdump/pgwdump/capture"
)

// size is how many bytes each side sends in FuzzOracle.
const size = 4096

// schedule makes a capture of bytes: each four are a segment of one connection, of which both
// sides send what is known. They come in any order, any number of times, in any pieces, or not
// at all; so do the SYN and the FIN. There are fewer than a Table waits for anything.
func schedule(b []byte) (segments []capture.Segment) {
	ends := [2]capture.Endpoint{endpoint(1), endpoint(2)}
	var first [2]uint32 // the sequence numbers of the first bytes
	var streams [2][]byte
	var last [2]int // where the segment before ended
	for from := range streams {
		if len(b) > 0 {
			first[from] = uint32(b[0])<<24 - size/2 // 0 is where they wrap
			b = b[1:]
		}
		for at := range size {
			streams[from] = append(streams[from], byte(at*7+at>>8*13+from*101))
		}
	}
	for ; len(b) >= 4 && len(segments) < Window-1; b = b[4:] {
		from := int(b[0] & 1)
		at := int(b[1]) | int(b[2]&15)<<8
		if b[0]&32 != 0 { // near the end of the one before
			at = min(max(last[from]+int(int8(b[1])), 0), size)
		}
		n := min(int(b[3]), size-at)
		if b[0]&2 != 0 {
			n = min(int(b[3])*16, size-at)
		}
		s := capture.Segment{From: ends[from], To: ends[1-from], Flags: capture.ACK, Seq: first[from] + uint32(at), Ack: first[1-from] + uint32(b[2]>>4)*size/16}
		switch b[0] >> 2 & 7 {
		case 0: // the SYN
			s.Flags, s.Seq = capture.SYN|uint8(from)*capture.ACK, first[from]-1
			s.Ack = first[1-from] * uint32(from)
		case 1: // the FIN, perhaps with the end of the stream
			s.Flags |= capture.FIN
			n = min(n, 255)
			at = size - n
			s.Seq = first[from] + uint32(at)
			s.Payload = streams[from][at:]
		default:
			s.Payload = streams[from][at:][:n]
		}
		last[from] = at + n
		segments = append(segments, s)
	}
	return segments
}

func endpoint(host byte) capture.Endpoint {
	return capture.EndpointOf(netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, 0, host}), 5432))
}

// FuzzOracle compares with gopacket.
func FuzzOracle(f *testing.F) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 64 {
		b := make([]byte, 2+n*8)
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		segments := schedule(b)
		if diff := compare(segments); diff != "" {
			for _, s := range segments {
				t.Logf("%v seq %d ack %d flags %#x: %d bytes", s.From, s.Seq, s.Ack, s.Flags, len(s.Payload))
			}
			t.Errorf("-gopacket +ours: %s", diff)
		}
	})
}
