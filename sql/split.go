package sql

import "bytes"

// Next cuts the first statement off a Query: it returns where it begins, and what
// is behind it. A statement is what stands between semicolons, without white space
// around it. Those of nothing but white space and comments are none, as for the
// server; the statement is nil where there is none left.
//
// A semicolon in parentheses (CREATE RULE) or in the body of a function that is
// written in SQL itself (BEGIN ATOMIC … END) separates nothing.
func Next(text []byte, backslashes bool) (statement, rest []byte) {
	l := Lexer{Text: text, Backslashes: backslashes}
	s := splitter{text: text}
	for {
		t := l.Next()
		switch {
		case t.Kind != End && !s.separates(t):
			s.take(t)
		case s.begun:
			return text[s.start:s.end:s.end], text[t.End:]
		case t.Kind == End:
			return nil, nil
		}
	}
}

// A splitter knows how deep in a statement it is.
type splitter struct {
	text       []byte
	begun      bool
	start, end int // of the statement so far

	words       int  // at its beginning, while they are those of CREATE OR REPLACE FUNCTION
	routine     bool // they were
	parentheses int
	blocks      int // BEGIN and CASE without their END, in a routine
}

func (s *splitter) separates(t Token) bool {
	return t.Kind == Symbol && s.text[t.Start] == ';' && s.parentheses <= 0 && s.blocks <= 0
}

// routineHead are the words that a statement with a body in SQL begins with, each
// with its place; OR REPLACE may be left out.
var routineHead = [][]string{{"create"}, {"or", "function", "procedure"}, {"replace"}, {"function", "procedure"}}

func (s *splitter) take(t Token) {
	if !s.begun {
		s.begun, s.start = true, t.Start
	}
	s.end = t.End
	switch text := s.text[t.Start:t.End]; {
	case t.Kind == Symbol && text[0] == '(':
		s.parentheses++
	case t.Kind == Symbol && text[0] == ')':
		s.parentheses--
	case t.Kind == Word && s.routine && s.parentheses == 0:
		switch {
		case Is(text, "begin"), s.blocks > 0 && Is(text, "case"):
			s.blocks++
		case s.blocks > 0 && Is(text, "end"):
			s.blocks--
		}
	case !s.routine && s.words < len(routineHead):
		s.head(t.Kind, text)
	}
}

// head takes a token at the beginning of a statement.
func (s *splitter) head(k Kind, text []byte) {
	for _, w := range routineHead[s.words] {
		if k == Word && Is(text, w) {
			s.words++
			s.routine = w == "function" || w == "procedure"
			return
		}
	}
	s.words = len(routineHead)
}

// Several tells whether a text may hold more than one statement. It looks for a
// semicolon before the end, which is cheap, and says no to nearly all.
func Several(text []byte) bool {
	i := bytes.IndexByte(text, ';')
	if i < 0 {
		return false
	}
	for _, c := range text[i:] {
		if c != ';' && !space(c) {
			return true
		}
	}
	return false
}

// Is tells whether a word is the keyword, which is in lower case.
func Is(word []byte, keyword string) bool {
	if len(word) != len(keyword) {
		return false
	}
	for i, c := range word {
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		if c != keyword[i] {
			return false
		}
	}
	return true
}
