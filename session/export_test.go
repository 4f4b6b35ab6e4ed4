package session

import (
	"fmt"

	"github.com/pgwdump/pgwdump/reassembly"
)

// OpenInClear is Open for a connection that cannot be encrypted. It also returns what finds
// out whether something refers to a Statement that will be another one, or is not counted.
func (o *Observer) OpenInClear(c *reassembly.Conn) (_ reassembly.Stream, check func() error) {
	s := &stream{observer: o, tcp: c}
	return s, s.checkReferred
}

func (s *stream) checkReferred() error {
	p := s.pairing
	if p == nil {
		return nil
	}
	counted := map[*Statement]int{}
	for _, a := range p.asks.items {
		counted[a.statement]++
	}
	counted[p.catalog.unnamed.draft]++
	for _, slot := range p.catalog.slots {
		counted[slot.draft]++
	}
	counted[p.catalog.unnamedPortal.draft]++
	for _, portal := range p.catalog.portals {
		counted[portal.draft]++
	}
	delete(counted, nil)
	for statement, n := range counted {
		if statement.referred < n {
			return fmt.Errorf("%d refer to a statement, of which %d are counted", n, statement.referred)
		}
	}
	spare := map[*Statement]bool{p.last: true, p.held: true, p.orphan: true, p.ignored: true}
	delete(spare, nil)
	for _, statement := range s.observer.spareStatements {
		if spare[statement] || counted[statement] > 0 {
			return fmt.Errorf("something refers to a statement that is used again")
		}
		spare[statement] = true
	}
	return nil
}
