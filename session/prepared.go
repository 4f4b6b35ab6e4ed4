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
	columns *Columns // of its rows; nil while they are not described
	bound   *Columns // these in the formats that a Bind last asked for, which are results
	results []message.Format
}

// A slot is what a name stands for.
type slot struct {
	name  []byte
	now   *prepared // nil for nothing, or for nothing that is known
	asked uint64    // the number of the request that made it
	draft *Statement
	syncs uint64 // the batch that the draft is of
}

// A portal is a prepared statement with its parameters, as a Bind made it.
type portal struct {
	name      []byte
	open      bool
	asked     uint64 // the number of its Bind
	prepared  *prepared
	statement []byte   // the name of the prepared statement
	arguments []byte   // the body of the Bind; memory of the portal
	columns   *Columns // of its rows; nil while they are not described
	draft     *Statement
	syncs     uint64 // the batch that the draft is of
}

const (
	// maxNames is how many prepared statements or portals of a connection are known at
	// a time. PostgreSQL would hold more, but no client comes near.
	maxNames = 1 << 14
	// maxPrepared is how many bytes of SQL they may have in all.
	maxPrepared = 64 << 20
	// maxTexts and maxTextBytes are how many texts of prepared statements are
	// remembered to know them again when they are prepared once more.
	maxTexts     = 512
	maxTextBytes = 1 << 20
	// maxSQL is how much is kept of one text.
	maxSQL = 1 << 20
)

// A catalog holds the prepared statements and portals of a connection. It is as the
// client sees them: what it has asked for counts as done, and is undone where the
// server did not do it.
type catalog struct {
	unnamed       slot
	unnamedPortal portal
	slots         map[string]*slot
	portals       map[string]*portal
	texts         map[string]*prepared // by the body of a Parse behind the name
	size          int                  // bytes in texts
	held          int                  // bytes of SQL in slots
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
	if c.slots == nil || len(c.slots) >= maxNames || c.held > maxPrepared {
		c.slots, c.held = map[string]*slot{}, 0
	}
	s := &slot{name: bytes.Clone(name)}
	c.slots[string(name)] = s
	return s
}

// set makes a name stand for a prepared statement, or for nothing.
func (c *catalog) set(s *slot, p *prepared) {
	c.held += p.size() - s.now.size()
	s.now = p
}

// size returns how many bytes of SQL it has.
func (p *prepared) size() int {
	if p == nil {
		return 0
	}
	return len(p.SQL)
}

// drop forgets a name that stands for nothing any more.
func (c *catalog) drop(s *slot) {
	if s.now == nil && c.slots[string(s.name)] == s {
		delete(c.slots, string(s.name))
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
	if c.portals == nil || len(c.portals) >= maxNames {
		c.portals = map[string]*portal{}
	}
	p := &portal{name: bytes.Clone(name)}
	c.portals[string(name)] = p
	return p
}

func newPrepared(text []byte, backslashes bool) *prepared {
	text = append([]byte{}, text[:min(len(text), maxSQL)]...)
	return &prepared{Prepared: &Prepared{SQL: text}, command: sql.Parse(text, backslashes)}
}

// text returns the prepared statement that a Parse makes, nil where it is new. key is
// its body behind the name; the same text is the same one again, with what was learned
// of its parameters. Its columns may be others by now.
func (c *catalog) text(key []byte) *prepared {
	p := c.texts[string(key)]
	if p != nil {
		p.columns, p.bound = nil, nil
	}
	return p
}

// remember makes the prepared statement of a Parse that is new.
func (c *catalog) remember(key []byte, m *message.Parse, backslashes bool) *prepared {
	p := newPrepared(m.SQL, backslashes)
	p.Types = slices.Clone(m.ParameterTypes)
	if c.texts == nil || len(c.texts) >= maxTexts || c.size+len(key) > maxTextBytes {
		c.texts, c.size = map[string]*prepared{}, 0
	}
	c.texts[string(key)] = p
	c.size += len(key)
	return p
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
	for _, s := range c.slots {
		if s.asked < number {
			c.set(s, nil)
			c.drop(s)
		}
	}
}

// endTransaction closes the portals made before that request, as the end of a
// transaction does.
func (c *catalog) endTransaction(number uint64) {
	if c.unnamedPortal.asked < number {
		c.unnamedPortal.open = false
	}
	for n, p := range c.portals {
		if p.asked < number {
			delete(c.portals, n)
		}
	}
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
