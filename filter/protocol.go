package filter

// A protocol is one that has a keyword.
type protocol uint8

const (
	anyProtocol protocol = iota // no protocol was named

	ether // the link layer
	ip
	ip6
	arp
	rarp

	tcp
	udp
	sctp
	pim
	ah
	esp

	icmp
	igmp
	igrp
	vrrp
	carp

	icmp6
)

// protocols tells the name of each protocol, and its number in the header before
// it. The number of one over the link layer is an Ethernet type.
var protocols = [...]struct {
	name   string
	number uint32
}{
	ether: {name: "ether"},
	ip:    {"ip", 0x0800},
	ip6:   {"ip6", 0x86dd},
	arp:   {"arp", 0x0806},
	rarp:  {"rarp", 0x8035},
	tcp:   {"tcp", 6},
	udp:   {"udp", 17},
	sctp:  {"sctp", 132},
	pim:   {"pim", 103},
	ah:    {"ah", 51},
	esp:   {"esp", 50},
	icmp:  {"icmp", 1},
	igmp:  {"igmp", 2},
	igrp:  {"igrp", 9},
	vrrp:  {"vrrp", 112},
	carp:  {"carp", 112},
	icmp6: {"icmp6", 58},
}

var protocolNames = func() map[string]protocol {
	names := map[string]protocol{}
	for p := ether; p <= icmp6; p++ {
		names[protocols[p].name] = p
	}
	return names
}()

func (p protocol) String() string { return protocols[p].name }

func (p protocol) number() uint32 { return protocols[p].number }

// overLink tells whether the protocol follows the header of the link layer.
func (p protocol) overLink() bool { return p >= ip && p <= rarp }

// overIPv4 tells whether the protocol follows the header of IPv4 only.
func (p protocol) overIPv4() bool { return p >= icmp && p <= carp }
