package filter

import (
	"slices"
	"strings"
)

// spellings are the words and operators that mean the same as another one.
var spellings = map[string]string{
	"&&":     "and",
	"||":     "or",
	"!":      "not",
	"==":     "=",
	"length": "len",
	"fddi":   "ether",
	"tr":     "ether",
	"wlan":   "ether",
	"link":   "ether",
	"ppp":    "ether",
	"slip":   "ether",
}

// spelling returns the first spelling of a word or an operator.
func spelling(s string) string {
	if first, ok := spellings[s]; ok {
		return first
	}
	return s
}

// keywords are the words of the language that are not protocols.
var keywords = map[string]bool{
	"and": true, "or": true, "not": true,
	"src": true, "dst": true,
	"host": true, "net": true, "mask": true, "port": true, "portrange": true, "proto": true,
	"broadcast": true, "multicast": true,
	"less": true, "greater": true, "len": true,
	"vlan": true, "mpls": true, "pppoed": true, "pppoes": true,
	"inbound": true, "outbound": true, "ifindex": true,
}

// unsupported are words of pcap-filter(7) that Parse refuses, with the reason.
var unsupported = map[string]string{
	"gateway":    "names are not resolved; write `ether host MAC and not host ADDRESS`",
	"protochain": "header chains are not followed; write `proto`, which looks at the first header",
	"byte":       "write `ether[...]`",
	"geneve":     "tunnels are not looked into; write `udp port 6081`",
}

// unread are the words of pcap-filter(7) that are about headers which nobody looks
// at here: other protocols over the link layer, IEEE 802.11, ATM, SS7, the logs of pf.
var unread = strings.Fields(`
atalk aarp decnet lat sca moprc mopdl iso stp ipx netbeui
llc clnp esis es-is isis is-is l1 l2 iih lsp snp csnp psnp
radio ra ta type subtype dir direction addr1 addr2 addr3 addr4 address1 address2 address3 address4
vpi vci lane oam oamf4 oamf4ec oamf4sc metac bcc sc ilmic connectmsg metaconnect
fisu lssu lsu msu hfisu hlssu hmsu sio opc dpc sls hsio hopc hdpc hsls
ifname on rnr rulenum srnr subrulenum rset ruleset reason action
`)

// isKeyword tells whether a word is one of the language.
func isKeyword(s string) bool {
	s = spelling(s)
	_, isProtocol := protocolNames[s]
	_, isUnsupported := unsupported[s]
	return keywords[s] || isProtocol || isUnsupported || slices.Contains(unread, s)
}
