package capture

import (
	"errors"
	"fmt"
	"io"
	"time"

	"golang.org/x/net/bpf"
)

// AnyInterface stands for all interfaces of the machine at once, where the system
// can do that: Linux can.
const AnyInterface = "any"

// What may be wrong with a live capture besides the errors of the operating system.
var (
	// ErrTimeout: no packet came for a while. It is no failure: Read can be called
	// again.
	ErrTimeout = errors.New("no packet came in time")
	// ErrPermission: the process may not capture; the message says what is missing.
	ErrPermission = errors.New("not permitted to capture")
	// ErrNoInterface: there is none of that name.
	ErrNoInterface = errors.New("no such interface; -D lists those that there are")
	// ErrGone: the interface was removed while packets were captured from it.
	ErrGone = errors.New("the interface is gone")
	// ErrUnsupported: nobody has written live capture for this system.
	ErrUnsupported = errors.New("live capture is not there for this system; capture with another tool, and read its file with -r")
)

// patience is for how long a Live waits for a packet before it says ErrTimeout.
const patience = 100 * time.Millisecond

// LiveOptions say how to capture.
type LiveOptions struct {
	// Snap is how many bytes of a packet are captured at the most; 0 stands for
	// DefaultSnap.
	Snap int
	// Buffer is how many bytes of memory the system gets to hold packets that were
	// not read yet; 0 stands for DefaultBuffer.
	Buffer int
	// Lag is for how long the system may keep packets to itself, to hand over more of
	// them at once: how late a packet may be seen, more or less. 0 stands for DefaultLag.
	Lag time.Duration
	// Promiscuous asks the network card for all packets, not only those for it.
	Promiscuous bool
	// Filter returns a filter expression, and the program that the system runs to
	// select packets with that kind of link header, of which it keeps snap bytes. It
	// is nil where all are wanted. On Linux the kernel has taken the outer VLAN tag out of the packets
	// that it runs on, and SLL2 headers are not there yet.
	Filter func(link LinkType, snap int) (text string, program []bpf.RawInstruction, err error)
}

// The defaults of LiveOptions: bytes of a packet, as many as tcpdump captures; bytes
// of memory, which on a busy link is what comes in a good while of writing a file, or of
// somebody looking at a pager; and a time that nobody notices.
const (
	DefaultSnap   = 262144
	DefaultBuffer = 32 << 20
	DefaultLag    = 10 * time.Millisecond
)

// Statistics say what became of the packets that passed an interface.
type Statistics struct {
	// Received is how many the filter let through, those that were dropped then
	// included; -1 where that is not known.
	Received int64
	// Dropped is how many of these were lost because the memory for them was full.
	Dropped int64
	// InterfaceDropped is how many the network card or its driver lost before any
	// filter saw them.
	InterfaceDropped int64
}

// A Live is a capture from an interface, which is going on. Its methods are for one
// goroutine at a time.
type Live struct {
	device  device
	about   Interface
	packet  Packet
	stats   Statistics
	told    int64 // packets that were dropped before those that were read
	stopped bool  // by Stop
	ended   bool  // by itself
}

// A device is what a system offers to capture from.
type device interface {
	// read sets Time, Link, Length, Data and Dropped of the next packet. It returns ErrTimeout where none came for
	// a while, or none is left after a stop.
	read(p *Packet) error
	// ready tells whether read will return a packet without waiting.
	ready() bool
	// fill tells how full the memory is in which packets wait, from 0 to 1; 0 where the
	// system does not say.
	fill() float64
	// stop ends the flow of packets; those that came before can still be read.
	stop() error
	// statistics adds up what the system has counted since it was opened.
	statistics(s *Statistics) error
	close() error
}

// OpenLive begins to capture from an interface: by its name, by its number in the
// list of [Devices], or from [AnyInterface].
func OpenLive(name string, o LiveOptions) (*Live, error) {
	if o.Snap <= 0 {
		o.Snap = DefaultSnap
	}
	if o.Buffer <= 0 {
		o.Buffer = DefaultBuffer
	}
	if o.Lag <= 0 {
		o.Lag = DefaultLag
	}
	l := &Live{about: Interface{Name: numbered(name)}}
	var err error
	if l.device, err = openDevice(&l.about, &o); err != nil {
		return nil, &LiveError{Interface: name, Err: err}
	}
	return l, nil
}

// Read returns the next packet. The error is ErrTimeout where none came for a
// tenth of a second, io.EOF where there will be none after a Stop or an error, else
// a *LiveError.
func (l *Live) Read() (*Packet, error) {
	p := &l.packet
	if l.ended {
		return nil, io.EOF
	}
	if err := l.device.read(p); err != nil {
		return nil, l.failed(err)
	}
	p.Number++
	p.Interface = &l.about
	l.told += p.Dropped
	return p, nil
}

// Ready tells whether the next Read will return without waiting.
func (l *Live) Ready() bool { return l.device.ready() }

// Fill returns how full the memory of the system is in which packets wait to be read,
// from 0 to 1, in steps. It is 0 where the system does not say.
func (l *Live) Fill() float64 { return l.device.fill() }

// Interface describes what is captured from.
func (l *Live) Interface() *Interface { return &l.about }

// Stop ends the capture: what was captured before can still be read, and then comes
// io.EOF.
func (l *Live) Stop() error {
	l.stopped = true
	return l.failed(l.device.stop())
}

// Statistics returns what became of the packets so far.
func (l *Live) Statistics() (Statistics, error) {
	err := l.device.statistics(&l.stats)
	return l.stats, l.failed(err)
}

// Untold returns how many packets were dropped since the last one was read.
func (l *Live) Untold() int64 {
	s, err := l.Statistics()
	if err != nil {
		return 0
	}
	return s.Dropped - l.told
}

// Close ends the capture and gives its memory back.
func (l *Live) Close() error { return l.failed(l.device.close()) }

// failed says of which interface an error is.
func (l *Live) failed(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, ErrTimeout) && l.stopped:
		return io.EOF
	case errors.Is(err, ErrTimeout):
		return ErrTimeout
	case errors.Is(err, ErrGone):
		l.ended = true
	}
	return &LiveError{Interface: l.about.Name, Err: err}
}

// A LiveError says what is wrong with a capture from an interface.
type LiveError struct {
	Interface string // as the user named it
	Err       error  // one of the errors above, or one of the operating system
}

// Error returns one line.
func (e *LiveError) Error() string {
	return fmt.Sprintf("cannot capture on %s: %v", e.Interface, e.Err)
}

// Unwrap returns Err.
func (e *LiveError) Unwrap() error { return e.Err }
