// Package sql reads as much of PostgreSQL's SQL as it takes to tell statements
// apart and to recognise those that name prepared statements. It follows the
// server's lexical rules (the chapter "SQL Syntax", section "Lexical Structure", of
// the manual) and knows no grammar: what a statement means is not its business.
//
// The text may be in any client_encoding whose bytes of ASCII are ASCII. Nothing is
// copied, no text is an error, and what ends early ends with the text.
package sql

import "bytes"

// A Kind is what a [Token] is.
type Kind uint8

const (
	// End is the end of the text.
	End Kind = iota
	// Word is a keyword or an identifier without quotation marks.
	Word
	// Quoted is an identifier in double quotes, also one with U& before it.
	Quoted
	// String is a constant in single quotes or in dollar quotes, with what may
	// stand before it: E, B, X, N or U&.
	String
	// Number is a numeric constant, without a sign.
	Number
	// Parameter is one of a prepared statement or a function, such as $1.
	Parameter
	// Symbol is any other character: punctuation, or an operator's.
	Symbol
)

// A Token is a piece of SQL: text[Start:End].
type Token struct {
	Kind       Kind
	Start, End int
}

// A Lexer cuts a text into tokens and goes over white space and comments. The zero
// value with a Text reads it from the beginning.
type Lexer struct {
	Text []byte
	// Backslashes says that a backslash escapes in every string, as it does with
	// standard_conforming_strings = off, and not only in those with E before them.
	Backslashes bool

	pos int
}

// Next returns the next token, at the end of the text one of the kind End.
func (l *Lexer) Next() Token {
	l.skip()
	t := Token{Kind: Symbol, Start: l.pos}
	switch c := l.at(0); {
	case l.pos >= len(l.Text):
		t.Kind = End
	case c == '\'':
		t.Kind = String
		l.quoted('\'', l.Backslashes)
	case c == '"':
		t.Kind = Quoted
		l.quoted('"', false)
	case c == '$' && l.dollar():
		t.Kind = String
	case c == '$' && digit(l.at(1)):
		t.Kind = Parameter
		l.digits(l.pos + 1)
	case digit(c), c == '.' && digit(l.at(1)):
		t.Kind = Number
		l.number()
	case begins(c):
		t.Kind = l.word(c)
	default:
		l.pos++
	}
	t.End = l.pos
	return t
}

// at returns the byte so far ahead, 0 behind the end.
func (l *Lexer) at(ahead int) byte {
	if i := l.pos + ahead; i < len(l.Text) {
		return l.Text[i]
	}
	return 0
}

// skip goes over white space and comments, which may be nested.
func (l *Lexer) skip() {
	for l.pos < len(l.Text) {
		switch c := l.Text[l.pos]; {
		case space(c):
			l.pos++
		case c == '-' && l.at(1) == '-':
			if n := bytes.IndexAny(l.Text[l.pos:], "\r\n"); n >= 0 {
				l.pos += n
			} else {
				l.pos = len(l.Text)
			}
		case c == '/' && l.at(1) == '*':
			l.comment()
		default:
			return
		}
	}
}

// comment goes over a comment that begins with a slash and a star.
func (l *Lexer) comment() {
	depth := 0
	for l.pos < len(l.Text) {
		switch c := l.Text[l.pos]; {
		case c == '/' && l.at(1) == '*':
			depth++
			l.pos += 2
		case c == '*' && l.at(1) == '/':
			depth--
			l.pos += 2
			if depth == 0 {
				return
			}
		default:
			l.pos++
		}
	}
	l.pos = len(l.Text)
}

// word goes over a word that begins with c, or a string or quoted identifier that
// has c before it.
func (l *Lexer) word(c byte) Kind {
	switch next := l.at(1); {
	case next == '\'' && (c|0x20 == 'e' || c|0x20 == 'b' || c|0x20 == 'x' || c|0x20 == 'n'):
		l.pos++
		l.quoted('\'', c|0x20 == 'e' || l.Backslashes && c|0x20 == 'n')
		return String
	case c|0x20 == 'u' && next == '&' && l.at(2) == '\'':
		l.pos += 2
		l.quoted('\'', false)
		return String
	case c|0x20 == 'u' && next == '&' && l.at(2) == '"':
		l.pos += 2
		l.quoted('"', false)
		return Quoted
	}
	for l.pos++; l.pos < len(l.Text) && continues(l.Text[l.pos]); l.pos++ {
	}
	return Word
}

// quoted goes over what stands between two of the mark; twice the mark is one
// inside. With backslashes, what follows one does not end it.
func (l *Lexer) quoted(mark byte, backslashes bool) {
	for l.pos++; l.pos < len(l.Text); l.pos++ {
		switch c := l.Text[l.pos]; {
		case c == '\\' && backslashes:
			l.pos++
		case c == mark && l.at(1) == mark:
			l.pos++
		case c == mark:
			l.pos++
			return
		}
	}
	l.pos = len(l.Text)
}

// number goes over a numeric constant: an integer in whatever base, or one with a point,
// with an exponent, or with both.
func (l *Lexer) number() {
	if base := l.at(1) | 0x20; l.at(0) == '0' && (base == 'x' || base == 'o' || base == 'b') {
		for l.pos++; l.pos < len(l.Text) && continues(l.Text[l.pos]); l.pos++ {
		}
		return
	}
	l.digits(l.pos)
	if l.at(0) == '.' {
		l.digits(l.pos + 1)
	}
	exponent := 1
	if sign := l.at(1); sign == '+' || sign == '-' {
		exponent = 2
	}
	if l.at(0)|0x20 == 'e' && digit(l.at(exponent)) {
		l.digits(l.pos + exponent)
	}
}

// digits goes over those that begin there, and underscores between them.
func (l *Lexer) digits(from int) {
	for l.pos = from; l.pos < len(l.Text) && (digit(l.Text[l.pos]) || l.Text[l.pos] == '_'); l.pos++ {
	}
}

// dollar goes over a string in dollar quotes, such as $$…$$ or $tag$…$tag$, and
// tells whether there is one: $1 is none.
func (l *Lexer) dollar() bool {
	rest := l.Text[l.pos:]
	n := 1
	for n < len(rest) && continues(rest[n]) && rest[n] != '$' {
		n++
	}
	if n == len(rest) || rest[n] != '$' || n > 1 && !begins(rest[1]) {
		return false
	}
	mark := rest[:n+1]
	if end := bytes.Index(rest[len(mark):], mark); end >= 0 {
		l.pos += end + 2*len(mark)
	} else {
		l.pos = len(l.Text)
	}
	return true
}

func space(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

// begins tells whether a word may begin so, continues whether it may go on so. All
// beyond ASCII are letters.
func begins(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c >= 0x80
}

func continues(c byte) bool { return begins(c) || digit(c) || c == '$' }

func digit(c byte) bool { return c >= '0' && c <= '9' }
