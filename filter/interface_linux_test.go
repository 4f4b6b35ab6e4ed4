package filter

import (
	"encoding/binary"
	"errors"
	"runtime"
	"slices"
	"testing"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// A loopback is the interface lo of a network namespace of its own. A frame that is
// sent there is seen twice: as it was sent, and as it is received, when the kernel
// has taken the outer VLAN tag off.
type loopback struct {
	sender  int
	address unix.SockaddrLinklayer
}

// marker is the Ethernet type of a frame that follows those of a test; nobody
// filters it.
const marker = 0x88b5

// newLoopback makes the namespace for the goroutine of the test.
func newLoopback(t *testing.T) *loopback {
	runtime.LockOSThread() // and never unlocked: the thread ends with the goroutine
	if err := unix.Unshare(unix.CLONE_NEWNET); errors.Is(err, unix.EPERM) {
		t.Skip("only root can make a network namespace")
	} else if err != nil {
		t.Fatal(err)
	}
	up, err := unix.NewIfreq("lo")
	if err != nil {
		t.Fatal(err)
	}
	up.SetUint16(unix.IFF_UP)
	l := &loopback{address: unix.SockaddrLinklayer{Ifindex: 1}}
	l.sender = packetSocket(t, unix.SOCK_RAW)
	if err := unix.IoctlIfreq(l.sender, unix.SIOCSIFFLAGS, up); err != nil {
		t.Fatal(err)
	}
	return l
}

func packetSocket(t *testing.T, kind int) int {
	fd, err := unix.Socket(unix.AF_PACKET, kind|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	return fd
}

// A sight tells which copies of a frame a filter has let through.
type sight struct{ sent, received bool }

// filter sends frames, numbered in their last bytes, and returns which of them a
// program lets through, on a socket of a kind.
func (l *loopback) filter(t *testing.T, kind int, program Program, frames [][]byte) []sight {
	isMarker := bpf.Instruction(bpf.LoadAbsolute{Off: 12, Size: 2})
	if kind == unix.SOCK_DGRAM {
		isMarker = bpf.LoadExtension{Num: bpf.ExtProto}
	}
	passMarker, err := bpf.Assemble([]bpf.Instruction{
		isMarker, bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: marker, SkipTrue: 1}, bpf.RetConstant{Val: DefaultSnap},
	})
	if err != nil {
		t.Fatal(err)
	}
	program = append(passMarker, program...)
	receiver := packetSocket(t, kind)
	timeout := unix.Timeval{Sec: 10}
	memory := 16 << 20
	if err := errors.Join(
		attach(receiver, program),
		unix.SetsockoptInt(receiver, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, memory),
		unix.SetsockoptTimeval(receiver, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &timeout),
		unix.Bind(receiver, &unix.SockaddrLinklayer{Ifindex: 1, Protocol: binary.BigEndian.Uint16(
			binary.NativeEndian.AppendUint16(nil, unix.ETH_P_ALL))}),
	); err != nil {
		t.Fatal(err)
	}
	last := join(make([]byte, 12), be16(marker), be32(0))
	for _, frame := range append(slices.Clone(frames), last) {
		if err := unix.Sendto(l.sender, frame, 0, &l.address); err != nil {
			t.Fatal(err)
		}
	}
	sights := make([]sight, len(frames))
	buffer := make([]byte, 1<<16)
	for markers := 0; markers < 2; {
		n, from, err := unix.Recvfrom(receiver, buffer, 0)
		if err != nil {
			t.Fatal(err)
		}
		number := binary.BigEndian.Uint32(buffer[n-4:])
		switch from := from.(*unix.SockaddrLinklayer); {
		case from.Protocol == binary.BigEndian.Uint16(binary.NativeEndian.AppendUint16(nil, marker)):
			markers++
		case from.Pkttype == unix.PACKET_OUTGOING:
			sights[number].sent = true
		default:
			sights[number].received = true
		}
	}
	unix.Close(receiver)
	return sights
}

// TestInterface has the kernel filter what goes over an interface. Of frames with a
// VLAN tag it wants the same before and after the tag was taken off.
func TestInterface(t *testing.T) {
	lo := newLoopback(t)
	var tagged, untagged [][]byte
	for _, p := range packets(linkEthernet, 1000) {
		if len(p.data) < 14 {
			continue // The kernel sends no such frames.
		}
		if slices.Contains([]uint16{etherVLAN, etherQinQ}, binary.BigEndian.Uint16(p.data[12:])) {
			if len(p.data) >= 18 {
				tagged = append(tagged, join(p.data, be32(len(tagged))))
			}
		} else {
			untagged = append(untagged, join(p.data, be32(len(untagged))))
		}
	}
	both := func(accepted bool) sight { return sight{accepted, accepted} }
	tests := []struct {
		frames      [][]byte
		link        uint16
		kind        int
		want        func(accepted bool) sight
		expressions []string
	}{
		{untagged, linkEthernet, unix.SOCK_RAW, both, []string{
			"tcp port 5432 and not host 10.0.0.9", "ip", "not ip6", "vlan", "not vlan", "arp", "len > 100", "less 100",
			"ether host 02:00:00:00:00:01", "tcp[tcpflags] & tcp-syn != 0", "pppoes and ip", "mpls and udp",
		}},
		{untagged, linkSLL2, unix.SOCK_DGRAM, both, []string{
			"tcp port 5432 and not host 10.0.0.9", "ip", "not ip6", "arp", "host 10.0.0.9 or host 2001:db8::1",
			"tcp[tcpflags] & tcp-syn != 0", "icmp6", "ip6 multicast", "portrange 1-1023", "len > 100",
		}},
		{tagged, linkEthernet, unix.SOCK_RAW, both, []string{
			"vlan", "vlan 5", "vlan 5 and ip", "vlan and tcp port 5432", "vlan and vlan", "vlan 5 and vlan 6 and ip6",
			"vlan 100 and vlan and tcp port 5432", "vlan and mpls and udp", "vlan and pppoes and ip", "not vlan",
			"vlan and tcp[13] & 2 != 0", "vlan and ether host 02:00:00:00:00:01", "vlan and ip[2:2] > 100",
		}},
		// Without a header a tag is only known if it was taken off.
		{tagged, linkSLL2, unix.SOCK_DGRAM, func(accepted bool) sight { return sight{received: accepted} }, []string{
			"vlan", "vlan 5", "vlan 5 and ip", "vlan and tcp port 5432",
		}},
	}
	for _, test := range tests {
		for _, expression := range test.expressions {
			live, err := Compile(expression, Target{Link: test.link, Live: true})
			if err != nil {
				t.Fatal(err)
			}
			if expression == "len > 100" && test.link == linkSLL2 {
				expression = "len > 94" // A header of Ethernet has 6 bytes less.
			}
			program, err := Compile(expression, Target{Link: linkEthernet})
			if err != nil {
				t.Fatal(err)
			}
			for i, s := range lo.filter(t, test.kind, live, test.frames) {
				if want := test.want(program.Match(test.frames[i], len(test.frames[i]))); s != want {
					t.Errorf("link type %d: %q: %+v, want %+v, of %x", test.link, expression, s, want, test.frames[i])
					break
				}
			}
		}
	}
	for expression, want := range map[string]sight{
		"inbound": {received: true}, "outbound": {sent: true}, "ifindex 1": {true, true}, "ifindex 2": {},
	} {
		for link, kind := range map[uint16]int{linkEthernet: unix.SOCK_RAW, linkSLL2: unix.SOCK_DGRAM} {
			live, err := Compile(expression, Target{Link: link, Live: true})
			if err != nil {
				t.Fatal(err)
			}
			if got := lo.filter(t, kind, live, untagged[:1])[0]; got != want {
				t.Errorf("link type %d: %q: %+v", link, expression, got)
			}
		}
	}
}
