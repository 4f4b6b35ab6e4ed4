package filter

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// An Error says what is wrong with an expression, and where.
type Error struct {
	Expression string
	Offset     int    // the byte of the expression at which the place begins
	Message    string // what is wrong
}

// Error returns one line: what is wrong, the place, and the expression.
func (e *Error) Error() string { return e.before() + flat(e.Expression) }

// Caret returns a line to write under that of Error: it marks the place.
func (e *Error) Caret() string {
	column := utf8.RuneCountInString(e.before()) + e.column() - 1
	return strings.Repeat(" ", column) + "^"
}

// before returns what Error writes before the expression.
func (e *Error) before() string {
	return fmt.Sprintf("filter: %s at column %d: ", e.Message, e.column())
}

// column returns which character of the expression the place is, from 1 on.
func (e *Error) column() int {
	return utf8.RuneCountInString(e.Expression[:e.Offset]) + 1
}

// flat replaces what would not take one column of a line.
func flat(expression string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, expression)
}
