package sql

import (
	"bytes"
	"slices"
	"strconv"
)

// Normalise appends a statement to dst as it is but for its constants, so that those
// which differ in nothing else are the same text. It follows pg_stat_statements (the
// chapter of that name in the manual), but by the words of a statement and not by its
// parse tree:
//
//   - Constants and parameters become $1, $2 … in the order in which they stand.
//   - A list of several behind IN, or in ARRAY[…], becomes ($1, ...), and so do the rows of
//     VALUES, and of IN, behind the first one, whatever is in them.
//   - Names of savepoints, cursors and prepared statements, which programs count up, become
//     parameters where the statement does nothing but manage these.
//   - Words are in lower case; white space and comments are one blank, or nothing at the
//     ends; so is a semicolon at the end.
//
// Normalised once more, the text stays as it is.
func Normalise(dst, text []byte, backslashes bool) []byte {
	n := normaliser{Lexer: Lexer{Text: text, Backslashes: backslashes}, out: dst, start: len(dst)}
	for t := n.Next(); t.Kind != End; t = n.Next() {
		n.take(t)
	}
	return n.out[:n.start+len(bytes.TrimRight(n.out[n.start:], "; "))]
}

// A normaliser reads a statement token by token.
type normaliser struct {
	Lexer
	out          []byte
	start        int // of what is ours in out
	placeholders int

	end   int    // of the token before, in Text
	last  Kind   // of that; Parameter of all that has become one
	word  []byte // the token before, in lower case, if that is a word
	value bool   // a value may come next, so that a sign is one of a constant

	names []string // the words behind which names stand
	depth int      // of parentheses
	among bool     // the token before is the parenthesis behind IN
	rows  []int    // the depths of the rows of VALUES and IN that have begun
}

// valueWords are words behind which a value stands, if there is no operator or comma
// before it.
var valueWords = map[string]bool{
	"all": true, "and": true, "between": true, "by": true, "case": true, "else": true, "having": true, "ilike": true,
	"like": true, "limit": true, "offset": true, "on": true, "or": true, "returning": true, "select": true, "then": true,
	"to": true, "values": true, "when": true, "where": true,
}

// managing are the statements about savepoints, cursors and prepared statements by their
// first word, with the words behind which names stand.
var managing = map[string][]string{
	"savepoint":  {"savepoint"},
	"release":    {"release", "savepoint"},
	"rollback":   {"to", "savepoint"},
	"deallocate": {"deallocate", "prepare"},
	"declare":    {"declare"},
	"fetch":      {"from", "in"},
	"move":       {"from", "in"},
	"close":      {"close"},
}

func (n *normaliser) take(t Token) {
	text := n.Text[t.Start:t.End]
	switch t.Kind {
	case String, Number, Parameter:
		n.placeholder(t)
	case Word:
		n.takeWord(t)
	case Quoted:
		if n.isName(text) {
			n.placeholder(t)
		} else {
			n.put(t, text)
		}
	case Symbol:
		if next := n.Lexer; n.value && (text[0] == '-' || text[0] == '+') && next.Next().Kind == Number {
			n.Lexer = next
			n.placeholder(Token{Number, t.Start, n.pos})
			return
		}
		n.takeSymbol(t, text)
	}
}

// takeWord takes a keyword, a name, or a constant that is a keyword.
func (n *normaliser) takeWord(t Token) {
	text := n.Text[t.Start:t.End]
	if n.isName(text) || n.value && isConstant(text) {
		n.placeholder(t)
		return
	}
	first := len(n.out) == n.start
	n.put(t, text)
	n.word = n.out[len(n.out)-len(text):]
	for i, c := range n.word {
		if c >= 'A' && c <= 'Z' {
			n.word[i] = c | 0x20
		}
	}
	n.value = valueWords[string(n.word)]
	if first {
		n.names = managing[string(n.word)]
	}
	switch string(n.word) {
	case "in":
		n.list(" (", ')')
	case "array":
		n.list("[", ']')
	}
}

// isName tells whether a word is a name that a program may count up.
func (n *normaliser) isName(word []byte) bool {
	follows := func(w []byte) bool {
		return slices.ContainsFunc(n.names, func(name string) bool { return Is(w, name) })
	}
	return n.names != nil && n.word != nil && follows(n.word) && !follows(word) && !Is(word, "all")
}

func isConstant(word []byte) bool { return Is(word, "null") || Is(word, "true") || Is(word, "false") }

// takeSymbol takes punctuation, or a character of an operator.
func (n *normaliser) takeSymbol(t Token, text []byte) {
	isRow, behindIn := n.among || string(n.word) == "values", string(n.word) == "in"
	n.put(t, text)
	n.value = text[0] != ')' && text[0] != ']' && text[0] != '.'
	switch text[0] {
	case '(':
		n.depth++
		n.among = behindIn
		if isRow {
			n.rows = append(n.rows, n.depth)
		}
	case ')':
		n.depth--
		if last := len(n.rows) - 1; last >= 0 && n.rows[last] > n.depth {
			n.rows = n.rows[:last]
			n.skipRows()
		}
	}
}

// put puts down a token as it is.
func (n *normaliser) put(t Token, text []byte) {
	n.blank(t, t.Kind != Symbol && n.last == Parameter)
	n.out = append(n.out, text...)
	n.passed(t.Kind)
}

// placeholder puts down a parameter in the place of a token. What it stood next to
// without a blank must not become one token with it.
func (n *normaliser) placeholder(t Token) {
	n.blank(t, n.last != Symbol || n.out[len(n.out)-1] == '$')
	n.placeholders++
	n.out = strconv.AppendInt(append(n.out, '$'), int64(n.placeholders), 10)
	n.passed(Parameter)
}

// blank puts a blank before a token that has one before it, or is to have one.
func (n *normaliser) blank(t Token, always bool) {
	if len(n.out) > n.start && (always || t.Start > n.end) {
		n.out = append(n.out, ' ')
	}
}

// passed goes on behind what was put down.
func (n *normaliser) passed(k Kind) {
	n.end, n.last, n.word, n.value, n.among = n.pos, k, nil, false, false
}

// list takes a list of several constants or parameters, if that is what comes next.
func (n *normaliser) list(open string, closing byte) {
	l := n.Lexer
	if t := l.Next(); t.Kind != Symbol || l.Text[t.Start] != open[len(open)-1] {
		return
	}
	elements, more := 0, true
	for more {
		some, last := l.element(closing)
		if some == 0 {
			return
		}
		elements += some
		more = !last
	}
	if elements < 2 {
		return
	}
	n.Lexer = l
	n.out = append(n.out, open...)
	n.placeholders++
	n.out = strconv.AppendInt(append(n.out, '$'), int64(n.placeholders), 10)
	n.out = append(append(n.out, ", ..."...), closing)
	n.passed(Symbol)
}

// element goes over an element of a list, and what ends it. It returns how many there
// are, 0 if it is no constant, 2 for the rest of a list that is normalised, and whether
// it is the last one.
func (l *Lexer) element(closing byte) (elements int, last bool) {
	symbol := func(t Token, c byte) bool { return t.Kind == Symbol && l.Text[t.Start] == c }
	ends := func(t Token) bool { return t.Kind == End || symbol(t, ';') }
	t := l.Next()
	if symbol(t, '-') || symbol(t, '+') {
		if t = l.Next(); t.Kind != Number {
			return 0, false
		}
	}
	switch {
	case t.Kind == String, t.Kind == Number, t.Kind == Parameter, t.Kind == Word && isConstant(l.Text[t.Start:t.End]):
		elements = 1
	case symbol(t, '.') && symbol(l.Next(), '.') && symbol(l.Next(), '.'):
		elements = 2
	case ends(t): // it was cut off
		return 1, true
	default:
		return 0, false
	}
	for t = l.Next(); symbol(t, ':'); t = l.Next() { // a cast
		if !symbol(l.Next(), ':') || l.Next().Kind != Word {
			return 0, false
		}
	}
	last = symbol(t, closing) || ends(t)
	if !last && !symbol(t, ',') {
		return 0, false
	}
	return elements, last
}

// skipRows goes over the rows behind the first one.
func (n *normaliser) skipRows() {
	l := n.Lexer
	is := func(t Token, c byte) bool { return t.Kind == Symbol && l.Text[t.Start] == c }
	some := false
	for is(l.Next(), ',') && is(l.Next(), '(') {
		for depth := 1; depth > 0; {
			switch t := l.Next(); {
			case is(t, '('):
				depth++
			case is(t, ')'):
				depth--
			case t.Kind == End:
				depth = 0
			}
		}
		n.Lexer, some = l, true
	}
	if some {
		n.out = append(n.out, ", ..."...)
		n.passed(Symbol)
	}
}
