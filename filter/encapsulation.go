package filter

import "golang.org/x/net/bpf"

// The Ethernet types of what may be between the header of Ethernet and that of IP.
const (
	etherVLAN   = 0x8100 // IEEE 802.1Q
	etherQinQ   = 0x88a8 // IEEE 802.1ad
	etherOldTag = 0x9100 // QinQ, before there was a standard
	etherMPLS   = 0x8847
	etherPPPoED = 0x8863 // discovery
	etherPPPoES = 0x8864 // session
)

// An encapsulation accepts the packets with a tag of VLAN, a label of MPLS or a
// header of PPPoE, and goes over that: what is behind it in the expression is about
// what is in there.
type encapsulation struct {
	kind   encapsulationKind
	number uint32 // of the network, the label or the session
	any    bool   // no number was given
	offset int    // in the expression
}

type encapsulationKind struct {
	name    string
	maximum uint32
	enter   func(encapsulation, *generator) *condition
}

// encapsulations are their keywords.
var encapsulations = map[string]encapsulationKind{
	"vlan":   {"VLAN", 0xfff, encapsulation.vlan},
	"mpls":   {"MPLS label", 0xfffff, encapsulation.mpls},
	"pppoes": {"PPPoE session", 0xffff, encapsulation.pppoes},
}

func (e encapsulation) condition(g *generator) *condition { return e.kind.enter(e, g) }

// numbered is c, and that the bits of mask are at a place as they are in n, if a
// number was given.
func (e encapsulation) numbered(c *condition, g *generator, o offset, size int, n, mask uint32) *condition {
	if e.any {
		return c
	}
	return and(c, g.maskedAt(o, size, n, mask))
}

// vlanTag is the size of a tag.
const vlanTag = 4

func (e encapsulation) vlan(g *generator) *condition {
	switch {
	case g.labels > 0:
		fail(e.offset, "there is no VLAN tag behind MPLS labels")
	case !g.link.tags:
		fail(e.offset, "a header of %s has no VLAN tag", g.link.name)
	}
	outermost := g.payload == offset{at: g.link.size}
	if g.target.datagram() {
		g.link.tags = false // behind one that was taken off
		return e.takenOff(g)
	}
	tagged := or(or(g.carries(etherVLAN), g.carries(etherQinQ)), g.carries(etherOldTag))
	tagged = e.numbered(tagged, g, g.payload, 2, e.number, 0xfff)
	g.follow, g.payload = g.payload.plus(vlanTag-2), g.payload.plus(vlanTag)
	if g.target.Live && outermost {
		return e.outermost(tagged, g)
	}
	return tagged
}

// outermost is vlan for the outermost tag of a packet that the kernel has not copied
// yet. Most often the kernel, or the network card, has taken that tag off; inPacket
// tests whether it is still there. Where the headers behind it are is known when the
// program runs.
func (e encapsulation) outermost(inPacket *condition, g *generator) *condition {
	g.tag = g.values.cell(tagCell)
	for _, o := range []*offset{&g.follow, &g.payload} {
		*o = offset{g.tag, o.at - vlanTag}
	}
	inPacket = and(inPacket, keep(g.tag, g.values.constant(vlanTag)))
	return or(e.takenOff(g), and(not(g.takenOff()), inPacket))
}

// takenOff tests a tag that the kernel has taken off, but still tells.
func (e encapsulation) takenOff(g *generator) *condition {
	if e.any {
		return g.takenOff()
	}
	id := g.values.computed(bpf.ALUOpAnd, g.values.extension(bpf.ExtVLANTag), g.values.constant(0xfff))
	return and(g.takenOff(), g.equal(id, g.values.constant(e.number)))
}

func (g *generator) takenOff() *condition {
	return g.equal(g.values.extension(bpf.ExtVLANTagPresent), g.values.constant(1))
}

// mplsLabel is the size of a label.
const mplsLabel = 4

func (e encapsulation) mpls(g *generator) *condition {
	var labelled *condition
	switch name := g.link.name; {
	case g.labels > 0:
		labelled = g.bottomOfStack(0)
	case name == links[linkEthernet].name || name == linkPPP.name:
		labelled = g.carries(etherMPLS)
	default:
		fail(e.offset, "a header of %s has no MPLS labels behind it", name)
	}
	labelled = e.numbered(labelled, g, g.network(), 4, e.number<<12, 0xfffff000)
	g.labels++
	return labelled
}

// bottomOfStack tests the bit that the last label has set.
func (g *generator) bottomOfStack(bit uint32) *condition {
	return g.maskedAt(g.payload.plus(mplsLabel*uint32(g.labels)-2), 1, bit, 1)
}

// underLabels tests whether IP follows the labels, by the version in its header:
// labels do not tell what they are in front of.
func (g *generator) underLabels(etherType uint32) *condition {
	c := version(g, etherType)
	if c.kind == never {
		return c
	}
	return and(g.bottomOfStack(1), c)
}

// pppoeHeader is the size of the header of PPPoE.
const pppoeHeader = 6

func (e encapsulation) pppoes(g *generator) *condition {
	session := e.numbered(g.carries(etherPPPoES), g, g.network(), 4, e.number, 0xffff)
	g.link = linkPPP
	g.header = g.network().plus(pppoeHeader)
	g.follow = g.header
	g.payload = g.header.plus(2) // The protocol is all that there is of the header.
	g.labels = 0
	return session
}
