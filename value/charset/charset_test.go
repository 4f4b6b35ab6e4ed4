package charset_test

import (
	"errors"
	"testing"

	"github.com/pgwdump/pgwdump/value/charset"
)

// TestToUTF8 reads a word of each character set; package integration compares all of
// their characters with what a server makes of them.
func TestToUTF8(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"LATIN1", "caf\xe9 \x80", "café \u0080"},
		{"latin2", "\x80\xb1", "\u0080ą"},
		{"LATIN9", "\xa4", "€"},
		{"WIN1252", "\x80", "€"},
		{"KOI8R", "\xed\xc9\xd2", "Мир"},
		{"KOI8U", "\xae", "╝"},
		{"EUC_JP", "\xc6\xfc\xcb\xdc \x8e\xb1", "日本 ｱ"},
		{"SJIS", "\x93\xfa\x96\x7b\\", "日本\\"},
		{"GBK", "\xc4\xe3\xba\xc3", "你好"},
		{"GB18030", "\x94\x39\xda\x33", "💩"},
		{"BIG5", "\xa7\x41\xa6\x6e", "你好"},
		{"EUC_KR", "\xc7\xd1\xb1\xdb", "한글"},
		{"UHC", "\x8c\x63", "똠"},
		{"JOHAB", "ascii", "ascii"},
	} {
		got, err := charset.ToUTF8(c.name)([]byte("x"), []byte(c.text))
		if err != nil || string(got) != "x"+c.want {
			t.Errorf("%s %q: %q, %v, want %q", c.name, c.text, got, err, c.want)
		}
	}
	for _, c := range []struct{ name, text string }{
		{"WIN1253", "a\xff"},
		{"EUC_JP", "a\xff"},
		{"EUC_JP", "\xc6"}, // half a character
		{"GBK", "\xc4"},
		{"JOHAB", "\x88\x61"},
		{"MULE_INTERNAL", "\x81\xe9"},
		{"something new", "\xe9"},
	} {
		got, err := charset.ToUTF8(c.name)([]byte("as it was"), []byte(c.text))
		if !errors.Is(err, charset.ErrInvalid) || string(got) != "as it was" {
			t.Errorf("%s %q: %q, %v", c.name, c.text, got, err)
		}
	}
	for _, name := range []string{"UTF8", "UNICODE", "SQL_ASCII", ""} {
		if charset.ToUTF8(name) != nil {
			t.Errorf("%s: text is not taken as it is", name)
		}
	}
}

// FuzzToUTF8 reads anything in each kind of character set.
func FuzzToUTF8(f *testing.F) {
	f.Add([]byte("caf\xe9"))
	f.Add([]byte("\x93\xfa\x96\x7b\\"))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, name := range []string{"LATIN2", "EUC_JP", "SJIS", "GB18030", "BIG5", "UHC", "JOHAB"} {
			got, err := charset.ToUTF8(name)([]byte("x"), b)
			if len(got) == 0 || got[0] != 'x' || err != nil && len(got) > 1 {
				t.Errorf("%s: %q, %v", name, got, err)
			}
		}
	})
}
