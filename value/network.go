package value

import (
	"encoding/hex"
	"strconv"
)

func (p printer) appendInet(dst, b []byte) ([]byte, error) { return appendNetwork(dst, b, false) }

func (p printer) appendCidr(dst, b []byte) ([]byte, error) { return appendNetwork(dst, b, true) }

// appendNetwork is network_recv and network_out in network.c: the family, the bits of
// the netmask, whether it is a cidr (which is not relied on), the length of the
// address and the address. An inet is printed without the mask that means one host.
func appendNetwork(dst, b []byte, cidr bool) ([]byte, error) {
	const ipv4, ipv6 = 2, 3
	w := wire{b: b}
	family, bits, _, n := w.uint8(), int(w.uint8()), w.uint8(), int(w.uint8())
	address := w.take(n)
	switch {
	case w.end() != nil || bits > 8*n || cidr && !isNetwork(address, bits):
		return dst, ErrInvalid
	case family == ipv4 && n == 4:
		dst = appendIPv4(dst, address)
	case family == ipv6 && n == 16:
		dst = appendIPv6(dst, address)
	default:
		return dst, ErrInvalid
	}
	if cidr || bits < 8*n {
		dst = strconv.AppendInt(append(dst, '/'), int64(bits), 10)
	}
	return dst, nil
}

// isNetwork tells whether all bits of an address behind the netmask are zero.
func isNetwork(address []byte, bits int) bool {
	for i, c := range address {
		if c<<min(max(bits-8*i, 0), 8) != 0 {
			return false
		}
	}
	return true
}

func appendIPv4(dst, address []byte) []byte {
	for i, c := range address {
		if i > 0 {
			dst = append(dst, '.')
		}
		dst = strconv.AppendUint(dst, uint64(c), 10)
	}
	return dst
}

// appendIPv6 is inet_net_ntop_ipv6 in inet_net_ntop.c: "::" stands for the first of
// the longest runs of two zeros or more, and what remains of an address that begins
// with six zeros, or with five and ffff, is printed as IPv4.
func appendIPv6(dst, address []byte) []byte {
	start, length := longestZeros(address)
	for i := 0; i < 8; i++ {
		if i == start && length > 1 {
			dst = append(dst, ':')
			if i += length; i == 8 {
				return append(dst, ':')
			}
		}
		if i > 0 {
			dst = append(dst, ':')
		}
		group := uint64(address[2*i])<<8 | uint64(address[2*i+1])
		if i == 6 && start == 0 && length == 6 {
			return appendIPv4(dst, address[12:])
		}
		dst = strconv.AppendUint(dst, group, 16)
		if i == 5 && start == 0 && length == 5 && group == 0xffff {
			return appendIPv4(append(dst, ':'), address[12:])
		}
	}
	return dst
}

// longestZeros finds the first of the longest runs of zero groups in an address.
func longestZeros(address []byte) (start, length int) {
	run := 0
	for i := range 8 {
		if address[2*i]|address[2*i+1] != 0 {
			run = 0
			continue
		}
		if run++; run > length {
			start, length = i+1-run, run
		}
	}
	return start, length
}

func (p printer) appendMacaddr(dst, b []byte) ([]byte, error) { return appendMAC(dst, b, 6) }

// appendMacaddr8 is macaddr8_recv and macaddr8_out in mac8.c: a short address gets
// ff:fe in its middle.
func (p printer) appendMacaddr8(dst, b []byte) ([]byte, error) {
	if len(b) == 6 {
		address := [8]byte{b[0], b[1], b[2], 0xff, 0xfe, b[3], b[4], b[5]}
		return appendMAC(dst, address[:], 8)
	}
	return appendMAC(dst, b, 8)
}

func appendMAC(dst, b []byte, length int) ([]byte, error) {
	if len(b) != length {
		return dst, ErrInvalid
	}
	for i := range b {
		if i > 0 {
			dst = append(dst, ':')
		}
		dst = hex.AppendEncode(dst, b[i:i+1])
	}
	return dst, nil
}
