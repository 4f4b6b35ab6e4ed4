package value_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pgwdump/pgwdump/value"
	"github.com/pgwdump/pgwdump/value/charset"
)

// A sample is a value as a server sent it in binary and in text format.
type sample struct {
	oid    uint32
	binary []byte
	text   string
}

// samples returns the values in testdata/values.txt, which go test -tags integration
// ./integration -run TestValues -update asks a PostgreSQL 18 for: of all built-in types
// that can be written, those at the edges and some others.
func samples(t testing.TB) (all []sample) {
	file, err := os.ReadFile("testdata/values.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(file)) {
		oid, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		digits, quoted, _ := strings.Cut(rest, " ")
		n, err := strconv.ParseUint(oid, 10, 32)
		binary, wrong := hex.DecodeString(digits)
		text, odd := strconv.Unquote(quoted)
		if err := errors.Join(err, wrong, odd); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		all = append(all, sample{uint32(n), binary, text})
	}
	return all
}

func TestAppend(t *testing.T) {
	var types value.Types
	all := samples(t)
	if len(all) < 1500 {
		t.Fatalf("%d samples", len(all))
	}
	for _, s := range all {
		got, err := types.Append([]byte("x"), s.oid, 1, s.binary)
		if err != nil || string(got) != "x"+s.text {
			t.Errorf("%s %x: %q, %v, want %q", value.TypeName(s.oid), s.binary, got, err, s.text)
		}
		if got, err := types.Append(nil, s.oid, 0, []byte(s.text)); err != nil || string(got) != s.text {
			t.Errorf("%s %q in text format: %q, %v", value.TypeName(s.oid), s.text, got, err)
		}
	}
}

// anyLength are the types that any bytes are a value of, text or not, and "char",
// which is empty for a zero.
var anyLength = "|bytea|name|text|json|xml|pg_node_tree|unknown|bpchar|varchar|refcursor|cstring|pg_mcv_list|jsonb|jsonpath|"

// TestAppendCut cuts values short and makes them longer: neither is a value any more.
func TestAppendCut(t *testing.T) {
	var types value.Types
	for _, s := range samples(t) {
		name := value.TypeName(s.oid)
		if strings.Contains(anyLength, "|"+name+"|") {
			continue
		}
		for n := range s.binary {
			if got, err := types.Append(nil, s.oid, 1, s.binary[:n]); err == nil && !(name == "macaddr8" && n == 6) {
				t.Errorf("%s %x: %q", name, s.binary[:n], got)
			}
		}
		if got, err := types.Append(nil, s.oid, 1, append(bytes.Clone(s.binary), 0)); !errors.Is(err, value.ErrInvalid) {
			t.Errorf("%s %x00: %q, %v", name, s.binary, got, err)
		}
	}
}

func TestAppendAllocatesNothing(t *testing.T) {
	var types value.Types
	dst := make([]byte, 0, 1<<20)
	for _, s := range samples(t) {
		if n := testing.AllocsPerRun(5, func() { dst, _ = types.Append(dst[:0], s.oid, 1, s.binary) }); n > 0 {
			t.Errorf("%s %q: %v allocations", value.TypeName(s.oid), s.text, n)
		}
	}
}

// bytesOf returns the bytes that hexadecimal digits stand for, with blanks between
// them.
func bytesOf(t *testing.T, digits string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(digits, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestAppendErrors(t *testing.T) {
	deep := strings.Repeat("00000001 000008c9 ffffffff", 200) // lengths that are not right, but deeper than is looked
	for _, c := range []struct {
		name   string
		oid    uint32
		format int16
		digits string
		want   error
	}{
		{"a type that nobody knows", 99999, 1, "00", value.ErrUnknownType},
		{"a format that nobody knows", 23, 2, "00000001", value.ErrInvalid},
		{"a type without a binary form", 269, 1, "00", value.ErrUnknownType},
		{"an array of another type than its own", 1007, 1, "00000000 00000000 00000019", value.ErrInvalid},
		{"more elements than there can be", 1007, 1, "00000001 00000000 00000017 7fffffff 00000001", value.ErrInvalid},
		{"more elements than there are", 1007, 1, "00000001 00000000 00000017 07ffffff 00000001", value.ErrInvalid},
		{"zeros without end", 1231, 1, "00000001 00000000 000006a4 00000080 00000001" + strings.Repeat("0000000a 0001 7fff 0000 0000 0001", 128), value.ErrTooLarge},
		{"rows in rows", 2249, 1, deep, value.ErrInvalid},
		{"a date out of range", 1082, 1, "7ffffffe", value.ErrInvalid},
	} {
		var types value.Types
		got, err := types.Append([]byte("as it was"), c.oid, c.format, bytesOf(t, c.digits))
		if err != c.want || string(got) != "as it was" {
			t.Errorf("%s: %q, %v, want %v", c.name, got, err, c.want)
		}
	}
}

// TestSettings prints one value of each type that has several ways.
func TestSettings(t *testing.T) {
	const timestamptz, interval, float8, bytea, text = 1184, 1186, 701, 17, 25
	for _, c := range []struct {
		set    string // name = value, as ParameterStatus reports them
		oid    uint32
		digits string
		want   string
	}{
		{"DateStyle = ISO, MDY", timestamptz, "0002b9216ef48800", "2024-04-15 13:33:20+00"},
		{"DateStyle = SQL, DMY", timestamptz, "0002b9216ef48800", "15/04/2024 13:33:20 UTC"},
		{"DateStyle = Postgres, MDY", timestamptz, "0002b9216ef48800", "Mon Apr 15 13:33:20 2024 UTC"},
		{"DateStyle = German, DMY", timestamptz, "0002b9216ef48800", "15.04.2024 13:33:20 UTC"},
		{"TimeZone = <+05:30>-05:30", timestamptz, "0002b9216ef48800", "2024-04-15 19:03:20+05:30"},
		{"TimeZone = GMT-2", timestamptz, "0002b9216ef48800", "2024-04-15 15:33:20+02"},
		{"IntervalStyle = postgres", interval, "0000000006422c40 00000001 0000000e", "1 year 2 mons 1 day 00:01:45"},
		{"IntervalStyle = sql_standard", interval, "0000000006422c40 00000001 0000000e", "+1-2 +1 +0:01:45"},
		{"IntervalStyle = iso_8601", interval, "0000000006422c40 00000001 0000000e", "P1Y2M1DT1M45S"},
		{"IntervalStyle = postgres_verbose", interval, "0000000006422c40 00000001 0000000e", "@ 1 year 2 mons 1 day 1 min 45 secs"},
		{"extra_float_digits = 1", float8, "3fb999999999999a", "0.1"},
		{"extra_float_digits = -10", float8, "3ff3c0ca428c59fb", "1.2346"},
		{"bytea_output = escape", bytea, "61005cff", `a\000\\\377`},
		{"client_encoding = UTF8", text, "c3a9", "é"},
	} {
		var types value.Types
		name, v, _ := strings.Cut(c.set, " = ")
		if err := types.Settings.Set(name, v); err != nil {
			t.Errorf("%s: %v", c.set, err)
		}
		if got, err := types.Append(nil, c.oid, 1, bytesOf(t, c.digits)); err != nil || string(got) != c.want {
			t.Errorf("%s: %q, %v, want %q", c.set, got, err, c.want)
		}
	}
}

func TestSetRefuses(t *testing.T) {
	for _, set := range []string{"DateStyle = Martian", "IntervalStyle = long", "TimeZone = Nowhere/Else", "TimeZone = ", "TimeZone = Local", "TimeZone = ABC1:2:3:4",
		"bytea_output = base64", "extra_float_digits = many"} {
		name, v, _ := strings.Cut(set, " = ")
		s := value.Settings{TimeZone: time.UTC}
		if err := s.Set(name, v); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", set, err)
		}
		if s.TimeZone != time.UTC {
			t.Errorf("%s: changed something", set)
		}
	}
}

// TestToUTF8 prints text of another character set, alone and inside of other values.
func TestToUTF8(t *testing.T) {
	types := value.Types{Settings: value.Settings{ToUTF8: charset.ToUTF8("SJIS")}}
	types.Learn(50000, value.Type{Name: "mood", Kind: value.Enum})
	for _, c := range []struct {
		oid    uint32
		format int16
		digits string
		want   string
	}{
		{25, 0, "955c", "表"}, // its second byte is a backslash
		{25, 1, "955c", "表"},
		{50000, 1, "955c", "表"},
		{1009, 1, "00000001 00000000 00000019 00000001 00000001 00000002 955c", "{表}"},
		{2249, 1, "00000001 00000019 00000002 955c", "(表)"},
		{3802, 1, "01 22 955c 22", `"表"`},
	} {
		if got, err := types.Append(nil, c.oid, c.format, bytesOf(t, c.digits)); err != nil || string(got) != c.want {
			t.Errorf("%d %s: %q, %v, want %q", c.oid, c.digits, got, err, c.want)
		}
	}
	if got, err := types.Append(nil, 25, 1, []byte{0xff}); !errors.Is(err, charset.ErrInvalid) || len(got) > 0 {
		t.Errorf("%q, %v", got, err)
	}
}

// FuzzAppend prints anything as anything.
func FuzzAppend(f *testing.F) {
	for i, s := range samples(f) {
		if i%10 == 0 {
			f.Add(s.oid, s.binary)
		}
	}
	var types value.Types
	f.Fuzz(func(t *testing.T, oid uint32, b []byte) {
		got, err := types.Append([]byte("x"), oid, 1, b)
		switch {
		case !bytes.HasPrefix(got, []byte("x")), err != nil && len(got) > 1:
			t.Errorf("%q, %v", got, err)
		case len(got) > 16*len(b)+1<<21:
			t.Errorf("%d bytes of %d", len(got), len(b))
		}
	})
}

func BenchmarkAppend(b *testing.B) {
	var types value.Types
	all := samples(b)
	size := 0
	for _, s := range all {
		size += len(s.binary)
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	dst := make([]byte, 0, 1<<20)
	for b.Loop() {
		for i := range all {
			dst, _ = types.Append(dst[:0], all[i].oid, 1, all[i].binary)
		}
	}
}

func ExampleTypes_Append() {
	var types value.Types
	numeric := []byte{0, 2, 0, 0, 0, 0, 0, 2, 0, 12, 19, 136}
	text, err := types.Append(nil, 1700, 1, numeric)
	fmt.Println(string(text), err)
	// Output: 12.50 <nil>
}
