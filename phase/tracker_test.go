package phase

import (
	"testing"

	m "github.com/pgwdump/pgwdump/message"
)

// TestReplicationEnds ends streaming replication in each of the ways that a server
// has, up to ReadyForQuery.
func TestReplicationEnds(t *testing.T) {
	const f, b = m.Frontend, m.Backend
	type step struct {
		from m.Side
		kind m.Kind
		then Phase
	}
	for name, steps := range map[string][]step{
		"the client stops it": {
			{f, m.KindCopyDone, CopyBothFrontendDone}, {b, m.KindCopyData, CopyBothFrontendDone}, {b, m.KindCopyDone, CopyBothFrontendDone},
			{b, m.KindCommandComplete, SimpleQuery}, {b, m.KindCommandComplete, SimpleQuery},
		},
		"the client stops it in the middle of a transaction": {
			{f, m.KindCopyDone, CopyBothFrontendDone}, {b, m.KindCopyDone, CopyBothFrontendDone}, {b, m.KindCopyData, CopyBothFrontendDone},
			{b, m.KindCommandComplete, SimpleQuery}, {b, m.KindCommandComplete, SimpleQuery},
		},
		"the timeline ends": {
			{b, m.KindCopyDone, CopyBothBackendDone}, {f, m.KindCopyData, CopyBothBackendDone}, {f, m.KindCopyDone, SimpleQuery},
			{b, m.KindRowDescription, SimpleQuery}, {b, m.KindDataRow, SimpleQuery}, {b, m.KindCommandComplete, SimpleQuery}, {b, m.KindCommandComplete, SimpleQuery},
		},
		"both at once": {
			{f, m.KindCopyDone, CopyBothFrontendDone}, {b, m.KindCopyDone, CopyBothFrontendDone},
			{b, m.KindRowDescription, SimpleQuery}, {b, m.KindDataRow, SimpleQuery}, {b, m.KindCommandComplete, SimpleQuery},
		},
		"an error": {{b, m.KindErrorResponse, SimpleQuery}},
	} {
		tr := New(Ready)
		begin := []step{{f, m.KindQuery, SimpleQuery}, {b, m.KindCopyBothResponse, CopyBoth}, {b, m.KindCopyData, CopyBoth}, {f, m.KindCopyData, CopyBoth}}
		for i, s := range append(append(begin, steps...), step{b, m.KindReadyForQuery, Ready}) {
			if _, err := tr.See(s.from, s.kind, []byte{byte(m.Idle)}); err != nil || tr.Phase() != s.then {
				t.Fatalf("%s, step %d, %s: %v, in %s", name, i, s.kind, err, tr.Phase())
			}
		}
	}
}
