package tlskeys

import "bytes"

// An early is the data that a client sent before the server's first answer (RFC 8446,
// section 2.3). The server may not take it: so it is held until the server has said
// whether it does.
type early struct {
	answer answer
	held   []earlyItem
	size   int64
}

// An earlyItem is the data of one record.
type earlyItem struct {
	Item
	piece piece // without its bytes
}

// An answer is what the server has said of early data.
type answer uint8

const (
	unanswered answer = iota
	accepted
	refused
	unheard // nor will it be
)

// earlyData takes the data of one early record.
func (c *Conn) earlyData(i Item, p piece) {
	e := &c.early
	switch {
	case e.answer == accepted:
		c.say(c.side(true), i)
		return
	case e.answer == unanswered && e.size+p.size <= c.hold:
		i.Plain = bytes.Clone(i.Plain)
		p.raw = nil
		e.held = append(e.held, earlyItem{i, p})
		e.size += p.size
		return
	}
	c.loseEarlyItem(p, e.answer)
}

// doubtful tells whether the next record of a direction comes behind early data of
// which the server has not said whether it takes it.
func (c *Conn) doubtful(h *half) bool {
	return len(c.early.held) > 0 && h.client && h.epochs[0].level > beforehand
}

// answerEarly takes the server's answer.
func (c *Conn) answerEarly(a answer) {
	e := &c.early
	if e.answer != unanswered {
		return
	}
	e.answer = a
	c.news = true
	c.info.EarlyData.Accepted = a == accepted
	held := e.held
	e.held, e.size = nil, 0
	for _, i := range held {
		if a == accepted {
			c.say(c.side(true), i.Item)
		} else {
			c.loseEarlyItem(i.piece, a)
		}
	}
}

func (c *Conn) loseEarlyItem(p piece, a answer) {
	h := c.side(true)
	h.Lost += p.size
	kind := Doubtful
	if a == refused {
		kind = Refused
	}
	h.losing(p, &Reason{Kind: kind})
}
