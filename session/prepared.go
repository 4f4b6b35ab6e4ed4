package session

import (
	"bytes"
	"encoding/binary"
	"slices"

	"github.com/pgwdump/pgwdump/message"
	"github.com/pgwdump/pgwdump/sql"
)

// Prepared is what is known of a prepared statement. It never changes, so that any
// number of Statements and Events can share it: what is learned is in another one.
type Prepared struct {
	SQL   []byte
	Types []message.OID // of the parameters: those that Parse named, or those that the server described
}

// A prepared is a prepared statement, as it is known by now.
type prepared struct {
	*Prepared
	command sql.Command
	teaches bool     // its result may tell of data types
	columns *Columns // of its rows; nil while they are not described
	bound   bound    // these

	uses int // how many names and texts of the catalog stand for it
	cost int // as far as the catalog has counted it
}

// A slot is what a name stands for.
type slot struct {
	name  []byte
	now   *prepared   // nil for nothing, or for nothing that is known
	asked uint64      // the number of the request that made it
	turn  *turn[slot] // by that; nil for the unnamed one
	draft *Statement
	syncs uint64 // the batch that the draft is of
}

// A portal is a prepared statement with its parameters, as a Bind made it.
type portal struct {
	name      []byte
	open      bool
	asked     uint64        // the number of its Bind
	turn      *turn[portal] // by that; nil for the unnamed one
	prepared  *prepared
	statement []byte   // the name of the prepared statement
	arguments []byte   // the body of the Bind; memory of the portal
	lent      bool     // statements have these, so that they must not change
	columns   *Columns // of its rows; nil while they are not described
	draft     *Statement
	syncs     uint64 // the batch that the draft is of
}

const (
	// maxTexts and maxTextBytes are how many texts of prepared statements are
	// remembered to know them again when they are prepared once more.
	maxTexts     = 512
	maxTextBytes = 1 << 20
	// maxSQL is how much is kept of one text.
	maxSQL = 1 << 20
	// maxSpareArguments is how much memory for the parameters of the unnamed portal is
	// kept when it is closed.
	maxSpareArguments = 4 << 10

	// nameCost is what a name costs besides itself, preparedCost a prepared statement
	// besides its text and columns, and textCost a text that is remembered.
	nameCost     = 192
	preparedCost = 192
	textCost     = 64
)

// A catalog holds the prepared statements and portals of a connection. It is as the
// client sees them: what it has asked for counts as done, and is undone where the
// server did not do it.
type catalog struct {
	unnamed       slot
	unnamedPortal portal
	slots         map[string]*slot
	portals       map[string]*portal
	slotsQueued   *queued[slot] // the same; nil where there is none
	portalsQueued *queued[portal]
	texts         map[string]*prepared // by the body of a Parse behind the name
	size          int                  // bytes in texts
	shapes        shapes
	cost          int // of all that the connection may refer to later, about, in bytes
}

// find returns what the name stands for, nil for nothing.
func (c *catalog) find(name []byte) *slot {
	if len(name) == 0 {
		return &c.unnamed
	}
	return c.slots[string(name)]
}

// slot returns what the name stands for, making it where it is new.
func (c *catalog) slot(name []byte) *slot {
	if s := c.find(name); s != nil {
		return s
	}
	if c.slots == nil {
		c.slots, c.slotsQueued = map[string]*slot{}, new(queued[slot])
	}
	s := &slot{name: bytes.Clone(name)}
	s.turn = c.slotsQueued.add(s)
	c.slots[string(name)] = s
	c.cost += nameCost + len(name)
	return s
}

// ask takes note that a request is to make a name stand for something else.
func (c *catalog) ask(s *slot, number uint64) {
	if s.asked = number; s.turn != nil {
		c.slotsQueued.ask(s.turn, number)
	}
}

// made takes note that a name stands for something else by now.
func (c *catalog) made(s *slot) {
	if s.asked = 0; s.turn != nil {
		c.slotsQueued.make(s.turn)
	}
}

// set makes a name stand for a prepared statement, or for nothing.
func (c *catalog) set(s *slot, p *prepared) {
	c.use(p, 1)
	c.use(s.now, -1)
	s.now = p
}

// use takes note that so many more stand for a prepared statement, or fewer.
func (c *catalog) use(p *prepared, more int) {
	if p == nil {
		return
	}
	if p.uses += more; p.uses == 0 || p.uses == more { // it was not used before, or is not now
		c.count(p)
	}
}

// count counts what a prepared statement costs by now.
func (c *catalog) count(p *prepared) {
	n := 0
	if p.uses > 0 {
		n = p.size()
	}
	c.cost += n - p.cost
	p.cost = n
}

// size returns how many bytes it takes, about.
func (p *prepared) size() int {
	n := preparedCost + len(p.SQL)
	if p.columns != nil {
		n += len(p.columns.List) * columnCost
	}
	return n + p.bound.size()*columnCost
}

// drop forgets a name that stands for nothing any more.
func (c *catalog) drop(s *slot) {
	if s.now == nil && c.slots[string(s.name)] == s {
		delete(c.slots, string(s.name))
		c.slotsQueued.remove(s.turn)
		c.cost -= nameCost + len(s.name)
	}
}

// portal returns the portal of that name, making it where it is new.
func (c *catalog) portal(name []byte) *portal {
	if len(name) == 0 {
		return &c.unnamedPortal
	}
	if p := c.portals[string(name)]; p != nil {
		return p
	}
	if c.portals == nil {
		c.portals, c.portalsQueued = map[string]*portal{}, new(queued[portal])
	}
	p := &portal{name: bytes.Clone(name)}
	p.turn = c.portalsQueued.add(p)
	c.portals[string(name)] = p
	c.cost += nameCost + len(name)
	return p
}

// bind makes a portal of a prepared statement, with the body of the Bind.
func (c *catalog) bind(p *portal, of *slot, number uint64, body []byte) {
	var arguments []byte
	if !p.lent {
		arguments = p.arguments[:0]
	}
	arguments = append(arguments, body[:min(len(body), maxSQL)]...)
	c.cost += cap(arguments) - cap(p.arguments)
	*p = portal{name: p.name, open: true, asked: number, turn: p.turn, prepared: of.now, statement: of.name, arguments: arguments}
	if p.turn != nil {
		c.portalsQueued.ask(p.turn, number)
	}
}

// closePortal closes the portal of that name.
func (c *catalog) closePortal(name []byte) {
	if len(name) > 0 {
		if p := c.portals[string(name)]; p != nil {
			c.cost -= nameCost + len(name) + cap(p.arguments)
			delete(c.portals, string(name))
			c.portalsQueued.remove(p.turn)
		}
		return
	}
	c.unnamedPortal.open = false
	c.spareArguments(maxSpareArguments)
}

// spareArguments gives up the memory for the parameters of the unnamed portal, if it is
// more than that.
func (c *catalog) spareArguments(most int) {
	if p := &c.unnamedPortal; cap(p.arguments) > most {
		c.cost -= cap(p.arguments)
		p.arguments = nil
	}
}

func newPrepared(text []byte, backslashes bool) *prepared {
	text = append([]byte{}, text[:min(len(text), maxSQL)]...)
	return &prepared{Prepared: &Prepared{SQL: text}, command: sql.Parse(text, backslashes), teaches: mayTeach(text)}
}

// text returns the prepared statement that a Parse makes, nil where it is new. key is
// its body behind the name; the same text is the same one again, with what was learned
// of its parameters. Its columns may be others by now.
func (c *catalog) text(key []byte) *prepared {
	p := c.texts[string(key)]
	if p != nil {
		if p.columns != nil {
			p.columns, p.bound = nil, bound{}
			c.count(p)
		}
	}
	return p
}

// remember makes the prepared statement of a Parse that is new.
func (c *catalog) remember(key []byte, m *message.Parse, backslashes bool) *prepared {
	p := newPrepared(m.SQL, backslashes)
	p.Types = slices.Clone(m.ParameterTypes)
	if c.texts == nil || len(c.texts) >= maxTexts || c.size+len(key) > maxTextBytes {
		c.forgetTexts()
		c.texts = map[string]*prepared{}
	}
	c.texts[string(key)] = p
	c.use(p, 1)
	c.size += len(key)
	c.cost += len(key) + textCost
	return p
}

// forgetTexts forgets the texts. They are not missed: they only save work.
func (c *catalog) forgetTexts() {
	for key, p := range c.texts {
		c.use(p, -1)
		c.cost -= len(key) + textCost
	}
	c.texts, c.size = nil, 0
}

// forget forgets the prepared statements that a DEALLOCATE or DISCARD ends: that of
// the name, or all if it is nil. Those asked for later are not touched.
func (c *catalog) forget(name []byte, number uint64) {
	if name != nil {
		if s := c.find(name); s != nil && s.asked < number {
			c.set(s, nil)
			c.drop(s)
		}
		return
	}
	for s := range c.slotsQueued.before(number) {
		c.set(s, nil)
		c.drop(s)
	}
}

// endTransaction closes the portals made before that request, as the end of a
// transaction does.
func (c *catalog) endTransaction(number uint64) {
	if c.unnamedPortal.asked < number {
		c.closePortal(nil)
	}
	for p := range c.portalsQueued.before(number) {
		c.closePortal(p.name)
	}
}

// lapse forgets all but what was asked for with that request and later, where there is
// no room for it, and returns what that was.
func (c *catalog) lapse(number uint64) (f Forgotten) {
	c.forgetTexts()
	c.cost -= c.shapes.cost
	c.shapes = shapes{}
	if s := &c.unnamed; s.now != nil && s.asked < number {
		c.set(s, nil)
		f.Prepared++
	}
	for s := range c.slotsQueued.before(number) {
		if s.now != nil {
			f.Prepared++
		}
		c.set(s, nil)
		c.drop(s)
	}
	if p := &c.unnamedPortal; p.asked < number {
		if p.open {
			f.Portals++
		}
		p.open = false
		c.spareArguments(0)
	}
	for p := range c.portalsQueued.before(number) {
		if p.open {
			f.Portals++
		}
		c.closePortal(p.name)
	}
	return f
}

// describe takes the body of a ParameterDescription.
func (p *prepared) describe(body []byte) {
	if len(body) < 2 {
		return
	}
	body = body[2:]
	if n := len(body) / 4; len(p.Types) == n && equalTypes(p.Types, body) {
		return
	}
	types := make([]message.OID, len(body)/4)
	for i := range types {
		types[i] = message.OID(binary.BigEndian.Uint32(body[4*i:]))
	}
	p.Prepared = &Prepared{SQL: p.SQL, Types: types}
}

func equalTypes(types []message.OID, wire []byte) bool {
	for i, t := range types {
		if t != message.OID(binary.BigEndian.Uint32(wire[4*i:])) {
			return false
		}
	}
	return true
}
