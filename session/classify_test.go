package session_test

import (
	"bytes"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/pgwdump/pgwdump/capture"
	m "github.com/pgwdump/pgwdump/message"
	"github.com/pgwdump/pgwdump/reassembly"
	"github.com/pgwdump/pgwdump/session"
)

// hear feeds chunks to an Observer, in pieces of so many bytes, and returns why the
// connection was classified as it was and with whom for the client, the messages, and the
// bytes of it that were looked at. The ends have port 0.
func hear(ports []uint16, opener int, piece int, chunks ...reassembly.Chunk) (why string, messages []string, totals session.Totals) {
	var told session.Events
	o := session.New(session.Options{Ports: ports, Why: true})
	o.Tell(&told)
	tcp := &reassembly.Conn{Number: 1, Opener: opener, Ends: [2]capture.Endpoint{
		capture.EndpointOf(netip.MustParseAddrPort("192.0.2.1:0")), capture.EndpointOf(netip.MustParseAddrPort("192.0.2.2:0"))}}
	s := o.Open(tcp)
	for i, c := range chunks {
		c.Packet = i + 1
		for b := c.Bytes; len(b) > 0; c.Missing = 0 {
			c.Bytes, b = b[:min(piece, len(b))], b[min(piece, len(b)):]
			s.Data(&c)
		}
	}
	s.Close(reassembly.Open, len(chunks), 0)
	for i := range told.List {
		switch e := &told.List[i]; e.Type {
		case session.Why:
			why = e.Reason + ", with " + e.Conn.Client + " for the client"
		case session.Message:
			mark := ""
			if e.Uncertain {
				mark = "?"
			}
			messages = append(messages, fmt.Sprintf("%s%s", e.Frame.Kind, mark))
		}
	}
	return why, messages, o.Totals
}

func wire(t testing.TB, messages ...m.Message) (b []byte) {
	for _, x := range messages {
		var err error
		if b, err = m.Append(b, x); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

// TestClassify tells PostgreSQL from other protocols, and client from server, in the
// middle of connections and at their beginning, on ports of PostgreSQL and on others.
func TestClassify(t *testing.T) {
	startup := wire(t, &m.StartupMessage{Protocol: m.Version30, Parameters: []m.Parameter{{Name: m.Text("user"), Value: m.Text("me")}}})
	ssl := wire(t, &m.SSLRequest{})
	query := wire(t, &m.Query{SQL: m.Text("select 1")})
	answer := wire(t, &m.RowDescription{Columns: []m.Column{{Name: m.Text("id"), Type: 23, Size: 4}}},
		&m.DataRow{Values: m.NewValues([]byte("1"))}, &m.CommandComplete{Tag: m.Text("SELECT 1")}, &m.ReadyForQuery{Status: m.Idle})
	welcome := wire(t, &m.AuthenticationOk{}, &m.ReadyForQuery{Status: m.Idle})
	large := bytes.Repeat([]byte("some text in a row, "), 10_000)
	broken := bytes.Clone(startup)
	broken[0] ^= 0x80
	here, elsewhere := []uint16{0}, []uint16{5432}
	from := func(end int, b []byte) reassembly.Chunk { return reassembly.Chunk{From: end, Bytes: b} }
	noise := bytes.Repeat([]byte("\x93\xfa\x01\x88\x10\xe0\x7f"), 40)
	for _, c := range []struct {
		name   string
		ports  []uint16
		opener int
		chunks []reassembly.Chunk
		want   string // how why begins
		says   string // messages
	}{
		{"from the beginning", elsewhere, 0, []reassembly.Chunk{from(0, startup), from(1, welcome)},
			"PostgreSQL: the client begins with StartupMessage", "StartupMessage AuthenticationOk ReadyForQuery"},
		{"a start-up packet without user", elsewhere, 0, []reassembly.Chunk{from(0, []byte("\x00\x00\x00\x09\x00\x03\x00\x00\x00"))}, "not PostgreSQL", ""},
		{"the same on a port", here, 0, []reassembly.Chunk{from(0, []byte("\x00\x00\x00\x09\x00\x03\x00\x00\x00"))}, "PostgreSQL: the client begins", "StartupMessage"},
		{"in the middle", elsewhere, -1, []reassembly.Chunk{from(0, query), from(1, answer)},
			"PostgreSQL: both sides", "Query RowDescription DataRow CommandComplete ReadyForQuery"},
		{"in the middle, the server first", elsewhere, -1, []reassembly.Chunk{from(0, answer[5:]), from(1, query), from(0, answer)},
			"PostgreSQL: both sides", "DataRow CommandComplete ReadyForQuery Query RowDescription DataRow CommandComplete ReadyForQuery"},
		{"in the middle, one side", elsewhere, -1, []reassembly.Chunk{from(0, answer)},
			"PostgreSQL: one side", "RowDescription DataRow CommandComplete ReadyForQuery"},
		{"one side and another protocol", elsewhere, -1, []reassembly.Chunk{from(0, answer), from(1, noise), from(0, answer), from(1, noise)}, "not PostgreSQL", ""},
		{"a start that is broken, and answered", here, 0, []reassembly.Chunk{from(0, broken), from(1, welcome), from(0, query), from(1, answer)},
			"PostgreSQL: the server answers", "AuthenticationOk ReadyForQuery Query RowDescription DataRow CommandComplete ReadyForQuery"},
		{"the server's side alone", here, 0, []reassembly.Chunk{from(1, welcome)}, "PostgreSQL: the server answers", "AuthenticationOk ReadyForQuery"},
		{"a gap at the beginning", here, 0, []reassembly.Chunk{{From: 0, Missing: 50, Bytes: query}, from(1, answer)},
			"PostgreSQL: one side", "Query RowDescription DataRow CommandComplete ReadyForQuery"},
		{"in the middle of a large row", here, -1, []reassembly.Chunk{from(1, large), from(1, answer), from(0, query)},
			"PostgreSQL: ", "RowDescription DataRow CommandComplete ReadyForQuery Query"},
		{"the same on another port", elsewhere, -1, []reassembly.Chunk{from(1, large), from(1, answer), from(0, query)}, "not PostgreSQL: no messages are seen", ""},
		{"the beginnings of start-up packets alone", here, 0, []reassembly.Chunk{from(0, ssl[:6]), from(1, []byte("N")), {From: 0, Missing: 2, Bytes: startup[:6]}},
			"PostgreSQL: it is to port 0", "SSLResponse?"},
		{"HTTP", here, 0, []reassembly.Chunk{from(0, []byte("GET / HTTP/1.1\r\n"))}, "not PostgreSQL: HTTP", ""},
		{"HTTP in the middle", here, -1, []reassembly.Chunk{from(0, []byte("POST /x HTTP/1.1\r\n")), from(1, []byte("HTTP/1.1 200 OK\r\n"))}, "not PostgreSQL: HTTP", ""},
		{"MySQL", here, 0, []reassembly.Chunk{from(1, []byte("J\x00\x00\x00\n8.0.33\x00\x08\x00\x00\x00")), from(0, noise)}, "not PostgreSQL: MySQL", ""},
		{"SSH", here, 0, []reassembly.Chunk{from(1, []byte("SSH-2.0-OpenSSH_9.6\r\n"))}, "not PostgreSQL: SSH", ""},
		{"SMTP", here, 0, []reassembly.Chunk{from(1, []byte("220 mail ESMTP\r\n"))}, "not PostgreSQL: SMTP", ""},
		{"Redis", here, -1, []reassembly.Chunk{from(0, []byte("*1\r\n$4\r\nPING\r\n"))}, "not PostgreSQL: Redis", ""},
		{"noise", here, 0, []reassembly.Chunk{from(0, noise), from(0, noise)}, "not PostgreSQL: the client begins", ""},
		{"noise in the middle", here, -1, []reassembly.Chunk{from(0, noise), from(1, noise[1:]), from(0, noise[2:]), from(1, noise[3:]), from(0, noise)}, "not PostgreSQL: no side begins", ""},
		{"nothing", elsewhere, 0, nil, "not PostgreSQL: nothing was said", ""},
	} {
		for _, piece := range []int{1 << 20, 1, 7} {
			why, messages, totals := hear(c.ports, c.opener, piece, c.chunks...)
			if !strings.HasPrefix(why, c.want) || strings.Join(messages, " ") != c.says {
				t.Errorf("%s, in pieces of %d: %s\n\t%v", c.name, piece, why, messages)
			}
			var all int64
			for _, k := range c.chunks {
				all += int64(len(k.Bytes))
			}
			if n := totals.Decoded + totals.Undecoded + totals.Foreign; n != all {
				t.Errorf("%s, in pieces of %d: %d bytes of %d are accounted for: %+v", c.name, piece, n, all, totals)
			}
			if strings.HasPrefix(c.want, "PostgreSQL") != (totals.Connections == 1) || totals.Connections+totals.Others != 1 {
				t.Errorf("%s: %+v", c.name, totals)
			}
		}
	}
}

// TestOddAnswers answers a request for encryption otherwise than by yes or no. Whatever
// comes then, it is not encrypted.
func TestOddAnswers(t *testing.T) {
	startup := wire(t, &m.StartupMessage{Protocol: m.Version30, Parameters: []m.Parameter{{Name: m.Text("user"), Value: m.Text("me")}}})
	welcome := string(wire(t, &m.AuthenticationOk{}, &m.ReadyForQuery{Status: m.Idle}))
	for _, c := range []struct {
		answer     string
		goesOn     bool
		says       string
		violations int64
	}{
		{"X", true, "SSLResponse StartupMessage AuthenticationOk ReadyForQuery", 0},
		{"G", true, "SSLResponse StartupMessage AuthenticationOk ReadyForQuery", 0},
		{"\x00", false, "SSLResponse", 0},
		{"HTTP/1.1 400 Bad Request\r\n", false, "SSLResponse", 1},
		{"Eunsupported frontend protocol\x00", false, "ErrorResponseV2", 0},
		{string(wire(t, &m.ErrorResponse{Fields: []m.ErrorField{{Code: 'S', Value: m.Text("FATAL")}}})), false, "ErrorResponse", 0},
	} {
		chunks := []reassembly.Chunk{{From: 0, Bytes: wire(t, &m.SSLRequest{})}, {From: 1, Bytes: []byte(c.answer)}}
		if c.goesOn {
			chunks = append(chunks, reassembly.Chunk{From: 0, Bytes: startup}, reassembly.Chunk{From: 1, Bytes: []byte(welcome)})
		}
		for _, piece := range []int{1 << 20, 1} {
			_, messages, totals := hear([]uint16{0}, 0, piece, chunks...)
			if got := strings.Join(messages, " "); got != "SSLRequest "+c.says || totals.Violations != c.violations || totals.Encrypted > 0 {
				t.Errorf("%q, in pieces of %d: %s, %+v", c.answer, piece, got, totals)
			}
		}
	}
}

// TestLateAnswers takes what a server says that was not captured from its beginning for the
// answer to a request for encryption, without a mark only if it has heard no more than that.
func TestLateAnswers(t *testing.T) {
	request := wire(t, &m.SSLRequest{})
	for heard, want := range map[int64]string{0: "SSLRequest SSLResponse", 8: "SSLRequest SSLResponse", 9: "SSLRequest SSLResponse?"} {
		for opener, want := range map[int]string{reassembly.Unknown: want, 0: "SSLRequest SSLResponse"} {
			_, messages, _ := hear([]uint16{0}, opener, 1, reassembly.Chunk{From: 0, Bytes: request}, reassembly.Chunk{From: 1, Bytes: []byte("N"), Heard: heard})
			if got := strings.Join(messages, " "); got != want {
				t.Errorf("opener %d, %d bytes heard: %s", opener, heard, got)
			}
		}
	}
}

// FuzzConversation lets both ends of a connection say anything, in turn: any split of
// the same bytes gives the same messages, if it is taken for the same, and all bytes
// are accounted for.
func FuzzConversation(f *testing.F) {
	startup := wire(f, &m.StartupMessage{Protocol: m.Version30, Parameters: []m.Parameter{{Name: m.Text("user"), Value: m.Text("me")}}})
	answer := wire(f, &m.AuthenticationOk{}, &m.ReadyForQuery{Status: m.Idle})
	f.Add(int8(0), uint8(7), startup, answer)
	f.Add(int8(-1), uint8(1), startup[4:], answer[3:])
	f.Fuzz(func(t *testing.T, opener int8, piece uint8, a, b []byte) {
		if len(a)+len(b) > 500 || answersOrNot(a) || answersOrNot(b) {
			return
		}
		var chunks []reassembly.Chunk
		for i, said := range [][]byte{a[:len(a)/2], b[:len(b)/2], a[len(a)/2:], b[len(b)/2:]} {
			chunks = append(chunks, reassembly.Chunk{From: i % 2, Bytes: said})
		}
		why, whole, totals := hear([]uint16{0}, max(int(opener)%2, -1), 1<<20, chunks...)
		reason, split, _ := hear([]uint16{0}, max(int(opener)%2, -1), int(piece)+1, chunks...)
		// In pieces it may be found out sooner: that it is neither PostgreSQL nor anything
		// else, or who the client is where both speak like a server.
		if same := why == reason; same && strings.Join(whole, " ") != strings.Join(split, " ") {
			t.Fatalf("%v\n%v", whole, split)
		}
		if n := totals.Decoded + totals.Undecoded + totals.Encrypted + totals.Foreign; n > int64(len(a)+len(b)) {
			t.Fatalf("%d bytes are accounted for of %d", n, len(a)+len(b))
		}
	})
}

// answersOrNot tells whether the first byte alone is the answer to an SSLRequest or
// GSSENCRequest, and with the next one it is not, or another one behind such answers.
// Nobody waits for a next one, which after such an answer may never come.
func answersOrNot(b []byte) bool {
	rest := bytes.TrimLeft(b, "SNG")
	return len(rest) < len(b) && len(rest) > 0 && rest[0] == 0
}
