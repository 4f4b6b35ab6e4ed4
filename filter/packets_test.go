package filter

import (
	"encoding/binary"
	"math/rand/v2"
)

// A packet is one that was made up.
type packet struct {
	data   []byte
	length int // on the wire
}

// packets makes up packets of a link type, always the same ones. They have what the
// expressions of testdata ask for more often than packets elsewhere.
func packets(link uint16, count int) []packet {
	m := &maker{rand.New(rand.NewPCG(5432, uint64(link)))}
	list := make([]packet, count)
	for i := range list {
		list[i] = m.packet(link)
	}
	return list
}

// A maker makes packets up, from the inside to the outside.
type maker struct{ *rand.Rand }

// oneIn is true once in n times.
func (m *maker) oneIn(n int) bool { return m.IntN(n) == 0 }

// pick returns one of several.
func pick[T any](m *maker, from ...T) T { return from[m.IntN(len(from))] }

func (m *maker) bytes(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(m.Uint32())
	}
	return b
}

func be16(values ...int) (b []byte) {
	for _, v := range values {
		b = binary.BigEndian.AppendUint16(b, uint16(v))
	}
	return b
}

func be32(v int) []byte { return binary.BigEndian.AppendUint32(nil, uint32(v)) }

func join(parts ...[]byte) (b []byte) {
	for _, p := range parts {
		b = append(b, p...)
	}
	return b
}

func (m *maker) packet(link uint16) packet {
	etherType, data := m.network()
	data = m.link(link, etherType, data)
	p := packet{data, len(data)}
	if m.oneIn(20) {
		from := 4 // The families of loopback have a test of their own.
		if len(data) > from {
			data[from+m.IntN(len(data)-from)] ^= byte(1 << m.IntN(8))
		}
	}
	if m.oneIn(3) {
		p.data = data[:m.IntN(len(data)+1)]
		if m.oneIn(2) {
			p.length = len(p.data) // a short packet, not one that was cut
		}
	}
	return p
}

// link puts the header of a link type before the data.
func (m *maker) link(link uint16, etherType int, data []byte) []byte {
	switch link {
	case 0:
		family := map[int]byte{0x800: 2, 0x86dd: 10}[etherType]
		return join([]byte{family, 0, 0, 0}, data)
	case 108:
		return join(be32(map[int]int{0x800: 2, 0x86dd: 10}[etherType]), data)
	case 9:
		etherType, data = m.labels(etherType, data)
		return join([]byte{0xff, 3}, be16(pppNumber(etherType)), data)
	case linkSLL:
		return join(be16(m.IntN(5), 1, 6), m.mac(), be16(0, etherType), data)
	case linkSLL2:
		return join(be16(etherType, 0), be32(m.IntN(4)), be16(1), []byte{byte(m.IntN(5)), 6}, m.mac(), be16(0), data)
	case linkEthernet:
		return m.ethernet(etherType, data)
	}
	return data
}

func pppNumber(etherType int) int {
	if n, ok := map[int]int{0x800: 0x21, 0x86dd: 0x57, 0x8847: 0x281}[etherType]; ok {
		return n
	}
	return etherType
}

func (m *maker) mac() []byte {
	return pick(m, []byte{2, 0, 0, 0, 0, 1}, []byte{2, 0, 0, 0, 0, 2}, []byte{1, 0, 0x5e, 1, 2, 3},
		[]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff})
}

func (m *maker) ethernet(etherType int, data []byte) []byte {
	if m.oneIn(4) {
		etherType, data = m.labels(etherType, data)
	} else if m.oneIn(5) {
		data = join([]byte{0x11, 0}, be16(pick(m, 6, 7), len(data)+2, pppNumber(etherType)), data)
		etherType = 0x8864
	} else if m.oneIn(30) {
		etherType = 0x8863
	}
	if m.oneIn(3) {
		for range 1 + m.IntN(2) {
			data = join(be16(m.IntN(8)<<13|pick(m, 5, 6, 100), etherType), data)
			etherType = pick(m, 0x8100, 0x8100, 0x88a8, 0x9100)
		}
	}
	return join(m.mac(), m.mac(), be16(etherType), data)
}

// labels puts none to three labels of MPLS before the data.
func (m *maker) labels(etherType int, data []byte) (int, []byte) {
	last := 1
	for range m.IntN(4) {
		data = join(be32(pick(m, 16, 17, 1000)<<12|last<<8|64), data)
		etherType, last = 0x8847, 0
	}
	return etherType, data
}

// network makes up what follows a header of the link layer.
func (m *maker) network() (etherType int, data []byte) {
	switch m.IntN(12) {
	case 0:
		operation := be16(1, 0x800, 0x0604, 1+m.IntN(2))
		arp := join(operation, m.mac(), m.ip4(), m.mac(), m.ip4(), m.bytes(m.IntN(20)))
		return pick(m, 0x806, 0x806, 0x806, 0x8035), arp
	case 1:
		return pick(m, 0x88cc, m.IntN(1<<16)), m.bytes(m.IntN(60))
	case 2, 3, 4, 5:
		return 0x86dd, m.packet6()
	}
	return 0x800, m.packet4()
}

func (m *maker) ip4() []byte {
	return pick(m, []byte{10, 0, 0, 9}, []byte{10, 0, 0, 8}, []byte{10, 1, 2, 3}, []byte{192, 0, 2, 1},
		[]byte{224, 0, 0, 5}, []byte{255, 255, 255, 255}, []byte{10, 0, 0, 255})
}

func (m *maker) packet4() []byte {
	options := m.bytes(4 * pick(m, 0, 0, 0, 1, 2, 10))
	fragment := pick(m, 0, 0, 0x4000, 0x4000, 0x2000, 0x2010, 0x0010)
	protocol, data := m.transport(false)
	length := 20 + len(options) + len(data)
	return join([]byte{byte(0x45 + len(options)/4), byte(m.IntN(256))}, be16(length, m.IntN(1<<16), fragment),
		[]byte{byte(1 + m.IntN(64)), protocol}, be16(m.IntN(1<<16)), m.ip4(), m.ip4(), options, data)
}

func (m *maker) ip6() []byte {
	a := pick(m, []byte{0x20, 1, 0xd, 0xb8, 0, 0, 0, 0}, []byte{0x20, 1, 0xd, 0xb8, 0, 0, 0, 1},
		[]byte{0xfe, 0x80, 0, 0, 0, 0, 0, 0}, []byte{0xff, 2, 0, 0, 0, 0, 0, 0}, make([]byte, 8))
	return join(a, []byte{0, 0, 0, 0, 0, 0, 0}, []byte{byte(1 + m.IntN(3))})
}

func (m *maker) packet6() []byte {
	next, data := m.transport(true)
	for m.oneIn(4) {
		header := pick(m, byte(0), 43, 44, 60)
		extension := join([]byte{next, 0}, m.bytes(6))
		if header == 44 {
			extension = join([]byte{next, 0}, be16(pick(m, 0, 1, 8, 9)), be32(m.IntN(1<<32)))
		}
		next, data = header, join(extension, data)
	}
	return join([]byte{0x60, 0, 0, 0}, be16(len(data)), []byte{next, 64}, m.ip6(), m.ip6(), data)
}

func (m *maker) port() int { return pick(m, 5432, 5432, 5433, 6432, 80, 443, 53, 8080, m.IntN(1<<16)) }

// transport makes up what follows a header of IP.
func (m *maker) transport(v6 bool) (protocol byte, data []byte) {
	payload := m.bytes(pick(m, 0, 1, m.IntN(30), m.IntN(200)))
	ports := be16(m.port(), m.port())
	switch m.IntN(10) {
	case 0, 1, 2, 3:
		flags := byte(pick(m, 0x02, 0x12, 0x10, 0x18, 0x11, 0x04, m.IntN(256)))
		words := m.IntN(3) // of options
		query := pick(m, nil, []byte{'Q', 0, 0, 0, 13})
		return 6, join(ports, m.bytes(8), []byte{byte(5+words) << 4, flags}, m.bytes(6+4*words), query, payload)
	case 4, 5:
		return 17, join(ports, be16(8+len(payload), m.IntN(1<<16)), payload)
	case 6:
		return 132, join(ports, m.bytes(8), payload)
	case 7, 8:
		if v6 {
			return 58, join([]byte{byte(pick(m, 128, 129, 135, 136, 1)), byte(m.IntN(3))}, m.bytes(6), payload)
		}
		return 1, join([]byte{byte(pick(m, 0, 8, 3, 11, 5)), byte(m.IntN(3))}, m.bytes(6), payload)
	}
	return byte(pick(m, 2, 9, 50, 51, 103, 112, 47, 4, m.IntN(256))), join(ports, payload)
}
