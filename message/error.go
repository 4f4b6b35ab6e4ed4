package message

import (
	"fmt"
	"strings"
)

// A Reason says what is wrong with a message. It is an error itself, so that
// errors.Is(err, message.Truncated) asks an [*Error] for it.
type Reason uint8

const (
	_ Reason = iota
	// Truncated: the body ends before the field does.
	Truncated
	// Trailing: bytes follow the last field.
	Trailing
	// Unterminated: a string or list lacks its terminating zero byte.
	Unterminated
	// BadCount: a count promises more elements than the body has bytes for.
	BadCount
	// BadLength: a length word is negative or over the limit of its message.
	BadLength
	// BadValue: a byte or code that the manual does not give a meaning.
	BadValue
	// BadType: a type byte or request code that no message has.
	BadType
	// EmbeddedZero: a string to be encoded has a zero byte inside.
	EmbeddedZero
	// EmptyName: an element to be encoded would end its list early.
	EmptyName
	// TooMany: a list has more elements than a count of 16 bits can say.
	TooMany
	// TooLong: a message to be encoded is longer than its length word may say.
	TooLong
)

var reasons = [...]string{
	Truncated:    "message ends early",
	Trailing:     "bytes follow the last field",
	Unterminated: "terminating zero byte is missing",
	BadCount:     "count is larger than the rest of the message",
	BadLength:    "length is not possible here",
	BadValue:     "value has no meaning here",
	BadType:      "no such message",
	EmbeddedZero: "string contains a zero byte",
	EmptyName:    "empty name would end the list",
	TooMany:      "list is too long to be counted",
	TooLong:      "message is too long",
}

// Error returns the reason in words.
func (r Reason) Error() string { return reasons[r] }

// An Error says what could not be decoded or encoded, where and why.
type Error struct {
	Reason Reason
	Kind   Kind
	Side   Side   // who sent it; 0 where nobody said
	Field  string // path to the field, such as "columns[3].name"; empty for the message as a whole
	Offset int64  // of the offending byte: in the body, or in the stream where package decode returns it
	Value  int64  // the count, length or byte that was found; for Trailing the number of bytes
}

// Error returns one line, such as
// "backend RowDescription.columns[0].format at byte 25: message ends early".
func (e *Error) Error() string {
	var b strings.Builder
	if e.Side != 0 {
		b.WriteString(e.Side.String() + " ")
	}
	if e.Kind == KindUnknown {
		b.WriteString("message")
	} else {
		b.WriteString(e.Kind.String())
	}
	if e.Field != "" {
		b.WriteString("." + e.Field)
	}
	fmt.Fprintf(&b, " at byte %d: %s", e.Offset, e.Detail())
	return b.String()
}

// Detail returns the reason with the value that was found, without the place.
func (e *Error) Detail() string {
	switch e.Reason {
	case BadCount, BadLength, TooMany, TooLong:
		return fmt.Sprintf("%s: %d", e.Reason, e.Value)
	case BadValue, BadType:
		return fmt.Sprintf("%s: %#02x", e.Reason, e.Value)
	case Trailing:
		return fmt.Sprintf("%d %s", e.Value, e.Reason)
	}
	return e.Reason.Error()
}

// Unwrap returns the Reason, for errors.Is.
func (e *Error) Unwrap() error { return e.Reason }

// under puts element i of the list that is being walked before the path.
func (e *Error) under(list string, i int) {
	path := fmt.Sprintf("%s[%d]", list, i)
	if e.Field != "" {
		path += "." + e.Field
	}
	e.Field = path
}
