package capture

// Headless tells of a packet in which no segment was found whether that may be because
// the capture has kept too little of it: its headers end before that of TCP does.
func Headless(p *Packet) bool {
	if len(p.Data) >= p.Length || !p.Link.Known() {
		return false
	}
	const (
		longest  = 24 // the longest link header, with a VLAN tag
		protocol = 9  // where it is in the header of IPv4
		next     = 6  // and in that of IPv6
		tcp      = 20
	)
	etherType, at := network(p.Link, p.Data)
	switch b := p.Data[at:]; etherType {
	case etherNone:
		return len(p.Data) < longest
	case etherIPv4:
		const offset = 0x1fff
		return len(b) <= protocol ||
			b[protocol] == protocolTCP && (int(b[6])<<8|int(b[7]))&offset == 0 && len(b) < int(b[0]&15)*4+tcp
	case etherIPv6:
		return len(b) <= next || len(b) < 40+tcp && b[next] == protocolTCP || extension[b[next]] && len(b) < 40+8+tcp
	}
	return false
}

// extension are the headers of IPv6 that others follow (RFC 8200, section 4).
var extension = [256]bool{0: true, 43: true, 44: true, 51: true, 60: true}
