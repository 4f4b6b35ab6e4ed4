package filter

import (
	"encoding/binary"
	"strconv"
	"strings"
)

// isNumber tells whether a word consists of digits, or of 0x and hexadecimal ones.
func isNumber(s string) bool {
	if hex, ok := hexadecimal(s); ok {
		return consistsOf(hex, "0123456789abcdefABCDEF")
	}
	return consistsOf(s, "0123456789")
}

func hexadecimal(s string) (digits string, ok bool) {
	if digits, ok = strings.CutPrefix(s, "0x"); !ok {
		digits, ok = strings.CutPrefix(s, "0X")
	}
	return digits, ok
}

func consistsOf(s, characters string) bool {
	return s != "" && strings.Trim(s, characters) == ""
}

// parseNumber reads a number as C does: one that begins with 0 is octal.
func parseNumber(s string, at int) uint32 {
	base := 10
	digits, hex := hexadecimal(s)
	if hex {
		base = 16
	} else if s[0] == '0' {
		base = 8
	}
	if base == 8 && strings.ContainsAny(s, "89") {
		fail(at, "%s begins with 0, but is not octal", s)
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if err != nil {
		fail(at, "%s does not fit into 32 bits", s)
	}
	return uint32(n)
}

// isDotted tells whether a word consists of two to four numbers with dots between.
func isDotted(s string) bool {
	parts := strings.Split(s, ".")
	for _, part := range parts {
		if !isNumber(part) {
			return false
		}
	}
	return len(parts) >= 2 && len(parts) <= 4
}

// parseDotted reads an IPv4 address of which the last bytes may be missing. The
// mask covers those that are there. A byte that begins with 0 is decimal, too.
func parseDotted(t token) (address, mask uint32) {
	parts := strings.Split(t.text, ".")
	for _, part := range parts {
		n, err := strconv.ParseUint(part, 10, 8)
		if err != nil {
			fail(t.offset, "%s is not an IPv4 address: each part is a decimal number up to 255", t)
		}
		address = address<<8 | uint32(n)
	}
	missing := 8 * (4 - len(parts))
	return address << missing, ^uint32(0) << missing
}

// prefixMask returns the mask that covers the first bits of an address.
func prefixMask(bits uint32) uint32 { return ^(^uint32(0) >> bits) }

// isEthernet tells whether s is an Ethernet address: six bytes with colons,
// hyphens or dots between, three groups of four digits with dots between, or
// twelve digits.
func isEthernet(s string) bool {
	_, ok := parseEthernet(s)
	return ok
}

func parseEthernet(s string) (address [6]byte, ok bool) {
	digits := s
	if parts := strings.Split(s, "."); len(parts) == 3 && len(parts[0]) == 4 && len(parts[1]) == 4 {
		digits = strings.Join(parts, "")
	}
	for _, separator := range []string{":", "-", "."} {
		if parts := strings.Split(s, separator); len(parts) == 6 {
			digits = ""
			for _, part := range parts {
				digits += "00"[:max(0, 2-len(part))] + part
			}
		}
	}
	n, err := strconv.ParseUint(digits, 16, 48)
	if err != nil || len(digits) != 12 {
		return address, false
	}
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], n)
	copy(address[:], b[2:])
	return address, true
}
