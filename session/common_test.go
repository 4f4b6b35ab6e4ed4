package session

import (
	"fmt"
	"testing"

	"github.com/pgwdump/pgwdump/value"
)

// TestZones sets very many time zones that are none: at some time no other is looked for.
func TestZones(t *testing.T) {
	var c common
	var s value.Settings
	c.set(&s, "TimeZone", "Europe/Berlin")
	for i := range 2 * maxZones {
		c.set(&s, "TimeZone", fmt.Sprint("Nowhere/", i))
	}
	if len(c.zones) > maxZones {
		t.Errorf("%d zones are kept", len(c.zones))
	}
	if n := testing.AllocsPerRun(100, func() { c.set(&s, "TimeZone", "Nowhere/else") }); n > 0 {
		t.Errorf("it takes %v allocations to look for one that is none", n)
	}
	if c.set(&s, "TimeZone", "Europe/Berlin"); s.TimeZone == nil || s.TimeZone.String() != "Europe/Berlin" {
		t.Errorf("the zone is %v", s.TimeZone)
	}
}
