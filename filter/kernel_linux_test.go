package filter

import (
	"errors"
	"fmt"
	"math/rand/v2"
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

// TestKernelArithmetic makes up arithmetic that nobody would write. The kernel lets an
// address overflow and shifts by five bits of a number, libpcap does neither where it
// reads a file: an expression means the same here and there.
func TestKernelArithmetic(t *testing.T) {
	kernel := newKernelFilter(t)
	made := packets(linkEthernet, 100)
	m := &maker{rand.New(rand.NewPCG(1, 5))}
	compiled := 0
	for range 3000 {
		expression := m.arithmetic(3) + pick(m, " = ", " < ", " > ") + m.arithmetic(2)
		file, err := Compile(expression, Target{Link: linkEthernet})
		if err != nil {
			continue // It divides by zero, or the like.
		}
		live, err := Compile(expression, Target{Link: linkEthernet, Live: true})
		if err != nil {
			t.Error(err)
			continue
		}
		compiled++
		if err := attach(kernel.out, live); err != nil {
			t.Fatalf("%q: %v: %v", expression, err, live)
		}
		for _, p := range made {
			if want := file.Match(p.data, len(p.data)); kernel.match(t, p.data) != want {
				t.Errorf("%q: the kernel says %v of %x", expression, !want, p.data)
				break
			}
		}
	}
	if compiled < 2000 {
		t.Errorf("only %d expressions are right", compiled)
	}
}

// arithmetic makes up a tree of at most that many levels.
func (m *maker) arithmetic(levels int) string {
	if levels == 1 || m.oneIn(4) {
		return pick(m, "len", fmt.Sprint(m.IntN(70)), fmt.Sprint(m.Uint32()),
			fmt.Sprint(pick[uint32](m, 1<<31, 1<<31-1, 0xffe00000, 0xfff00000, 0xfffff000, 1<<32-1)),
			m.access(fmt.Sprint(m.IntN(20))), m.access(fmt.Sprint(m.IntN(20))))
	}
	left, right := m.arithmetic(levels-1), m.arithmetic(levels-1)
	return pick(m, "-("+left+")", m.access(left), m.access(left),
		fmt.Sprintf("(%s %s %s)", left, pick(m, "+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>"), right))
}

func (m *maker) access(at string) string {
	return fmt.Sprintf("%s[%s:%d]", pick(m, "ether", "ip", "ip6", "tcp", "udp"), at, 1<<m.IntN(3))
}
