package value

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/pgwdump/pgwdump/value/charset"
)

// Settings are the run-time parameters of a session that change how its values are
// printed. The zero value is PostgreSQL's defaults.
//
// Money is printed as with lc_monetary = C: $1,234.56.
type Settings struct {
	DateStyle     DateStyle
	DateOrder     DateOrder
	IntervalStyle IntervalStyle
	// TimeZone is for timestamptz; nil is UTC.
	TimeZone *time.Location
	// ByteaEscape stands for bytea_output = escape.
	ByteaEscape bool
	// RoundFloats stands for an extra_float_digits of 0 and below: 1 for 0, 2 for -1
	// and so on. 0 prints as many digits as it takes to tell the number from others.
	RoundFloats int
	// ToUTF8 turns text in client_encoding into UTF-8; nil takes it as it is. It is
	// called for every piece of text before that is quoted, because some encodings have
	// bytes of ASCII inside other characters.
	ToUTF8 charset.Decoder
}

// A DateStyle is the output style of dates and times.
type DateStyle uint8

// The output styles of the parameter DateStyle.
const (
	DateISO      DateStyle = iota // 1997-12-17 07:37:16-08
	DateSQL                       // 12/17/1997 07:37:16 PST
	DatePostgres                  // Wed Dec 17 07:37:16 1997 PST
	DateGerman                    // 17.12.1997 07:37:16 PST
)

// A DateOrder is the order of day, month and year.
type DateOrder uint8

// The orders of the parameter DateStyle. In printing YMD is the same as MDY.
const (
	OrderMDY DateOrder = iota
	OrderDMY
	OrderYMD
)

// An IntervalStyle is the output style of intervals.
type IntervalStyle uint8

// The values of the parameter IntervalStyle.
const (
	IntervalPostgres        IntervalStyle = iota // 1 day 02:03:04
	IntervalPostgresVerbose                      // @ 1 day 2 hours 3 mins 4 secs
	IntervalSQLStandard                          // 1 2:03:04
	IntervalISO8601                              // P1DT2H3M4S
)

// Set takes over a run-time parameter by its name and value as ParameterStatus
// reports and SHOW prints them: DateStyle, IntervalStyle, TimeZone, client_encoding,
// bytea_output or extra_float_digits, in any case. The last two are not reported by a
// server, and lc_monetary is not either. Others do not matter here and are ignored. On
// an error, which says that the value is not understood, nothing has changed.
//
// A time zone is looked for in the zone files of this machine, see
// [time.LoadLocation].
func (s *Settings) Set(name, value string) error {
	changed, ok := *s, true
	switch strings.ToLower(name) {
	case "datestyle":
		ok = changed.setDateStyle(value)
	case "intervalstyle":
		ok = changed.setIntervalStyle(value)
	case "timezone":
		changed.TimeZone, ok = zone(value)
	case "client_encoding":
		changed.ToUTF8 = charset.ToUTF8(value)
	case "bytea_output":
		changed.ByteaEscape = value == "escape"
		ok = value == "escape" || value == "hex"
	case "extra_float_digits":
		n, err := strconv.Atoi(value)
		changed.RoundFloats, ok = max(1-n, 0), err == nil
	}
	if !ok {
		return fmt.Errorf("parameter %s: unknown value %q", name, value)
	}
	*s = changed
	return nil
}

func (s *Settings) setDateStyle(value string) bool {
	for word := range strings.SplitSeq(value, ",") {
		switch strings.ToLower(strings.TrimSpace(word)) {
		case "iso":
			s.DateStyle = DateISO
		case "sql":
			s.DateStyle = DateSQL
		case "postgres":
			s.DateStyle = DatePostgres
		case "german":
			s.DateStyle = DateGerman
		case "mdy":
			s.DateOrder = OrderMDY
		case "dmy":
			s.DateOrder = OrderDMY
		case "ymd":
			s.DateOrder = OrderYMD
		default:
			return false
		}
	}
	return true
}

func (s *Settings) setIntervalStyle(value string) bool {
	switch strings.ToLower(value) {
	case "postgres":
		s.IntervalStyle = IntervalPostgres
	case "postgres_verbose":
		s.IntervalStyle = IntervalPostgresVerbose
	case "sql_standard":
		s.IntervalStyle = IntervalSQLStandard
	case "iso_8601":
		s.IntervalStyle = IntervalISO8601
	default:
		return false
	}
	return true
}

// zone finds a time zone by the name of a zone file, or as a fixed offset in the
// manner of POSIX: "<+05:30>-05:30", which is how the server reports a zone that was
// set as a number, or "GMT-2", each with a sign that counts to the west.
func zone(name string) (*time.Location, bool) {
	if name == "" || name == "Local" { // these mean something else to LoadLocation
		return nil, false
	}
	if l, err := time.LoadLocation(name); err == nil {
		return l, true
	}
	abbreviation, offset, ok := strings.Cut(strings.TrimPrefix(name, "<"), ">")
	if !ok {
		i := strings.IndexAny(name, "+-0123456789")
		if i < 3 {
			return nil, false
		}
		abbreviation, offset = name[:i], name[i:]
	}
	east := -1
	if strings.HasPrefix(offset, "-") {
		east = 1
	}
	if strings.HasPrefix(offset, "-") || strings.HasPrefix(offset, "+") {
		offset = offset[1:]
	}
	seconds, unit := 0, 60*60
	for part := range strings.SplitSeq(offset, ":") {
		n, err := strconv.ParseUint(part, 10, 8)
		if err != nil || unit == 0 {
			return nil, false
		}
		seconds += int(n) * unit
		unit /= 60
	}
	return time.FixedZone(abbreviation, east*seconds), true
}
