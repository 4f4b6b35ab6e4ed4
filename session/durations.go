package session

import (
	"math"
	"math/bits"
)

// durations are lengths of time, each to a thirty-second: so many of them that not each
// can be kept. They are counted in buckets, which a few hundred bytes hold where all are
// of about the same length, and 7 kB in any case.
type durations struct {
	first  int      // the bucket that the first count is of
	counts []uint32 // one that is full counts no more
}

// The first buckets are of a nanosecond each; behind these, each power of two is cut into
// as many as parts says.
const (
	partBits = 5
	parts    = 1 << partBits
)

// bucketOf returns the bucket of a length of time.
func bucketOf(ns int64) int {
	if ns < 2*parts {
		return int(ns)
	}
	shift := bits.Len64(uint64(ns)) - partBits - 1
	return shift*parts + int(ns>>shift)
}

// upper returns the longest time that a bucket is of.
func upper(bucket int) int64 {
	if bucket < 2*parts {
		return int64(bucket)
	}
	shift := bucket/parts - 1
	return int64(uint64(bucket-shift*parts+1)<<shift - 1)
}

// add adds a length of time, which is not negative.
func (d *durations) add(ns int64) {
	b := bucketOf(ns)
	switch {
	case len(d.counts) == 0:
		d.first, d.counts = b, make([]uint32, 1, 8)
	case b < d.first:
		d.counts = append(make([]uint32, d.first-b), d.counts...)
		d.first = b
	case b-d.first >= len(d.counts):
		d.counts = append(d.counts, make([]uint32, b-d.first+1-len(d.counts))...)
	}
	if c := &d.counts[b-d.first]; *c < math.MaxUint32 {
		*c++
	}
}

// slowest returns the longest of so many that are the shortest, or a little more.
func (d *durations) slowest(of int64) int64 {
	for i, c := range d.counts {
		if of -= int64(c); of <= 0 {
			return upper(d.first + i)
		}
	}
	return 0
}
