package session

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Selection says which statements somebody wants to see: those that all of its
// conditions hold for. The zero value wants all.
type Selection struct {
	Slower       time.Duration    // took at least so long; 0 for any
	Errors       bool             // ended by an error
	SQLStates    []string         // by an error with one of these codes, or of these classes (the first two characters)
	Rows         []*Comparison    // how many rows: all of these hold
	Bigger       int64            // took at least so many bytes on the wire
	Users        []string         // run by one of these
	Databases    []string         // in one of these
	Applications []string         // by one of these
	SQL          []*regexp.Regexp // what the SQL, or that of the prepared statement it executes, matches: all of these
}

// Narrow tells whether there is any condition.
func (c *Selection) Narrow() bool {
	return c.Slower > 0 || c.Errors || c.Bigger > 0 ||
		len(c.SQLStates)+len(c.Rows)+len(c.Users)+len(c.Databases)+len(c.Applications)+len(c.SQL) > 0
}

// Wants tells whether the conditions hold for a statement.
func (c *Selection) Wants(s *Statement) bool {
	if c.Slower > 0 {
		if took, ok := s.Took(); !ok || took < int64(c.Slower) {
			return false
		}
	}
	for _, r := range c.Rows {
		if !r.holds(s.Rows()) {
			return false
		}
	}
	for _, e := range c.SQL {
		if !(s.SQL != nil && e.Match(s.SQL) || s.Prepared != nil && e.Match(s.Prepared)) {
			return false
		}
	}
	return (!c.Errors || s.Error != nil) &&
		(len(c.SQLStates) == 0 || s.Error != nil && slices.ContainsFunc(c.SQLStates, s.SQLState.in)) &&
		s.Bytes() >= c.Bigger &&
		has(c.Users, s.Login.User) && has(c.Databases, s.Login.Database) && has(c.Applications, s.Login.Application)
}

// in tells whether the code is that one, or of that class.
func (s SQLState) in(code string) bool {
	return strings.EqualFold(s.String(), code) || len(code) == 2 && strings.EqualFold(string(s[:2]), code)
}

// has tells whether the list has the name, or is empty.
func has(list []string, name string) bool { return len(list) == 0 || slices.Contains(list, name) }

// A Comparison is a condition on a number.
type Comparison struct {
	operator string
	number   int64
}

// operators are those of a Comparison; the longer ones come first.
var operators = []string{">=", "<=", "!=", ">", "<", "="}

// ParseComparison reads a comparison such as ">1000"; a number alone stands for
// "=". The error says what is wrong.
func ParseComparison(text string) (*Comparison, error) {
	c := Comparison{operator: "="}
	digits := text
	for _, o := range operators {
		if rest, ok := strings.CutPrefix(text, o); ok {
			c.operator, digits = o, rest
			break
		}
	}
	n, err := strconv.ParseInt(strings.TrimSpace(digits), 10, 64)
	if err != nil || n < 0 {
		return nil, fmt.Errorf("%q is no comparison such as >1000, <=10 or 0", text)
	}
	c.number = n
	return &c, nil
}

func (c *Comparison) holds(n int64) bool {
	switch c.operator {
	case ">":
		return n > c.number
	case ">=":
		return n >= c.number
	case "<":
		return n < c.number
	case "<=":
		return n <= c.number
	case "!=":
		return n != c.number
	}
	return n == c.number
}
