package filter

import (
	"fmt"
	"strings"
	"unicode"
)

// An Error says what is wrong with an expression, and where.
type Error struct {
	Expression string
	Offset     int    // the byte of the expression at which the place begins
	Message    string // what is wrong, and what to do
}

// Error returns one line. [Error.Marked] shows the place.
func (e *Error) Error() string {
	return fmt.Sprintf("filter %q, column %d: %s", e.Expression, len(e.before())+1, e.Message)
}

// Marked returns two indented lines: the expression, and a mark under the place. Of
// a long expression it has what is around the place.
func (e *Error) Marked() string {
	const around = 60 // characters
	before, after := e.before(), visible(e.Expression[e.Offset:])
	if len(before) > around {
		before = append([]rune("..."), before[len(before)-around:]...)
	}
	if len(after) > around {
		after = append(after[:around], []rune("...")...)
	}
	const indent = "  "
	return indent + string(before) + string(after) + "\n" + indent + strings.Repeat(" ", len(before)) + "^"
}

// before is what comes before the place.
func (e *Error) before() []rune { return visible(e.Expression[:e.Offset]) }

// visible returns the characters of a text, and spaces for those that would not
// take one column of a line.
func visible(text string) []rune {
	characters := []rune(text)
	for i, r := range characters {
		if !unicode.IsPrint(r) {
			characters[i] = ' '
		}
	}
	return characters
}
