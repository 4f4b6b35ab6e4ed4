package render

import (
	"encoding/binary"
	"slices"
	"time"

	"github.com/pgwdump/pgwdump/session"
)

const (
	// postgresEpoch is 2000-01-01 UTC in microseconds since 1970.
	postgresEpoch = 946_684_800_000_000
	timeFormat    = "2006-01-02T15:04:05.000000Z"
)

// A TimeStyle says how times are shown: those of tcpdump's -t, as often as it is
// given.
type TimeStyle int

// The styles.
const (
	TimeOfDay     TimeStyle = iota // 13:23:26.702773, local time
	NoTime                         // -t
	UnixTime                       // -tt: seconds since 1970
	SinceLast                      // -ttt: since the line before
	DateAndTime                    // -tttt: local time
	SinceFirst                     // -ttttt: since the first line
	LastTimeStyle = SinceFirst
)

// A Clock writes the times of lines.
type Clock struct {
	Style TimeStyle
	// Location is that of the local time; nil is UTC.
	Location *time.Location
	// Whole says that times of day are shown without the part of a second.
	Whole bool

	seconds seconds
}

// append appends when an event began, and a blank.
func (c *Clock) append(dst []byte, e *session.Event) []byte {
	ns := e.Began().Time
	switch c.Style {
	case NoTime:
		return dst
	case UnixTime:
		dst = appendNumber(dst, floor(ns))
	case SinceLast:
		return appendSpan(dst, ns-e.Last)
	case SinceFirst:
		return appendSpan(dst, ns-e.First)
	case DateAndTime:
		dst = c.seconds.append(dst, ns, c.Location, "2006-01-02 15:04:05")
	default:
		if dst = c.seconds.append(dst, ns, c.Location, "15:04:05"); c.Whole {
			return append(dst, ' ')
		}
	}
	dst = append(dst, '.')
	dst = appendDigits(dst, (ns-floor(ns)*1e9)/1000, 6)
	return append(dst, ' ')
}

// floor returns the whole second that a time is in.
func floor(ns int64) int64 {
	s := ns / 1e9
	if ns < s*1e9 {
		s--
	}
	return s
}

// appendSpan appends a length of time in seconds, aligned up to a day.
func appendSpan(dst []byte, ns int64) []byte {
	start := len(dst)
	if ns < 0 {
		dst = append(dst, '-')
		ns = -ns
	}
	dst = appendNumber(dst, ns/1e9)
	dst = append(dst, '.')
	dst = appendDigits(dst, ns%1e9/1000, 6)
	if pad := len("12345.123456") - (len(dst) - start); pad > 0 {
		dst = appendSpaces(dst, pad)
		copy(dst[start+pad:], dst[start:])
		for i := range pad {
			dst[start+i] = ' '
		}
	}
	return append(dst, ' ')
}

// seconds writes times up to the second. Most are of the same second as the one
// before, so it keeps what it wrote of that.
type seconds struct {
	at   int64
	text []byte
}

func (s *seconds) append(dst []byte, ns int64, in *time.Location, format string) []byte {
	if at := floor(ns); at != s.at || s.text == nil {
		t := time.Unix(at, 0).UTC()
		if in != nil {
			t = t.In(in)
		}
		s.at, s.text = at, t.AppendFormat(s.text[:0], format)
	}
	return append(dst, s.text...)
}

// appendUTC appends a time as "2026-11-22T13:23:26.702773000Z".
func (s *seconds) appendUTC(dst []byte, ns int64) []byte {
	dst = s.append(dst, ns, nil, "2006-01-02T15:04:05")
	dst = append(dst, '.')
	return append(appendDigits(dst, ns-floor(ns)*1e9, 9), 'Z')
}

// appendDigits appends n with leading zeros to so many digits.
func appendDigits(dst []byte, n int64, digits int) []byte {
	dst = slices.Grow(dst, digits)
	i := len(dst) + digits
	start := len(dst)
	dst = dst[:i]
	u := uint64(n)
	for ; i > start+1; u /= 100 {
		i -= 2
		binary.LittleEndian.PutUint16(dst[i:i+2], pairs[u%100])
	}
	if i > start {
		dst[start] = byte('0' + u%10)
	}
	return dst
}
