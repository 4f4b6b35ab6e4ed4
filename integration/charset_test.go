//go:build integration

package integration

import (
	"bytes"
	"slices"
	"testing"

	"github.com/pgwdump/pgwdump/message"
	"github.com/pgwdump/pgwdump/value/charset"
)

// differences are how many characters of two bytes and more are not what the server
// makes of them, in the character sets that have any: other is how many are another
// character here, which looks much the same, unknown how many are none here.
var differences = map[string]struct{ other, unknown int }{
	"BIG5":           {other: 267}, // the table here is that of Big5-HKSCS
	"EUC_CN":         {other: 2},
	"EUC_JP":         {1, 106},
	"EUC_KR":         {unknown: 1},
	"UHC":            {unknown: 189},   // those for private use
	"GB18030":        {1, 2067},        // the same
	"EUC_JIS_2004":   {unknown: 11296}, // no table
	"EUC_TW":         {unknown: 5864},  // no table
	"JOHAB":          {unknown: 8169},  // no table
	"SHIFT_JIS_2004": {unknown: 26101}, // no table
}

// TestCharsets compares all characters of one and two bytes, and those of three with
// the prefix of EUC_JP, in each character set with what the server makes of them.
func TestCharsets(t *testing.T) {
	c := newDatabase(t, "pgwdump_charset")
	var single, double [][]byte
	for a := 0x80; a < 0x100; a++ {
		single = append(single, []byte{byte(a)})
		for b := 0x30; b < 0x100; b++ {
			double = append(double, []byte{byte(a), byte(b)})
		}
	}
	for a := 0xa1; a < 0xff; a++ {
		for b := 0xa1; b < 0xff; b++ {
			double = append(double, []byte{0x8f, byte(a), byte(b)})
		}
	}
	for _, row := range c.rows(`select pg_encoding_to_char(n), pg_encoding_max_length(n) from generate_series(0, 41) n
		where pg_encoding_to_char(n) not in ('SQL_ASCII', 'UTF8', 'MULE_INTERNAL')`) {
		name, texts := row[0], single
		if row[1] != "1" {
			texts = slices.Concat(single, double)
		}
		decode := charset.ToUTF8(name)
		got := differences[name]
		for i, a := range c.each("select convert_from($1, '"+name+"')", texts, message.BinaryFormat) {
			text, err := decode(nil, texts[i])
			switch {
			case a.err != nil: // it may be good elsewhere
			case err != nil:
				got.unknown--
			case !bytes.Equal(text, a.rows[0][0]):
				got.other--
			}
		}
		if got != (struct{ other, unknown int }{}) {
			t.Errorf("%s: %d fewer others and %d fewer unknown than should be", name, got.other, got.unknown)
		}
	}
}
