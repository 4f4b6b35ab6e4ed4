package session

import (
	"strings"
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
	const fatal = "SFATAL\x00VFATAL\x00C25P03\x00Mover\x00\x00"
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
			Account{Outcome: Accepted, Busy: 10, Idle: 10, Transactions: 2, LongestTransaction: Span{Moment{4, 20}, 7}, Left: message.Idle}},
		{"a transaction", phase.Initialization, []told{{10, ready, 'I'}, {11, query, 0}, {12, ready, 'T'}, {20, query, 0}, {21, ready, 'E'}, {24, query, 0}, {25, ready, 'I'}}, 25,
			Account{Outcome: Accepted, Busy: 3, Idle: 12, IdleInTransaction: 11, Transactions: 1, LongestTransaction: Span{Moment{2, 11}, 14},
				LongestIdleInTransaction: Span{Moment{3, 12}, 8}, Left: message.Idle}},
		{"left in a transaction", phase.Initialization, []told{{10, ready, 'I'}, {11, query, 0}, {12, ready, 'T'}}, 50,
			Account{Outcome: Accepted, Busy: 1, Idle: 39, IdleInTransaction: 38, LongestTransaction: Span{Moment{2, 11}, 39},
				LongestIdleInTransaction: Span{Moment{3, 12}, 38}, Left: message.InTransaction}},
		{"left in a statement", phase.Initialization, []told{{10, ready, 'I'}, {11, query, 0}}, 50,
			Account{Outcome: Accepted, Busy: 39, Idle: 1, LongestTransaction: Span{Moment{2, 11}, 39}, Left: message.Idle}},
		{"ended by the server in a transaction", phase.Initialization, []told{{10, ready, 'I'}, {11, query, 0}, {12, ready, 'T'}, {20, message.KindErrorResponse, 0}, {40, query, 0}}, 50,
			Account{Outcome: Accepted, Busy: 1, Idle: 9, IdleInTransaction: 8, LongestTransaction: Span{Moment{2, 11}, 9}, LongestIdleInTransaction: Span{Moment{3, 12}, 8},
				Left: message.InTransaction, Farewell: ByServer, Error: []byte(fatal)}},
		{"two at once", phase.Initialization, []told{{10, ready, 'I'}, {11, query, 0}, {12, query, 0}, {15, ready, 'I'}, {19, ready, 'I'}}, 19,
			Account{Outcome: Accepted, Busy: 8, Idle: 1, Transactions: 2, LongestTransaction: Span{Moment{2, 11}, 4}, Left: message.Idle}},
		{"begun before the capture, in a transaction", phase.Unsynchronised, []told{{10, ready, 'T'}, {15, query, 0}, {16, ready, 'I'}}, 16,
			Account{Method: MethodUnknown, Busy: 1, Idle: 5, IdleInTransaction: 5, Transactions: 1, LongestIdleInTransaction: Span{Moment{1, 10}, 5}, Left: message.Idle}},
		{"nothing", phase.Startup, nil, 5, Account{}},
	} {
		tracker := phase.New(c.start)
		var l ledger
		if c.start == phase.Initialization {
			l.Outcome = Accepted
		}
		o := New(Options{})
		p := &pairing{observer: o, scratch: &o.scratch, roster: newRoster(o)}
		for i, m := range c.told {
			s := seen{kind: m.kind, from: message.Frontend, body: []byte("\x00"), begin: Moment{i + 1, m.at}, end: Moment{i + 1, m.at}}
			if m.kind == ready {
				s.from, s.body = message.Backend, []byte{byte(m.status)}
			} else if m.kind == message.KindErrorResponse {
				s.from, s.body = message.Backend, []byte(fatal)
			}
			var err error
			if s.step, err = tracker.See(s.from, s.kind, s.body); err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			l.see(&s, tracker, p)
		}
		got := *l.close(&stream{conn: Conn{Conn: new(reassembly.Conn)}, tracker: tracker, pairing: p}, Moment{0, c.end})
		got.Login, got.Began, got.Finished = nil, Moment{}, Moment{}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s (-want +got)\n%s", c.name, d)
		}
	}
}

// TestMethod logs in where all or a part of that was captured.
func TestMethod(t *testing.T) {
	const ok, offer, choice = message.KindAuthenticationOk, message.KindAuthenticationSASL, message.KindSASLInitialResponse
	type told struct {
		kind message.Kind
		body string
	}
	const sasl = "\x00\x00\x00\x0a" // the code of the request, which the body begins with
	accepted := told{ok, "\x00\x00\x00\x00"}
	tooLong := strings.Repeat("A", maxWord+1)
	for _, c := range []struct {
		name    string
		start   phase.Phase
		told    []told
		method  string
		outcome Outcome
	}{
		{"nothing asked", phase.Authenticating, []told{accepted}, "", Accepted},
		{"a password", phase.Authenticating, []told{{message.KindAuthenticationMD5Password, "\x00\x00\x00\x05salt"}, accepted}, "md5", Accepted},
		{"one mechanism, no choice captured", phase.Authenticating, []told{{offer, sasl + "OAUTHBEARER\x00\x00"}, accepted}, "OAUTHBEARER", Accepted},
		{"several", phase.Authenticating, []told{{offer, sasl + "SCRAM-SHA-256-PLUS\x00SCRAM-SHA-256\x00\x00"}, accepted}, MethodSASL, Accepted},
		{"several, and a choice", phase.Authenticating, []told{{offer, sasl + "SCRAM-SHA-256-PLUS\x00SCRAM-SHA-256\x00\x00"},
			{choice, "SCRAM-SHA-256\x00\xff\xff\xff\xff"}, accepted}, "SCRAM-SHA-256", Accepted},
		{"an offer that is cut short", phase.Authenticating, []told{{offer, sasl + "SCRAM-SHA-256-PLUS\x00"}, accepted}, MethodSASL, Accepted},
		{"an offer of nothing", phase.Authenticating, []told{{offer, sasl + "\x00"}, accepted}, MethodSASL, Accepted},
		{"an offer of what is no name", phase.Authenticating, []told{{offer, sasl + tooLong + "\x00\x00"}, accepted}, MethodSASL, Accepted},
		{"an offer, and no more", phase.Authenticating, []told{{offer, sasl + "SCRAM-SHA-256\x00\x00"}}, "SCRAM-SHA-256", Unknown},
		{"an offer behind what is missing", phase.Unsynchronised, []told{{offer, sasl + "SCRAM-SHA-256\x00\x00"}, accepted}, "SCRAM-SHA-256", Accepted},
		{"the end alone", phase.Unsynchronised, []told{accepted}, MethodUnknown, Accepted},
		{"rejected", phase.Authenticating, []told{{message.KindErrorResponse, "SFATAL\x00\x00"}}, "", Refused},
		{"no answer", phase.Authenticating, nil, MethodUnknown, Unknown},
		{"joined before its end", phase.Unsynchronised, []told{{message.KindErrorResponse, "SFATAL\x00VFATAL\x00\x00"}}, MethodUnknown, Unknown},
		{"joined later", phase.Unsynchronised, []told{{message.KindReadyForQuery, "I"}}, MethodUnknown, Unknown},
		{"no log-in begun", phase.Startup, nil, "", Unknown},
		{"a cancel request", phase.Cancelled, nil, "", Unknown},
		{"encrypted", phase.Encrypted, nil, MethodUnknown, Unknown},
	} {
		tracker := phase.New(c.start)
		var l ledger
		o := New(Options{})
		p := &pairing{observer: o, scratch: &o.scratch, roster: newRoster(o)}
		for _, m := range c.told {
			s := seen{kind: m.kind, from: message.Backend, body: []byte(m.body)}
			if m.kind == choice {
				s.from = message.Frontend
			}
			var err error
			if s.step, err = tracker.See(s.from, s.kind, s.body); err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			l.see(&s, tracker, p)
		}
		got := l.close(&stream{conn: Conn{Conn: new(reassembly.Conn)}, tracker: tracker, pairing: p}, Moment{})
		if got.Method != c.method || got.Outcome != c.outcome {
			t.Errorf("%s: %q, %v; want %q, %v", c.name, got.Method, got.Outcome, c.method, c.outcome)
		}
	}
}

// TestUnanswered counts no time after the last message of a connection whose answers are not
// in the capture.
func TestUnanswered(t *testing.T) {
	for _, unanswered := range []bool{false, true} {
		o := New(Options{})
		p := &pairing{observer: o, scratch: &o.scratch, roster: newRoster(o), unanswered: unanswered}
		l := ledger{Account: Account{Left: message.Idle}, started: true, ready: Moment{1, 10}}
		tracker := phase.New(phase.Ready)
		l.see(&seen{kind: message.KindQuery, from: message.Frontend, body: []byte("\x00"), begin: Moment{2, 11}, end: Moment{2, 12},
			step: phase.Step{Outcome: phase.Requested}}, tracker, p)
		want := Span{Moment{2, 11}, 39}
		if unanswered {
			want.Length = 1
		}
		got := l.close(&stream{conn: Conn{Conn: new(reassembly.Conn)}, tracker: tracker, pairing: p}, Moment{9, 50})
		if got.Busy != want.Length || got.LongestTransaction != want || got.Finished != (Moment{9, 50}) {
			t.Errorf("unanswered %v: %+v", unanswered, got)
		}
	}
}
