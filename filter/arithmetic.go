package filter

import "golang.org/x/net/bpf"

// A relation compares two numbers.
type relation struct {
	operator    string
	left, right arithmetic
}

// Arithmetic is a number, or a tree with numbers at its leaves.
type arithmetic interface {
	// value returns the number, and what a packet has to meet to have it, or nil.
	value(g *generator) (*value, *condition)
}

// A number is one that was written.
type number uint32

// packetLength is the length of the packet on the wire.
type packetLength struct{}

// A calculation combines two numbers.
type calculation struct {
	operator    bpf.ALUOp
	left, right arithmetic
}

// An opposite is 0 less a number.
type opposite struct{ arithmetic }

// An operator combines two numbers.
type operator struct {
	alu        bpf.ALUOp
	precedence int
}

// An access gets bytes out of the header of a protocol.
type access struct {
	protocol protocol
	index    arithmetic
	size     int
	offset   int // in the expression
}

var relational = map[string]bool{"=": true, "!=": true, "<": true, "<=": true, ">": true, ">=": true}

// calculating are the operators of arithmetic. Those with a higher precedence
// bind tighter. Of % and ^ the grammar of libpcap does not tell the precedence,
// by which they bind tighter than what is before them, and looser than what is
// behind: 7 % 4 + 1 is 7 % (4 + 1). That is kept.
var calculating = map[string]operator{
	"|":  {bpf.ALUOpOr, 1},
	"&":  {bpf.ALUOpAnd, 2},
	"<<": {bpf.ALUOpShiftLeft, 3},
	">>": {bpf.ALUOpShiftRight, 3},
	"+":  {bpf.ALUOpAdd, 4},
	"-":  {bpf.ALUOpSub, 4},
	"*":  {bpf.ALUOpMul, 5},
	"/":  {bpf.ALUOpDiv, 5},
	"%":  {bpf.ALUOpMod, unknownPrecedence},
	"^":  {bpf.ALUOpXor, unknownPrecedence},
}

const (
	lowestPrecedence  = 1
	unaryPrecedence   = 6
	unknownPrecedence = 7
)

// operates tells whether a token is an operator of arithmetic or of a relation.
func operates(t token) bool {
	_, calculates := calculating[t.text]
	return t.kind == tokenKeyword && (calculates || relational[t.text])
}

// atArithmetic tells whether a relation begins at the next token.
func (p *parser) atArithmetic() bool {
	t := p.peek()
	switch {
	case t.is("("):
		return operates(p.tokens[t.match+1])
	case t.kind == tokenNumber:
		return operates(p.tokens[p.at+1])
	case t.kind == tokenKeyword && protocolNames[t.text] != anyProtocol:
		return p.tokens[p.at+1].is("[")
	}
	return t.is("len") || t.is("-")
}

func (p *parser) relation() expression {
	left := p.arithmetic(lowestPrecedence)
	operator := p.next()
	if operator.kind != tokenKeyword || !relational[operator.text] {
		p.unexpected(operator, "a comparison: one of = != < <= > >=")
	}
	return relation{operator.text, left, p.arithmetic(lowestPrecedence)}
}

// arithmetic reads operands and the operators between them that bind at least as
// tight as precedence tells.
func (p *parser) arithmetic(precedence int) arithmetic {
	defer p.deeper()()
	left := p.operand()
	for {
		t := p.peek()
		operator, ok := calculating[t.text]
		if !ok || t.kind != tokenKeyword || operator.precedence < precedence {
			return left
		}
		p.next()
		after := operator.precedence + 1
		if operator.precedence == unknownPrecedence {
			after = lowestPrecedence
		}
		at := p.peek().offset
		right := p.arithmetic(after)
		if n, ok := right.(number); ok {
			operator.check(at, n)
		}
		left = calculation{operator.alu, left, right}
	}
}

// check fails if n cannot stand behind the operator.
func (o operator) check(at int, n number) {
	switch o.alu {
	case bpf.ALUOpDiv, bpf.ALUOpMod:
		if n == 0 {
			fail(at, "%s", errDivide)
		}
	case bpf.ALUOpShiftLeft, bpf.ALUOpShiftRight:
		if n > 31 {
			fail(at, "%s", errShift)
		}
	}
}

func (p *parser) operand() arithmetic {
	t := p.next()
	switch {
	case t.kind == tokenNumber:
		return number(t.number)
	case t.is("len"):
		return packetLength{}
	case t.is("-"):
		return opposite{p.arithmetic(unaryPrecedence)}
	case t.is("("):
		a := p.arithmetic(lowestPrecedence)
		p.expect(")")
		return a
	case t.kind == tokenKeyword && protocolNames[t.text] != anyProtocol:
		return p.access(t)
	}
	p.unexpected(t, "a number, len, or bytes of a header, such as ip[0]")
	return nil
}

// access reads the place of bytes in a header.
func (p *parser) access(t token) arithmetic {
	a := access{protocol: protocolNames[t.text], size: 1, offset: t.offset}
	p.expect("[")
	a.index = p.arithmetic(lowestPrecedence)
	if p.accept(":") {
		size := p.next()
		if size.kind != tokenNumber {
			p.unexpected(size, "how many bytes: 1, 2 or 4")
		}
		if size.number != 1 && size.number != 2 && size.number != 4 {
			fail(size.offset, "%s bytes cannot be loaded at once, but 1, 2 or 4", size.text)
		}
		a.size = int(size.number)
	}
	p.expect("]")
	if a.protocol == ah || a.protocol == esp {
		fail(t.offset, "the header of %s cannot be looked into", t.text)
	}
	return a
}
