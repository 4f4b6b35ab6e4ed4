package capture

import (
	"iter"
	"maps"
	"math"
	"slices"
)

// losses are what files say of packets that were lost in capturing, by the name of the
// interface: files that a capture has rotated count on where the one before them ended.
type losses map[string]*lossCount

// A lossCount is of one interface.
type lossCount struct {
	about      *Interface
	told       int64      // those that packets tell of: they were lost right before them
	statistics Statistics // all, as far as the statistics say
}

// of returns the count of an interface. Where nobody asks for it, it is that of no one.
func (l losses) of(about *Interface) *lossCount {
	if l == nil {
		return new(lossCount)
	}
	if c := l[about.Name]; c != nil {
		return c
	}
	if len(l) >= maxLossy {
		about = new(Interface) // no name stands for all others
		if c := l[about.Name]; c != nil {
			return c
		}
	}
	c := &lossCount{about: about}
	l[about.Name] = c
	return c
}

// maxLossy is of how many interfaces the losses are counted by themselves.
const maxLossy = 1 << 12

// untold returns how many were lost that no packet tells of.
func (c *lossCount) untold() int64 { return max(c.statistics.lost()-c.told, 0) }

// lost returns how many there are together.
func (s *Statistics) lost() int64 { return s.Dropped + s.InterfaceDropped }

// Untold returns how many packets were lost in capturing, as the statistics in the files
// say, that no packet tells of: nobody knows where. It is known at the end.
func (s *Files) Untold() (n int64) {
	for _, c := range s.losses {
		n += c.untold()
	}
	return n
}

// Lost returns the interfaces on which packets were lost in capturing, as far as is known
// by now, and how many: those that packets tell of included. How many were received is not
// known.
func (s *Files) Lost() iter.Seq2[*Interface, Statistics] {
	return func(yield func(*Interface, Statistics) bool) {
		for _, name := range slices.Sorted(maps.Keys(s.losses)) {
			c := s.losses[name]
			all := c.statistics
			all.Received = unknownCount
			all.Dropped += max(c.told-all.lost(), 0)
			if all.lost() > 0 && !yield(c.about, all) {
				return
			}
		}
	}
}

// unknownCount is a number of packets that is not known.
const unknownCount = -1

// statistics reads an Interface Statistics Block: how many packets the interface and the
// system have lost since the capture began.
func (c *pcapng) statistics(body []byte, l losses) {
	const head = 12 // the interface and the time
	if len(body) < head {
		return
	}
	index := c.order.Uint32(body)
	if int64(index) >= int64(len(c.interfaces)) {
		return
	}
	var now Statistics
	for code, value := range c.options(body[head:]) {
		if len(value) != 8 || c.order.Uint64(value) > math.MaxInt32 { // it is not known
			continue
		}
		switch n := int64(c.order.Uint64(value)); code {
		case statisticsDropped:
			now.InterfaceDropped = n
		case statisticsSystemDrop:
			now.Dropped = n
		}
	}
	if i := l.of(c.interfaces[index].about); now.lost() > i.statistics.lost() {
		i.statistics = now
	}
}
