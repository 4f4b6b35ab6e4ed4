package filter

import (
	"encoding/binary"
	"strings"
	"testing"

	"golang.org/x/net/bpf"
)

// TestEmpty compiles the empty expression, which accepts everything.
func TestEmpty(t *testing.T) {
	for _, text := range []string{"", " \t\n"} {
		program, err := Compile(text, Target{Link: linkEthernet, Snap: 96})
		if err != nil || len(program) != 1 || program[0] != (bpf.RawInstruction{Op: returnConstant, K: 96}) {
			t.Errorf("%q: %v, %v", text, program, err)
		}
	}
}

// TestFamilies has loopback packets of several systems: tcpdump knows only the
// numbers of that on which it runs, and TestPrograms has no others.
func TestFamilies(t *testing.T) {
	for _, test := range []struct {
		family   uint32
		ip, ipv6 bool
	}{
		{2, true, false}, {10, false, true}, {24, false, true}, {28, false, true}, {30, false, true},
		{0, false, false}, {7, false, false}, {0x1e00, false, false},
	} {
		network := binary.BigEndian.AppendUint32(nil, test.family)
		other := binary.LittleEndian.AppendUint32(nil, test.family)
		for expression, want := range map[string]bool{
			"ip": test.ip, "ip6": test.ipv6, "not ip": !test.ip, "not ip6": !test.ipv6,
			"ip or ip6": test.ip || test.ipv6, "ip and ip6": false, "ip6 or not ip": !test.ip,
			"not ip and not ip6": !test.ip && !test.ipv6,
		} {
			for _, link := range []string{"NULL", "LOOP"} {
				program, err := Compile(expression, Target{Link: linkNames[link]})
				if err != nil {
					t.Fatal(err)
				}
				if got := program.Match(network, len(network)); got != want {
					t.Errorf("%s, family %d: %q: %v", link, test.family, expression, got)
				}
				if got := program.Match(other, len(other)); link == "NULL" && got != want {
					t.Errorf("%s, family %d of the other byte order: %q: %v", link, test.family, expression, got)
				}
			}
		}
	}
}

// TestCookedVLAN has VLAN tags behind Linux cooked headers, which tcpdump writes, but
// does not look for: what is accepted behind a header of Ethernet is accepted there.
func TestCookedVLAN(t *testing.T) {
	const addresses = 12 // bytes before the type
	headers := map[uint16][]byte{linkSLL: make([]byte, 14), linkSLL2: make([]byte, 18)}
	for _, expression := range expressions(t) {
		if !strings.Contains(expression, "vlan") || strings.Contains(expression, "ether") || strings.Contains(expression, "mpls") {
			continue
		}
		program, err := Compile(expression, Target{Link: linkEthernet})
		if err != nil {
			t.Fatal(err)
		}
		for link, header := range headers {
			cooked, err := Compile(expression, Target{Link: link})
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range packets(linkEthernet, 1000) {
				if len(p.data) < addresses+2 {
					continue
				}
				etherType, rest := p.data[addresses:addresses+2], p.data[addresses+2:]
				data := join(header, etherType, rest)
				if link == linkSLL2 {
					data = join(etherType, header, rest)
				}
				if want := program.Match(p.data, p.length); cooked.Match(data, len(data)) != want {
					t.Fatalf("%q: %v of %x", expression, !want, data)
				}
			}
		}
	}
}

// TestNetmask has a network mask for ip broadcast.
func TestNetmask(t *testing.T) {
	program, err := Compile("ip broadcast", Target{Link: 228, Netmask: 0xffffff00})
	if err != nil {
		t.Fatal(err)
	}
	for last, want := range map[byte]bool{0: true, 255: true, 1: false, 254: false} {
		packet := make([]byte, 20)
		packet[19] = last
		if program.Match(packet, len(packet)) != want {
			t.Errorf("to x.x.x.%d: %v", last, !want)
		}
	}
}

// FuzzCompile compiles anything. What comes of it is an error that can be shown, or a
// program that the machine of golang.org/x/net takes, and that accepts what that does.
func FuzzCompile(f *testing.F) {
	made := map[uint16][]packet{}
	for _, link := range linkNames {
		made[link] = packets(link, 20)
	}
	for _, e := range expressions(f) {
		f.Add(e)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 500 {
			return // It only takes longer.
		}
		e, err := Parse(text)
		if err != nil {
			err.(*Error).Marked()
			return
		}
		for _, link := range linkNames {
			e.Compile(Target{Link: link, Live: true})
			program, err := e.Compile(Target{Link: link})
			if err != nil {
				continue
			}
			instructions, all := bpf.Disassemble(program)
			if !all {
				t.Fatalf("%q: %v", text, program)
			}
			match := matcher(t, instructions)
			for _, p := range made[link] {
				if program.Match(p.data, p.length) != match(p) {
					t.Fatalf("%q: %v, but golang.org/x/net says otherwise, of %x", text, !match(p), p.data)
				}
			}
		}
	})
}

// ordinary is a filter as people write them.
const ordinary = "tcp port 5432 and not host 10.0.0.9"

func BenchmarkCompile(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Compile(ordinary, Target{Link: linkEthernet}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkMatch has an operation for each packet.
func BenchmarkMatch(b *testing.B) {
	program, err := Compile(ordinary, Target{Link: linkEthernet})
	if err != nil {
		b.Fatal(err)
	}
	made := packets(linkEthernet, 1024)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		p := &made[i%len(made)]
		program.Match(p.data, p.length)
	}
}
