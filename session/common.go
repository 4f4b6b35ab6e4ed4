package session

import (
	"strings"
	"time"

	"github.com/pgwdump/pgwdump/value"
)

// A common keeps once for all connections of an Observer what many of them have: the
// clients of a server log in under few names, and are told the same of it.
type common struct {
	words map[string]string
	zones map[string]*time.Location // by the TimeZone that a server reports; nil for one that is not known
}

const (
	// maxWords and maxWord are how many words are kept, and how long they may be.
	maxWords = 1 << 12
	maxWord  = 256
	// maxZones is how many time zones are kept, those included that are none: more than there
	// are. Over that no other is looked for, which takes longer than all else.
	maxZones = 1024
)

// word returns b as a string.
func (c *common) word(b []byte) string {
	if s, ok := c.words[string(b)]; ok {
		return s
	}
	s := string(b)
	if len(b) > maxWord {
		return s
	}
	if c.words == nil || len(c.words) >= maxWords {
		c.words = map[string]string{}
	}
	c.words[s] = s
	return s
}

// set sets a run-time parameter. One whose value is not understood stays what it was.
func (c *common) set(s *value.Settings, name, to string) {
	if !strings.EqualFold(name, "TimeZone") {
		s.Set(name, to)
		return
	}
	zone, known := c.zones[to]
	if !known && len(c.zones) < maxZones {
		var fresh value.Settings
		fresh.Set(name, to)
		zone = fresh.TimeZone
		if c.zones == nil {
			c.zones = map[string]*time.Location{}
		}
		c.zones[to] = zone
	}
	if zone != nil {
		s.TimeZone = zone
	}
}
