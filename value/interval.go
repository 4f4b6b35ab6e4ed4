package value

import (
	"encoding/binary"
	"math"
	"strconv"
)

// An interval in the parts that are printed, each with a sign of its own; hours,
// minutes, seconds and microseconds have the same.
type interval struct {
	years, months, days     int64
	hours, minutes, seconds int64
	microseconds            int64
}

// appendInterval is interval_recv and interval_out in timestamp.c.
func (p printer) appendInterval(dst, b []byte) ([]byte, error) {
	if len(b) != 16 {
		return dst, ErrInvalid
	}
	clock := int64(binary.BigEndian.Uint64(b))
	days := int64(int32(binary.BigEndian.Uint32(b[8:])))
	months := int64(int32(binary.BigEndian.Uint32(b[12:])))
	switch {
	case clock == math.MaxInt64 && days == math.MaxInt32 && months == math.MaxInt32:
		return append(dst, "infinity"...), nil
	case clock == math.MinInt64 && days == math.MinInt32 && months == math.MinInt32:
		return append(dst, "-infinity"...), nil
	}
	v := interval{
		years: months / 12, months: months % 12, days: days,
		hours: clock / hour, minutes: clock / minute % 60, seconds: clock / second % 60,
		microseconds: clock % second,
	}
	switch p.types.Settings.IntervalStyle {
	case IntervalPostgresVerbose:
		return v.appendVerbose(dst), nil
	case IntervalSQLStandard:
		return v.appendSQL(dst), nil
	case IntervalISO8601:
		return v.appendISO8601(dst), nil
	}
	return v.appendPostgres(dst), nil
}

func (v *interval) hasMonths() bool { return v.years != 0 || v.months != 0 }

func (v *interval) hasClock() bool {
	return v.hours != 0 || v.minutes != 0 || v.seconds != 0 || v.microseconds != 0
}

// clockBefore tells whether the part below a day is negative.
func (v *interval) clockBefore() bool {
	return v.hours < 0 || v.minutes < 0 || v.seconds < 0 || v.microseconds < 0
}

// appendClock appends the part below a day without its sign, the hour in at least
// that many digits.
func (v *interval) appendClock(dst []byte, width int) []byte {
	dst = appendPadded(dst, magnitude(v.hours), width)
	dst = appendPadded(append(dst, ':'), magnitude(v.minutes), 2)
	dst = appendPadded(append(dst, ':'), magnitude(v.seconds), 2)
	return appendFraction(dst, magnitude(v.microseconds))
}

// appendSeconds appends the seconds alone without their sign.
func (v *interval) appendSeconds(dst []byte) []byte {
	dst = strconv.AppendInt(dst, magnitude(v.seconds), 10)
	return appendFraction(dst, magnitude(v.microseconds))
}

func magnitude(n int64) int64 { return max(n, -n) }

func sign(negative bool) byte {
	if negative {
		return '-'
	}
	return '+'
}

// The styles that follow are the cases of EncodeInterval in datetime.c.

// appendPostgres: a positive part behind a negative one has a sign as well.
func (v *interval) appendPostgres(dst []byte) []byte {
	start, before := len(dst), false
	for _, part := range [...]struct {
		n    int64
		unit string
	}{{v.years, " year"}, {v.months, " mon"}, {v.days, " day"}} {
		if part.n == 0 {
			continue
		}
		if len(dst) > start {
			dst = append(dst, ' ')
		}
		if before && part.n > 0 {
			dst = append(dst, '+')
		}
		dst = append(strconv.AppendInt(dst, part.n, 10), part.unit...)
		if part.n != 1 {
			dst = append(dst, 's')
		}
		before = part.n < 0
	}
	if len(dst) > start {
		if !v.hasClock() {
			return dst
		}
		dst = append(dst, ' ')
	}
	if negative := v.clockBefore(); negative || before {
		dst = append(dst, sign(negative))
	}
	return v.appendClock(dst, 2)
}

// appendVerbose: the sign of the first part is "ago" at the end, and others count
// from that.
func (v *interval) appendVerbose(dst []byte) []byte {
	dst = append(dst, '@')
	first, ago := true, false
	for _, part := range [...]struct {
		n    int64
		unit string
	}{{v.years, " year"}, {v.months, " mon"}, {v.days, " day"}, {v.hours, " hour"}, {v.minutes, " min"}} {
		if part.n == 0 {
			continue
		}
		if first {
			first, ago = false, part.n < 0
		}
		if ago {
			part.n = -part.n
		}
		dst = append(strconv.AppendInt(append(dst, ' '), part.n, 10), part.unit...)
		if part.n != 1 {
			dst = append(dst, 's')
		}
	}
	if v.seconds != 0 || v.microseconds != 0 {
		before := v.seconds < 0 || v.microseconds < 0
		if first {
			first, ago = false, before
		}
		dst = append(dst, ' ')
		if before != ago {
			dst = append(dst, '-')
		}
		dst = append(v.appendSeconds(dst), " sec"...)
		if magnitude(v.seconds) != 1 || v.microseconds != 0 {
			dst = append(dst, 's')
		}
	}
	if first {
		dst = append(dst, " 0"...)
	}
	if ago {
		dst = append(dst, " ago"...)
	}
	return dst
}

// appendSQL: the standard knows intervals of years and months and such of days and
// less, each with one sign for all. Others have all parts and a sign for each.
func (v *interval) appendSQL(dst []byte) []byte {
	monthsBefore := v.years < 0 || v.months < 0
	negative := monthsBefore || v.days < 0 || v.clockBefore()
	positive := v.years > 0 || v.months > 0 || v.days > 0 || v.hasClock() && !v.clockBefore()
	mixed := negative && positive || v.hasMonths() && (v.days != 0 || v.hasClock())
	switch {
	case !negative && !positive:
		return append(dst, '0')
	case mixed:
		dst = v.appendMonths(append(dst, sign(monthsBefore)))
		dst = append(dst, ' ', sign(v.days < 0))
		dst = strconv.AppendInt(dst, magnitude(v.days), 10)
		dst = append(dst, ' ', sign(v.clockBefore()))
		return v.appendClock(dst, 1)
	case negative:
		dst = append(dst, '-')
	}
	if v.hasMonths() {
		return v.appendMonths(dst)
	}
	if v.days != 0 {
		dst = append(strconv.AppendInt(dst, magnitude(v.days), 10), ' ')
	}
	return v.appendClock(dst, 1)
}

// appendMonths appends years and months without their sign.
func (v *interval) appendMonths(dst []byte) []byte {
	dst = strconv.AppendInt(dst, magnitude(v.years), 10)
	return strconv.AppendInt(append(dst, '-'), magnitude(v.months), 10)
}

func (v *interval) appendISO8601(dst []byte) []byte {
	if !v.hasMonths() && v.days == 0 && !v.hasClock() {
		return append(dst, "PT0S"...)
	}
	dst = append(dst, 'P')
	dst = appendPart(dst, v.years, 'Y')
	dst = appendPart(dst, v.months, 'M')
	dst = appendPart(dst, v.days, 'D')
	if v.hasClock() {
		dst = append(dst, 'T')
	}
	dst = appendPart(dst, v.hours, 'H')
	dst = appendPart(dst, v.minutes, 'M')
	if v.seconds != 0 || v.microseconds != 0 {
		if v.clockBefore() {
			dst = append(dst, '-')
		}
		dst = append(v.appendSeconds(dst), 'S')
	}
	return dst
}

// appendPart appends a number and its unit, or nothing for 0.
func appendPart(dst []byte, n int64, unit byte) []byte {
	if n == 0 {
		return dst
	}
	return append(strconv.AppendInt(dst, n, 10), unit)
}
