package filter

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// A token is a piece of an expression.
type token struct {
	kind   tokenKind
	text   string // as it was written; of a keyword with several spellings, the first
	offset int    // in the expression
	number uint32 // of a number
	match  int    // of a parenthesis, the index of the token that matches it
}

type tokenKind uint8

const (
	tokenEnd      tokenKind = iota // of the expression
	tokenKeyword                   // a word of the language, or an operator
	tokenNumber                    // 5432, 0x1538, tcp-syn
	tokenIPv4                      // 10.1, 192.0.2.1
	tokenIPv6                      // 2001:db8::1
	tokenEthernet                  // 02:00:5e:10:00:01
	tokenName                      // anything else that begins with a letter or a digit
)

// String returns how the token is called in an error.
func (t token) String() string {
	if t.kind == tokenEnd {
		return "the end"
	}
	return strconv.Quote(t.text)
}

// A failure is what the lexer, the parser and the generator panic with, to leave
// all functions that are at work. Parse and Compile recover it.
type failure struct {
	offset  int
	message string
}

func fail(offset int, format string, args ...any) {
	panic(failure{offset, fmt.Sprintf(format, args...)})
}

// lex cuts an expression into tokens, the last of which is its end.
//
// Like the lexer of libpcap it takes the longest piece that may be a token. A
// word may have hyphens in it, so that len-1 is a word, and none that is known.
func lex(expression string) []token {
	var tokens []token
	var open []int // the parentheses and brackets that are not closed
	for at := 0; ; {
		rest := strings.TrimLeft(expression[at:], " \t\r\n")
		at = len(expression) - len(rest)
		if rest == "" {
			if len(open) > 0 {
				t := tokens[open[len(open)-1]]
				fail(t.offset, "%s is not closed", t)
			}
			return append(tokens, token{kind: tokenEnd, offset: at})
		}
		t, size := next(rest, at)
		t.offset = at
		at += size
		switch t.text {
		case "(", "[":
			open = append(open, len(tokens))
		case ")", "]":
			if len(open) == 0 || closing[tokens[open[len(open)-1]].text] != t.text {
				fail(t.offset, "%s closes nothing", t)
			}
			t.match = open[len(open)-1]
			open = open[:len(open)-1]
			tokens[t.match].match = len(tokens)
		}
		tokens = append(tokens, t)
	}
}

var closing = map[string]string{"(": ")", "[": "]"}

// next returns the token at the beginning of s, and its size.
func next(s string, at int) (token, int) {
	if size := addressSize(s); size > 0 {
		if address := s[:size]; isEthernet(address) {
			return token{kind: tokenEthernet, text: address}, size
		} else if a, err := netip.ParseAddr(address); err == nil && a.Is6() {
			return token{kind: tokenIPv6, text: address}, size
		}
	}
	if s[0] == '\\' {
		size := 1
		for size < len(s) && !strings.ContainsRune(" !()\n\t", rune(s[size])) {
			size++
		}
		if size == 1 {
			fail(at, "a word is missing behind the backslash")
		}
		return token{kind: tokenName, text: s[1:size]}, size
	}
	if size := wordSize(s); size > 0 {
		return word(s[:size], at), size
	}
	for _, operator := range operators {
		if strings.HasPrefix(s, operator) {
			return token{kind: tokenKeyword, text: spelling(operator)}, len(operator)
		}
	}
	r := []rune(s)[0]
	fail(at, "%q has no meaning here", string(r))
	return token{}, 0
}

// operators are what is not a word; of two that begin alike, the longer comes first.
var operators = []string{
	"&&", "||", "!=", "==", "<=", ">=", "<<", ">>",
	"!", "=", "<", ">", "+", "-", "*", "/", "%", "&", "|", "^", "(", ")", "[", "]", ":",
}

// wordSize returns how long the word at the beginning of s is. It does not end
// with a hyphen or an underscore.
func wordSize(s string) int {
	size := 0
	for size < len(s) && (isAlphanumeric(s[size]) || strings.IndexByte("-_.", s[size]) >= 0) {
		size++
	}
	if size == 0 || !isAlphanumeric(s[0]) {
		return 0
	}
	return len(strings.TrimRight(s[:size], "-_"))
}

// addressSize returns how many characters at the beginning of s may belong to an
// address of Ethernet or of IPv6.
func addressSize(s string) int {
	size := 0
	for size < len(s) && (isAlphanumeric(s[size]) || strings.IndexByte(":-.", s[size]) >= 0) {
		size++
	}
	return size
}

func isAlphanumeric(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// word tells what a word is.
func word(s string, at int) token {
	if value, ok := constantNames[s]; ok {
		return token{kind: tokenNumber, text: s, number: value}
	}
	if isKeyword(s) {
		return token{kind: tokenKeyword, text: spelling(s)}
	}
	if isNumber(s) {
		return token{kind: tokenNumber, text: s, number: parseNumber(s, at)}
	}
	if isDotted(s) {
		return token{kind: tokenIPv4, text: s}
	}
	return token{kind: tokenName, text: s}
}
