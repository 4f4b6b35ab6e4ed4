package tlskeys

import (
	"bytes"
	"testing"

	"github.com/pgwdump/pgwdump/reassembly"
)

// FuzzStage gives a connection anything, in pieces and with gaps: it does not panic,
// does not tell of encryption after what came out of it, and accounts for every byte.
func FuzzStage(f *testing.F) {
	for _, name := range []string{"openssl-tls13-key-update", "openssl-tls12-renegotiated", "openssl-tls13-early-data", "openssl-tls10-cbc"} {
		s := readSession(f, name)
		var script []byte
		for _, g := range s.segments {
			for b := g.bytes; len(b) > 0; {
				n := min(len(b), 255)
				script = append(append(script, byte(index(g.fromClient)), byte(n)), b[:n]...)
				b = b[n:]
			}
		}
		f.Add(s.keys, append([]byte{0, 8}, ssl+"\x01\x01S"+string(script)...))
		f.Add(s.keys, script)
	}
	f.Fuzz(func(t *testing.T, keys, script []byte) {
		l := new(Log)
		l.Read(bytes.NewReader(keys)) // broken lines are none
		next := new(sink)
		stage := NewStages(l).Open(&reassembly.Conn{Opener: reassembly.Unknown}, next)
		for len(script) >= 2 {
			c := reassembly.Chunk{From: int(script[0] & 1)}
			n := min(int(script[1]), len(script)-2)
			if c.Bytes = script[2 : 2+n]; script[0]&2 != 0 {
				c.Missing = int(script[0]) + 1
			}
			stage.Data(&c)
			script = script[2+n:]
		}
		stage.Close(reassembly.Finished, 0, 0)
		if next.tls == nil {
			return
		}
		i := next.tls.Info()
		for _, d := range []Direction{i.FromClient, i.FromServer} {
			if d.Held != 0 || d.Plain > d.Size || d.Lost > d.Size || d.Total().Size > d.Size {
				t.Fatalf("%+v", d)
			}
		}
		if l.held.Load() != 0 {
			t.Fatalf("%d bytes are still held", l.held.Load())
		}
	})
}
