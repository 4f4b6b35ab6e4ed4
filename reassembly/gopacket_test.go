package reassembly

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/reassembly"

	"github.com/pgwdump/pgwdump/capture"
)

// gopacket's reassembly is the oracle: another hand wrote it.

// oracle is a StreamFactory that collects what each direction carries.
type oracle struct{ streams []*oracleStream }

type oracleStream struct{ sent [2]string }

func (o *oracle) New(gopacket.Flow, gopacket.Flow, *layers.TCP, reassembly.AssemblerContext) reassembly.Stream {
	o.streams = append(o.streams, &oracleStream{})
	return o.streams[len(o.streams)-1]
}

func (s *oracleStream) Accept(*layers.TCP, gopacket.CaptureInfo, reassembly.TCPFlowDirection, reassembly.Sequence, *bool, reassembly.AssemblerContext) bool {
	return true
}

func (s *oracleStream) ReassembledSG(sg reassembly.ScatterGather, _ reassembly.AssemblerContext) {
	n, _ := sg.Lengths()
	direction, _, _, _ := sg.Info()
	from := 0
	if direction == reassembly.TCPDirServerToClient {
		from = 1
	}
	if n > 0 {
		s.sent[from] += string(sg.Fetch(n))
	}
}

func (s *oracleStream) ReassemblyComplete(reassembly.AssemblerContext) bool { return true }

type at struct{ gopacket.CaptureInfo }

func (a *at) GetCaptureInfo() gopacket.CaptureInfo { return a.CaptureInfo }

// consult puts segments together with gopacket.
func consult(segments []capture.Segment) (sent []string) {
	o := &oracle{}
	a := reassembly.NewAssembler(reassembly.NewStreamPool(o))
	for i, s := range segments {
		tcp := layers.TCP{Seq: s.Seq, Ack: s.Ack, SYN: s.Flags&capture.SYN != 0, ACK: s.Flags&capture.ACK != 0}
		tcp.Payload = s.Payload
		from, to := s.From.Addr().Addr().As16(), s.To.Addr().Addr().As16()
		flow := gopacket.NewFlow(layers.EndpointIPv6,
			binary.BigEndian.AppendUint16(from[8:], s.From.Port()), binary.BigEndian.AppendUint16(to[8:], s.To.Port()))
		a.AssembleWithContext(flow, &tcp, &at{gopacket.CaptureInfo{Timestamp: time.Unix(int64(i), 0)}})
	}
	a.FlushAll()
	for _, s := range o.streams {
		sent = append(sent, s.sent[0], s.sent[1])
	}
	slices.Sort(sent)
	return sent
}

// TestOracle compares with gopacket, on clean captures and on reordered ones, in
// which a SYN stays before the data of its side: gopacket asks for that.
func TestOracle(t *testing.T) {
	captures(t, func(t *testing.T, segments []capture.Segment) {
		compare := func(what string, segments []capture.Segment) {
			ours := sent(assemble(segments))
			theirs := consult(segments)
			// gopacket does not know of connections without data.
			ours = slices.DeleteFunc(ours, func(s string) bool { return s == "" })
			theirs = slices.DeleteFunc(theirs, func(s string) bool { return s == "" })
			if d := cmp.Diff(theirs, ours); d != "" {
				t.Errorf("%s (-gopacket +ours): %s", what, d)
			}
		}
		compare("clean", segments)
		for seed := range uint64(5) {
			late := reorder(rand.New(rand.NewPCG(seed, 1)), segments, 6)
			slices.SortStableFunc(late, func(a, b capture.Segment) int {
				return int(b.Flags&capture.SYN) - int(a.Flags&capture.SYN)
			})
			compare("reordered", late)
		}
	})
}
