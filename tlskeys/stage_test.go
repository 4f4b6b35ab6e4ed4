package tlskeys

import (
	"bytes"
	"testing"

	"github.com/pgwdump/pgwdump/reassembly"
)

// A sink is a Stream that keeps what it is given.
type sink struct {
	data [2]string // by end; end 0 opened the connection
	tls  *TLS
	told int     // times that it was told of encryption
	why  *Reason // why it could not be read by then
	lost int64
	ends int
}

func (s *sink) Data(c *reassembly.Chunk) {
	if c.Missing > 0 {
		s.data[c.From] += "?"
	}
	s.data[c.From] += string(c.Bytes)
}
func (s *sink) Encrypted(_ *reassembly.Chunk, t *TLS) {
	s.tls, s.why, s.told = t, t.Info().Why(), s.told+1
}
func (s *sink) Lost(_ *reassembly.Chunk, i *Item)   { s.lost += i.Lost }
func (s *sink) Conflict(*reassembly.Conflict)       {}
func (s *sink) Close(reassembly.Ending, int, int64) { s.ends++ }
func (s *sink) stuffed(side int) (size int64, f string) {
	return s.tls.Stuffed[side].Size, string(s.tls.Stuffed[side].First)
}

const (
	ssl = "\x00\x00\x00\x08\x04\xd2\x16\x2f"
	gss = "\x00\x00\x00\x08\x04\xd2\x16\x30"
)

// openings are ways in which a connection begins: "> " stands before what the client
// sends, "< " before what the server does, "?" before what was not captured; HELLO is
// the first segment of a session in TLS, and TLS all of it that is left.
var openings = []struct {
	name    string
	steps   []string
	opener  int       // who opened it
	data    [2]string // in clear; what was said in TLS comes behind
	stuffed [2]string
	tls     bool
	lost    bool
}{
	{name: "direct", steps: []string{"> TLS"}, tls: true},
	{name: "asked for", steps: []string{">" + ssl, "<S", "> TLS"}, data: [2]string{ssl, "S"}, tls: true},
	{name: "after GSSAPI was refused", steps: []string{">" + gss, "<N", ">" + ssl, "<S", "> TLS"}, data: [2]string{gss + ssl, "NS"}, tls: true},
	{name: "without waiting", steps: []string{">" + ssl, "> HELLO", "<S", "> TLS"}, data: [2]string{ssl, "S"}, tls: true},
	{name: "the answer first", steps: []string{"<S", ">" + ssl, "> TLS"}, data: [2]string{ssl, "S"}, tls: true},
	{name: "from the middle", steps: []string{"> TLS"}, opener: reassembly.Unknown, tls: true},
	{name: "asked for, from the middle", steps: []string{">" + ssl, "<S", "> TLS"}, opener: reassembly.Unknown, data: [2]string{ssl, "S"}, tls: true},
	{name: "the request not captured", steps: []string{">?" + ssl, "<S", "> TLS"}, data: [2]string{"", "S"}, tls: true, lost: true},
	{name: "the answer not captured", steps: []string{">" + ssl, "<?S", "> TLS"}, data: [2]string{ssl, ""}, tls: true, lost: true},

	{name: "stuffed by the client", steps: []string{">" + ssl + "stuff", "<S", "> TLS"}, data: [2]string{ssl, "S"}, stuffed: [2]string{"stuff", ""}, tls: true},
	{name: "stuffed by the client, later", steps: []string{">" + ssl, "<S", ">stuff", ">more", "> TLS"}, data: [2]string{ssl, "S"}, stuffed: [2]string{"stuffmore", ""}, tls: true},
	{name: "stuffed by the server", steps: []string{">" + ssl, "<Sstuff", "> TLS"}, data: [2]string{ssl, "S"}, stuffed: [2]string{"", "stuff"}, tls: true},

	{name: "refused", steps: []string{">" + ssl, "<N", ">startup", "<error"}, data: [2]string{ssl + "startup", "Nerror"}},
	{name: "refused, without waiting", steps: []string{">" + ssl + "startup", "<N", "<error"}, data: [2]string{ssl + "startup", "Nerror"}},
	{name: "refused by an error", steps: []string{">" + ssl, "<Error", ">more"}, data: [2]string{ssl + "more", "Error"}},
	{name: "refused, and gone", steps: []string{">" + ssl, "<N"}, data: [2]string{ssl, "N"}},
	{name: "never answered", steps: []string{">" + ssl + "startup"}, data: [2]string{ssl + "startup", ""}},
	{name: "GSSAPI", steps: []string{">" + gss, "<G", ">\x16\x03\x01\x00\x01", "<S\x16"}, data: [2]string{gss + "\x16\x03\x01\x00\x01", "GS\x16"}},
	{name: "in clear", steps: []string{">startup", "<Rest"}, data: [2]string{"startup", "Rest"}},
	{name: "in clear, the server first", steps: []string{"<S\x00\x00\x00\x10", ">startup"}, data: [2]string{"startup", "S\x00\x00\x00\x10"}},
	{name: "nothing but the beginning", steps: []string{">\x00\x00", "<\x16"}, data: [2]string{"\x00\x00", "\x16"}},
	{name: "with a gap", steps: []string{">?gone", ">startup", "<Rest"}, data: [2]string{"?startup", "Rest"}},
}

// TestOpenings begins connections in every way, in the pieces they came in, and byte by
// byte.
func TestOpenings(t *testing.T) {
	s := readSession(t, "openssl-tls13-key-update")
	for _, o := range openings {
		for _, size := range []int{1<<16 | 7, 1} {
			next := new(sink)
			conn := &reassembly.Conn{Opener: o.opener}
			stage := NewStages(s.log(t)).Open(conn, next)
			packet := 0
			send := func(from int, b []byte) {
				for len(b) > 0 {
					n := min(size, len(b))
					packet++
					piece := bytes.Clone(b[:n])
					stage.Data(&reassembly.Chunk{From: from, Bytes: piece, Packet: packet})
					clear(piece) // it is valid until Data returns
					b = b[n:]
				}
			}
			gap := [2]int{}
			left := s.segments
			encrypted := func() {
				from, b := index(left[0].fromClient), left[0].bytes
				if gap[from] > 0 {
					stage.Data(&reassembly.Chunk{From: from, Missing: gap[from], Bytes: b[:size&7]})
					b, gap[from] = b[size&7:], 0
				}
				send(from, b)
				left = left[1:]
			}
			for _, step := range o.steps {
				from := 0
				if step[0] == '<' {
					from = 1
				}
				switch {
				case step == "> HELLO":
					encrypted()
				case step == "> TLS":
					for len(left) > 0 {
						encrypted()
					}
				case step[1] == '?':
					gap[from] = len(step) - 2
					if !o.tls {
						stage.Data(&reassembly.Chunk{From: from, Missing: gap[from]})
					}
				default:
					send(from, []byte(step[1:]))
				}
			}
			stage.Close(reassembly.Finished, packet, 0)
			if next.ends != 1 || (next.told == 1) != o.tls || next.told > 1 || (next.lost > 0) != o.lost {
				t.Errorf("%s, %d bytes at a time: told of its end %d times, of encryption %d times, of %d bytes lost",
					o.name, size, next.ends, next.told, next.lost)
				continue
			}
			for side := range next.data {
				want := o.data[side]
				if o.tls {
					want += string(s.said[side])
					n, first := next.stuffed(side)
					if first != o.stuffed[side] || n != int64(len(first)) {
						t.Errorf("%s, %d bytes at a time: stuffed %q", o.name, size, first)
					}
				}
				if next.data[side] != want {
					t.Errorf("%s, %d bytes at a time: side %d said %.99q, want %.99q", o.name, size, side, next.data[side], want)
				}
			}
		}
	}
}

// TestOneSide has one side of each session alone, which takes its time: what cannot be
// read without the other is not said to be.
func TestOneSide(t *testing.T) {
	for _, r := range recorded {
		s := readSession(t, r.name)
		for from := range s.said {
			next := new(sink)
			stage := NewStages(s.log(t)).Open(&reassembly.Conn{Opener: reassembly.Unknown}, next)
			for i, segment := range s.segments {
				if index(segment.fromClient) == from {
					stage.Data(&reassembly.Chunk{From: from, Bytes: segment.bytes, Packet: i + 1, Time: int64(i) * 2 * patience})
				}
			}
			stage.Close(reassembly.Open, len(s.segments), 0)
			if next.told != 1 || next.why == nil && next.data[from] == "" {
				t.Errorf("%s, side %d: told of %d times, %q is read, and why not: %v", r.name, from, next.told, next.data[from], next.why)
			}
		}
	}
}
