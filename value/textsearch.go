package value

import (
	"slices"
	"strconv"
)

const maxLexeme = 1<<11 - 1 // MAXSTRLEN in ts_type.h

// appendLexeme appends a word of a tsvector or tsquery in quotation marks.
func (p printer) appendLexeme(dst, word []byte) ([]byte, error) {
	start := len(dst)
	dst, err := p.appendText(dst, word)
	if err != nil {
		return dst, err
	}
	return p.quote(dst, start, '\'', true)
}

// appendTSVector is tsvectorrecv and tsvectorout in tsvector.c: the number of
// lexemes, then the text of each, the number of its positions and these, with a
// weight in the two upper bits.
func (p printer) appendTSVector(dst, b []byte) ([]byte, error) {
	const maxPositions = 256 // MAXNUMPOS
	w := wire{b: b}
	n := w.int32()
	if n < 0 {
		return dst, ErrInvalid
	}
	for i := range n {
		if i > 0 {
			dst = append(dst, ' ')
		}
		word, positions := w.string(), w.uint16()
		if w.bad || len(word) > maxLexeme || positions > maxPositions {
			return dst, ErrInvalid
		}
		var err error
		if dst, err = p.appendLexeme(dst, word); err != nil {
			return dst, err
		}
		separator, last := byte(':'), -1
		for range positions {
			position := w.uint16()
			weight, place := position>>14, int(position&0x3fff)
			if w.bad || place <= last {
				return dst, ErrInvalid
			}
			dst = strconv.AppendInt(append(dst, separator), int64(place), 10)
			dst = append(dst, [...]string{"", "C", "B", "A"}[weight]...)
			separator, last = ',', place
		}
	}
	return dst, w.end()
}

// The operators of a tsquery. Their priorities rise in another order.
const (
	tsNot    = 1
	tsAnd    = 2
	tsOr     = 3
	tsPhrase = 4
)

// priorities are those of QO_PRIORITY in ts_type.h, by operator.
var priorities = [...]int{tsOr: 1, tsAnd: 2, tsPhrase: 3, tsNot: 4}

// appendTSQuery is tsqueryrecv and tsqueryout in tsquery.c: the number of nodes, then
// a tree of them, each operator before its right and that before its left operand.
//
// So all comes in the reverse order of how it is printed, and is printed backwards
// and then turned round, in one pass and without memory for what is not yet its turn.
func (p printer) appendTSQuery(dst, b []byte) ([]byte, error) {
	q := tsquery{p: p, w: wire{b: b}, dst: dst}
	start := len(dst)
	if q.nodes = q.w.uint32(); q.nodes > 0 {
		if err := q.node(0, 0, false); err != nil {
			return dst, err
		}
	}
	slices.Reverse(q.dst[start:])
	if q.nodes > 0 {
		return dst, ErrInvalid
	}
	return q.dst, q.w.end()
}

// A tsquery on its way from binary to text.
type tsquery struct {
	p     printer
	w     wire
	nodes uint32 // that are still to come
	dst   []byte // text, backwards
}

// node appends the next node and those below it. The priority is that of the operator
// above; right says that this is the right operand of a phrase.
func (q *tsquery) node(depth, priority int, right bool) error {
	const maxDepth = 10_000 // the server's stack holds some more
	if q.nodes == 0 || depth > maxDepth {
		return ErrInvalid
	}
	q.nodes--
	switch q.w.uint8() {
	case 1:
		return q.operand()
	case 2:
		return q.operator(depth, priority, right)
	}
	return ErrInvalid
}

func (q *tsquery) operand() error {
	weights, prefix, word := q.w.uint8(), q.w.uint8(), q.w.string()
	if q.w.bad || weights > 0xf || len(word) > maxLexeme {
		return ErrInvalid
	}
	start := len(q.dst)
	var err error
	if q.dst, err = q.p.appendLexeme(q.dst, word); err != nil {
		return err
	}
	if weights != 0 || prefix != 0 {
		q.dst = append(q.dst, ':')
	}
	if prefix != 0 {
		q.dst = append(q.dst, '*')
	}
	for i, letter := range "ABCD" {
		if weights&(8>>i) != 0 {
			q.dst = append(q.dst, byte(letter))
		}
	}
	slices.Reverse(q.dst[start:])
	return nil
}

func (q *tsquery) operator(depth, above int, right bool) error {
	operator := q.w.uint8()
	if operator < tsNot || operator > tsPhrase {
		return ErrInvalid
	}
	priority := priorities[operator]
	parentheses := priority < above || operator == tsPhrase && right
	if parentheses {
		q.dst = append(q.dst, ") "...)
	}
	var err error
	switch operator {
	case tsNot:
		err = q.node(depth+1, priority, false)
		q.dst = append(q.dst, '!')
	case tsAnd:
		err = q.operands(depth, priority, " & ")
	case tsOr:
		err = q.operands(depth, priority, " | ")
	case tsPhrase:
		distance := int64(int16(q.w.uint16()))
		if distance == 1 {
			err = q.operands(depth, priority, " >-< ")
			break
		}
		var scratch [16]byte
		text := strconv.AppendInt(append(scratch[:0], " <"...), distance, 10)
		text = append(text, "> "...)
		slices.Reverse(text)
		err = q.operands(depth, priority, string(text))
	}
	if parentheses {
		q.dst = append(q.dst, " ("...)
	}
	return err
}

// operands appends the two operands of an operator, and that, backwards, between them.
func (q *tsquery) operands(depth, priority int, operator string) error {
	if err := q.node(depth+1, priority, priority == priorities[tsPhrase]); err != nil {
		return err
	}
	q.dst = append(q.dst, operator...)
	return q.node(depth+1, priority, false)
}
