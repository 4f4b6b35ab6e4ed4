package tlskeys

import (
	"testing"

	"github.com/pgwdump/pgwdump/reassembly"
)

// TestPartial follows two connections at a time, of which each segment comes in two parts, the
// second of all of both connections one after the other.
func TestPartial(t *testing.T) {
	for _, r := range recorded {
		if r.unread != 0 || r.name == "openssl-tls13-early-refused" { // which loses something anyway
			continue
		}
		s := readSession(t, r.name)
		for _, c := range []struct {
			name  string
			room  func(held int) int // by how much one connection holds
			whole [2]bool            // what was said comes out of the connection
		}{
			{"room for all", func(int) int { return maxPartial }, [2]bool{true, true}},
			{"room for one", func(held int) int { return held }, [2]bool{false, true}},
			{"no room", func(int) int { return 1 }, [2]bool{false, false}},
		} {
			stages := NewStages(s.log(t))
			var sinks [2]*sink
			var conns [2]reassembly.Stream
			for i := range conns {
				sinks[i] = new(sink)
				conns[i] = stages.Open(&reassembly.Conn{Opener: reassembly.Unknown}, sinks[i])
			}
			last := len(s.segments) - 1
			for len(s.segments[last].bytes) < 20 { // of the end, an alert: too short to be held
				last--
			}
			for n, segment := range s.segments {
				from, half := index(segment.fromClient), len(segment.bytes)/2
				for i, conn := range conns {
					if n < last {
						conn.Data(&reassembly.Chunk{From: from, Bytes: segment.bytes, Packet: n})
						continue
					}
					conn.Data(&reassembly.Chunk{From: from, Bytes: segment.bytes[:half], Packet: n})
					if n == last && i == 0 {
						stages.most = c.room(max(stages.size, 1))
					}
				}
				for _, conn := range conns {
					if n >= last {
						conn.Data(&reassembly.Chunk{From: from, Bytes: segment.bytes[half:], Packet: n})
					}
				}
				if n >= last && stages.size > stages.most+2*headerSize {
					t.Fatalf("%s, %s: %d bytes are held", r.name, c.name, stages.size)
				}
			}
			for i, conn := range conns {
				conn.Close(reassembly.Finished, len(s.segments), 0)
				lost := sinks[i].lost > 0
				said := sinks[i].data == [2]string{string(s.said[0]), string(s.said[1])}
				if lost == c.whole[i] || c.whole[i] && !said {
					t.Errorf("%s, %s, connection %d: lost %d bytes; all is there: %v", r.name, c.name, i, sinks[i].lost, said)
				}
			}
			if stages.size != 0 || stages.stages.Len() != 0 {
				t.Errorf("%s, %s: %d bytes of %d connections are held at the end", r.name, c.name, stages.size, stages.stages.Len())
			}
		}
	}
}
