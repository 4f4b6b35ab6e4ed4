package capture

import (
	"encoding/binary"
	"errors"
	"net"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// A ring captures by a packet socket (packet(7)) with a ring of the third version,
// which the kernel fills block by block while the blocks that it has handed over are
// read in place (Documentation/networking/packet_mmap.rst of Linux).
//
// gopacket's afpacket does the same, but attaches the filter when packets come
// already, says of no packet whether it is the one that loopback sends or the one
// that it receives, and gives no link header for "any".
type ring struct {
	fd        int
	memory    []byte
	blocks    int
	blockSize int
	block     int // the one that is being read, or is waited for
	at        int // in memory, of the next packet
	left      int // packets in the block that were not read yet
	ours      bool

	cooked  bool // packets come without link header
	wait    int  // milliseconds
	lag     int  // likewise
	lost    Statistics
	told    int64    // of lost.Dropped, those that a packet has told of
	counter []string // files in which the kernel counts what the interfaces have lost
	base    int64    // what they said at the beginning
}

const (
	// leastBlock is the usual size of a block. A packet has to fit into one, and a block
	// that is not full is handed over after a while, so that many small blocks hold more
	// than few large ones. But where packets may be late, larger ones spare the process
	// most of what capturing costs, which is to wake up.
	leastBlock = DefaultSnap
	mostBlock  = 4 * leastBlock
	// leastBlocks is how many of the larger ones there have to be.
	leastBlocks = 8
	// frameSize only has to divide the size of a block.
	frameSize = 2048
	// reserved is left free before each packet: for the header of a cooked one, and a
	// VLAN tag.
	reserved = sll2Size + vlanSize
	// headerSize is what comes before a packet in its block besides: tpacket3_hdr,
	// sockaddr_ll, and what aligns them.
	headerSize = 128

	sll2Size = 20
	vlanSize = 4
)

// openDevice opens a packet socket. Packets come only once everything else is
// prepared, so that none comes that the filter would have refused.
func openDevice(about *Interface, o *LiveOptions) (device, error) {
	about.Link, about.Snap = SLL2, min(o.Snap, leastBlock-headerSize-reserved)
	kind, index := unix.SOCK_DGRAM, 0
	if about.Name != AnyInterface {
		i, err := net.InterfaceByName(about.Name)
		if err != nil {
			return nil, ErrNoInterface
		}
		index = i.Index
		if hasEthernetHeader(about.Name) {
			about.Link, kind = Ethernet, unix.SOCK_RAW
		}
	}
	program, err := o.program(about)
	if err != nil {
		return nil, err
	}
	fd, err := unix.Socket(unix.AF_PACKET, kind|unix.SOCK_CLOEXEC, 0)
	if errors.Is(err, unix.EPERM) {
		return nil, ErrPermission
	}
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	r := &ring{fd: fd, cooked: kind == unix.SOCK_DGRAM, wait: int(patience.Milliseconds()), lag: int(o.Lag.Milliseconds())}
	if err := r.open(index, o, program); err != nil {
		r.close()
		return nil, err
	}
	r.count(about.Name)
	return r, nil
}

// hasEthernetHeader tells whether the packets of an interface begin with a header of
// Ethernet. Others are captured without their headers, for there are too many kinds.
func hasEthernetHeader(name string) bool {
	b, err := os.ReadFile("/sys/class/net/" + name + "/type")
	kind, _ := strconv.Atoi(strings.TrimSpace(string(b)))
	return err == nil && (kind == unix.ARPHRD_ETHER || kind == unix.ARPHRD_LOOPBACK)
}

// program returns what the kernel is to run on each packet. Loopback shows each
// packet twice, when it is sent and when it is received: the first is left out.
func (o *LiveOptions) program(about *Interface) ([]bpf.RawInstruction, error) {
	rest, err := bpf.Assemble([]bpf.Instruction{bpf.RetConstant{Val: uint32(about.Snap)}})
	if o.Filter != nil {
		about.Filter, rest, err = o.Filter(about.Link, about.Snap)
	}
	if err != nil {
		return nil, err
	}
	once, err := bpf.Assemble([]bpf.Instruction{
		bpf.LoadExtension{Num: bpf.ExtLinkLayerType},
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: unix.ARPHRD_LOOPBACK, SkipTrue: 3},
		bpf.LoadExtension{Num: bpf.ExtType},
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: unix.PACKET_OUTGOING, SkipTrue: 1},
		bpf.RetConstant{Val: 0},
	})
	return append(once, rest...), err
}

func (r *ring) open(index int, o *LiveOptions, program []bpf.RawInstruction) error {
	fd := r.fd
	if err := unix.SetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_VERSION, unix.TPACKET_V3); err != nil {
		return os.NewSyscallError("PACKET_VERSION", err)
	}
	if err := unix.SetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_RESERVE, reserved); err != nil {
		return os.NewSyscallError("PACKET_RESERVE", err)
	}
	if err := r.attach(program); err != nil {
		return err
	}
	r.blockSize = leastBlock
	if o.Lag > DefaultLag && o.Buffer >= leastBlocks*mostBlock {
		r.blockSize = mostBlock
	}
	r.blocks = max(o.Buffer/r.blockSize, 2)
	size := r.blocks * r.blockSize
	err := unix.SetsockoptTpacketReq3(fd, unix.SOL_PACKET, unix.PACKET_RX_RING, &unix.TpacketReq3{
		Block_size: uint32(r.blockSize), Block_nr: uint32(r.blocks), Frame_size: frameSize, Frame_nr: uint32(size / frameSize),
		Retire_blk_tov: uint32(o.Lag.Milliseconds()),
	})
	if err != nil {
		return os.NewSyscallError("PACKET_RX_RING", err)
	}
	if r.memory, err = unix.Mmap(fd, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED); err != nil {
		return os.NewSyscallError("mmap", err)
	}
	if o.Promiscuous && index != 0 {
		m := unix.PacketMreq{Ifindex: int32(index), Type: unix.PACKET_MR_PROMISC}
		if err := unix.SetsockoptPacketMreq(fd, unix.SOL_PACKET, unix.PACKET_ADD_MEMBERSHIP, &m); err != nil {
			return os.NewSyscallError("PACKET_ADD_MEMBERSHIP", err)
		}
	}
	err = unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: bigEndian(unix.ETH_P_ALL), Ifindex: index})
	return os.NewSyscallError("bind", err)
}

// bigEndian returns a number in network byte order.
func bigEndian(n uint16) uint16 {
	return binary.BigEndian.Uint16(binary.NativeEndian.AppendUint16(nil, n))
}

func (r *ring) attach(program []bpf.RawInstruction) error {
	filters := make([]unix.SockFilter, len(program))
	for i, in := range program {
		filters[i] = unix.SockFilter{Code: in.Op, Jt: in.Jt, Jf: in.Jf, K: in.K}
	}
	f := unix.SockFprog{Len: uint16(len(filters)), Filter: &filters[0]}
	return os.NewSyscallError("SO_ATTACH_FILTER", unix.SetsockoptSockFprog(r.fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &f))
}

// head is the beginning of the block that is read, or waited for.
func (r *ring) head() *unix.TpacketHdrV1 { return r.headOf(r.block) }

func (r *ring) headOf(block int) *unix.TpacketHdrV1 {
	const version = 8 // struct tpacket_block_desc: the version, and the size of a private area
	return (*unix.TpacketHdrV1)(unsafe.Pointer(&r.memory[block*r.blockSize+version]))
}

func (r *ring) ready() bool {
	return r.left > 0 || !r.ours && atomic.LoadUint32(&r.head().Block_status)&unix.TP_STATUS_USER != 0
}

// fill looks at some blocks ahead, whether they wait: the kernel fills one after the
// other. Of a few blocks one waits all the time.
func (r *ring) fill() float64 {
	const places = 16
	if r.blocks <= places {
		return 0
	}
	for i := range places {
		ahead := 1 + i*(r.blocks-1)/places
		if atomic.LoadUint32(&r.headOf((r.block+ahead)%r.blocks).Block_status)&unix.TP_STATUS_USER == 0 {
			return float64(i) / places
		}
	}
	return 1
}

func (r *ring) read(p *Packet) error {
	for r.left == 0 {
		if r.ours {
			atomic.StoreUint32(&r.head().Block_status, unix.TP_STATUS_KERNEL)
			r.ours = false
			r.block = (r.block + 1) % r.blocks
		}
		if err := r.poll(); err != nil {
			return err
		}
		h := r.head()
		r.ours, r.left, r.at = true, int(h.Num_pkts), r.block*r.blockSize+int(h.Offset_to_first_pkt)
		if h.Block_status&unix.TP_STATUS_LOSING != 0 { // the kernel says so of blocks, not of packets
			if err := r.ask(); err != nil {
				return err
			}
		}
	}
	h := (*unix.Tpacket3Hdr)(unsafe.Pointer(&r.memory[r.at]))
	p.Dropped, r.told = r.lost.Dropped-r.told, r.lost.Dropped
	p.Time = int64(h.Sec)*int64(time.Second) + int64(h.Nsec)
	p.Length = int(h.Len)
	start := r.at + int(h.Mac)
	end := start + int(h.Snaplen)
	if r.cooked {
		start = r.cook(h, start, p)
	} else {
		start = r.tag(h, start, p)
	}
	p.Data = r.memory[start:end:end]
	r.left--
	r.at += int(h.Next_offset)
	return nil
}

// poll waits until the next block is ours.
func (r *ring) poll() error {
	if r.ready() {
		return nil
	}
	fds := []unix.PollFd{{Fd: int32(r.fd), Events: unix.POLLIN}}
	n, err := unix.Poll(fds, r.wait)
	switch {
	case err != nil && err != unix.EINTR:
		return os.NewSyscallError("poll", err)
	case n > 0 && fds[0].Revents&unix.POLLERR != 0:
		return r.failure()
	case !r.ready():
		return ErrTimeout
	}
	return nil
}

// errDown is the error of an interface that may come up again.
var errDown = errors.New("the interface is down; its packets will be shown when it is up again")

// failure returns what is wrong with the socket.
func (r *ring) failure() error {
	code, err := unix.GetsockoptInt(r.fd, unix.SOL_SOCKET, unix.SO_ERROR)
	if err != nil {
		return os.NewSyscallError("SO_ERROR", err)
	}
	switch errno := unix.Errno(code); errno {
	case 0:
		return ErrTimeout
	case unix.ENETDOWN:
		a, err := unix.Getsockname(r.fd)
		if l, ok := a.(*unix.SockaddrLinklayer); err == nil && ok && l.Ifindex > 0 {
			return errDown
		}
		return ErrGone
	default:
		return errno
	}
}

// tag puts the VLAN tag back that the kernel has taken out, where it was: behind the
// addresses. It returns where the packet begins then.
func (r *ring) tag(h *unix.Tpacket3Hdr, start int, p *Packet) int {
	p.Link = Ethernet
	const addresses = 12
	if h.Status&unix.TP_STATUS_VLAN_VALID == 0 || h.Snaplen < addresses {
		return start
	}
	b := r.memory[start-vlanSize:]
	copy(b[:addresses], b[vlanSize:])
	binary.BigEndian.PutUint16(b[addresses:], protocolOfTag(h))
	binary.BigEndian.PutUint16(b[addresses+2:], uint16(h.Hv1.Vlan_tci))
	p.Length += vlanSize
	return start - vlanSize
}

// protocolOfTag returns the EtherType of a VLAN tag.
func protocolOfTag(h *unix.Tpacket3Hdr) uint16 {
	if h.Status&unix.TP_STATUS_VLAN_TPID_VALID != 0 {
		return h.Hv1.Vlan_tpid
	}
	return etherVLAN
}

// cook puts an SLL2 header before a packet, and its VLAN tag behind that. It returns
// where the header begins.
func (r *ring) cook(h *unix.Tpacket3Hdr, start int, p *Packet) int {
	from := (*unix.RawSockaddrLinklayer)(unsafe.Pointer(&r.memory[r.at+unix.SizeofTpacket3Hdr]))
	protocol := bigEndian(from.Protocol)
	if h.Status&unix.TP_STATUS_VLAN_VALID != 0 {
		start -= vlanSize
		binary.BigEndian.PutUint16(r.memory[start:], uint16(h.Hv1.Vlan_tci))
		binary.BigEndian.PutUint16(r.memory[start+2:], protocol)
		protocol = protocolOfTag(h)
		p.Length += vlanSize
	}
	start -= sll2Size
	b := r.memory[start : start+sll2Size]
	binary.BigEndian.PutUint16(b, protocol)
	binary.BigEndian.PutUint16(b[2:], 0)
	binary.BigEndian.PutUint32(b[4:], uint32(from.Ifindex))
	binary.BigEndian.PutUint16(b[8:], from.Hatype)
	b[10], b[11] = from.Pkttype, min(from.Halen, 8)
	copy(b[12:], from.Addr[:])
	p.Link = SLL2
	p.Length += sll2Size
	return start
}

// stop lets no packet pass any more. What the kernel has it hands over at last when
// its time for that is over.
func (r *ring) stop() error {
	const late = 30         // milliseconds that the system may have other things to do
	r.wait = 2*r.lag + late // a block that is begun is handed over the second time that its timer runs out
	none, err := bpf.Assemble([]bpf.Instruction{bpf.RetConstant{Val: 0}})
	if err != nil {
		return err
	}
	return r.attach(none)
}

// ask adds up the counters of the socket, which begin anew when they are asked.
func (r *ring) ask() error {
	s, err := unix.GetsockoptTpacketStatsV3(r.fd, unix.SOL_PACKET, unix.PACKET_STATISTICS)
	if err != nil {
		return os.NewSyscallError("PACKET_STATISTICS", err)
	}
	r.lost.Received += int64(s.Packets)
	r.lost.Dropped += int64(s.Drops)
	return nil
}

func (r *ring) statistics(s *Statistics) error {
	err := r.ask()
	r.lost.InterfaceDropped = max(r.sum()-r.base, 0)
	*s = r.lost
	return err
}

// count prepares to count what the interface loses.
func (r *ring) count(name string) {
	names := []string{name}
	if name == AnyInterface {
		names = nil
		all, _ := net.Interfaces()
		for _, i := range all {
			names = append(names, i.Name)
		}
	}
	for _, n := range names {
		r.counter = append(r.counter, "/sys/class/net/"+n+"/statistics/rx_missed_errors", "/sys/class/net/"+n+"/statistics/rx_fifo_errors")
	}
	r.base = r.sum()
}

// sum adds up what the interfaces have lost; where that is not known it is 0.
func (r *ring) sum() (n int64) {
	for _, name := range r.counter {
		b, _ := os.ReadFile(name)
		count, _ := strconv.ParseInt(strings.TrimSpace(string(b)), 10, 64)
		n += count
	}
	return n
}

func (r *ring) close() error {
	if r.memory != nil {
		unix.Munmap(r.memory)
	}
	return os.NewSyscallError("close", unix.Close(r.fd))
}
