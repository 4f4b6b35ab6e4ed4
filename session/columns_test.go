package session

import (
	"slices"
	"testing"

	"github.com/pgwdump/pgwdump/message"
)

// TestBound asks for the rows of a prepared statement in all kinds of formats, again and
// again: columns are made once for each.
func TestBound(t *testing.T) {
	const text, binary = message.TextFormat, message.BinaryFormat
	for _, described := range [][]message.Format{{}, {text}, {text, text, text}, {text, binary, text}} {
		var c catalog
		p := newPrepared([]byte("select"), false)
		var list []message.Column
		for _, f := range described {
			list = append(list, message.Column{Format: f})
		}
		p.columns = newColumns(list)
		c.use(p, 1)
		asked := [][]message.Format{nil, {text}, {binary}, {2}, {-1}, {text, binary}, {binary, text, text}, {1, 1, 1, 1}}
		var first []*Columns
		for round := range 2 {
			for i, formats := range asked {
				got := c.bound(p, formats)
				if round == 0 {
					first = append(first, got)
				} else if got != first[i] {
					t.Errorf("%v of %v: other columns the second time", formats, described)
				}
				each := func(int) message.Format { return text }
				switch {
				case len(formats) == 1:
					each = func(int) message.Format { return formats[0] }
				case len(formats) == len(described):
					each = func(i int) message.Format { return formats[i] }
				}
				refused := len(formats) > 1 && len(formats) != len(described) || slices.Contains(formats, 2) || slices.Contains(formats, -1)
				if refused != (got == nil) {
					t.Errorf("%v of %v: there are columns %v", formats, described, got)
				}
				if got == nil {
					continue
				}
				for i := range described {
					if got.List[i].Format != each(i) {
						t.Errorf("%v of %v: column %d is in %d", formats, described, i, got.List[i].Format)
					}
				}
				if got.Text != !slices.ContainsFunc(got.List, func(c message.Column) bool { return c.Format != text }) {
					t.Errorf("%v of %v: text is %v", formats, described, got.Text)
				}
			}
		}
		if c.use(p, -1); c.cost != 0 {
			t.Errorf("%v: %d bytes are left", described, c.cost)
		}
	}
}
