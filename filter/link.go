package filter

import "golang.org/x/net/bpf"

// A link describes the header of a link type.
type link struct {
	name  string
	size  uint32 // bytes of the header
	field uint32 // where in it the field is that tells the protocol behind it
	tags  bool   // VLAN tags may follow it
	// carries returns how to know that a protocol, given by its Ethernet type,
	// follows the header.
	carries func(g *generator, etherType uint32) *condition
}

// links are the headers that are known, by LINKTYPE_ value.
var links = map[uint16]link{
	0:            {name: "BSD loopback", size: 4, carries: hostFamily},
	linkEthernet: {name: "Ethernet", size: 14, field: 12, tags: true, carries: etherType},
	9:            linkPPP,
	12:           {name: "raw IP", carries: version},
	14:           {name: "raw IP", carries: version},
	101:          {name: "raw IP", carries: version},
	108:          {name: "OpenBSD loopback", size: 4, carries: networkFamily},
	linkSLL:      {name: "Linux cooked", size: 16, field: 14, tags: true, carries: etherType},
	228:          {name: "raw IPv4", carries: only(ip)},
	229:          {name: "raw IPv6", carries: only(ip6)},
	linkSLL2:     {name: "Linux cooked", size: 20, tags: true, carries: etherType},
}

// The values of links that more has to be known of than the table says.
const (
	linkEthernet = 1
	linkSLL      = 113
	linkSLL2     = 276
)

// linkPPP is the header of PPP, in PPPoE without its first two bytes, too.
var linkPPP = link{name: "PPP", size: 4, field: 2, carries: pppType}

// linkDatagram is what a packet socket of type SOCK_DGRAM gives, as for the
// interface `any`: no header, but the kernel tells what has been in it.
var linkDatagram = link{name: "Linux cooked", tags: true, carries: func(g *generator, etherType uint32) *condition {
	return g.equal(g.values.extension(bpf.ExtProto), g.values.constant(etherType))
}}

func etherType(g *generator, etherType uint32) *condition {
	return g.equalAt(g.follow, 2, etherType)
}

// pppType compares with the numbers that PPP has for the protocols.
func pppType(g *generator, etherType uint32) *condition {
	number, ok := map[uint32]uint32{ip.number(): 0x21, ip6.number(): 0x57, etherMPLS: 0x281}[etherType]
	if !ok {
		number = etherType
	}
	return g.equalAt(g.follow, 2, number)
}

// version looks at the version of IP.
func version(g *generator, etherType uint32) *condition {
	switch etherType {
	case ip.number():
		return g.maskedAt(g.network(), 1, 0x40, 0xf0)
	case ip6.number():
		return g.maskedAt(g.network(), 1, 0x60, 0xf0)
	}
	return truth(false)
}

func only(p protocol) func(*generator, uint32) *condition {
	return func(_ *generator, etherType uint32) *condition { return truth(etherType == p.number()) }
}

// families are the address families of the protocols. The systems agree on that of
// IPv4; that of IPv6 is another one on Linux, NetBSD and OpenBSD, FreeBSD, and macOS.
var families = map[uint32][]uint32{ip.number(): {2}, ip6.number(): {10, 24, 28, 30}}

// networkFamily looks at an address family in network byte order.
func networkFamily(g *generator, etherType uint32) *condition {
	return g.family(families[etherType])
}

// hostFamily looks at an address family in the byte order of the host that
// captured the packet.
func hostFamily(g *generator, etherType uint32) *condition {
	var either []uint32
	for _, family := range families[etherType] {
		either = append(either, family<<24, family)
	}
	return g.family(either)
}

func (g *generator) family(numbers []uint32) *condition {
	if numbers == nil {
		return truth(false)
	}
	return g.equal(g.load(g.header, 4), g.values.oneOf(numbers...))
}
