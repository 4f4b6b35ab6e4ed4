package reassembly

import (
	"encoding/binary"
	"fmt"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/reassembly"

	"github.com/pgwdump/pgwdump/capture"
)

// gopacket's reassembly is the oracle: another hand wrote it.

// oracle is a StreamFactory that collects what each direction carries.
type oracle struct{ all []*conversation }

func (o *oracle) New(_, _ gopacket.Flow, _ *layers.TCP, ac reassembly.AssemblerContext) reassembly.Stream {
	o.all = append(o.all, &conversation{Ends: fmt.Sprint(ac.(*packet).segment.From, ac.(*packet).segment.To)})
	return &oracleStream{conversation: o.all[len(o.all)-1]}
}

type oracleStream struct{ *conversation }

func (s oracleStream) Accept(*layers.TCP, gopacket.CaptureInfo, reassembly.TCPFlowDirection, reassembly.Sequence, *bool, reassembly.AssemblerContext) bool {
	return true
}

func (s oracleStream) ReassembledSG(sg reassembly.ScatterGather, _ reassembly.AssemblerContext) {
	n, _ := sg.Lengths()
	direction, _, _, missing := sg.Info()
	from := 0
	if direction == reassembly.TCPDirServerToClient {
		from = 1
	}
	if n > 0 {
		s.sent[from].add(max(missing, 0), sg.Fetch(n)) // -1 is where nothing says where the stream begins
	}
}

// ReassemblyComplete has gopacket remember the connection: what comes again of one that is
// forgotten is a new one.
func (s oracleStream) ReassemblyComplete(reassembly.AssemblerContext) bool { return false }

// A packet is what gopacket is told of a segment besides its header.
type packet struct {
	segment *capture.Segment
	number  int
}

func (p *packet) GetCaptureInfo() gopacket.CaptureInfo {
	return gopacket.CaptureInfo{Timestamp: time.Unix(int64(p.number), 0)}
}

// consult puts segments together with gopacket. Each SYN it is given once: one that comes
// again after both sides have ended would be a new connection to it, though that has the
// same sequence number. An RST it is not given at all: it would close one direction at once,
// whatever of it comes late.
func consult(segments []capture.Segment) []*conversation {
	type opening struct {
		from, to capture.Endpoint
		seq      uint32
	}
	opened := map[opening]bool{}
	o := &oracle{}
	a := reassembly.NewAssembler(reassembly.NewStreamPool(o))
	for i := range segments {
		s := &segments[i]
		if s.Flags&capture.SYN != 0 {
			o := opening{s.From, s.To, s.Seq}
			if opened[o] {
				continue
			}
			opened[o] = true
		}
		has := func(flag uint8) bool { return s.Flags&flag != 0 }
		tcp := layers.TCP{Seq: s.Seq, Ack: s.Ack, SYN: has(capture.SYN), ACK: has(capture.ACK), FIN: has(capture.FIN)}
		tcp.Payload = s.Payload
		from, to := s.From.Addr().Addr().As16(), s.To.Addr().Addr().As16()
		flow := gopacket.NewFlow(layers.EndpointIPv6,
			binary.BigEndian.AppendUint16(from[8:], s.From.Port()), binary.BigEndian.AppendUint16(to[8:], s.To.Port()))
		a.AssembleWithContext(flow, &tcp, &packet{s, i + 1})
	}
	a.FlushAll()
	return o.all
}
