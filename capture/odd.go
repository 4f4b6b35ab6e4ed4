package capture

import (
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/ip4defrag"
	"github.com/gopacket/gopacket/ip6defrag"
	"github.com/gopacket/gopacket/layers"
)

const (
	// fragmentAge is how long a fragment of IPv4 waits for the others, on the
	// clock of the capture: as long as on Linux.
	fragmentAge = 30 * time.Second
	// maxFragments is how many fragments are held. Where more come that never
	// make a packet, all are given up.
	maxFragments = 8192
)

// odd reads with gopacket what is not straight. The zero value is ready.
type odd struct {
	v4      *ip4defrag.IPv4Defragmenter
	v6      *ip6defrag.IPv6Defragmenter
	held    int       // fragments that the two may hold, at the most
	cleaned time.Time // when old ones were last given up
}

// innermost is the last IP header on the way down into a packet.
type innermost struct {
	from, to Endpoint
	length   int    // bytes behind the header, on the wire
	payload  []byte // those of them that were captured

	tcp []byte // the TCP header and what follows, nil where there is none
}

// parse finds the innermost TCP header of a packet.
func (o *odd) parse(p *Packet, s *Segment) bool {
	const least = 20 // an IP header
	if !p.Link.Known() || len(p.Data) < least {
		return false
	}
	var link gopacket.Decoder = layers.LinkType(p.Link)
	switch p.Link {
	case IPv4:
		link = layers.LayerTypeIPv4
	case IPv6:
		link = layers.LayerTypeIPv6
	}
	var in innermost
	o.descend(p.Data, link, time.Unix(0, p.Time), &in)
	if in.tcp == nil {
		return false
	}
	s.From, s.To = in.from, in.to
	return s.tcp(in.tcp, in.length-(len(in.payload)-len(in.tcp)))
}

// descend goes down the layers of b. It works on a copy, because fragments of it
// may be kept.
func (o *odd) descend(b []byte, first gopacket.Decoder, at time.Time, in *innermost) {
	rest := b
	for _, layer := range gopacket.NewPacket(b, first, gopacket.Default).Layers() {
		switch l := layer.(type) {
		case *layers.IPv4:
			in.enter(l.SrcIP, l.DstIP, int(l.Length)-int(l.IHL)*4, l.Payload)
			if l.Flags&layers.IPv4MoreFragments != 0 || l.FragOffset != 0 {
				if whole := o.defragment4(l, at); whole != nil {
					in.enter(whole.SrcIP, whole.DstIP, len(whole.Payload), whole.Payload)
					o.descend(whole.Payload, whole.Protocol, at, in)
				}
				return
			}
		case *layers.IPv6:
			length := int(l.Length)
			if l.HopByHop != nil { // gopacket takes it for a part of the header
				length -= len(l.HopByHop.Contents)
			}
			in.enter(l.SrcIP, l.DstIP, length, l.Payload)
		case *layers.IPv6Fragment:
			next, payload := l.NextHeader, l.Payload
			if l.MoreFragments || l.FragmentOffset != 0 {
				whole := o.defragment6(in, l)
				if whole == nil {
					return
				}
				next, payload = whole.NextHeader, whole.Payload
				in.length, in.payload = len(payload), payload
			}
			o.descend(payload, next, at, in)
			return
		case *layers.TCP:
			in.tcp = rest
		}
		rest = layer.LayerPayload()
	}
}

// enter notes an IP header. A length of 0 leaves it to the network card.
func (in *innermost) enter(from, to []byte, length int, payload []byte) {
	if length <= 0 {
		length = len(payload)
	}
	*in = innermost{from: endpoint(from), to: endpoint(to), length: length, payload: payload}
}

func endpoint(ip []byte) (e Endpoint) {
	e.v6 = len(ip) == len(e.ip)
	copy(e.ip[len(e.ip)-len(ip):], ip)
	return e
}

// defragment4 returns the packet that l completes, or nil.
func (o *odd) defragment4(l *layers.IPv4, at time.Time) *layers.IPv4 {
	o.hold()
	if o.v4 == nil {
		o.v4 = ip4defrag.NewIPv4Defragmenter()
	}
	if at.Sub(o.cleaned).Abs() > time.Second {
		o.v4.DiscardOlderThan(at.Add(-fragmentAge))
		o.cleaned = at
	}
	whole, err := o.v4.DefragIPv4WithTimestamp(l, at)
	if err != nil {
		return nil
	}
	return whole
}

// defragment6 returns the packet that l completes, or nil.
func (o *odd) defragment6(in *innermost, l *layers.IPv6Fragment) *layers.IPv6 {
	o.hold()
	if o.v6 == nil {
		o.v6 = ip6defrag.NewIPv6Defragmenter()
	}
	return o.v6.DefragIPv6(&layers.IPv6{SrcIP: in.from.ip[:], DstIP: in.to.ip[:]}, l)
}

// hold counts a fragment, and gives all up where there are too many.
func (o *odd) hold() {
	if o.held++; o.held > maxFragments {
		o.v4, o.v6, o.held = nil, nil, 1
	}
}
