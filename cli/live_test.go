package cli

import (
	"testing"

	"github.com/pgwdump/pgwdump/filter"
)

// TestHeard holds that who listens to no filter of his own is told which ports there are.
func TestHeard(t *testing.T) {
	for _, c := range []struct {
		o    options
		want string
	}{
		{options{}, " for port 5432 (others by --port or a filter)"},
		{options{ports: []int{6432, 5433}}, " for ports 5432, 6432, 5433"},
		{options{ports: []int{6432}, expression: new(filter.Expression)}, ""},
	} {
		if got := c.o.heard(); got != c.want {
			t.Errorf("ports %d: %q, want %q", c.o.ports, got, c.want)
		}
	}
}
