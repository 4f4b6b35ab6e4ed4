package connection

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pgwdump/pgwdump/message"
	"github.com/pgwdump/pgwdump/phase"
	"github.com/pgwdump/pgwdump/phase/phasetest"
)

// TestConversations passes recorded conversations on: what one end receives, the
// other sends again. The bytes are the same, as long as the conversation is legal and
// in clear.
func TestConversations(t *testing.T) {
	phasetest.Each(t, "../phase/testdata", func(t *testing.T, c phasetest.Conversation) {
		client, server := NewFrontend(Options{}), NewBackend(Options{})
		var sent, received [2]bytes.Buffer
		for _, turn := range c.Turns {
			from, to := client, server
			if turn.From == message.Backend {
				from, to = server, client
			}
			sent[turn.From>>1].Write(turn.Bytes)
			piece := bytes.Clone(turn.Bytes)
			for m, err := range to.Receive(piece) {
				if err != nil {
					if !strings.HasPrefix(t.Name(), "TestConversations/raw-") {
						t.Error(err)
					}
					return
				}
				wire, err := from.Send(m)
				if err != nil {
					t.Fatal(err)
				}
				received[turn.From>>1].Write(wire)
			}
			for i := range piece {
				piece[i] = 0xdb
			}
			if to.Phase() == phase.Encrypted {
				return
			}
			if from.Phase() != to.Phase() || from.Pending() != to.Pending() || from.PendingSyncs() != to.PendingSyncs() {
				t.Fatalf("the ends are in %s with %d requests and in %s with %d", from.Phase(), from.Pending(), to.Phase(), to.Pending())
			}
		}
		for i := range sent {
			if d := cmp.Diff(sent[i].Bytes(), received[i].Bytes()); d != "" && !strings.HasPrefix(t.Name(), "TestConversations/raw-") {
				t.Error(d)
			}
		}
	})
}

// must is Send where nothing can go wrong.
func must(t *testing.T, c *Conn, m message.Message) []byte {
	t.Helper()
	b, err := c.Send(m)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestSession goes through a session by both ends, and asks where it stands.
func TestSession(t *testing.T) {
	client, server := NewFrontend(Options{}), NewBackend(Options{})
	type step struct {
		by      *Conn
		message message.Message
		phase   phase.Phase // behind it
		syncs   int
	}
	text := func(s string) message.Text { return message.Text(s) }
	for i, s := range []step{
		{client, &message.SSLRequest{}, phase.SSLNegotiation, 0},
		{server, &message.SSLResponse{Answer: message.Refused}, phase.Startup, 0},
		{client, &message.StartupMessage{Protocol: message.Version30}, phase.Authenticating, 0},
		{server, &message.AuthenticationSASL{Mechanisms: []message.Text{text(message.SCRAMSHA256)}}, phase.AuthenticatingSASLInitial, 0},
		{client, &message.SASLInitialResponse{Mechanism: text(message.SCRAMSHA256), Data: []byte("n,,n=,r=x")}, phase.AuthenticatingSASLInitial, 0},
		{server, &message.AuthenticationSASLContinue{Data: []byte("r=xy,s=c2FsdA==,i=1")}, phase.AuthenticatingSASLContinue, 0},
		{client, &message.SASLResponse{Data: []byte("c=biws,r=xy,p=eA==")}, phase.AuthenticatingSASLContinue, 0},
		{server, &message.AuthenticationSASLFinal{Data: []byte("v=eA==")}, phase.Authenticating, 0},
		{server, &message.AuthenticationOk{}, phase.Initialization, 0},
		{server, &message.BackendKeyData{ProcessID: 1, SecretKey: []byte("key4")}, phase.Initialization, 0},
		{server, &message.ReadyForQuery{Status: message.Idle}, phase.Ready, 0},
		{client, &message.Query{SQL: text("begin")}, phase.SimpleQuery, 1},
		{client, &message.Query{SQL: text("select 1")}, phase.SimpleQuery, 2},
		{server, &message.CommandComplete{Tag: text("BEGIN")}, phase.SimpleQuery, 2},
		{server, &message.ReadyForQuery{Status: message.InTransaction}, phase.SimpleQuery, 1},
		{server, &message.NoticeResponse{}, phase.SimpleQuery, 1},
		{server, &message.EmptyQueryResponse{}, phase.SimpleQuery, 1},
		{server, &message.ReadyForQuery{Status: message.InTransaction}, phase.Ready, 0},
		{client, &message.Parse{SQL: text("select 1")}, phase.ExtendedQuery, 0},
		{client, &message.Sync{}, phase.ExtendedQuery, 1},
		{client, &message.Terminate{}, phase.ExtendedQuery, 1},
		{server, &message.ParseComplete{}, phase.ExtendedQuery, 1},
		{server, &message.ReadyForQuery{Status: message.FailedTransaction}, phase.Terminated, 0},
	} {
		wire := must(t, s.by, s.message)
		other := client
		if s.by == client {
			other = server
		}
		n := 0
		for m, err := range other.Receive(wire) {
			if err != nil || m.Kind() != s.message.Kind() {
				t.Fatalf("step %d: %v, %v", i, m, err)
			}
			n++
		}
		if n != 1 {
			t.Fatalf("step %d: %d messages", i, n)
		}
		for _, c := range []*Conn{client, server} {
			if c.Phase() != s.phase || c.PendingSyncs() != s.syncs || c.Ready() != (s.phase == phase.Ready) || c.Active() != (s.phase != phase.Terminated) {
				t.Fatalf("step %d: in %s with %d to come", i, c.Phase(), c.PendingSyncs())
			}
		}
	}
	if client.Status() != message.FailedTransaction {
		t.Errorf("status %q", client.Status())
	}
}

// TestRefused holds Send to leaving everything as it was when it fails.
func TestRefused(t *testing.T) {
	c := NewFrontend(Options{OnSend: func(b []byte) { t.Errorf("%q was sent", b) }})
	if _, err := c.Send(&message.Query{SQL: message.Text("select 1")}); !errors.As(err, new(*phase.Error)) || c.Phase() != phase.Startup {
		t.Errorf("%v, in %s", err, c.Phase())
	}
	bad := &message.StartupMessage{Protocol: message.Version30, Parameters: []message.Parameter{{Name: message.Text("a\x00")}}}
	if _, err := c.Send(bad); !errors.Is(err, message.EmbeddedZero) || c.Phase() != phase.Startup {
		t.Errorf("%v, in %s", err, c.Phase())
	}
}

// TestHooks calls the hooks with what is sent and received.
func TestHooks(t *testing.T) {
	var log []string
	client := NewFrontend(Options{
		OnSend:    func(b []byte) { log = append(log, fmt.Sprintf("sent %d bytes", len(b))) },
		OnReceive: func(m message.Message) { log = append(log, "received "+m.Kind().String()) },
	})
	must(t, client, &message.StartupMessage{Protocol: message.Version30})
	for m, err := range client.Receive([]byte("R\x00\x00\x00\x08\x00\x00\x00\x00Z\x00\x00\x00\x05I")) {
		log = append(log, fmt.Sprint("got ", m.Kind(), err))
	}
	want := []string{"sent 9 bytes", "received AuthenticationOk", "got AuthenticationOk <nil>", "received ReadyForQuery", "got ReadyForQuery <nil>"}
	if d := cmp.Diff(want, log); d != "" {
		t.Error(d)
	}
}

// TestRest finds what somebody has put in clear behind an agreement on TLS, be it in the
// bytes of the same call or of a later one, and nothing where nothing is.
func TestRest(t *testing.T) {
	for _, pieces := range [][]string{{"S"}, {"Sinjected"}, {"S", "injected"}, {"S", "inj", "ected"}} {
		client := NewFrontend(Options{})
		must(t, client, &message.SSLRequest{})
		var rest string
		for _, piece := range pieces {
			buffer := []byte(piece)
			for m, err := range client.Receive(buffer) {
				if err != nil || m.Kind() != message.KindSSLResponse {
					t.Fatalf("%q: %v, %v", pieces, m, err)
				}
			}
			clear(buffer) // it is the caller's again
			rest += string(client.Rest())
		}
		if want := strings.Join(pieces, "")[1:]; rest != want || client.Phase() != phase.Encrypted {
			t.Errorf("%q: %q is left, in %s", pieces, rest, client.Phase())
		}
	}
}

// TestAnsweredBeforehand answers requests for encryption that are yet to come: the answers
// are taken one by one, as they are asked for.
func TestAnsweredBeforehand(t *testing.T) {
	client := NewFrontend(Options{})
	var got []message.Kind
	for _, step := range []struct {
		request message.Message
		bytes   string
	}{{&message.GSSENCRequest{}, "NNN"}, {&message.SSLRequest{}, "N"}} {
		must(t, client, step.request)
		for m, err := range client.Receive([]byte(step.bytes)) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, m.Kind())
		}
	}
	if d := cmp.Diff([]message.Kind{message.KindGSSENCResponse, message.KindSSLResponse}, got); d != "" {
		t.Error(d)
	}
	if rest := client.Rest(); string(rest) != "NN" {
		t.Errorf("%q is left", rest)
	}
}

// TestHalfWay leaves the loop in the middle, and uses the memory again.
func TestHalfWay(t *testing.T) {
	client := NewFrontend(Options{})
	must(t, client, &message.StartupMessage{Protocol: message.Version30})
	buffer := []byte("R\x00\x00\x00\x08\x00\x00\x00\x00S\x00\x00\x00\x08a\x00b\x00Z\x00\x00\x00\x05I")
	for range client.Receive(buffer) {
		break
	}
	copy(buffer, strings.Repeat("?", len(buffer)))
	var kinds []message.Kind
	for m, err := range client.Receive(nil) {
		if err != nil {
			t.Fatal(err)
		}
		kinds = append(kinds, m.Kind())
	}
	if d := cmp.Diff([]message.Kind{message.KindParameterStatus, message.KindReadyForQuery}, kinds); d != "" || !client.Ready() {
		t.Error(d)
	}
}

// TestHalfWayAgain leaves the loop behind each message. The message stays what it was.
func TestHalfWayAgain(t *testing.T) {
	e := newExchange(t)
	must(t, e.client, e.query)
	var wire []byte
	want := []string{"AAAA 1", "BBBB 2", "CCCC 3", "DDDD 4"}
	for _, tag := range want {
		b, err := message.Append(nil, &message.CommandComplete{Tag: message.Text(tag)})
		if err != nil {
			t.Fatal(err)
		}
		wire = append(wire, b...)
	}
	next := func(b []byte) message.Message {
		for m, err := range e.client.Receive(b) {
			if err != nil {
				t.Fatal(err)
			}
			return m
		}
		return nil
	}
	var got []string
	for m := next(wire); m != nil; m = next(nil) {
		got = append(got, string(m.(*message.CommandComplete).Tag))
		clear(wire)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// TestErrors goes on behind a message that does not parse and one that is not allowed,
// and ends where no message can begin.
func TestErrors(t *testing.T) {
	for _, lenient := range []bool{false, true} {
		client := NewFrontend(Options{Lenient: lenient})
		must(t, client, &message.StartupMessage{Protocol: message.Version30})
		var log []string
		in := "R\x00\x00\x00\x08\x00\x00\x00\x00" + "S\x00\x00\x00\x07a\x00b" + "1\x00\x00\x00\x04" + "Z\x00\x00\x00\x05I" + "Z\x00\x00\x00\x01" + "Z\x00\x00\x00\x05I"
		for m, err := range client.Receive([]byte(in)) {
			s := "nothing"
			if m != nil {
				s = m.Kind().String()
			}
			if err != nil {
				s += ": " + err.Error()
			}
			log = append(log, s)
		}
		want := []string{
			"AuthenticationOk",
			"ParameterStatus: backend ParameterStatus.value at byte 16: terminating zero byte is missing",
			"ParseComplete: backend ParseComplete is not allowed in phase initialization; expected NegotiateProtocolVersion, BackendKeyData, ParameterStatus, ReadyForQuery, ErrorResponse, NoticeResponse or NotificationResponse",
			"ReadyForQuery",
			"nothing: backend ReadyForQuery.length at byte 29: length is not possible here: 1",
		}
		if lenient {
			want[2] = "ParseComplete"
		}
		if d := cmp.Diff(want, log); d != "" || !client.Ready() {
			t.Errorf("lenient %v: %s", lenient, d)
		}
	}
}

// An exchange is a query and its answer, passed from end to end.
type exchange struct {
	client, server *Conn
	query          message.Message
	answer         []message.Message
	bytes          int // that were passed
}

// newExchange starts a session.
func newExchange(t testing.TB) *exchange {
	e := &exchange{
		client: NewFrontend(Options{}), server: NewBackend(Options{}),
		query: &message.Query{SQL: message.Text("select 1")},
		answer: []message.Message{
			&message.RowDescription{Columns: []message.Column{{Name: message.Text("?column?"), Type: 23, Size: 4, TypeModifier: -1}}},
			&message.DataRow{Values: message.NewValues([]byte("1"))},
			&message.CommandComplete{Tag: message.Text("SELECT 1")},
			&message.ReadyForQuery{Status: message.Idle},
		},
	}
	e.pass(t, e.client, e.server, &message.StartupMessage{Protocol: message.Version30})
	e.pass(t, e.server, e.client, &message.AuthenticationOk{})
	e.pass(t, e.server, e.client, &message.ReadyForQuery{Status: message.Idle})
	return e
}

func (e *exchange) pass(t testing.TB, from, to *Conn, m message.Message) {
	wire, err := from.Send(m)
	if err != nil {
		t.Fatal(err)
	}
	e.bytes += len(wire)
	for _, err := range to.Receive(wire) {
		if err != nil {
			t.Fatal(err)
		}
	}
}

func (e *exchange) run(t testing.TB) {
	e.pass(t, e.client, e.server, e.query)
	for _, m := range e.answer {
		e.pass(t, e.server, e.client, m)
	}
}

// TestAllocations holds a session to none for a message, once it runs.
func TestAllocations(t *testing.T) {
	e := newExchange(t)
	if n := testing.AllocsPerRun(100, func() { e.run(t) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

// BenchmarkConn sends and receives a query and its answer, message by message.
func BenchmarkConn(b *testing.B) {
	e := newExchange(b)
	e.bytes = 0
	e.run(b)
	b.SetBytes(int64(e.bytes))
	b.ReportAllocs()
	for b.Loop() {
		e.run(b)
	}
}
