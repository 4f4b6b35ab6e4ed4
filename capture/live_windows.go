package capture

import (
	"errors"
	"fmt"
	"path/filepath"
	"unsafe"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/windows"
)

// A pcapDevice captures by Npcap, whose wpcap.dll is loaded when it is needed.
type pcapDevice struct {
	handle  uintptr
	link    LinkType
	header  *pcapHeader // of the packet that was read ahead; nil where none was
	data    *byte
	stopped bool
	packets int
	told    uint32 // of the packets that were dropped, those that a packet has told of
}

// The functions of wpcap.dll (pcap(3PCAP)).
var (
	wpcap = windows.NewLazyDLL(dllPath())

	pcapFindAllDevs   = wpcap.NewProc("pcap_findalldevs")
	pcapFreeAllDevs   = wpcap.NewProc("pcap_freealldevs")
	pcapCreate        = wpcap.NewProc("pcap_create")
	pcapSetSnapLen    = wpcap.NewProc("pcap_set_snaplen")
	pcapSetPromisc    = wpcap.NewProc("pcap_set_promisc")
	pcapSetTimeout    = wpcap.NewProc("pcap_set_timeout")
	pcapSetBufferSize = wpcap.NewProc("pcap_set_buffer_size")
	pcapActivate      = wpcap.NewProc("pcap_activate")
	pcapDataLink      = wpcap.NewProc("pcap_datalink")
	pcapSetFilter     = wpcap.NewProc("pcap_setfilter")
	pcapNextEx        = wpcap.NewProc("pcap_next_ex")
	pcapStats         = wpcap.NewProc("pcap_stats")
	pcapGetErr        = wpcap.NewProc("pcap_geterr")
	pcapClose         = wpcap.NewProc("pcap_close")
)

var errNpcap = errors.New("Npcap is not installed; get it from https://npcap.com")

const (
	errorBufferSize       = 256 // PCAP_ERRBUF_SIZE
	pcapErrorNoDevice     = -5  // PCAP_ERROR_NO_SUCH_DEVICE
	pcapErrorPermission   = -8  // PCAP_ERROR_PERM_DENIED
	pcapErrorNoPermission = -11 // PCAP_ERROR_PROMISC_PERM_DENIED
)

// pcapHeader is struct pcap_pkthdr: a long has 32 bits here.
type pcapHeader struct {
	seconds, microseconds int32
	captured, length      uint32
}

// pcapInterface is struct pcap_if.
type pcapInterface struct {
	next              *pcapInterface
	name, description *byte
	addresses         uintptr
	flags             uint32
}

// dllPath is where Npcap puts its library, in a folder that is not searched.
func dllPath() string {
	system, err := windows.GetSystemDirectory()
	if err != nil {
		return "wpcap.dll"
	}
	return filepath.Join(system, "Npcap", "wpcap.dll")
}

// load loads the library, with the Packet.dll beside it.
func load() error {
	if directory, err := windows.UTF16PtrFromString(filepath.Dir(dllPath())); err == nil {
		windows.NewLazySystemDLL("kernel32.dll").NewProc("SetDllDirectoryW").Call(uintptr(unsafe.Pointer(directory)))
	}
	if wpcap.Load() != nil {
		return errNpcap
	}
	return nil
}

// Devices returns what can be captured from, in the order of their numbers.
func Devices() ([]Device, error) {
	if err := load(); err != nil {
		return nil, err
	}
	var first *pcapInterface
	message := make([]byte, errorBufferSize)
	if r, _, _ := pcapFindAllDevs.Call(uintptr(unsafe.Pointer(&first)), uintptr(unsafe.Pointer(&message[0]))); int32(r) != 0 {
		return nil, errors.New(windows.ByteSliceToString(message))
	}
	defer pcapFreeAllDevs.Call(uintptr(unsafe.Pointer(first)))
	var devices []Device
	for i := first; i != nil; i = i.next {
		d := Device{Name: windows.BytePtrToString(i.name), Description: windows.BytePtrToString(i.description)}
		for bit, state := range []string{"loopback", "up", "running"} { // PCAP_IF_LOOPBACK and those behind it
			if i.flags&(1<<bit) != 0 {
				d.State = append(d.State, state)
			}
		}
		devices = append(devices, d)
	}
	return devices, nil
}

func openDevice(about *Interface, o *LiveOptions) (device, error) {
	if err := load(); err != nil {
		return nil, err
	}
	name, err := windows.BytePtrFromString(about.Name)
	if err != nil {
		return nil, ErrNoInterface
	}
	message := make([]byte, errorBufferSize)
	handle, _, _ := pcapCreate.Call(uintptr(unsafe.Pointer(name)), uintptr(unsafe.Pointer(&message[0])))
	if handle == 0 {
		return nil, errors.New(windows.ByteSliceToString(message))
	}
	d := &pcapDevice{handle: handle}
	if err := d.open(about, o); err != nil {
		d.close()
		return nil, err
	}
	return d, nil
}

// open sets what has to be set before the capture begins, and begins it.
func (d *pcapDevice) open(about *Interface, o *LiveOptions) error {
	promiscuous := 0
	if o.Promiscuous {
		promiscuous = 1
	}
	for _, set := range []struct {
		proc  *windows.LazyProc
		value int
	}{
		{pcapSetSnapLen, o.Snap},
		{pcapSetPromisc, promiscuous},
		{pcapSetTimeout, int(o.Lag.Milliseconds())},
		{pcapSetBufferSize, o.Buffer},
	} {
		if r, _, _ := set.proc.Call(d.handle, uintptr(set.value)); int32(r) != 0 {
			return fmt.Errorf("%s: %w", set.proc.Name, d.failure())
		}
	}
	switch r, _, _ := pcapActivate.Call(d.handle); {
	case int32(r) == pcapErrorNoDevice:
		return ErrNoInterface
	case int32(r) == pcapErrorPermission, int32(r) == pcapErrorNoPermission:
		return ErrPermission
	case int32(r) < 0: // above are warnings
		return d.failure()
	}
	r, _, _ := pcapDataLink.Call(d.handle)
	if d.link = LinkType(r); d.link == 12 { // DLT_RAW here
		d.link = Raw
	}
	if !d.link.Known() {
		return unknownLink(d.link)
	}
	about.Link, about.Snap = d.link, o.Snap
	return d.attach(about, o)
}

func (d *pcapDevice) attach(about *Interface, o *LiveOptions) error {
	if o.Filter == nil {
		return nil
	}
	text, program, err := o.Filter(about.Link, o.Snap)
	if err != nil {
		return err
	}
	about.Filter = text
	// struct bpf_program; the instructions have the layout of struct bpf_insn.
	p := struct {
		length       uint32
		instructions *bpf.RawInstruction
	}{uint32(len(program)), &program[0]}
	if r, _, _ := pcapSetFilter.Call(d.handle, uintptr(unsafe.Pointer(&p))); int32(r) != 0 {
		return d.failure()
	}
	return nil
}

// failure returns what the library says of the last error.
func (d *pcapDevice) failure() error {
	r, _, _ := pcapGetErr.Call(d.handle)
	return errors.New(windows.BytePtrToString(*(**byte)(unsafe.Pointer(&r))))
}

// advance reads the next packet, unless one was read already.
func (d *pcapDevice) advance() error {
	if d.header != nil {
		return nil
	}
	r, _, _ := pcapNextEx.Call(d.handle, uintptr(unsafe.Pointer(&d.header)), uintptr(unsafe.Pointer(&d.data)))
	switch int32(r) {
	case 1:
		return nil
	case 0:
		d.header = nil
		return ErrTimeout
	}
	d.header = nil
	return d.failure()
}

// ready waits for as long as the system keeps packets to itself: the library has no
// way to ask whether there is one.
func (d *pcapDevice) ready() bool { return d.advance() == nil }

func (d *pcapDevice) read(p *Packet) error {
	if d.stopped {
		return ErrTimeout
	}
	if err := d.advance(); err != nil {
		return err
	}
	h := d.header
	d.header = nil
	p.Time = int64(uint32(h.seconds))*1e9 + int64(h.microseconds)*1e3
	p.Link, p.Length, p.Data = d.link, int(h.length), unsafe.Slice(d.data, h.captured)
	p.Dropped = 0
	if d.packets++; d.packets%asking == 0 {
		now, err := d.ask()
		if err != nil {
			return err
		}
		p.Dropped, d.told = int64(now.dropped-d.told), now.dropped
	}
	return nil
}

// asking is after how many packets the library is asked for drops.
const asking = 1024

// pcapStatistics is struct pcap_stat, with what it has on Windows only.
type pcapStatistics struct {
	received, dropped, interfaceDropped uint32
	_                                   [3]uint32
}

func (d *pcapDevice) ask() (s pcapStatistics, err error) {
	if r, _, _ := pcapStats.Call(d.handle, uintptr(unsafe.Pointer(&s))); int32(r) != 0 {
		return s, d.failure()
	}
	return s, nil
}

func (d *pcapDevice) fill() float64 { return 0 }

func (d *pcapDevice) stop() error {
	d.stopped = true
	return nil
}

func (d *pcapDevice) statistics(s *Statistics) error {
	now, err := d.ask()
	s.Received, s.Dropped, s.InterfaceDropped = int64(now.received), int64(now.dropped), int64(now.interfaceDropped)
	return err
}

func (d *pcapDevice) close() error {
	pcapClose.Call(d.handle)
	return nil
}
