package filter

import (
	"slices"
	"strconv"
	"strings"
)

// maxDepth is how deep parentheses may be nested, and `not` and `-` repeated.
const maxDepth = 1000

// A parser makes a tree of the tokens of an expression, by the grammar of
// libpcap. The hard part of that are the words that inherit the qualifiers of
// the primitive before them, as 443 in `tcp port 80 or 443`: they may stand only
// behind `and`, `or` and qualifiers, and in parentheses only with their like.
type parser struct {
	tokens []token
	at     int
	depth  int
}

func (p *parser) peek() token { return p.tokens[p.at] }

func (p *parser) next() token {
	t := p.tokens[p.at]
	if t.kind != tokenEnd {
		p.at++
	}
	return t
}

// is tells whether the next token is a keyword or an operator with this text.
func (t token) is(text string) bool { return t.kind == tokenKeyword && t.text == text }

// accept goes over the next token if it is the keyword or the operator.
func (p *parser) accept(text string) bool {
	if !p.peek().is(text) {
		return false
	}
	p.at++
	return true
}

func (p *parser) expect(text string) {
	if t := p.peek(); !p.accept(text) {
		p.unexpected(t, strconv.Quote(text))
	}
}

// unexpected fails because of a token, and says what is needed in its place.
func (p *parser) unexpected(t token, needed string) {
	reason, known := unsupported[t.text]
	switch {
	case t.kind == tokenEnd:
		fail(t.offset, "the filter ends where it needs %s", needed)
	case t.kind == tokenKeyword && known:
		fail(t.offset, "%s is not supported: %s", t, reason)
	case t.kind == tokenKeyword && slices.Contains(unread, t.text):
		fail(t.offset, "%s is not supported: it is about headers that are not read", t)
	case t.kind == tokenName && strings.Contains(t.text, "-"):
		fail(t.offset, "unknown word %s; a minus needs spaces around it", t)
	case t.kind == tokenName:
		fail(t.offset, "unknown word %s", t)
	}
	fail(t.offset, "%s stands where the filter needs %s", t, needed)
}

// deeper notes that one more function is at work for what is nested. The function
// that it returns notes the end of that.
func (p *parser) deeper() func() {
	p.depth++
	if p.depth > maxDepth {
		fail(p.peek().offset, "the expression is nested too deep")
	}
	return func() { p.depth-- }
}

// parse reads the whole expression. An empty one has no tree.
func (p *parser) parse() expression {
	if p.peek().kind == tokenEnd {
		return nil
	}
	e, _ := p.expression(qualifiers{})
	if t := p.peek(); t.kind != tokenEnd {
		p.unexpected(t, "and, or, or its end")
	}
	return e
}

// expression reads terms with and and or between them, which bind alike. It
// returns the qualifiers that a word after them inherits, given those from before.
func (p *parser) expression(before qualifiers) (expression, qualifiers) {
	e, q := p.term(before)
	for p.peek().is("and") || p.peek().is("or") {
		operator := p.next()
		var right expression
		if p.atWord(p.at) {
			right = p.word(q)
		} else {
			right, q = p.term(q)
		}
		e = connect(operator, e, right)
	}
	return e, q
}

func connect(operator token, left, right expression) expression {
	if operator.text == "and" {
		return conjunction{left, right}
	}
	return disjunction{left, right}
}

// term reads what may stand at the beginning of an expression.
func (p *parser) term(before qualifiers) (expression, qualifiers) {
	defer p.deeper()()
	switch t := p.peek(); {
	case t.is("not"):
		p.next()
		e, q := p.term(before)
		return negation{e}, q
	case p.atArithmetic():
		return p.relation(), qualifiers{}
	case t.is("("):
		p.next()
		e, _ := p.expression(before)
		p.expect(")")
		return e, before
	default:
		return p.primitive()
	}
}

// atWord tells whether a word that inherits qualifiers begins at a token, or
// several of them, in parentheses or negated.
func (p *parser) atWord(at int) bool {
	for {
		switch t := p.tokens[at]; {
		case t.is("not"):
			at++
		case t.is("("):
			if operates(p.tokens[t.match+1]) {
				return false
			}
			at++
		default:
			return t.kind == tokenNumber && !operates(p.tokens[at+1]) || t.kind > tokenNumber
		}
	}
}

// word reads a word that inherits qualifiers, or several in parentheses.
func (p *parser) word(q qualifiers) expression {
	defer p.deeper()()
	if p.accept("not") {
		return negation{p.word(q)}
	}
	if n, ok := p.number(); ok {
		return q.number(n)
	}
	if !p.accept("(") {
		return p.identifier(q)
	}
	var e expression
	if n, ok := p.number(); ok {
		e = q.number(n)
	} else if t := p.peek(); t.is("not") {
		e = p.word(q)
	} else {
		e = p.identifier(q)
	}
	for !p.accept(")") {
		operator := p.next()
		if !operator.is("and") && !operator.is("or") {
			p.unexpected(operator, "and, or, or a closing parenthesis")
		}
		e = connect(operator, e, p.word(q))
	}
	return e
}

// number reads a number, which may be in parentheses, if one comes next.
func (p *parser) number() (n token, ok bool) {
	first := p.at
	for at := first; ; at++ {
		switch t := p.tokens[at]; {
		case t.is("("):
			continue
		case t.kind != tokenNumber:
			return token{}, false
		}
		open := at - first
		for i := 1; i <= open; i++ {
			if p.tokens[at+i].match != at-i || !p.tokens[at+i].is(")") {
				return token{}, false
			}
		}
		p.at = at + open + 1
		return p.tokens[at], true
	}
}
