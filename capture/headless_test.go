package capture

import (
	"slices"
	"testing"
)

// TestHeadless cuts packets at each byte: either there is a segment, or it is said that
// there may have been one. Of packets of UDP and ARP that is not said once it is known.
func TestHeadless(t *testing.T) {
	v4 := func(protocol byte) []byte {
		b := make([]byte, 20)
		b[0], b[3], b[9] = 0x45, 40, protocol
		return b
	}
	v6 := func(next byte, more ...byte) []byte {
		b := make([]byte, 40)
		b[0], b[5], b[6] = 0x60, byte(20+len(more)), next
		return append(b, more...)
	}
	tcp := make([]byte, 20)
	tcp[12] = 0x50
	ethernet := func(etherType ...byte) []byte { return append(make([]byte, 12), etherType...) }
	fragment := v4(protocolTCP)
	fragment[7] = 1
	for _, c := range []struct {
		name   string
		link   LinkType
		before []byte
		sure   int // from so many bytes on it is known that there is no segment; 0 for never
	}{
		{"IPv4", Raw, v4(protocolTCP), 0},
		{"IPv4, Ethernet", Ethernet, slices.Concat(ethernet(8, 0), v4(protocolTCP)), 0},
		{"IPv4, VLAN", Ethernet, slices.Concat(ethernet(0x81, 0, 0, 5, 8, 0), v4(protocolTCP)), 0},
		{"IPv4, loopback", Null, slices.Concat([]byte{2, 0, 0, 0}, v4(protocolTCP)), 0},
		{"IPv4, cooked", SLL, slices.Concat(make([]byte, 14), []byte{8, 0}, v4(protocolTCP)), 0},
		{"IPv4, cooked, version 2", SLL2, slices.Concat([]byte{8, 0}, make([]byte, 18), v4(protocolTCP)), 0},
		{"IPv6", Raw, v6(protocolTCP), 0},
		{"IPv6, Ethernet", Ethernet, slices.Concat(ethernet(0x86, 0xdd), v6(protocolTCP)), 0},
		{"IPv6, hop-by-hop options", Raw, v6(0, protocolTCP, 0, 1, 4, 0, 0, 0, 0), 0},
		{"UDP", Ethernet, slices.Concat(ethernet(8, 0), v4(17)), 24},
		{"UDP, IPv6", Ethernet, slices.Concat(ethernet(0x86, 0xdd), v6(17)), 21},
		{"ARP", Ethernet, ethernet(8, 6), 14},
		{"a later fragment", Raw, fragment, 10},
	} {
		whole := slices.Concat(c.before, tcp)
		for n := range len(whole) + 1 {
			var x Parser
			p := &Packet{Link: c.link, Length: len(whole), Data: whole[:n]}
			if c.sure > 0 {
				if Headless(p) != (n < c.sure) {
					t.Errorf("%s, %d of %d bytes: headless is %v", c.name, n, len(whole), n >= c.sure)
				}
			} else if parsed := x.Parse(p, new(Segment)); parsed == Headless(p) {
				t.Errorf("%s, %d of %d bytes: parsed and headless are %v", c.name, n, len(whole), parsed)
			}
		}
	}
}
