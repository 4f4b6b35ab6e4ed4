package render

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"slices"
	"unicode/utf8"
)

// An escaper writes text so that it stays on its line and cannot harm a terminal.
type escaper struct {
	flip  uint64                      // eight times what a mark that may be escaped differs from a blank in
	ascii [utf8.RuneSelf]escape       // what stands for the ASCII characters; of no size if nothing does
	other func(r rune) string         // what stands for another one that is unsafe
	wrong func(b byte) (string, bool) // what stands for a byte that is not UTF-8; false if nothing can
}

// An escape is what stands for a character, as a word with the first byte lowest.
type escape struct {
	text uint64
	size int
}

func newEscape(s string) escape {
	var b [word]byte
	return escape{size: copy(b[:], s), text: binary.LittleEndian.Uint64(b[:])}
}

// textEscaper writes for people: \n, \t, \r, \xNN and \u{NNNN}. A backslash is
// doubled, so that nothing is ambiguous. There is no mark: a question mark stands for itself.
var textEscaper = newEscaper('?', map[byte]string{'\n': `\n`, '\t': `\t`, '\r': `\r`, '\\': `\\`}, `\x%02x`,
	func(r rune) string {
		if r < 0x100 {
			return fmt.Sprintf(`\x%02x`, r)
		}
		return fmt.Sprintf(`\u{%04x}`, r)
	},
	func(b byte) (string, bool) { return fmt.Sprintf(`\x%02x`, b), true })

// markedEscaper writes for people what stands between quotation marks.
var markedEscaper = func() *escaper {
	e := *textEscaper
	e.flip = flipOf('\'')
	e.ascii['\''] = newEscape(`\'`)
	return &e
}()

// dataEscaper writes for people what may be text, as long as it is: nothing stands for what
// makes data binary.
var dataEscaper = func() *escaper {
	e := *textEscaper
	for c := range e.ascii {
		if classes[c] == binaryClass {
			e.ascii[c] = escape{}
		}
	}
	e.wrong = func(byte) (string, bool) { return "", false }
	return &e
}()

// jsonEscaper writes the inside of a JSON string.
var jsonEscaper = newEscaper('"', map[byte]string{'\b': `\b`, '\f': `\f`, '\n': `\n`, '\r': `\r`, '\t': `\t`, '"': `\"`, '\\': `\\`}, `\u%04x`,
	func(r rune) string { return fmt.Sprintf(`\u%04x`, r) },
	func(byte) (string, bool) { return "", false })

func newEscaper(mark byte, named map[byte]string, numbered string, other func(rune) string, wrong func(byte) (string, bool)) *escaper {
	e := &escaper{flip: flipOf(mark), other: other, wrong: wrong}
	for c := range e.ascii {
		switch name, ok := named[byte(c)]; {
		case ok:
			e.ascii[c] = newEscape(name)
		case unsafe(rune(c)):
			e.ascii[c] = newEscape(fmt.Sprintf(numbered, c))
		default:
			e.ascii[c] = newEscape(string(rune(c)))
		}
	}
	return e
}

// flipOf returns the flip of a mark, which is one of the 31 characters behind the blank: so it
// makes others of controls.
func flipOf(mark byte) uint64 { return ones * uint64(mark^' ') }

const (
	word    = 8       // bytes looked at in one go
	piece   = 1 << 10 // bytes that room is made for in one go
	longest = 8       // bytes that an ASCII character may become, or a character keep
)

// append appends b. It returns false, and dst with part of b, where b has a byte
// that nothing stands for.
func (e *escaper) append(dst, b []byte) ([]byte, bool) {
	for len(b) > 0 {
		next := b[:min(piece, len(b))]
		dst = slices.Grow(dst, longest*len(next)+2*word)
		done, n := e.words(dst[len(dst):cap(dst)], next)
		if dst, b = dst[:len(dst)+n], b[done:]; done == len(next) {
			continue
		}
		ok := false
		if dst, b, ok = e.characters(dst, b); !ok {
			return dst, false
		}
	}
	return dst, true
}

// characters appends b up to where ASCII begins again, and returns what is behind that. It
// returns false at a byte that nothing stands for.
func (e *escaper) characters(dst, b []byte) (_, rest []byte, ok bool) {
	for beyond := false; len(b) > 0 && !(beyond && b[0] < utf8.RuneSelf); {
		r, size := utf8.DecodeRune(b)
		switch {
		case r < utf8.RuneSelf:
			c := &e.ascii[r]
			if c.size == 0 {
				return dst, b, false
			}
			dst = binary.LittleEndian.AppendUint64(dst, c.text)[:len(dst)+c.size]
		case r == utf8.RuneError && size == 1:
			s, ok := e.wrong(b[0])
			if !ok {
				return dst, b, false
			}
			dst = append(dst, s...)
		case unsafe(r):
			dst = append(dst, e.other(r)...)
		default:
			dst = append(dst, b[:size]...)
		}
		b, beyond = b[size:], beyond || r >= utf8.RuneSelf
	}
	return dst, b, true
}

// words writes b up to the first eight bytes with something among them that is beyond ASCII
// or that nothing stands for, and returns how many it has done of b and how many that makes.
// It goes eight bytes at a time, or up to what is escaped and behind that, because showing
// values is where the time goes. There is room for eight more bytes than that can be.
func (e *escaper) words(to, b []byte) (done, n int) {
	flip := e.flip
	for done <= len(b)-word {
		x := binary.LittleEndian.Uint64(b[done : done+word])
		marks := odd(x, flip)
		binary.LittleEndian.PutUint64(to[n:n+word], x)
		if marks == 0 {
			done += word
			n += word
			continue
		}
		if x&highs != 0 {
			return done, n
		}
		bit := bits.TrailingZeros64(marks) // the highest of a byte
		c := &e.ascii[x>>(bit&^7&63)&0x7f]
		if c.size == 0 {
			return done, n
		}
		at := n + bit/8
		binary.LittleEndian.PutUint64(to[at:at+word], c.text) // behind it comes what is written over
		done += bit/8 + 1
		n = at + c.size
	}
	if done < len(b) {
		x, size := lastWord(b[done:])
		if x&highs != 0 {
			return done, n
		}
		binary.LittleEndian.PutUint64(to[n:n+word], x)
		next, ok := e.word(to, n, x, odd(x, flip))
		if !ok {
			return done, n
		}
		n = next - word + size
	}
	return len(b), n
}

// word writes over the word x, which stands at n, what is escaped of it: the bytes with a
// bit in marks. It returns where the next word belongs, and false where nothing stands for
// one of them.
func (e *escaper) word(to []byte, n int, x, marks uint64) (next int, ok bool) {
	for ; marks != 0; marks &= marks - 1 {
		bit := bits.TrailingZeros64(marks) // the highest of a byte
		c := &e.ascii[x>>(bit&^7&63)&0x7f]
		if c.size == 0 {
			return 0, false
		}
		at := n + bit/8
		binary.LittleEndian.PutUint64(to[at:at+word], c.text)
		at += c.size
		binary.LittleEndian.PutUint64(to[at:at+word], x>>((bit+1)&63)) // behind the last byte comes what is written over
		n += c.size - 1
	}
	return n + word, true
}

// lastWord returns the bytes of b, of which there are fewer than eight and at least one,
// with blanks behind them, and how many they are.
func lastWord(b []byte) (x uint64, size int) {
	size = len(b)
	switch {
	case size >= 4:
		x = uint64(binary.LittleEndian.Uint32(b)) | uint64(binary.LittleEndian.Uint32(b[size-4:]))<<(8*(size-4)&63)
	case size >= 2:
		x = uint64(binary.LittleEndian.Uint16(b)) | uint64(binary.LittleEndian.Uint16(b[size-2:]))<<(8*(size-2)&63)
	default:
		x = uint64(b[0])
	}
	return x | ones*' '<<(8*size&63), size
}

const ones, highs = 0x0101010101010101, 0x8080808080808080

// special returns a word in which the highest bit of a byte is set if one of eight bytes is
// escaped or has a meaning in a list: a control, a quotation mark, a comma, a bracket or a
// backslash, or beyond ASCII. Which byte that is it does not say.
func special(x uint64) uint64 {
	brackets := (x + ones*(0x80-'[')) &^ (x + ones*(0x80-']'-1)) // and the backslash between them
	return ((x ^ ones*('\''^' ')) - ones*(' '+1)) | ((x ^ ones*',') - ones) | brackets | (x + ones) | x
}

// escaped is special for what is escaped in JSON.
func escaped(x uint64) uint64 {
	return ((x ^ ones*('"'^' ')) - ones*(' '+1)) | ((x ^ ones*'\\') - ones) | (x + ones) | x
}

// odd returns a word with the highest bit of each byte of x that may have to be escaped:
// controls and the mark, which the flip makes less than what follows a blank, backslashes
// and DEL. Where something is beyond ASCII it returns not 0.
func odd(x, flip uint64) uint64 {
	return (^(((x ^ flip) + ones*(0x7f-' ')) & ((x ^ ones*'\\') + ones*0x7f)) | (x + ones) | x) & highs
}

// unsafe tells whether a character could change what a terminal shows besides
// itself: controls, and marks that change the direction of writing, join or hide
// characters, or end a line (Unicode TR 36 and TR 55).
func unsafe(r rune) bool {
	switch {
	case r < 0x20, r >= 0x7f && r < 0xa0,
		r == 0x061c, r == 0x200e, r == 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069,
		r == 0x2028, r == 0x2029, r == 0xfeff, r >= 0x200b && r <= 0x200d, r == 0x2060:
		return true
	}
	return false
}

// appendEscaped appends text as people read it.
func appendEscaped(dst, b []byte) []byte {
	dst, _ = textEscaper.append(dst, b)
	return dst
}

// A class says what kinds of characters there are in some bytes.
type class uint8

const (
	binaryClass class = 1 << iota // controls that are not white space
	beyondClass                   // not ASCII
	blankClass                    // blanks
	listClass                     // what has a meaning in a list
	markClass                     // quotation marks
)

var classes = func() (c [256]class) {
	for i := range c {
		switch {
		case i >= utf8.RuneSelf:
			c[i] = beyondClass
		case i < ' ' && i != '\n' && i != '\t' && i != '\r':
			c[i] = binaryClass
		}
	}
	c[' '], c['\''] = blankClass, markClass
	c[','], c['['], c[']'] = listClass, listClass, listClass
	return c
}()

// classOf returns the kinds of characters in b. Data that is not UTF-8 is binary.
func classOf(b []byte) (c class) {
	for _, x := range b {
		c |= classes[x]
	}
	if c&(beyondClass|binaryClass) == beyondClass && !utf8.Valid(b) {
		c |= binaryClass
	}
	return c
}

// isBinary tells whether b has the binaryClass.
func isBinary(b []byte) bool {
	i, controls, beyond := 0, uint64(0), uint64(0)
	for ; i <= len(b)-word; i += word {
		x := binary.LittleEndian.Uint64(b[i : i+word])
		controls, beyond = controls|controlsIn(x), beyond|x
	}
	if i < len(b) {
		x, _ := lastWord(b[i:])
		controls, beyond = controls|controlsIn(x), beyond|x
	}
	return controls != 0 || beyond&highs != 0 && !utf8.Valid(b)
}

// controlsIn returns not 0 if one of eight bytes is a control that is not white space.
func controlsIn(x uint64) uint64 {
	low := x &^ highs
	tabs, cr := low+ones*(0x80-'\t'), low+ones*(0x80-'\r') // the highest bits of what is at least that
	found := ^tabs | (tabs-2*ones)&^cr | (cr-ones)&^(low+ones*(0x80-' '))
	return found &^ x & highs
}

// appendHexValue appends data in PostgreSQL's own form, \x and digits.
func appendHexValue(dst, b []byte) []byte {
	return appendHex(append(dst, '\\', 'x'), b)
}

const hexDigits = "0123456789abcdef"

func appendHex(dst, b []byte) []byte {
	for _, c := range b {
		dst = append(dst, hexDigits[c>>4], hexDigits[c&15])
	}
	return dst
}

func appendSpaces(dst []byte, n int) []byte {
	const blanks = "                                "
	for ; n > len(blanks); n -= len(blanks) {
		dst = append(dst, blanks...)
	}
	return append(dst, blanks[:max(n, 0)]...)
}
