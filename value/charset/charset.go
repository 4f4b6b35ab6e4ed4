// Package charset turns text in the character sets of PostgreSQL into UTF-8. It is
// the only package that knows of any, and holds no tables of its own: those are
// golang.org/x/text's.
package charset

import (
	"bytes"
	"errors"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/transform"
)

// ErrInvalid says that bytes are not text in the character set, or that they are in
// one whose tables are not here and not all ASCII. Nothing is made of such text, so
// that it is not taken for what it is not.
var ErrInvalid = errors.New("not text in client_encoding, or not known how to read that")

// A Decoder appends to dst what b is in UTF-8. On [ErrInvalid] dst is returned as it
// was. Any number of goroutines may call it; it keeps no reference to b.
type Decoder func(dst, b []byte) ([]byte, error)

// encodings are the character sets that a client may have, by the names that
// PostgreSQL reports (chapter 23.3 of the manual), without those that need no change.
// The Korean and Chinese ones for which there is no table are parts of another one.
var encodings = map[string]encoding.Encoding{
	"BIG5":       traditionalchinese.Big5,
	"EUC_CN":     simplifiedchinese.GBK,
	"EUC_JP":     japanese.EUCJP,
	"EUC_KR":     korean.EUCKR,
	"GB18030":    simplifiedchinese.GB18030,
	"GBK":        simplifiedchinese.GBK,
	"ISO_8859_5": charmap.ISO8859_5,
	"ISO_8859_6": charmap.ISO8859_6,
	"ISO_8859_7": charmap.ISO8859_7,
	"ISO_8859_8": charmap.ISO8859_8,
	"KOI8R":      charmap.KOI8R,
	"KOI8U":      charmap.KOI8U,
	"LATIN1":     charmap.ISO8859_1,
	"LATIN2":     charmap.ISO8859_2,
	"LATIN3":     charmap.ISO8859_3,
	"LATIN4":     charmap.ISO8859_4,
	"LATIN5":     charmap.ISO8859_9,
	"LATIN6":     charmap.ISO8859_10,
	"LATIN7":     charmap.ISO8859_13,
	"LATIN8":     charmap.ISO8859_14,
	"LATIN9":     charmap.ISO8859_15,
	"LATIN10":    charmap.ISO8859_16,
	"SJIS":       japanese.ShiftJIS,
	"UHC":        korean.EUCKR,
	"WIN866":     charmap.CodePage866,
	"WIN874":     charmap.Windows874,
	"WIN1250":    charmap.Windows1250,
	"WIN1251":    charmap.Windows1251,
	"WIN1252":    charmap.Windows1252,
	"WIN1253":    charmap.Windows1253,
	"WIN1254":    charmap.Windows1254,
	"WIN1255":    charmap.Windows1255,
	"WIN1256":    charmap.Windows1256,
	"WIN1257":    charmap.Windows1257,
	"WIN1258":    charmap.Windows1258,
}

// ToUTF8 returns the Decoder of a character set by the name that the parameter
// client_encoding reports, or nil where text is to be taken as it is: with UTF8, and
// with SQL_ASCII, which says nothing of the bytes. A character set that is not known
// has a Decoder for the ASCII in it.
func ToUTF8(name string) Decoder {
	switch name = strings.ToUpper(name); name {
	case "UTF8", "UNICODE", "SQL_ASCII", "":
		return nil
	}
	switch e := encodings[name].(type) {
	case nil:
		return ascii
	case *charmap.Charmap:
		return bytewise(tableOf(name, e))
	default:
		return multibyte(e.NewDecoder().Transformer)
	}
}

func ascii(dst, b []byte) ([]byte, error) {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return dst, ErrInvalid
		}
	}
	return append(dst, b...), nil
}

// tableOf returns what stands for each byte, utf8.RuneError for those that are not in
// the character set.
func tableOf(name string, m *charmap.Charmap) (table [256]rune) {
	for c := range table {
		table[c] = m.DecodeByte(byte(c))
		if c >= 0x80 && c < 0xa0 && !strings.HasPrefix(name, "WIN") && table[c] == utf8.RuneError {
			table[c] = rune(c) // the C1 controls, which some tables of ISO 8859 leave out
		}
	}
	if name == "KOI8U" { // as in RFC 2319; the table is that of the Web's KOI8-U
		table[0xae], table[0xbe] = '╝', '╬'
	}
	return table
}

func bytewise(table [256]rune) Decoder {
	return func(dst, b []byte) ([]byte, error) {
		start := len(dst)
		for _, c := range b {
			r := table[c]
			if r == utf8.RuneError {
				return dst[:start], ErrInvalid
			}
			dst = utf8.AppendRune(dst, r)
		}
		return dst, nil
	}
}

// multibyte returns the Decoder of a transformer, which must be one without a state.
func multibyte(t transform.Transformer) Decoder {
	return func(dst, b []byte) ([]byte, error) {
		if out, err := ascii(dst, b); err == nil {
			return out, nil
		}
		start := len(dst)
		for {
			room := dst[len(dst):cap(dst)]
			n, read, err := t.Transform(room, b, true)
			dst, b = dst[:len(dst)+n], b[read:]
			if err == transform.ErrShortDst {
				dst = append(dst, make([]byte, max(2*len(b), utf8.UTFMax))...)[:len(dst)]
				continue
			}
			if err != nil || bytes.Contains(dst[start:], invalid) {
				return dst[:start], ErrInvalid
			}
			return dst, nil
		}
	}
}

// invalid is what a transformer writes for what it cannot read. No character set but
// GB18030 has that character, and nobody means it.
var invalid = []byte(string(utf8.RuneError))
