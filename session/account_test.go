package session

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pgwdump/pgwdump/message"
	"github.com/pgwdump/pgwdump/phase"
	"github.com/pgwdump/pgwdump/reassembly"
)

// TestLedger counts the time of a connection that is asked for something at some
// times and answers at others.
func TestLedger(t *testing.T) {
	const query, ready = message.KindQuery, message.KindReadyForQuery
	type told struct {
		at     int64
		kind   message.Kind
		status message.TransactionStatus // with ready
	}
	for _, c := range []struct {
		name  string
		start phase.Phase
		told  []told
		end   int64
		want  Account // the times, transactions, and how it was left
	}{
		{"two statements", phase.Initialization, []told{{10, ready, 'I'}, {15, query, 0}, {18, ready, 'I'}, {20, query, 0}, {27, ready, 'I'}}, 30,
			Account{Busy: 10, Idle: 10, Transactions: 2, LongestTransaction: Span{Moment{4, 20}, 7}, Left: message.Idle}},
		{"a transaction", phase.Initialization, []told{{10, ready, 'I'}, {11, query, 0}, {12, ready, 'T'}, {20, query, 0}, {21, ready, 'E'}, {24, query, 0}, {25, ready, 'I'}}, 25,
			Account{Busy: 3, Idle: 12, IdleInTransaction: 11, Transactions: 1, LongestTransaction: Span{Moment{2, 11}, 14},
				LongestIdleInTransaction: Span{Moment{3, 12}, 8}, Left: message.Idle}},
		{"left in a transaction", phase.Initialization, []told{{10, ready, 'I'}, {11, query, 0}, {12, ready, 'T'}}, 50,
			Account{Busy: 1, Idle: 39, IdleInTransaction: 38, LongestTransaction: Span{Moment{2, 11}, 39},
				LongestIdleInTransaction: Span{Moment{3, 12}, 38}, Left: message.InTransaction}},
		{"left in a statement", phase.Initialization, []told{{10, ready, 'I'}, {11, query, 0}}, 50,
			Account{Busy: 39, Idle: 1, LongestTransaction: Span{Moment{2, 11}, 39}, Left: message.Idle}},
		{"two at once", phase.Initialization, []told{{10, ready, 'I'}, {11, query, 0}, {12, query, 0}, {15, ready, 'I'}, {19, ready, 'I'}}, 19,
			Account{Busy: 8, Idle: 1, Transactions: 2, LongestTransaction: Span{Moment{2, 11}, 4}, Left: message.Idle}},
		{"begun before the capture, in a transaction", phase.Unsynchronised, []told{{10, ready, 'T'}, {15, query, 0}, {16, ready, 'I'}}, 16,
			Account{Busy: 1, Idle: 5, IdleInTransaction: 5, Transactions: 1, LongestIdleInTransaction: Span{Moment{1, 10}, 5}, Left: message.Idle}},
		{"no password", phase.Authenticating, []told{{10, message.KindAuthenticationOk, 0}}, 10, Account{Outcome: Accepted}},
		{"what was asked for is missing", phase.Unsynchronised, []told{{10, message.KindAuthenticationOk, 0}}, 10, Account{Outcome: Accepted, Method: MethodUnknown}},
		{"nothing", phase.Startup, nil, 5, Account{}},
	} {
		tracker := phase.New(c.start)
		var l ledger
		o := New(Options{})
		p := &pairing{observer: o, scratch: &o.scratch, roster: newRoster(o)}
		for i, m := range c.told {
			s := seen{kind: m.kind, from: message.Frontend, body: []byte("\x00"), begin: Moment{i + 1, m.at}, end: Moment{i + 1, m.at}}
			switch m.kind {
			case ready:
				s.from, s.body = message.Backend, []byte{byte(m.status)}
			case message.KindAuthenticationOk:
				s.from = message.Backend
			}
			var err error
			if s.step, err = tracker.See(s.from, s.kind, s.body); err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			l.see(&s, tracker, p)
		}
		got := *l.close(&stream{conn: Conn{Conn: new(reassembly.Conn)}, pairing: p}, Moment{0, c.end})
		got.Login, got.Began, got.Finished = nil, Moment{}, Moment{}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s (-want +got)\n%s", c.name, d)
		}
	}
}
