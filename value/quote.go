package value

// In which values a character makes quotation marks necessary.
const (
	inArray = 1 << iota
	inRecord
	inRange
	everywhere = inArray | inRecord | inRange
)

// special are the characters that make quotation marks necessary: array_isspace and
// array_out in arrayfuncs.c, record_out in rowtypes.c, range_bound_escape in
// rangetypes.c. The delimiter of an array comes on top.
var special = [256]uint8{
	'"': everywhere, '\\': everywhere,
	' ': everywhere, '\t': everywhere, '\n': everywhere, '\v': everywhere, '\f': everywhere, '\r': everywhere,
	'{': inArray, '}': inArray,
	'(': inRecord | inRange, ')': inRecord | inRange, ',': inRecord | inRange,
	'[': inRange, ']': inRange,
}

// needsQuotes tells whether text has to stand in quotation marks. Empty text does, to
// be told from what is not there.
func needsQuotes(text []byte, in uint8) bool {
	for _, c := range text {
		if special[c]&in != 0 {
			return true
		}
	}
	return len(text) == 0
}

// quote puts dst[start:] between two marks. Marks and backslashes inside it get a
// backslash before them, or with doubled another of themselves.
func (p printer) quote(dst []byte, start int, mark byte, doubled bool) ([]byte, error) {
	more := 2
	for _, c := range dst[start:] {
		if c == mark || c == '\\' {
			more++
		}
	}
	from, to := len(dst)-1, len(dst)+more-1
	if to >= p.limit {
		return dst, ErrTooLarge
	}
	dst = append(dst, make([]byte, more)...)
	dst[to] = mark
	for ; from >= start; from-- {
		c := dst[from]
		to--
		dst[to] = c
		if c == mark || c == '\\' {
			to--
			dst[to] = '\\'
			if doubled {
				dst[to] = c
			}
		}
	}
	dst[start] = mark
	return dst, nil
}
