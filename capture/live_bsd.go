//go:build darwin || freebsd || netbsd || openbsd || dragonfly

package capture

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"unsafe"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// A bpfDevice captures by one of the devices /dev/bpf*, which gives many packets with
// one read (bpf(4)).
type bpfDevice struct {
	fd      int
	link    LinkType
	buffer  []byte
	left    []byte // of what was read, and not yet handed out
	reads   int    // that may still be made after a stop
	stopped bool
	told    uint64 // of the packets that were dropped, those that a packet has told of
}

// Devices returns what can be captured from, in the order of their numbers.
func Devices() ([]Device, error) { return addressed() }

func openDevice(about *Interface, o *LiveOptions) (device, error) {
	fd, err := openBPF()
	if err != nil {
		return nil, err
	}
	d := &bpfDevice{fd: fd}
	if err := d.open(about, o); err != nil {
		d.close()
		return nil, err
	}
	return d, nil
}

// openBPF opens the first device that nobody else has open.
func openBPF() (fd int, err error) {
	const most = 256
	names := []string{"/dev/bpf"} // which some systems have, and clone
	for i := range most {
		names = append(names, fmt.Sprintf("/dev/bpf%d", i))
	}
	for i, name := range names {
		fd, err = unix.Open(name, unix.O_RDONLY|unix.O_CLOEXEC, 0)
		switch {
		case err == nil:
			return fd, nil
		case errors.Is(err, unix.EACCES), errors.Is(err, unix.EPERM):
			return -1, ErrPermission
		case errors.Is(err, unix.EBUSY):
		case i > 0:
			return -1, &os.PathError{Op: "open", Path: name, Err: err}
		}
	}
	return -1, &os.PathError{Op: "open", Path: "/dev/bpf*", Err: err}
}

// open prepares the device. The size of its buffer has to be set before the interface,
// and the filter before the first packet counts, which BIOCFLUSH sees to.
func (d *bpfDevice) open(about *Interface, o *LiveOptions) error {
	size, err := d.setBuffer(o.Buffer)
	if err != nil {
		return err
	}
	if err := d.setInterface(about.Name); err != nil {
		return err
	}
	kind, err := unix.IoctlGetInt(d.fd, unix.BIOCGDLT)
	if err != nil {
		return os.NewSyscallError("BIOCGDLT", err)
	}
	if d.link = linkOf(kind); !d.link.Known() {
		return unknownLink(d.link)
	}
	about.Link, about.Snap = d.link, o.Snap
	if err := d.attach(about, o); err != nil {
		return err
	}
	timeout := unix.NsecToTimeval(patience.Nanoseconds())
	if err := d.ioctl("BIOCSRTIMEOUT", unix.BIOCSRTIMEOUT, unsafe.Pointer(&timeout)); err != nil {
		return err
	}
	// A read returns as soon as there is a packet, with all that came by then.
	if err := unix.IoctlSetPointerInt(d.fd, unix.BIOCIMMEDIATE, 1); err != nil {
		return os.NewSyscallError("BIOCIMMEDIATE", err)
	}
	if o.Promiscuous {
		if err := d.ioctl("BIOCPROMISC", unix.BIOCPROMISC, nil); err != nil {
			return err
		}
	}
	d.buffer = make([]byte, size)
	return d.ioctl("BIOCFLUSH", unix.BIOCFLUSH, nil)
}

// setBuffer asks for a buffer that is as large as the system lets it be, and returns
// how large it is.
func (d *bpfDevice) setBuffer(size int) (int, error) {
	const least = 4096
	for ; size >= least; size /= 2 {
		n := uint32(size)
		if err := d.ioctl("BIOCSBLEN", unix.BIOCSBLEN, unsafe.Pointer(&n)); err == nil {
			break
		}
	}
	n, err := unix.IoctlGetInt(d.fd, unix.BIOCGBLEN)
	return n, os.NewSyscallError("BIOCGBLEN", err)
}

func (d *bpfDevice) setInterface(name string) error {
	// struct ifreq: the name, and room for a union that is not read.
	var request struct {
		name [unix.IFNAMSIZ]byte
		_    [128]byte
	}
	if len(name) >= len(request.name) {
		return ErrNoInterface
	}
	copy(request.name[:], name)
	err := d.ioctl("BIOCSETIF", unix.BIOCSETIF, unsafe.Pointer(&request))
	if errors.Is(err, unix.ENXIO) {
		return ErrNoInterface
	}
	return err
}

// linkOf returns the link type that the number of a system, DLT_, stands for: most are
// the same everywhere.
func linkOf(dlt int) LinkType {
	const raw, loop = 12, 12 // OpenBSD numbers loopback as others number raw packets
	switch {
	case dlt == loop && runtime.GOOS == "openbsd":
		return Loop
	case dlt == raw, dlt == 14 && runtime.GOOS == "openbsd":
		return Raw
	}
	return LinkType(dlt)
}

func (d *bpfDevice) attach(about *Interface, o *LiveOptions) (err error) {
	program, err := bpf.Assemble([]bpf.Instruction{bpf.RetConstant{Val: uint32(o.Snap)}})
	if err == nil && o.Filter != nil {
		about.Filter, program, err = o.Filter(about.Link, o.Snap)
	}
	if err != nil {
		return err
	}
	instructions := make([]unix.BpfInsn, len(program))
	for i, in := range program {
		instructions[i] = unix.BpfInsn{Code: in.Op, Jt: in.Jt, Jf: in.Jf, K: in.K}
	}
	p := unix.BpfProgram{Len: uint32(len(instructions)), Insns: &instructions[0]}
	return d.ioctl("BIOCSETF", unix.BIOCSETF, unsafe.Pointer(&p))
}

func (d *bpfDevice) ready() bool { return len(d.left) > 0 }

func (d *bpfDevice) read(p *Packet) error {
	for len(d.left) == 0 {
		if d.stopped {
			if d.reads == 0 {
				return ErrTimeout
			}
			d.reads--
		}
		n, err := unix.Read(d.fd, d.buffer)
		switch {
		case err == unix.EINTR, err == unix.EAGAIN, err == nil && n == 0:
			return ErrTimeout
		case err == unix.ENXIO, err == unix.EIO:
			return ErrGone
		case err != nil:
			return os.NewSyscallError("read", err)
		}
		d.left = d.buffer[:n]
		if err := d.dropped(p); err != nil {
			return err
		}
	}
	const least = int(unsafe.Offsetof(unix.BpfHdr{}.Hdrlen)) + 2
	if len(d.left) < least {
		return d.garbled()
	}
	h := (*unix.BpfHdr)(unsafe.Pointer(&d.left[0]))
	start, end := int(h.Hdrlen), int(h.Hdrlen)+int(h.Caplen)
	if start < least || end > len(d.left) {
		return d.garbled()
	}
	p.Time = int64(h.Tstamp.Sec)*1e9 + int64(h.Tstamp.Usec)*1e3
	p.Link, p.Length, p.Data = d.link, int(h.Datalen), d.left[start:end:end]
	d.left = d.left[min((end+alignment-1)&^(alignment-1), len(d.left)):]
	return nil
}

// garbled gives up what was read.
func (d *bpfDevice) garbled() error {
	d.left = nil
	return ErrCorrupt
}

// dropped asks how many packets were dropped, and tells the next packet of it.
func (d *bpfDevice) dropped(p *Packet) error {
	s, err := d.ask()
	p.Dropped, d.told = int64(uint64(s.Drop)-d.told), uint64(s.Drop)
	return err
}

func (d *bpfDevice) ask() (s unix.BpfStat, err error) {
	return s, d.ioctl("BIOCGSTATS", unix.BIOCGSTATS, unsafe.Pointer(&s))
}

func (d *bpfDevice) fill() float64 { return 0 }

// stop has one more read take what the kernel has by now.
func (d *bpfDevice) stop() error {
	d.stopped, d.reads = true, 1
	return nil
}

func (d *bpfDevice) statistics(s *Statistics) error {
	now, err := d.ask()
	s.Received, s.Dropped = int64(now.Recv), int64(now.Drop)
	return err
}

func (d *bpfDevice) close() error { return os.NewSyscallError("close", unix.Close(d.fd)) }

// ioctl calls the device by a request that takes a pointer, or nothing.
func (d *bpfDevice) ioctl(name string, request uint, argument unsafe.Pointer) error {
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(d.fd), uintptr(request), uintptr(argument)); errno != 0 {
		return os.NewSyscallError(name, errno)
	}
	return nil
}
