package record

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// strftime returns a pattern of strftime(3) with the parts of a time in it, as the
// "C" locale has them.
func strftime(pattern string, t time.Time) (string, error) {
	var b strings.Builder
	for i := 0; i < len(pattern); i++ {
		if pattern[i] != '%' {
			b.WriteByte(pattern[i])
			continue
		}
		i++
		if i == len(pattern) {
			return "", fmt.Errorf("%q ends with %%; %%%% stands for one", pattern)
		}
		part, err := partOfTime(pattern[i], t)
		if err != nil {
			return "", fmt.Errorf("%q: %w", pattern, err)
		}
		b.WriteString(part)
	}
	return b.String(), nil
}

// layouts are the conversions of strftime for which package time has a layout.
var layouts = map[byte]string{
	'a': "Mon", 'A': "Monday", 'b': "Jan", 'h': "Jan", 'B': "January",
	'Y': "2006", 'y': "06", 'm': "01", 'd': "02", 'e': "_2", 'j': "002",
	'H': "15", 'I': "03", 'M': "04", 'S': "05", 'p': "PM", 'Z': "MST", 'z': "-0700",
	'F': "2006-01-02", 'T': "15:04:05", 'R': "15:04", 'D': "01/02/06",
}

func partOfTime(conversion byte, t time.Time) (string, error) {
	if layout, ok := layouts[conversion]; ok {
		return t.Format(layout), nil
	}
	switch conversion {
	case 's':
		return strconv.FormatInt(t.Unix(), 10), nil
	case '%':
		return "%", nil
	}
	return "", fmt.Errorf("%%%c is not known; there are %%Y %%m %%d %%H %%M %%S %%s and some more", conversion)
}
