package filter

import (
	"errors"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A kernelFilter is a program that the kernel runs on what is sent over a pair of
// sockets: for that nobody needs privileges.
type kernelFilter struct{ in, out int }

func newKernelFilter(t testing.TB) *kernelFilter {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fds[0]); unix.Close(fds[1]) })
	return &kernelFilter{fds[0], fds[1]}
}

// attach has the kernel check a program, and put it in the place of the one before.
func attach(socket int, p Program) error {
	return unix.SetsockoptSockFprog(socket, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &unix.SockFprog{
		Len: uint16(len(p)), Filter: (*unix.SockFilter)(unsafe.Pointer(&p[0])),
	})
}

// match tells whether the kernel lets a packet through.
func (k *kernelFilter) match(t testing.TB, data []byte) bool {
	if err := unix.Send(k.in, data, 0); err != nil {
		t.Fatal(err)
	}
	_, _, err := unix.Recvfrom(k.out, make([]byte, 1), 0)
	if err != nil && !errors.Is(err, unix.EAGAIN) {
		t.Fatal(err)
	}
	return err == nil
}

// untagged are the expressions of testdata that accept packets without a VLAN tag,
// although vlan is in them. Live programs know where the headers of these are.
var untagged = map[string]bool{
	"vlan or ip": true, "not vlan and ip": true, "ip or vlan 5 and ip": true, "(vlan 5 and tcp) or tcp": true,
}

// TestKernel has the kernel run the programs, which accept the same packets there.
// The packets here have their VLAN tag in them, where that for live capture looks
// for it, too.
func TestKernel(t *testing.T) {
	kernel := newKernelFilter(t)
	made := packets(linkEthernet, 300)
	for _, expression := range expressions(t) {
		program, err := Compile(expression, Target{Link: linkEthernet})
		if err != nil {
			continue // TestPrograms has the errors.
		}
		both := []Program{program}
		if !untagged[expression] {
			live, err := Compile(expression, Target{Link: linkEthernet, Live: true})
			if err != nil {
				t.Error(err)
			}
			both = append(both, live)
		}
		for _, p := range both {
			if err := attach(kernel.out, p); err != nil {
				t.Fatalf("%q: %v: %v", expression, err, p)
			}
			for _, m := range made {
				if want, got := program.Match(m.data, len(m.data)), kernel.match(t, m.data); want != got {
					t.Errorf("%q: the kernel says %v of %x", expression, got, m.data)
					break
				}
			}
		}
	}
}

// TestBeyond asks for bytes farther away than those of any packet, as what comes out
// of a subtraction may be. No packet has them, whatever is asked of them. To the
// kernel they would be other bytes, or what it knows of the packet.
func TestBeyond(t *testing.T) {
	kernel := newKernelFilter(t)
	made := packets(linkEthernet, 300)
	for _, expression := range []string{
		"ether[-1] >= 0", "ether[13 - 14] >= 0", "not ether[4294967295] = 1", "not ether[2147483647] = 1", "ether[2147483648:4] >= 0",
		"not ether[0xfffff000:2] = 1", "ether[0xfffff004:4] >= 0", "ether[0xfffff02c] >= 0", "ether[0xfff00000] >= 0", "ether[0xffe00000:2] >= 0",
		"ip[-15] >= 0", "ip[-4096:2] >= 0", "tcp[-15] >= 0", "tcp[-4096:4] >= 0", "tcp[2147483648] >= 0",
	} {
		for _, live := range []bool{false, true} {
			program, err := Compile(expression, Target{Link: linkEthernet, Live: live})
			if err != nil {
				t.Fatal(err)
			}
			if err := attach(kernel.out, program); err != nil {
				t.Fatalf("%q: %v: %v", expression, err, program)
			}
			for _, p := range made {
				if program.Match(p.data, p.length) || kernel.match(t, p.data) {
					t.Fatalf("%q accepts %x", expression, p.data)
				}
			}
		}
	}
}
