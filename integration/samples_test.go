//go:build integration

package integration

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
)

// A sample says how to write values of a type in SQL: those at the edges, and random
// ones. A server may refuse some of the random ones.
type sample struct {
	edges  []string
	random random
}

type random func(*rand.Rand) string

// samples has every built-in type that can be written as text, by its name in
// pg_type; arrays, ranges and multiranges follow from their elements.
var samples = map[string]sample{
	"bool":       {[]string{"t", "f"}, oneOf("t", "f")},
	"int2":       {[]string{"0", "-1", "32767", "-32768"}, integer(16)},
	"int4":       {[]string{"0", "-1", "2147483647", "-2147483648"}, integer(32)},
	"int8":       {[]string{"0", "-1", "9223372036854775807", "-9223372036854775808"}, integer(64)},
	"oid":        {[]string{"0", "1", "4294967295"}, natural(32)},
	"xid":        {[]string{"0", "3", "4294967295"}, natural(32)},
	"cid":        {[]string{"0", "3", "4294967295"}, natural(32)},
	"xid8":       {[]string{"0", "3", "18446744073709551615"}, natural(64)},
	"tid":        {[]string{"(0,0)", "(4294967295,65535)"}, format("(%s,%s)", natural(32), natural(16))},
	"int2vector": {[]string{"", "0", "1 -2 3", "32767 -32768"}, listOf(" ", integer(16))},
	"oidvector":  {[]string{"", "0", "1 2 4294967295"}, listOf(" ", natural(32))},

	"regproc":       unnamed,
	"regprocedure":  unnamed,
	"regoper":       unnamed,
	"regoperator":   unnamed,
	"regclass":      unnamed,
	"regconfig":     unnamed,
	"regdictionary": unnamed,
	"regnamespace":  unnamed,
	"regrole":       unnamed,
	"regcollation":  unnamed,
	"regtype": {[]string{"-", "int4", "int4[]", `"char"`, `"any"`, "record[]", "timestamptz", "varbit[]", "4294967295"},
		oneOf("bool", "text", "int8", "float4[]", "interval[]", "int4range", "bpchar", "oidvector", "3999999999", "cstring")},

	"text":      {stringEdges, text},
	"varchar":   {stringEdges, text},
	"bpchar":    {append(stringEdges, "padded   "), text},
	"name":      {stringEdges, text},
	"refcursor": {stringEdges, text},
	"cstring":   {stringEdges, text},
	"char": {[]string{"", "a", "'", `"`, `\`, " ", ",", `\000`, `\001`, `\177`, `\200`, `\377`},
		func(r *rand.Rand) string { return fmt.Sprintf(`\%03o`, r.IntN(256)) }},
	"bytea": {[]string{"", `\x00`, `\xff`, `\x5c27225c`, `\x6162207e7f`},
		func(r *rand.Rand) string { return fmt.Sprintf(`\x%x`, randomBytes(r, 40)) }},
	"json":  {[]string{"null", `{"a": [1,  2.50, "\"\u00e9"]}`, "[]", " {} "}, document},
	"jsonb": {[]string{"null", `{"a": [1,  2.50, "\"\u00e9"]}`, "[]", `""`, "1e5"}, document},
	"xml": {[]string{"", "<a/>", "<?xml version=\"1.0\"?><a>é</a>", `<?xml version="1.1" standalone="yes"?><a b="'"/>`},
		format("<a b=\"%s\">%s</a>", natural(16), oneOf("x", "é &amp; ü", "<b/>", "{,}", "\n"))},
	"jsonpath": {[]string{"$", "$.a[*].b ? (@ > 1)", `strict $."x y".size()`, `$.a.type() like_regex "^\\d" flag "i"`, "$[1 to last]"},
		format("$.%s[%s] ? (@.%s > %s)", oneOf("a", `"b c"`, "d.e"), natural(8), oneOf("f", `"g\""`), number)},
	"uuid": {[]string{"00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"},
		func(r *rand.Rand) string { return fmt.Sprintf("%016x%016x", r.Uint64(), r.Uint64()) }},
	"bit":    {[]string{"", "0", "1", "10110111", "101101110", "0000000000000000"}, bits},
	"varbit": {[]string{"", "0", "1", "10110111", "101101110", "0000000000000000"}, bits},
	"pg_lsn": {[]string{"0/0", "FFFFFFFF/FFFFFFFF", "16/B374D848", "0/A"},
		func(r *rand.Rand) string { return fmt.Sprintf("%X/%X", word(r, 32), word(r, 32)) }},
	"pg_snapshot":   {[]string{"1:1:", "10:20:10,14,15", "1:9223372036854775807:", "4294967297:4294967299:4294967298"}, snapshot},
	"txid_snapshot": {[]string{"1:1:", "10:20:10,14,15"}, snapshot},

	"float4": {append(floatEdges, "3.4028235e38", "1.17549435e-38", "1e-45", "16777216", "8388608", "33554432", "999999", "1000000", "1e6", "123456.7", "0.3"), float(32)},
	"float8": {append(floatEdges, "1.7976931348623157e308", "2.2250738585072014e-308", "5e-324", "1e15", "999999999999999", "1e14",
		"123456789012345.6", "9007199254740993", "1e23", "8.41e21", "1180591620717411303424", "0.30000000000000004"), float(64)},
	"numeric": {[]string{"0", "-0.00", "0.0000", "1", "-1", "10000", "9999.9999", "0.0001", "0.00001", "1e-20", "123456789.987654321",
		"1e131071", "1e-16383", "-1.50", "100000000", "100000001", "NaN", "Infinity", "-Infinity", "12345.6789012345678901234567890"}, number},
	"money": {[]string{"0", "-0.01", "0.05", "-1234.5", "1234567.89", "999.99", "1000", "92233720368547758.07", "-92233720368547758.08"},
		func(r *rand.Rand) string { return decimalPlaces(int64(word(r, 64)), 2) }},

	"date": {[]string{"infinity", "-infinity", "2000-01-01", "1999-12-31", "2000-02-29", "1900-02-28", "1900-03-01", "0001-01-01", "0001-12-31 BC",
		"0045-03-15 BC", "4714-11-24 BC", "5874897-12-31", "10000-01-01", "9999-12-31", "2400-12-31", "2401-01-01"}, date},
	"time": {[]string{"00:00", "24:00", "23:59:59.999999", "12:34:56.1", "01:02:03.000001", "01:02:03.1203"}, clock},
	"timetz": {[]string{"00:00+00", "24:00-15:59:59", "23:59:59.999999+15:59:59", "12:00+05:30", "12:00-00:00:01", "12:00+01:00:01", "12:00-03:30"},
		format("%s%s", clock, offset)},
	"timestamp":   {append(timestampEdges, "4714-11-24 00:00:00 BC", "294276-12-31 23:59:59.999999"), timestamp},
	"timestamptz": {append(timestampEdges, "4714-11-24 00:00:00+00 BC", "294276-12-31 23:59:59.999999+00", "1997-12-17 07:37:16-08"), format("%s%s", timestamp, offset)},
	"interval": {[]string{"0", "1 day", "-1 day", "1 mon", "1 year", "-1 year", "1 year 2 mons -3 days 04:05:06.789", "-1 mon +1 day", "-1 day +02:03", "1 day -02:03",
		"-00:00:01", "00:00:01", "00:00:00.000001", "-00:00:00.5", "1 hour", "1 min", "1 sec", "-1 sec", "100:00:00", "infinity", "-infinity", "11 mons", "-11 mons",
		"178956970 years 7 mons 2147483647 days 2562047788:00:54.775807", "-178956970 years -8 mons -2147483648 days -2562047788:00:54.775807", "-1 year -1 day",
		"1 year 1 sec", "-1 day -1 sec", "2 mons -1 sec", "-2 mons 1.5 sec", "1.000001 sec", "-2 sec", "1 day 1 min"}, interval},

	"inet": {[]string{"0.0.0.0", "0.0.0.0/0", "255.255.255.255", "192.168.1.5/24", "::", "::/0", "::1", "::1.2.3.4", "::ffff:1.2.3.4", "::ffff:0:0", "::fffe:1.2.3.4",
		"0:0:0:0:0:ffff::", "1::", "0:0:1::", "1:0:0:2:0:0:3:4", "1:0:2:0:0:3:0:0", "::1:0", "1:2:3:4:5:6:7:0", "0:2:3:4:5:6:7:8", "fe80::1/64", "::2:3:4/127", "0:1::"}, inet},
	"cidr": {[]string{"0.0.0.0/0", "10/8", "192.168.1.0/24", "192.168.1.5/32", "::/0", "::1/128", "2001:db8::/32", "::ffff:0:0/96", "::1.2.3.0/120"}, cidr},
	"macaddr": {[]string{"00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "08:00:2b:01:02:03"},
		func(r *rand.Rand) string { return fmt.Sprintf("%012x", r.Uint64()>>16) }},
	"macaddr8": {[]string{"00:00:00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff:ff:ff", "08:00:2b:01:02:03"},
		func(r *rand.Rand) string { return fmt.Sprintf("%016x", r.Uint64()) }},

	"point": {[]string{"(0,-0)", "(1e300,-1e-300)", "(NaN,Infinity)", "(1.5,-Infinity)"}, point},
	"line":  {[]string{"{1,2,3}", "{1,-1,0}", "{0,1,NaN}"}, format("{%s,%s,%s}", coordinate, coordinate, coordinate)},
	"lseg":  {[]string{"[(1,2),(3,4)]", "[(0,0),(0,0)]"}, format("[%s,%s]", point, point)},
	"box":   {[]string{"(1,2),(3,4)", "(3,4),(1,2)", "(1,4),(3,2)", "(NaN,1),(2,NaN)"}, format("%s,%s", point, point)},
	"path": {[]string{"[(1,2),(3,4)]", "((1,2),(3,4))", "[(1,2)]"},
		format("%s,%s%s", oneOf("[(1,2)", "((1,2)"), listOf(",", point), oneOf("]", ")"))},
	"polygon": {[]string{"((1,2),(3,4))", "((1,2))"}, format("(%s,%s)", point, listOf(",", point))},
	"circle":  {[]string{"<(1,2),3>", "<(0,0),0>", "<(1,2),NaN>", "<(1,2),Infinity>"}, format("<%s,%s>", point, float(64))},

	"tsvector": {[]string{"", "a", "a:1", "a:1A,2B,3C,4D b:16383", "'it''s':1 'back\\\\slash':2 'with space':3", "''''", "é:5 ü"}, tsvector},
	"tsquery": {[]string{"", "a", "a & b | c", "a & (b | c)", "!a", "!!a", "!(a & b)", "a <-> b", "a <5> b", "a <0> b", "a <-> (b <-> c)", "(a <-> b) <-> c", "a:*", "a:AB", "a:*CD",
		"'it''s' & 'back\\\\slash'", "!(a <-> b) & c", "(a | b) <-> !c", "a | (b | c)", "(a & b) & c"}, tsquery},
}

// unnamed is for the types of objects: random OIDs are hardly those of any.
var unnamed = sample{[]string{"0", "4294967295", "3999999999"},
	func(r *rand.Rand) string { return strconv.FormatUint(1<<31+word(r, 31), 10) }}

var stringEdges = []string{"", "a", "NULL", "null", "nUlL", "NULLS", `"`, `\`, `""`, `\"`, ",", ";", "{", "}", "(", ")", "[", "]", "'",
	" ", "a b", "\t", "\n", "\v", "\f", "\r", "\x01", "\x7f", "é", "\u00a0", "日本語", "😀", "a,b", "{a}", "(a)", "empty", "infinity"}

var floatEdges = []string{"0", "-0", "1", "-1", "NaN", "Infinity", "-Infinity", "0.1", "1.5", "100", "123456", "1e-4", "1e-5", "0.00012345", "1.5e-5", "1e20", "1e-20", "1e10"}

var timestampEdges = []string{"infinity", "-infinity", "2000-01-01 00:00", "1999-12-31 23:59:59.999999", "1970-01-01 00:00:00.1", "2024-02-29 12:34:56.78",
	"0001-01-01 00:00:00", "0001-12-31 23:59:59 BC", "0100-02-03 04:05:06.000001 BC", "12024-06-15 01:02:03", "1883-11-18 12:03:57", "1935-06-15 10:00", "2007-03-11 10:00", "2038-01-19 03:14:08", "2150-07-01 00:00"}

func oneOf(texts ...string) random {
	return func(r *rand.Rand) string { return texts[r.IntN(len(texts))] }
}

func format(pattern string, parts ...random) random {
	return func(r *rand.Rand) string {
		texts := make([]any, len(parts))
		for i, part := range parts {
			texts[i] = part(r)
		}
		return fmt.Sprintf(pattern, texts...)
	}
}

func listOf(separator string, part random) random {
	return func(r *rand.Rand) string {
		texts := make([]string, 1+r.IntN(4))
		for i := range texts {
			texts[i] = part(r)
		}
		return strings.Join(texts, separator)
	}
}

// word returns a number of up to that many bits; small numbers are as likely as large
// ones.
func word(r *rand.Rand, bits int) uint64 { return r.Uint64() >> (64 - bits) >> r.IntN(bits) }

func natural(bits int) random {
	return func(r *rand.Rand) string { return strconv.FormatUint(word(r, bits), 10) }
}

func integer(bits int) random {
	return func(r *rand.Rand) string {
		n := int64(word(r, bits-1))
		if r.IntN(2) == 0 {
			n = ^n
		}
		return strconv.FormatInt(n, 10)
	}
}

// float writes floats of 32 or 64 bits: any bit pattern, numbers with few digits,
// whole numbers with few bits set, and neighbours of powers of two.
func float(size int) random {
	return func(r *rand.Rand) string {
		var f float64
		switch r.IntN(5) {
		case 0:
			f = math.Float64frombits(r.Uint64())
		case 1:
			f = float64(int64(word(r, 40))) * math.Pow(10, float64(r.IntN(30)-20))
		case 2:
			f = math.Ldexp(float64(word(r, 8)), r.IntN(2200)-1100)
		case 3:
			f = math.Ldexp(1, r.IntN(160)-80)
			f = math.Nextafter(f, f*float64(r.IntN(3)))
		case 4:
			f = float64(word(r, 64))
		}
		if size == 32 {
			if r.IntN(2) == 0 {
				f = float64(math.Float32frombits(r.Uint32()))
			}
			return strconv.FormatFloat(f, 'g', 9, 64)
		}
		if r.IntN(2) == 0 {
			f = -f
		}
		return strconv.FormatFloat(f, 'g', -1, 64)
	}
}

func digits(r *rand.Rand, most int) string {
	b := make([]byte, 1+r.IntN(most))
	for i := range b {
		b[i] = '0'
		if r.IntN(3) > 0 {
			b[i] += byte(r.IntN(10))
		}
	}
	return string(b)
}

func number(r *rand.Rand) string {
	sign := [...]string{"", "-"}[r.IntN(2)]
	switch r.IntN(4) {
	case 0:
		return sign + digits(r, 12)
	case 1:
		return sign + digits(r, 40) + "." + digits(r, 40)
	case 2:
		return sign + "0." + digits(r, 20)
	}
	return sign + digits(r, 9) + "e" + strconv.Itoa(r.IntN(200)-100)
}

func decimalPlaces(n int64, places int) string {
	s := fmt.Sprintf("%0*d", places+2, n)
	return s[:len(s)-places] + "." + s[len(s)-places:]
}

func randomBytes(r *rand.Rand, most int) []byte {
	b := make([]byte, r.IntN(most))
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

func text(r *rand.Rand) string {
	const plain, marked = "abcxyzNUL019éß日😀", "\"'\\,;:{}()[]<> \t\n\r\v\f&|!*"
	letters := []rune(plain)
	if r.IntN(2) == 0 {
		letters = []rune(plain + marked)
	}
	b := make([]rune, r.IntN(12))
	for i := range b {
		b[i] = letters[r.IntN(len(letters))]
	}
	return string(b)
}

func bits(r *rand.Rand) string {
	b := make([]byte, r.IntN(40))
	for i := range b {
		b[i] = '0' + byte(r.IntN(2))
	}
	return string(b)
}

func document(r *rand.Rand) string {
	switch r.IntN(5) {
	case 0:
		return number(r)
	case 1:
		return strconv.Itoa(r.IntN(100))
	case 2:
		return `{"` + strings.Repeat("k", r.IntN(4)) + `": ` + document(r) + `, "b":` + document(r) + "}"
	case 3:
		return "[" + document(r) + " ," + document(r) + "]"
	}
	return oneOf(`"x"`, `"\"q\\"`, `"é,{}()"`, "true", "null", "{}")(r)
}

func snapshot(r *rand.Rand) string {
	xid := 3 + word(r, 40)
	s := fmt.Sprintf("%d:%d:", xid, xid+1000)
	for i := range r.IntN(5) {
		if i > 0 {
			s += ","
		}
		xid += word(r, 7)
		s += strconv.FormatUint(xid, 10)
	}
	return s
}

func clock(r *rand.Rand) string {
	s := fmt.Sprintf("%02d:%02d:%02d", r.IntN(24), r.IntN(60), r.IntN(60))
	if r.IntN(2) == 0 {
		s += "." + digits(r, 6)
	}
	return s
}

func offset(r *rand.Rand) string {
	sign := [...]string{"+", "-"}[r.IntN(2)]
	switch r.IntN(3) {
	case 0:
		return fmt.Sprintf("%s%02d", sign, r.IntN(16))
	case 1:
		return fmt.Sprintf("%s%02d:%02d", sign, r.IntN(16), r.IntN(60))
	}
	return fmt.Sprintf("%s%02d:%02d:%02d", sign, r.IntN(16), r.IntN(60), r.IntN(60))
}

func day(r *rand.Rand, years int) string {
	return fmt.Sprintf("%04d-%02d-%02d", 1+r.IntN(years), 1+r.IntN(12), 1+r.IntN(31))
}

func date(r *rand.Rand) string {
	switch r.IntN(4) {
	case 0:
		return day(r, 4714) + " BC"
	case 1:
		return day(r, 5874897)
	}
	return day(r, 2200)
}

func timestamp(r *rand.Rand) string {
	switch r.IntN(8) {
	case 0:
		return day(r, 4713) + " BC " + clock(r)
	case 1:
		return day(r, 294275) + " " + clock(r)
	}
	return fmt.Sprintf("%d%s %s", 1+r.IntN(2), day(r, 999)[1:], clock(r))
}

func interval(r *rand.Rand) string {
	var parts []string
	for _, unit := range []string{"years", "mons", "days", "hours", "mins", "secs"} {
		if r.IntN(3) == 0 {
			parts = append(parts, integer(1+8*(1+r.IntN(3)))(r)+" "+unit)
		}
	}
	switch {
	case len(parts) == 0:
		return "1 day"
	case r.IntN(3) == 0:
		parts = append(parts, integer(40)(r)+" microseconds")
	}
	return strings.Join(parts, " ")
}

func address(r *rand.Rand) (text string, size int) {
	if r.IntN(2) == 0 {
		return fmt.Sprintf("%d.%d.%d.%d", r.IntN(256), r.IntN(256), r.IntN(256), r.IntN(256)), 32
	}
	groups := make([]string, 8)
	for i := range groups {
		groups[i] = oneOf("0", "0", "0", "ffff", strconv.FormatUint(word(r, 16), 16))(r)
	}
	return strings.Join(groups, ":"), 128
}

func inet(r *rand.Rand) string {
	a, size := address(r)
	if r.IntN(2) == 0 {
		return a
	}
	return fmt.Sprintf("%s/%d", a, r.IntN(size+1))
}

// cidr writes networks, which have no bits behind the mask: often those of one host.
func cidr(r *rand.Rand) string {
	a, size := address(r)
	switch {
	case r.IntN(2) == 0:
		return fmt.Sprintf("%s/%d", a, size)
	case size == 32:
		return fmt.Sprintf("%d.%d.0.0/%d", r.IntN(256), r.IntN(256), 16+r.IntN(17))
	}
	return fmt.Sprintf("%x:%x::/%d", r.IntN(1<<16), word(r, 16), 32+r.IntN(97))
}

func coordinate(r *rand.Rand) string { return float(64)(r) }

func point(r *rand.Rand) string { return "(" + coordinate(r) + "," + coordinate(r) + ")" }

func lexeme(r *rand.Rand) string {
	s := text(r)
	for s == "" {
		s = text(r)
	}
	return "'" + strings.NewReplacer("'", "''", `\`, `\\`).Replace(s) + "'"
}

func tsvector(r *rand.Rand) string {
	var words []string
	for range r.IntN(6) {
		word := lexeme(r)
		for i := range r.IntN(4) {
			word += [...]string{":", ",", ",", ","}[i] + strconv.Itoa(1+r.IntN(16383)) + oneOf("", "A", "B", "C", "D")(r)
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

func tsquery(r *rand.Rand) string {
	switch r.IntN(8) {
	case 0:
		return "!(" + tsquery(r) + ")"
	case 1:
		return "(" + tsquery(r) + ") & (" + tsquery(r) + ")"
	case 2:
		return "(" + tsquery(r) + ") | (" + tsquery(r) + ")"
	case 3:
		return fmt.Sprintf("(%s) <%d> (%s)", tsquery(r), r.IntN(4), tsquery(r))
	}
	return lexeme(r) + oneOf("", "", ":*", ":A", ":BD", ":*ABCD")(r)
}

// arrayOf writes arrays of an element, of up to three dimensions and with any bounds.
func arrayOf(element random, delimiter string) random {
	return func(r *rand.Rand) string {
		var bounds string
		lengths := make([]int, r.IntN(4))
		explicit := r.IntN(3) == 0
		for i := range lengths {
			lengths[i] = 1 + r.IntN(3)
			lower := r.IntN(7) - 3
			bounds += fmt.Sprintf("[%d:%d]", lower, lower+lengths[i]-1)
		}
		var write func(lengths []int) string
		write = func(lengths []int) string {
			if len(lengths) == 0 {
				if r.IntN(6) == 0 {
					return "NULL"
				}
				return `"` + strings.NewReplacer(`"`, `\"`, `\`, `\\`).Replace(element(r)) + `"`
			}
			parts := make([]string, lengths[0])
			for i := range parts {
				parts[i] = write(lengths[1:])
			}
			return "{" + strings.Join(parts, delimiter) + "}"
		}
		switch {
		case len(lengths) == 0:
			return "{}"
		case explicit:
			return bounds + "=" + write(lengths)
		}
		return write(lengths)
	}
}

// rangeOf writes ranges, half of which the server refuses because their bounds are in
// the wrong order.
func rangeOf(bound random) random {
	quoted := func(r *rand.Rand) string {
		if r.IntN(5) == 0 {
			return ""
		}
		return `"` + strings.NewReplacer(`"`, `""`, `\`, `\\`).Replace(bound(r)) + `"`
	}
	whole := format("%s%s,%s%s", oneOf("[", "("), quoted, quoted, oneOf("]", ")"))
	return func(r *rand.Rand) string {
		if r.IntN(30) == 0 {
			return "empty"
		}
		return whole(r)
	}
}

func multirangeOf(part random) random {
	return func(r *rand.Rand) string {
		return oneOf("{}", "{"+part(r)+"}", "{"+part(r)+"}", "{"+part(r)+","+part(r)+"}")(r)
	}
}
