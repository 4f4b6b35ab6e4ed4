package session_test

import (
	"bytes"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	m "github.com/pgwdump/pgwdump/message"
	"github.com/pgwdump/pgwdump/phase/phasetest"
	"github.com/pgwdump/pgwdump/reassembly"
	"github.com/pgwdump/pgwdump/session"
)

var update = flag.Bool("update", false, "rewrite what is expected in testdata")

// A conversation is a list of chunks, as a capture has them.
type conversation struct {
	joined bool // it was open before
	chunks []reassembly.Chunk
	how    reassembly.Ending
	end    int64
}

const (
	client = 0
	server = 1
	ms     = 1_000_000
)

// login is how each conversation begins that is not joined. It ends at 0 ms.
const login = `
> -5 StartupMessage user app database shop application_name web
< -1 AuthenticationOk
< -1 ParameterStatus application_name web
< -1 ParameterStatus standard_conforming_strings on
< -1 BackendKeyData 7
< 0 ReadyForQuery I
`

// parse reads a conversation. A line is a message: > from the client or < from the
// server, at how many milliseconds, its name and its fields. Messages of the same
// side and time are one packet. "joined" says that the beginning was not captured,
// "gap N" that N bytes of that side were not, "cut N" that
// only N bytes of the packet before were in it, and the rest in another one, then;
// "lost N" that so it is and the rest was not captured; "unheard N" that who sent the packet before had not got the last N of the other side;
// "reset" and "finished" that the connection ended so.
func parse(text string) (*conversation, error) {
	c := &conversation{}
	lines := strings.Split(text, "\n")
	if !strings.HasPrefix(strings.TrimSpace(text), "joined") {
		lines = append(strings.Split(login, "\n"), lines...)
	}
	for _, line := range lines {
		line, _, _ = strings.Cut(line, " # ")
		words, err := fields(line)
		switch {
		case err != nil:
			return nil, fmt.Errorf("%s: %w", line, err)
		case len(words) == 0 || strings.HasPrefix(line, "#"):
			continue
		case words[0] == "joined":
			c.joined = true
			continue
		}
		at, err := strconv.ParseFloat(words[1], 64)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", line, err)
		}
		time := int64(at * ms)
		c.end = time
		from := strings.Index("><", words[0])
		switch words[2] {
		case "gap":
			n, _ := strconv.Atoi(words[3])
			c.chunks = append(c.chunks, reassembly.Chunk{From: from, Missing: n, Time: time, Packet: len(c.chunks) + 1})
			continue
		case "reset":
			c.how = reassembly.Reset
			continue
		case "finished":
			c.how = reassembly.Finished
			continue
		}
		last := len(c.chunks) - 1
		if words[2] == "unheard" {
			n, _ := strconv.Atoi(words[3])
			for i := last; i >= 0; i-- {
				switch sent := &c.chunks[i]; {
				case sent.From == from:
				case n > 0:
					n--
				default:
					c.chunks[last].Heard += int64(len(sent.Bytes) + sent.Missing)
				}
			}
			continue
		}
		if words[2] == "lost" {
			n, _ := strconv.Atoi(words[3])
			rest := c.chunks[last]
			c.chunks[last].Bytes, rest.Bytes, rest.Missing = rest.Bytes[:n:n], nil, len(rest.Bytes)-n
			c.chunks = append(c.chunks, rest)
			continue
		}
		if words[2] == "cut" {
			n, _ := strconv.Atoi(words[3])
			rest := c.chunks[last]
			c.chunks[last].Bytes, rest.Bytes = rest.Bytes[:n:n], rest.Bytes[n:]
			rest.Time, rest.Packet = time, last+2
			c.chunks = append(c.chunks, rest)
			continue
		}
		b, err := encode(words[2], words[3:])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", line, err)
		}
		if last >= 0 && c.chunks[last].From == from && c.chunks[last].Time == time && c.chunks[last].Missing == 0 {
			c.chunks[last].Bytes = append(c.chunks[last].Bytes, b...)
			continue
		}
		c.chunks = append(c.chunks, reassembly.Chunk{From: from, Bytes: b, Time: time, Packet: len(c.chunks) + 1})
	}
	return c, nil
}

// fields splits a line at its blanks, but not inside quotation marks.
func fields(line string) (words []string, err error) {
	for line = strings.TrimSpace(line); line != ""; line = strings.TrimSpace(line) {
		if line[0] != '"' {
			word, rest, _ := strings.Cut(line, " ")
			words, line = append(words, word), rest
			continue
		}
		quoted, err := strconv.QuotedPrefix(line)
		if err != nil {
			return nil, err
		}
		word, _ := strconv.Unquote(quoted)
		words, line = append(words, word), line[len(quoted):]
	}
	return words, nil
}

// encode makes a message of its name and fields.
func encode(name string, words []string) ([]byte, error) {
	word := func(i int) m.Text {
		if i < len(words) {
			return m.Text(words[i])
		}
		return nil
	}
	number := func(i int) int {
		n, _ := strconv.Atoi(string(word(i)))
		return n
	}
	var oids []m.OID
	var columns []m.Column
	var values [][]byte
	var formats []m.Format
	for _, w := range words {
		name, oid, _ := strings.Cut(w, ":")
		n, _ := strconv.Atoi(oid)
		columns = append(columns, m.Column{Name: m.Text(name), Type: m.OID(n)})
		n, _ = strconv.Atoi(w)
		oids = append(oids, m.OID(n))
		switch digits, binary := strings.CutPrefix(w, `\x`); {
		case w == "NULL":
			values, formats = append(values, nil), append(formats, m.TextFormat)
		case binary:
			b, err := hex.DecodeString(digits)
			if err != nil {
				return nil, err
			}
			values, formats = append(values, b), append(formats, m.BinaryFormat)
		default:
			values, formats = append(values, []byte(w)), append(formats, m.TextFormat)
		}
	}
	target := m.Statement
	if len(word(0)) > 0 && word(0)[0] == 'P' {
		target = m.Portal
	}
	failure := []m.ErrorField{{Code: 'S', Value: word(0)}, {Code: 'V', Value: word(0)}, {Code: 'C', Value: word(1)}, {Code: 'M', Value: word(2)}}
	if len(word(3)) > 0 {
		failure = append(failure, m.ErrorField{Code: 'P', Value: word(3)})
	}
	copying := m.CopyFormat{Format: uint8(number(0)), Columns: make([]m.Format, number(1))}
	var parameters []m.Parameter
	for i := 0; i+1 < len(words); i += 2 {
		parameters = append(parameters, m.Parameter{Name: word(i), Value: word(i + 1)})
	}
	rest := func(n int) int { return min(n, len(words)) }
	messages := map[string]func() m.Message{
		"StartupMessage":   func() m.Message { return &m.StartupMessage{Protocol: m.Version30, Parameters: parameters} },
		"AuthenticationOk": func() m.Message { return &m.AuthenticationOk{} },
		"BackendKeyData":   func() m.Message { return &m.BackendKeyData{ProcessID: uint32(number(0)), SecretKey: []byte("key4")} },
		"ParameterStatus":  func() m.Message { return &m.ParameterStatus{Name: word(0), Value: word(1)} },
		"Query":            func() m.Message { return &m.Query{SQL: word(0)} },
		"Parse":            func() m.Message { return &m.Parse{Statement: word(0), SQL: word(1), ParameterTypes: oids[rest(2):]} },
		"Bind": func() m.Message {
			return &m.Bind{Portal: word(0), Statement: word(1), ParameterFormats: formats[rest(2):], Parameters: m.NewValues(values[rest(2):]...)}
		},
		"Describe":  func() m.Message { return &m.Describe{Target: target, Name: word(1)} },
		"Execute":   func() m.Message { return &m.Execute{Portal: word(0), MaxRows: int32(number(1))} },
		"Close":     func() m.Message { return &m.Close{Target: target, Name: word(1)} },
		"Flush":     func() m.Message { return &m.Flush{} },
		"Sync":      func() m.Message { return &m.Sync{} },
		"Terminate": func() m.Message { return &m.Terminate{} },
		"FunctionCall": func() m.Message {
			return &m.FunctionCall{Function: oids[0], ArgumentFormats: formats[1:], Arguments: m.NewValues(values[1:]...)}
		},
		"CopyData":             func() m.Message { return &m.CopyData{Data: word(0)} },
		"CopyDone":             func() m.Message { return &m.CopyDone{} },
		"CopyFail":             func() m.Message { return &m.CopyFail{Reason: word(0)} },
		"RowDescription":       func() m.Message { return &m.RowDescription{Columns: columns} },
		"DataRow":              func() m.Message { return &m.DataRow{Values: m.NewValues(values...)} },
		"CommandComplete":      func() m.Message { return &m.CommandComplete{Tag: m.Text(strings.Join(words, " "))} },
		"EmptyQueryResponse":   func() m.Message { return &m.EmptyQueryResponse{} },
		"PortalSuspended":      func() m.Message { return &m.PortalSuspended{} },
		"ParseComplete":        func() m.Message { return &m.ParseComplete{} },
		"BindComplete":         func() m.Message { return &m.BindComplete{} },
		"CloseComplete":        func() m.Message { return &m.CloseComplete{} },
		"NoData":               func() m.Message { return &m.NoData{} },
		"ParameterDescription": func() m.Message { return &m.ParameterDescription{Types: oids} },
		"ReadyForQuery":        func() m.Message { return &m.ReadyForQuery{Status: m.TransactionStatus(word(0)[0])} },
		"ErrorResponse":        func() m.Message { return &m.ErrorResponse{Fields: failure} },
		"NoticeResponse":       func() m.Message { return &m.NoticeResponse{Fields: failure} },
		"NotificationResponse": func() m.Message { return &m.NotificationResponse{ProcessID: 9, Channel: word(0), Payload: word(1)} },
		"CopyInResponse":       func() m.Message { return &m.CopyInResponse{CopyFormat: copying} },
		"CopyOutResponse":      func() m.Message { return &m.CopyOutResponse{CopyFormat: copying} },
		"CopyBothResponse":     func() m.Message { return &m.CopyBothResponse{CopyFormat: copying} },
		"FunctionCallResponse": func() m.Message { return &m.FunctionCallResponse{Value: values[0]} },
	}
	make := messages[name]
	if make == nil {
		return nil, fmt.Errorf("no message %q", name)
	}
	return m.Append(nil, make())
}

// eventsOf returns what is told of a conversation in a view.
func eventsOf(c *conversation, view session.View) []session.Event {
	var told session.Events
	o := session.New(session.Options{Ports: []uint16{0}, View: view})
	o.Tell(&told)
	tcp := &reassembly.Conn{Number: 1, Opener: client}
	if len(c.chunks) > 0 {
		tcp.Time = c.chunks[0].Time
	}
	if c.joined {
		tcp.Opener = reassembly.Unknown
	}
	s := o.Open(tcp)
	packet := 0
	for i := range c.chunks {
		chunk := c.chunks[i]
		chunk.Bytes = bytes.Clone(chunk.Bytes)
		s.Data(&chunk)
		clear(chunk.Bytes) // nobody may still look at them
		packet = max(packet, chunk.Packet)
	}
	s.Close(c.how, packet, c.end)
	return told.List
}

// observe returns a line for each statement of a conversation.
func observe(c *conversation) (lines []string) {
	events := eventsOf(c, session.Statements)
	for i := range events {
		switch e := &events[i]; e.Type {
		case session.Ended:
			lines = append(lines, describe(e.Statement))
		case session.Error:
			lines = append(lines, "error: "+e.Err.Error())
		}
	}
	return lines
}

// describe writes down a statement: how it ended, when it began, had its first byte,
// its first row and its end, and the rest.
func describe(s *session.Statement) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d %s %s", s.Number, s.Status, s.Protocol)
	if s.Request != m.KindUnknown && s.Request != m.KindQuery && s.Request != m.KindExecute && s.Request != m.KindFunctionCall {
		fmt.Fprintf(&b, " at %s", s.Request)
	}
	if s.Parts > 0 {
		fmt.Fprintf(&b, " part %d/%d", s.Part, s.Parts)
	}
	moment := func(name string, t session.Moment) {
		if t != (session.Moment{}) {
			fmt.Fprintf(&b, " %s %s", name, strconv.FormatFloat(float64(t.Time)/ms, 'g', 6, 64))
		}
	}
	moment("begin", s.Begin)
	moment("first", s.First)
	moment("row", s.FirstRow)
	moment("end", s.End)
	if s.Pause >= 0 {
		fmt.Fprintf(&b, " pause %s", strconv.FormatFloat(float64(s.Pause)/ms, 'g', 6, 64))
	}
	status := func(t m.TransactionStatus) string {
		if t == 0 {
			return "?"
		}
		return string(rune(t))
	}
	fmt.Fprintf(&b, " tx %s%s", status(s.Before), status(s.After))
	if s.Tag != nil {
		fmt.Fprintf(&b, " tag %q", s.Tag)
	}
	fmt.Fprintf(&b, " rows %d bytes %d/%d", s.Rows(), s.Sent, s.Received)
	if s.SQLState.String() != "" {
		fmt.Fprintf(&b, " sqlstate %s", s.SQLState)
	}
	if s.Noticed > 0 {
		fmt.Fprintf(&b, " notices %d", s.Noticed)
	}
	if c := s.Copy; c != nil {
		fmt.Fprintf(&b, " copy in %d/%d out %d/%d", c.In.Messages, c.In.Bytes, c.Out.Messages, c.Out.Bytes)
	}
	if s.Missing {
		b.WriteString(" missing")
	}
	if len(s.Name) > 0 || len(s.Portal) > 0 {
		fmt.Fprintf(&b, " name %q portal %q", s.Name, s.Portal)
	}
	if s.SQL == nil {
		b.WriteString(" sql unknown")
	} else {
		fmt.Fprintf(&b, " sql %.80q", s.SQL)
	}
	if s.Prepared != nil {
		fmt.Fprintf(&b, " executes %q", s.Prepared)
	}
	if s.Arguments != nil {
		fmt.Fprintf(&b, " parameters %s", parametersOf(s))
	}
	return b.String()
}

func parametersOf(s *session.Statement) string {
	var values m.Values
	if s.Protocol == session.Function {
		var f m.FunctionCall
		m.Decode(&f, s.Arguments)
		values = f.Arguments
	} else {
		var bind m.Bind
		m.Decode(&bind, s.Arguments)
		values = bind.Parameters
	}
	var list []string
	for i, v := range values.All() {
		text := "NULL"
		if v != nil {
			text = strconv.Quote(string(v))
		}
		if i < len(s.Types) {
			text += fmt.Sprintf(":%d", s.Types[i])
		}
		list = append(list, text)
	}
	return "[" + strings.Join(list, " ") + "]"
}

const dashes = "----\n"

// TestConversations compares the statements of each conversation with what stands
// behind the dashes.
func TestConversations(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no conversations: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			said, want, _ := strings.Cut(string(text), dashes)
			c, err := parse(said)
			if err != nil {
				t.Fatal(err)
			}
			got := strings.Join(observe(c), "\n") + "\n"
			if *update {
				if err := os.WriteFile(file, []byte(said+dashes+got), 0o666); err != nil {
					t.Fatal(err)
				}
				return
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("go test ./session -update rewrites it: %s", d)
			}
			if !strings.Contains(said, "gap ") && !strings.Contains(said, " lost ") {
				bytewise(t, c, got)
			}
			endless(t, c)
		})
	}
}

// bytewise lets the same conversation arrive a byte at a time.
func bytewise(t *testing.T, c *conversation, want string) {
	split := *c
	split.chunks = nil
	for _, chunk := range c.chunks {
		for i := range chunk.Bytes {
			one := chunk
			one.Bytes = chunk.Bytes[i : i+1]
			split.chunks = append(split.chunks, one)
		}
	}
	if d := cmp.Diff(want, strings.Join(observe(&split), "\n")+"\n"); d != "" {
		t.Errorf("a byte at a time: %s", d)
	}
}

// endless ends the same conversation with a packet that is older than all of it, as a capture
// may whose packets are not in the order of time: the session lasts for as long as it was heard.
func endless(t *testing.T, c *conversation) {
	old := *c
	first, latest := c.chunks[0].Time, c.chunks[0].Time
	for _, chunk := range c.chunks {
		latest = max(latest, chunk.Time)
		old.end = min(old.end, chunk.Time-1)
	}
	events := eventsOf(&old, session.Sessions)
	a := events[len(events)-1].Account
	if a == nil {
		t.Fatal("no account comes last")
	}
	if a.Began.Time != first || a.Finished.Time != latest {
		t.Errorf("ended by an old packet it lasts from %d to %d, not from %d to %d", a.Began.Time, a.Finished.Time, first, latest)
	}
	if a.Busy+a.Idle > latest-first {
		t.Errorf("it was busy for %d and idle for %d, in %d", a.Busy, a.Idle, latest-first)
	}
}

// TestRecorded compares the statements of the conversations that were recorded from
// real clients, a millisecond a turn.
func TestRecorded(t *testing.T) {
	var b strings.Builder
	phasetest.Each(t, "../phase/testdata", func(t *testing.T, r phasetest.Conversation) {
		c := &conversation{how: reassembly.Finished}
		for i, u := range r.Turns {
			from := client
			if u.From == m.Backend {
				from = server
			}
			c.end = int64(i+1) * ms
			c.chunks = append(c.chunks, reassembly.Chunk{From: from, Bytes: u.Bytes, Packet: i + 1, Time: c.end})
		}
		fmt.Fprintf(&b, "== %s\n", filepath.Base(r.File))
		for _, line := range observe(c) {
			b.WriteString(line + "\n")
		}
	})
	const file = "testdata/recorded.golden"
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), b.String()); d != "" {
		t.Errorf("go test ./session -update rewrites it: %s", d)
	}
}

// FuzzPairing lets both sides say anything in any order, with gaps: no panic, and
// each request that runs something is told of once.
func FuzzPairing(f *testing.F) {
	said := [2][]string{
		{`Query "select 1"`, `Query "a; b; c"`, `Query "prepare q as select 1"`, `Query "execute q"`, `Query "discard all"`, `Parse q "select $1"`,
			`Parse "" "select 2"`, `Bind "" q 1`, `Bind p "" x`, `Describe S q`, `Describe P p`, `Execute "" 0`, `Execute p 1`, `Close S q`,
			`Close P p`, `Flush`, `Sync`, `Sync`, `FunctionCall 1 2`, `CopyData d`, `CopyDone`, `CopyFail no`, `Terminate`},
		{`RowDescription a:23`, `DataRow 1`, `CommandComplete SELECT 1`, `CommandComplete PREPARE`, `EmptyQueryResponse`, `PortalSuspended`, `ParseComplete`,
			`BindComplete`, `CloseComplete`, `NoData`, `ParameterDescription 23`, `ReadyForQuery I`, `ReadyForQuery T`, `ErrorResponse ERROR 42601 no 9`,
			`ErrorResponse FATAL 57P01 no`, `NoticeResponse NOTICE 00000 so`, `ParameterStatus application_name x`, `CopyInResponse 0 1`,
			`CopyOutResponse 0 1`, `CopyBothResponse 0 1`, `CopyData d`, `CopyDone`, `FunctionCallResponse 1`},
	}
	f.Add([]byte{0, 0, 1, 0, 1, 1, 1, 2, 1, 11, 0, 5, 0, 7, 0, 11, 0, 16, 1, 6, 1, 7, 1, 2, 1, 11}, false)
	f.Fuzz(func(t *testing.T, b []byte, joined bool) {
		text := ""
		if joined {
			text = "joined\n"
		}
		ran, texts := 0, 0 // statements, and what they came in
		for i := 0; i+1 < len(b); i += 2 {
			from := int(b[i] & 1)
			words := said[from][int(b[i+1])%len(said[from])]
			if b[i]&0xf0 == 0xf0 {
				text += fmt.Sprintf("%c %d gap %d\n", "><"[from], i, 1+b[i+1])
			}
			text += fmt.Sprintf("%c %d %s\n", "><"[from], i, words)
			switch {
			case from == server:
			case strings.HasPrefix(words, `Query "a;`):
				ran += 3
				texts++
			case strings.HasPrefix(words, "Query"), strings.HasPrefix(words, "Execute"), strings.HasPrefix(words, "FunctionCall"):
				ran++
				texts++
			}
		}
		c, err := parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if err := referred(c); err != nil {
			t.Errorf("%v:\n%s", err, text)
		}
		told := 0
		for _, line := range observe(c) {
			if strings.Contains(line, " simple") || strings.Contains(line, " extended begin") && !strings.Contains(line, " at ") || strings.Contains(line, " function") {
				told++
			}
		}
		if told > ran {
			t.Errorf("%d statements of %d requests:\n%s\n%s", told, ran, text, strings.Join(observe(c), "\n"))
		}
		if told < texts && !joined && !strings.Contains(text, " gap ") && !strings.Contains(text, "Terminate") {
			t.Errorf("%d statements of %d requests:\n%s\n%s", told, texts, text, strings.Join(observe(c), "\n"))
		}
	})
}
