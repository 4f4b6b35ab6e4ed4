package capture

import "math"

// losses are what files say of packets that were lost in capturing, by the name of the
// interface: files that a capture has rotated count on where the one before them ended.
type losses map[string]*lossCount

// A lossCount is of one interface.
type lossCount struct {
	told  int64 // those that packets tell of: they were lost right before them
	total int64 // all, as far as the statistics say
}

// of returns the count of an interface. Where nobody asks for it, it is that of no one.
func (l losses) of(about *Interface) *lossCount {
	if l == nil {
		return new(lossCount)
	}
	c := l[about.Name]
	if c == nil {
		c = new(lossCount)
		l[about.Name] = c
	}
	return c
}

// untold returns how many were lost that no packet tells of.
func (l losses) untold() (n int64) {
	for _, c := range l {
		n += max(c.total-c.told, 0)
	}
	return n
}

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
	var lost uint64
	for code, value := range c.options(body[head:]) {
		if (code == statisticsDropped || code == statisticsSystemDrop) && len(value) == 8 {
			if n := c.order.Uint64(value); n <= math.MaxInt32 { // else it is not known
				lost += n
			}
		}
	}
	i := l.of(c.interfaces[index].about)
	i.total = max(i.total, int64(lost))
}
