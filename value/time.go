package value

import (
	"encoding/binary"
	"math"
	"time"
)

// Days and microseconds are counted from the beginning of the year 2000 on the wire.
const (
	microsecond = 1
	second      = 1_000_000 * microsecond
	minute      = 60 * second
	hour        = 60 * minute
	day         = 24 * hour

	epoch = 946_684_800 // seconds from the beginning of 1970 to that of 2000
)

// What the server takes for a date and a timestamp (IS_VALID_DATE and
// IS_VALID_TIMESTAMP in timestamp.h): from 4714-11-24 BC, to before 5874898-06-04 and
// 294277-01-01.
const (
	firstDate, endDate           = -2_451_545, 2_145_031_949
	firstTimestamp, endTimestamp = firstDate * day, 106_751_983 * day
)

// appendDate is date_recv and date_out in date.c.
func (p printer) appendDate(dst, b []byte) ([]byte, error) {
	if len(b) != 4 {
		return dst, ErrInvalid
	}
	switch d := int32(binary.BigEndian.Uint32(b)); {
	case d == math.MaxInt32:
		return append(dst, "infinity"...), nil
	case d == math.MinInt32:
		return append(dst, "-infinity"...), nil
	case d < firstDate || d >= endDate:
		return dst, ErrInvalid
	default:
		date := dateOf(int64(d))
		return date.appendEra(p.appendDay(dst, date)), nil
	}
}

// appendTime is time_recv and time_out in date.c.
func (p printer) appendTime(dst, b []byte) ([]byte, error) {
	if len(b) != 8 {
		return dst, ErrInvalid
	}
	t := int64(binary.BigEndian.Uint64(b))
	if t < 0 || t > day {
		return dst, ErrInvalid
	}
	return appendClock(dst, t), nil
}

// appendTimetz is timetz_recv and timetz_out in date.c: the time, then how many
// seconds the zone is to the west.
func (p printer) appendTimetz(dst, b []byte) ([]byte, error) {
	const limit = 16 * 60 * 60
	if len(b) != 12 {
		return dst, ErrInvalid
	}
	west := int(int32(binary.BigEndian.Uint32(b[8:])))
	if west <= -limit || west >= limit {
		return dst, ErrInvalid
	}
	dst, err := p.appendTime(dst, b[:8])
	return appendOffset(dst, -west), err
}

func (p printer) appendTimestamp(dst, b []byte) ([]byte, error) {
	return p.appendDateTime(dst, b, false)
}

func (p printer) appendTimestamptz(dst, b []byte) ([]byte, error) {
	return p.appendDateTime(dst, b, true)
}

// appendDateTime is timestamp_recv and timestamp_out in timestamp.c and
// EncodeDateTime in datetime.c, and the same for timestamptz.
func (p printer) appendDateTime(dst, b []byte, zoned bool) ([]byte, error) {
	if len(b) != 8 {
		return dst, ErrInvalid
	}
	t := int64(binary.BigEndian.Uint64(b))
	switch {
	case t == math.MaxInt64:
		return append(dst, "infinity"...), nil
	case t == math.MinInt64:
		return append(dst, "-infinity"...), nil
	case t < firstTimestamp || t >= endTimestamp:
		return dst, ErrInvalid
	}
	s := &p.types.Settings
	var zone string
	var offset int
	if zoned {
		zone, offset = zoneAt(s.TimeZone, t)
		t += int64(offset) * second
	}
	days, clock := t/day, t%day
	if clock < 0 {
		days, clock = days-1, clock+day
	}
	date := dateOf(days)
	if s.DateStyle == DatePostgres {
		dst = p.appendWeekday(dst, date, days)
		dst = appendClock(append(dst, ' '), clock)
		dst = appendPadded(append(dst, ' '), date.printedYear(), 4)
	} else {
		dst = p.appendDay(dst, date)
		dst = appendClock(append(dst, ' '), clock)
	}
	if zoned {
		dst = appendZone(dst, s.DateStyle, zone, offset)
	}
	return date.appendEra(dst), nil
}

// zoneAt returns what the clocks of a place show at a time: the abbreviation of the
// zone and the seconds to the east.
func zoneAt(l *time.Location, t int64) (name string, offset int) {
	if l == nil {
		l = time.UTC
	}
	seconds := t / second
	if t%second < 0 {
		seconds--
	}
	return time.Unix(seconds+epoch, 0).In(l).Zone()
}

// appendZone appends the zone of a timestamptz: the offset in the style ISO, else the
// abbreviation where there is one.
func appendZone(dst []byte, style DateStyle, name string, offset int) []byte {
	const longest = 10 // MAXTZLEN in datetime.h
	switch {
	case style == DateISO:
	case name != "":
		return append(append(dst, ' '), name[:min(len(name), longest)]...)
	case style == DatePostgres:
		dst = append(dst, ' ')
	}
	return appendOffset(dst, offset)
}

// appendOffset is EncodeTimezone in datetime.c, for seconds to the east.
func appendOffset(dst []byte, east int) []byte {
	if east < 0 {
		dst = append(dst, '-')
		east = -east
	} else {
		dst = append(dst, '+')
	}
	dst = appendPadded(dst, int64(east/3600), 2)
	if east%3600 != 0 {
		dst = appendPadded(append(dst, ':'), int64(east/60%60), 2)
	}
	if east%60 != 0 {
		dst = appendPadded(append(dst, ':'), int64(east%60), 2)
	}
	return dst
}

// appendClock appends a time of the day: hh:mm:ss.ffffff without zeros at the end of
// the fraction.
func appendClock(dst []byte, t int64) []byte {
	dst = appendPadded(dst, t/hour, 2)
	dst = appendPadded(append(dst, ':'), t/minute%60, 2)
	dst = appendPadded(append(dst, ':'), t/second%60, 2)
	return appendFraction(dst, t%second)
}

// appendFraction appends microseconds as a fraction of a second, and nothing for 0.
func appendFraction(dst []byte, microseconds int64) []byte {
	if microseconds == 0 {
		return dst
	}
	dst = appendPadded(append(dst, '.'), microseconds, 6)
	for dst[len(dst)-1] == '0' {
		dst = dst[:len(dst)-1]
	}
	return dst
}

// appendDay is EncodeDateOnly in datetime.c, which all styles but Postgres also begin
// a timestamp with. The year has no era yet.
func (p printer) appendDay(dst []byte, d date) []byte {
	s := &p.types.Settings
	if s.DateStyle == DateISO {
		dst = appendPadded(dst, d.printedYear(), 4)
		dst = appendPadded(append(dst, '-'), d.month, 2)
		return appendPadded(append(dst, '-'), d.day, 2)
	}
	separator, first, second := byte('-'), d.month, d.day
	if s.DateOrder == OrderDMY || s.DateStyle == DateGerman {
		first, second = second, first
	}
	switch s.DateStyle {
	case DateSQL:
		separator = '/'
	case DateGerman:
		separator = '.'
	}
	dst = append(appendPadded(dst, first, 2), separator)
	dst = append(appendPadded(dst, second, 2), separator)
	return appendPadded(dst, d.printedYear(), 4)
}

// appendWeekday appends the beginning of a timestamp in the style Postgres.
func (p printer) appendWeekday(dst []byte, d date, days int64) []byte {
	weekday := (days + 6) % 7 // the first of them was a Saturday
	if weekday < 0 {
		weekday += 7
	}
	dst = append(dst, time.Weekday(weekday).String()[:3]...)
	month := time.Month(d.month).String()[:3]
	if p.types.Settings.DateOrder == OrderDMY {
		dst = appendPadded(append(dst, ' '), d.day, 2)
		return append(append(dst, ' '), month...)
	}
	dst = append(append(dst, ' '), month...)
	return appendPadded(append(dst, ' '), d.day, 2)
}

// A date is a day of the Gregorian calendar, also for times before there was one. The
// year 0 is the one before the year 1.
type date struct{ year, month, day int64 }

// dateOf returns the date of a day. It counts in eras of 400 years, all of which have
// the same number of days, and in years that begin in March, so that the day that
// some years have more is the last.
func dateOf(days int64) date {
	const (
		era      = 146_097
		february = 60 // days of 2000 before March
	)
	days -= february
	eras := days / era
	if days -= eras * era; days < 0 {
		eras, days = eras-1, days+era
	}
	// Within the era: a year is a 365th of the days but for the leap days before.
	year := (days - days/1460 + days/36524 - days/146096) / 365
	days -= 365*year + year/4 - year/100
	month := (5*days + 2) / 153 // from March: 31, 30, 31, 30, 31 days, and again
	d := date{2000 + 400*eras + year, month + 3, days - (153*month+2)/5 + 1}
	if d.month > 12 {
		d.year, d.month = d.year+1, d.month-12
	}
	return d
}

// printedYear returns the year without its era.
func (d date) printedYear() int64 {
	if d.year <= 0 {
		return 1 - d.year
	}
	return d.year
}

// appendEra appends what comes last in all styles.
func (d date) appendEra(dst []byte) []byte {
	if d.year <= 0 {
		return append(dst, " BC"...)
	}
	return dst
}
