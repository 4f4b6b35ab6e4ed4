package capture

import (
	"net"
	"net/netip"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
)

// TestEndpoint makes endpoints from addresses, and takes those out again.
func TestEndpoint(t *testing.T) {
	var before Endpoint
	for _, s := range []string{"0.0.0.0:1", "192.0.2.1:5432", "192.0.2.1:5433", "255.255.255.255:0", "[::]:1", "[::1]:5432", "[::ffff:192.0.2.1]:5432", "[2001:db8::1]:65535"} {
		e := EndpointOf(netip.MustParseAddrPort(s))
		if e.String() != s || e == before {
			t.Errorf("%s: %s", s, e)
		}
		before = e
	}
}

// TestEncapsulations wraps the same TCP segment into everything that a Parser
// knows, and takes it out again.
func TestEncapsulations(t *testing.T) {
	a4, b4 := net.IPv4(10, 0, 0, 1).To4(), net.IPv4(10, 0, 0, 2).To4()
	a6, b6 := net.ParseIP("fd00::1"), net.ParseIP("fd00::2")
	payload := gopacket.Payload("hello, this is the payload")
	tcp := &layers.TCP{SrcPort: 40000, DstPort: 5432, Seq: 1000, Ack: 2000, ACK: true, PSH: true, Window: 77}
	ip4 := func(next layers.IPProtocol) *layers.IPv4 {
		return &layers.IPv4{Version: 4, TTL: 64, Protocol: next, SrcIP: a4, DstIP: b4}
	}
	ip6 := func(next layers.IPProtocol) *layers.IPv6 {
		return &layers.IPv6{Version: 6, HopLimit: 64, NextHeader: next, SrcIP: a6, DstIP: b6}
	}
	ether := func(next layers.EthernetType) *layers.Ethernet {
		return &layers.Ethernet{SrcMAC: make([]byte, 6), DstMAC: make([]byte, 6), EthernetType: next}
	}
	vlan := func(next layers.EthernetType) *layers.Dot1Q { return &layers.Dot1Q{VLANIdentifier: 7, Type: next} }
	udp := func(port layers.UDPPort) *layers.UDP { return &layers.UDP{SrcPort: 9999, DstPort: port} }
	l := func(s ...gopacket.SerializableLayer) []gopacket.SerializableLayer { return s }
	const tcpIn4, tcpIn6 = layers.IPProtocolTCP, layers.IPProtocolTCP
	options := &layers.IPv4{Version: 4, TTL: 64, Protocol: tcpIn4, SrcIP: a4, DstIP: b4,
		Options: []layers.IPv4Option{{OptionType: 7, OptionLength: 7, OptionData: make([]byte, 5)}, {OptionType: 0, OptionLength: 1}}}
	hop := &layers.IPv6HopByHop{Options: []*layers.IPv6HopByHopOption{{OptionType: 1, OptionLength: 4, ActualLength: 6, OptionData: make([]byte, 4)}}}
	hop.NextHeader = tcpIn6
	cases := []struct {
		name   string
		link   LinkType
		layers []gopacket.SerializableLayer
		v6     bool
		before []byte // a header that gopacket does not write
	}{
		{"ethernet", Ethernet, l(ether(layers.EthernetTypeIPv4), ip4(tcpIn4)), false, nil},
		{"ethernet, IPv6", Ethernet, l(ether(layers.EthernetTypeIPv6), ip6(tcpIn6)), true, nil},
		{"options", Ethernet, l(ether(layers.EthernetTypeIPv4), options), false, nil},
		{"VLAN", Ethernet, l(ether(layers.EthernetTypeDot1Q), vlan(layers.EthernetTypeIPv4), ip4(tcpIn4)), false, nil},
		{"QinQ", Ethernet, l(ether(layers.EthernetTypeQinQ), vlan(layers.EthernetTypeDot1Q), vlan(layers.EthernetTypeIPv6), ip6(tcpIn6)), true, nil},
		{"raw", Raw, l(ip4(tcpIn4)), false, nil},
		{"raw, IPv6", Raw, l(ip6(tcpIn6)), true, nil},
		{"raw BSD", RawBSD, l(ip4(tcpIn4)), false, nil},
		{"raw IPv4", IPv4, l(ip4(tcpIn4)), false, nil},
		{"raw IPv6", IPv6, l(ip6(tcpIn6)), true, nil},
		{"null", Null, l(ip4(tcpIn4)), false, []byte{2, 0, 0, 0}},
		{"null, IPv6 of macOS", Null, l(ip6(tcpIn6)), true, []byte{30, 0, 0, 0}},
		{"loop", Loop, l(ip4(tcpIn4)), false, []byte{0, 0, 0, 2}},
		{"SLL", SLL, l(ip4(tcpIn4)), false, []byte{0, 0, 3, 4, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0}},
		{"SLL2", SLL2, l(ip6(tcpIn6)), true, []byte{0x86, 0xdd, 0, 0, 0, 0, 0, 1, 3, 4, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0}},
		{"PPP", PPP, l(ip4(tcpIn4)), false, []byte{0xff, 3, 0, 0x21}},
		{"MPLS", Ethernet, l(ether(layers.EthernetTypeMPLSUnicast), &layers.MPLS{Label: 5, StackBottom: true, TTL: 9}, ip4(tcpIn4)), false, nil},
		{"PPPoE", Ethernet, l(ether(layers.EthernetTypePPPoESession), &layers.PPPoE{Version: 1, Type: 1}, &layers.PPP{PPPType: layers.PPPTypeIPv4}, ip4(tcpIn4)), false, nil},
		{"GRE", Ethernet, l(ether(layers.EthernetTypeIPv4), ip4(layers.IPProtocolGRE), &layers.GRE{Protocol: layers.EthernetTypeIPv6}, ip6(tcpIn6)), true, nil},
		{"IP in IP", Ethernet, l(ether(layers.EthernetTypeIPv4), ip4(layers.IPProtocolIPv4), ip4(tcpIn4)), false, nil},
		{"IPv6 in IPv4", Ethernet, l(ether(layers.EthernetTypeIPv4), ip4(layers.IPProtocolIPv6), ip6(tcpIn6)), true, nil},
		{"VXLAN", Ethernet, l(ether(layers.EthernetTypeIPv4), ip4(layers.IPProtocolUDP), udp(4789), &layers.VXLAN{ValidIDFlag: true, VNI: 3}, ether(layers.EthernetTypeIPv4), ip4(tcpIn4)), false, nil},
		{"Geneve", Ethernet, l(ether(layers.EthernetTypeIPv4), ip4(layers.IPProtocolUDP), udp(6081), geneve{}, ether(layers.EthernetTypeIPv4), ip4(tcpIn4)), false, nil},
		{"hop-by-hop", Ethernet, l(ether(layers.EthernetTypeIPv6), ip6(layers.IPProtocolIPv6HopByHop), hop), true, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			buffer := gopacket.NewSerializeBuffer()
			all := append(append([]gopacket.SerializableLayer{}, c.layers...), tcp, payload)
			if err := gopacket.SerializeLayers(buffer, gopacket.SerializeOptions{FixLengths: true}, all...); err != nil {
				t.Fatal(err)
			}
			whole := append(append([]byte{}, c.before...), buffer.Bytes()...)
			padded := append(append([]byte{}, whole...), make([]byte, 9)...)
			for name, data := range map[string][]byte{"whole": whole, "padded": padded, "cut": whole[:len(whole)-5]} {
				var x Parser
				var s Segment
				if !x.Parse(&Packet{Number: 3, Time: 4, Link: c.link, Length: max(len(whole), len(data)), Data: data}, &s) {
					t.Fatalf("%s: no segment", name)
				}
				want := "10.0.0.1:40000 10.0.0.2:5432"
				if c.v6 {
					want = "[fd00::1]:40000 [fd00::2]:5432"
				}
				if got := s.From.String() + " " + s.To.String(); got != want {
					t.Errorf("%s: %s, want %s", name, got, want)
				}
				cut := 0
				if name == "cut" {
					cut = 5
				}
				if string(s.Payload) != string(payload[:len(payload)-cut]) || s.Cut != cut {
					t.Errorf("%s: payload %q and %d bytes more", name, s.Payload, s.Cut)
				}
				if s.Seq != 1000 || s.Ack != 2000 || s.Flags != ACK|PSH || s.Window != 77 {
					t.Errorf("%s: %+v", name, s)
				}
			}
		})
	}
}

// geneve is a Geneve header around Ethernet (RFC 8926), which gopacket only reads.
type geneve struct{}

func (geneve) LayerType() gopacket.LayerType { return layers.LayerTypeGeneve }

func (geneve) SerializeTo(b gopacket.SerializeBuffer, _ gopacket.SerializeOptions) error {
	h, err := b.PrependBytes(8)
	copy(h, []byte{0, 0, 0x65, 0x58, 0, 0, 3, 0})
	return err
}

// TestFragments cuts a packet into fragments, and puts them together in every
// order.
func TestFragments(t *testing.T) {
	payload := make([]byte, 100)
	for i := range payload {
		payload[i] = byte(i)
	}
	tcp := &layers.TCP{SrcPort: 40000, DstPort: 5432, Seq: 1000}
	buffer := gopacket.NewSerializeBuffer()
	if err := gopacket.SerializeLayers(buffer, gopacket.SerializeOptions{FixLengths: true}, tcp, gopacket.Payload(payload)); err != nil {
		t.Fatal(err)
	}
	whole := append([]byte{}, buffer.Bytes()...)
	const size = 48
	build := func(v6 bool, at int) []byte {
		part := whole[at:min(at+size, len(whole))]
		more := at+size < len(whole)
		b := gopacket.NewSerializeBuffer()
		var err error
		if v6 {
			f := []byte{6, 0, byte(at >> 8), byte(at &^ 7), 0, 0, 0, 9}
			if more {
				f[3] |= 1
			}
			err = gopacket.SerializeLayers(b, gopacket.SerializeOptions{FixLengths: true},
				&layers.IPv6{Version: 6, NextHeader: layers.IPProtocolIPv6Fragment, SrcIP: net.ParseIP("fd00::1"), DstIP: net.ParseIP("fd00::2")},
				gopacket.Payload(append(f, part...)))
		} else {
			ip := &layers.IPv4{Version: 4, TTL: 1, Id: 9, Protocol: layers.IPProtocolTCP, FragOffset: uint16(at / 8),
				SrcIP: net.IPv4(10, 0, 0, 1), DstIP: net.IPv4(10, 0, 0, 2)}
			if more {
				ip.Flags = layers.IPv4MoreFragments
			}
			err = gopacket.SerializeLayers(b, gopacket.SerializeOptions{FixLengths: true}, ip, gopacket.Payload(part))
		}
		if err != nil {
			t.Fatal(err)
		}
		return append([]byte{}, b.Bytes()...)
	}
	for _, v6 := range []bool{false, true} {
		for _, order := range [][]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}} {
			var x Parser
			var s Segment
			for n, i := range order {
				data := build(v6, i*size)
				found := x.Parse(&Packet{Link: Raw, Length: len(data), Data: data}, &s)
				if found != (n == 2) {
					t.Fatalf("v6 %v, order %v: segment %v after %d fragments", v6, order, found, n+1)
				}
			}
			if string(s.Payload) != string(payload) || s.Cut != 0 || s.To.Port() != 5432 {
				t.Errorf("v6 %v, order %v: %d bytes, %d more, to %v", v6, order, len(s.Payload), s.Cut, s.To)
			}
		}
	}
}
