package message_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	. "github.com/pgwdump/pgwdump/message"
	"github.com/pgwdump/pgwdump/message/messagetest"
)

var update = flag.Bool("update", false, "rewrite the documentation of the messages")

// same compares messages: what is nil and what is empty are not the same.
var same = cmp.Exporter(func(reflect.Type) bool { return true })

// bodyOf returns the part of a sample behind its head.
func bodyOf(s messagetest.Sample) []byte {
	k := s.Message.Kind()
	head := map[Framing]int{Typed: 5, Startup: 4, OneByte: 0, V2Error: 1, Inside: 0}[k.Framing()]
	return []byte(s.Wire)[head:]
}

// fresh returns an empty message to decode a sample into.
func fresh(s messagetest.Sample) Message {
	m := New(s.Message.Kind())
	if u, ok := s.Message.(*Unknown); ok {
		m.(*Unknown).Tag = u.Tag
	}
	return m
}

// TestEveryKind finds a sample for every Kind.
func TestEveryKind(t *testing.T) {
	seen := map[Kind]bool{}
	for _, s := range messagetest.Samples() {
		seen[s.Message.Kind()] = true
	}
	for k := range Kind(Kinds) {
		if !seen[k] {
			t.Errorf("no sample of %s", k)
		}
		if New(k).Kind() != k {
			t.Errorf("New(%s) is a %s", k, New(k).Kind())
		}
	}
}

// TestRoundTrip encodes each sample, and decodes it again.
func TestRoundTrip(t *testing.T) {
	for _, s := range messagetest.Samples() {
		t.Run(s.Name, func(t *testing.T) {
			before := []byte("before")
			wire, err := Append(before, s.Message)
			if err != nil {
				t.Fatal(err)
			}
			if got := string(wire[len(before):]); got != s.Wire {
				t.Errorf("encoded\n%q, want\n%q", got, s.Wire)
			}
			m := fresh(s)
			if err := Decode(m, bodyOf(s)); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(s.Message, m, same); d != "" {
				t.Error(d)
			}
		})
	}
}

// TestPrefixes decodes every beginning of every body: it fails with an Error that
// says where, or it is a whole message itself.
func TestPrefixes(t *testing.T) {
	for _, s := range messagetest.Samples() {
		body := bodyOf(s)
		for n := range body {
			m := fresh(s)
			err := Decode(m, body[:n:n])
			if err == nil {
				again, err := Append(nil, m)
				if head := len(s.Wire) - len(body); err != nil || string(again[head:]) != string(body[:n]) {
					t.Errorf("%s, %d bytes: decoded as %+v, which is %q, %v", s.Name, n, m, again, err)
				}
				continue
			}
			e := new(Error)
			if !errors.As(err, &e) || e.Kind != s.Message.Kind() || e.Offset < 0 || e.Offset > int64(n) || e.Reason == 0 {
				t.Errorf("%s, %d bytes: %+v", s.Name, n, err)
			}
		}
	}
}

// TestReused decodes every beginning of every body, and malformed ones, into a message
// that holds another of its kind: nothing of that is left.
func TestReused(t *testing.T) {
	bodies := map[Kind][][]byte{}
	for _, s := range messagetest.Samples() {
		body, k := bodyOf(s), s.Message.Kind()
		for n := range len(body) + 1 {
			bodies[k] = append(bodies[k], body[:n:n])
		}
	}
	for _, c := range malformed {
		bodies[c.kind] = append(bodies[c.kind], []byte(c.body))
	}
	// The memory of a list is kept, which makes an empty one of one that is nil.
	lists := cmp.FilterPath(func(p cmp.Path) bool {
		t := p.Last().Type()
		return t.Kind() == reflect.Slice && t.Elem().Kind() != reflect.Uint8
	}, cmpopts.EquateEmpty())
	var w Walker
	for _, s := range messagetest.Samples() {
		m, before := fresh(s), bodyOf(s)
		for _, body := range bodies[s.Message.Kind()] {
			for name, decode := range map[string]func(m Message) error{
				"Decode": func(m Message) error { return w.Decode(m, body) },
				"List":   func(m Message) error { _, err := w.List(m, body); return err },
			} {
				if err := w.Decode(m, before); err != nil {
					t.Fatal(err)
				}
				want := fresh(s)
				wanted, err := decode(want), decode(m)
				if d := cmp.Diff(want, m, same, lists); d != "" || fmt.Sprint(err) != fmt.Sprint(wanted) {
					t.Errorf("%s of %.80q after %s: %v, want %v\n%s", name, body, s.Name, err, wanted, d)
				}
			}
		}
	}
}

// TestShortcuts holds what Decode does to what the walk does, which List always takes:
// for every beginning of every body, whole, with a byte behind it, and with a byte
// of it overwritten.
func TestShortcuts(t *testing.T) {
	var decode, list Walker
	for _, s := range messagetest.Samples() {
		whole := bodyOf(s)
		bodies := [][]byte{append(bytes.Clone(whole), 0), append(bytes.Clone(whole), 'x')}
		for n := range len(whole) + 1 {
			bodies = append(bodies, whole[:n:n])
		}
		for i := range whole {
			for _, b := range []byte{0, 'X', 0xff} {
				body := bytes.Clone(whole)
				body[i] = b
				bodies = append(bodies, body)
			}
		}
		for _, body := range bodies {
			got, want := fresh(s), fresh(s)
			err := decode.Decode(got, body)
			_, wanted := list.List(want, body)
			if d := cmp.Diff(want, got, same); d != "" || fmt.Sprint(err) != fmt.Sprint(wanted) {
				t.Errorf("%s %q: %v, want %v\n%s", s.Name, body, err, wanted, d)
			}
		}
	}
}

// TestSecretPrefixes holds that no part of a secret is listed as anything else, where a
// message ends early.
func TestSecretPrefixes(t *testing.T) {
	for _, s := range messagetest.Samples() {
		body := bodyOf(s)
		var w, cut Walker
		whole, _ := w.List(fresh(s), body)
		for n := range body {
			part, _ := cut.List(fresh(s), body[:n:n])
			for _, f := range part {
				for _, secret := range whole {
					from, to := max(f.Offset, secret.Offset), min(f.Offset+f.Size, secret.Offset+secret.Size)
					if secret.Secret && !f.Secret && from < to && len(f.Bytes) > 0 {
						t.Fatalf("%s, %d bytes: %s shows %q of the secret %s", s.Name, n, f.Name, f.Bytes, secret.Name)
					}
				}
			}
		}
	}
}

// TestTrailing decodes each body with bytes behind it.
func TestTrailing(t *testing.T) {
	for _, s := range messagetest.Samples() {
		body := append(bodyOf(s), "more"...)
		m := fresh(s)
		err := Decode(m, body)
		if err == nil {
			if wire, err := Append(nil, m); err != nil || !strings.HasSuffix(string(wire), string(body)) {
				t.Errorf("%s: swallowed what follows: %q, %v", s.Name, wire, err)
			}
		} else if !errors.Is(err, Trailing) {
			t.Errorf("%s: %v", s.Name, err)
		} else if d := cmp.Diff(s.Message, m, same); d != "" {
			t.Errorf("%s: %s", s.Name, d)
		}
	}
}

// TestClone overwrites what a message was decoded from, and decodes another into
// it: a clone keeps what it was.
func TestClone(t *testing.T) {
	for _, s := range messagetest.Samples() {
		m, body := fresh(s), bodyOf(s)
		if err := Decode(m, body); err != nil {
			t.Fatal(err)
		}
		c := Clone(m)
		for i := range body {
			body[i] = 0xdb
		}
		if d := cmp.Diff(s.Message, c, same); d != "" {
			t.Errorf("%s: %s", s.Name, d)
		}
		if d := cmp.Diff(s.Message, Clone(s.Message), same); d != "" {
			t.Errorf("%s, cloned as it is: %s", s.Name, d)
		}
	}
}

// TestAllocations holds decoding, listing and encoding to none, once the memory is
// there.
func TestAllocations(t *testing.T) {
	var w Walker
	for _, s := range messagetest.Samples() {
		m, body := fresh(s), bodyOf(s)
		var buffer []byte
		for name, f := range map[string]func(){
			"decode": func() { w.Decode(m, body) },
			"list":   func() { w.List(m, body) },
			"encode": func() { buffer, _ = w.Append(buffer[:0], s.Message) },
		} {
			if n := testing.AllocsPerRun(100, f); n > 0 {
				t.Errorf("%s %s: %v allocations", name, s.Name, n)
			}
		}
	}
}

// TestList holds the fields against the body: each byte is in just one of them, or
// in the code that says which message it is.
func TestList(t *testing.T) {
	var w Walker
	snake := regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	for _, s := range messagetest.Samples() {
		body := bodyOf(s)
		fields, err := w.List(fresh(s), body)
		if err != nil {
			t.Fatal(err)
		}
		next, depth := int32(s.Message.Kind().CodeSize()), 0
		for i, f := range fields {
			if f.Size > 0 {
				if f.Offset != next {
					t.Errorf("%s: field %d, %q, is at %d, not %d", s.Name, i, f.Name, f.Offset, next)
				}
				next = f.Offset + f.Size
			}
			switch f.Type {
			case FieldList, FieldObject, FieldMap:
				depth++
			case FieldEnd:
				depth--
			}
			if f.Name != "" && !snake.MatchString(f.Name) {
				t.Errorf("%s: %q is no name", s.Name, f.Name)
			}
		}
		if depth != 0 || int(next) != len(body) {
			t.Errorf("%s: the fields are %d bytes of %d, depth %d", s.Name, next, len(body), depth)
		}
	}
}

// malformed are bodies with something wrong, and where.
var malformed = []struct {
	kind   Kind
	body   string
	reason Reason
	field  string
	offset int64
}{
	{KindSync, "junk", Trailing, "", 0},
	{KindQuery, "select 1", Unterminated, "sql", 0},
	{KindQuery, "select 1\x00junk", Trailing, "", 9},
	{KindQuery, "", Unterminated, "sql", 0},
	{KindDataRow, "\x00\x01\x00\x00\x00\x0aabc", BadLength, "values[0]", 2},
	{KindDataRow, "\x00\x02\xff\xff\xff\xfe\x00\x00\x00\x03abc", BadLength, "values[0]", 2},
	{KindDataRow, "\x00\x02\x00\x00\x00\x01a\x80\x00\x00\x00", BadLength, "values[1]", 7},
	{KindDataRow, "\xff\xff\xff\xff\xff\xfc", BadCount, "values", 0},
	{KindDataRow, "\x00", Truncated, "values", 0},
	{KindDataRow, "\x00\x01\x00\x00\x00", BadCount, "values", 0},
	{KindNegotiateProtocolVersion, "\x00\x03\x00\x00\xff\xff\xff\xffx\x00", BadCount, "unrecognized", 4},
	{KindReadyForQuery, "", Truncated, "status", 0},
	{KindReadyForQuery, "X", BadValue, "status", 0},
	{KindReadyForQuery, "II", Trailing, "", 1},
	{KindDescribe, "", Truncated, "target", 0},
	{KindDescribe, "Xname\x00", BadValue, "target", 0},
	{KindClose, "\xffname\x00", BadValue, "target", 0},
	{KindCopyInResponse, "", Truncated, "format", 0},
	{KindCopyOutResponse, "\x02\x00\x00", BadValue, "format", 0},
	{KindCopyOutResponse, "\x00\x00\x02\x00\x00", BadCount, "columns", 1},
	{KindAuthenticationMD5Password, "\x00\x00\x00\x05ab", Truncated, "salt", 4},
	{KindAuthenticationMD5Password, "\x00\x00\x00\x05abcdef", Trailing, "", 8},
	{KindAuthenticationOk, "\x00\x00", Truncated, "code", 0},
	{KindAuthenticationSASL, "\x00\x00\x00\x0aSCRAM", Unterminated, "mechanisms[0]", 4},
	{KindAuthenticationSASL, "\x00\x00\x00\x0aSCRAM\x00", Unterminated, "mechanisms", 10},
	{KindSASLInitialResponse, "X\x00\xff\xff\xff\xfe", BadLength, "data", 2},
	{KindSASLInitialResponse, "X\x00\x00\x00\x00\x09abc", BadLength, "data", 2},
	{KindErrorResponse, "SERROR\x00", Unterminated, "fields", 7},
	{KindErrorResponse, "", Unterminated, "fields", 0},
	{KindErrorResponse, "S", Unterminated, "fields[0].severity", 1},
	{KindErrorResponse, "SERR\x00OR\x00\x00", 0, "", 0}, // a zero byte inside a value shifts the rest, and nobody can tell
	{KindStartupMessage, "\x00\x03\x00\x00", Unterminated, "parameters", 4},
	{KindStartupMessage, "\x00\x03\x00\x00user", Unterminated, "parameters[0].name", 4},
	{KindStartupMessage, "\x00\x03\x00\x00user\x00me", Unterminated, "parameters[0]", 9},
	{KindStartupMessage, "\x00\x03\x00\x00\x00tail", Trailing, "", 5},
	{KindCancelRequest, "\x04\xd2\x16\x2e", Truncated, "process_id", 4},
	{KindRowDescription, "\x00\x05a\x00", BadCount, "columns", 0},
	{KindRowDescription, "\x00\x01" + "ab\x00" + strings.Repeat("\x00", 16), Truncated, "columns[0].format", 21},
	{KindRowDescription, "\x00\x01a\x00" + strings.Repeat("\x00", 16) + "\x00\x02", BadValue, "columns[0].format", 20},
	{KindParameterDescription, "\xff\xff\x00\x00\x00\x17", BadCount, "types", 0},
	{KindBind, "\x00\x00\x00\x00\x00\x01\xff\xff\xff\xfe\x00\x00", BadLength, "parameters[0]", 6},
	{KindBind, "\x00\x00\x00\x02\x00\x01", BadCount, "parameter_formats", 2},
	{KindFunctionCall, "\x00\x00\x00\x7b\x00\x00\xff\xff", BadCount, "arguments", 6},
	{KindFunctionCallResponse, "\xff\xff\xff\xfe", BadLength, "value", 0},
	{KindParse, "s\x00select", Unterminated, "sql", 2},
	{KindExecute, "\x00\x00\x00", Truncated, "max_rows", 1},
	{KindBackendKeyData, "\x00\x00", Truncated, "process_id", 0},
	{KindNotificationResponse, "\x00\x00\x00\x01chan\x00nel\x00payload\x00", Trailing, "", 13},
	{KindSSLResponse, "X", BadValue, "answer", 0},
	{KindGSSENCResponse, "S", BadValue, "answer", 0},
	{KindAuthenticationOk, "\x00\x00\x00\x03", BadValue, "code", 0},
	{KindXLogData, "k", Truncated, "start", 1},
	{KindXLogData, "w\x00", Truncated, "start", 1},
	{KindErrorResponse, strings.Repeat("C\x00", 1<<16) + "\x00", TooMany, "fields", 2 * (1<<16 - 1)},
}

// TestMalformed holds the errors of malformed bodies to kind, field and offset.
func TestMalformed(t *testing.T) {
	for _, c := range malformed {
		err := Decode(New(c.kind), []byte(c.body))
		if c.reason == 0 {
			if err != nil {
				t.Errorf("%s %q: %v", c.kind, c.body, err)
			}
			continue
		}
		e := new(Error)
		if !errors.As(err, &e) {
			t.Errorf("%s %q: %v", c.kind, c.body, err)
			continue
		}
		if e.Reason != c.reason || !errors.Is(err, c.reason) || e.Kind != c.kind || e.Field != c.field || e.Offset != c.offset {
			t.Errorf("%s %q: %v, want %v of %q at %d", c.kind, c.body, e, c.reason, c.field, c.offset)
		}
		if fields, err := new(Walker).List(New(c.kind), []byte(c.body)); err == nil || !closed(fields) {
			t.Errorf("%s %q: lists and objects are left open", c.kind, c.body)
		}
	}
}

// closed tells whether every group in fields has an end.
func closed(fields []Field) bool {
	depth := 0
	for _, f := range fields {
		switch f.Type {
		case FieldList, FieldObject, FieldMap:
			depth++
		case FieldEnd:
			depth--
		}
	}
	return depth == 0
}

// TestRefused holds the encoder to refusing what cannot be encoded, without having
// written anything.
func TestRefused(t *testing.T) {
	long := make([]OID, 1<<16)
	for _, c := range []struct {
		message Message
		reason  Reason
		field   string
		offset  int64
	}{
		{&Query{SQL: Text("a\x00b")}, EmbeddedZero, "sql", 0},
		{&StartupMessage{Protocol: Version30, Parameters: []Parameter{{Name: Text("user"), Value: Text("a\x00")}}}, EmbeddedZero, "parameters[0]", 9},
		{&StartupMessage{Protocol: Version30, Parameters: []Parameter{{Name: Text(""), Value: Text("a")}}}, EmptyName, "parameters[0]", 7},
		{&AuthenticationSASL{Mechanisms: []Text{Text("")}}, EmptyName, "mechanisms[0]", 5},
		{&ErrorResponse{Fields: []ErrorField{{Value: Text("a")}}}, EmptyName, "fields[0]", 3},
		{&ParameterDescription{Types: long}, TooMany, "types", 0},
		{&Bind{Parameters: NewValues(make([][]byte, 1<<16)...)}, TooMany, "parameters", 4},
		{&ErrorResponse{Fields: slices.Repeat([]ErrorField{{Code: 'M'}}, 1<<16)}, TooMany, "fields", 2 * (1<<16 - 1)},
		{&CopyData{Data: make([]byte, MaxLength)}, TooLong, "", MaxLength},
	} {
		dst := append(make([]byte, 0, 64), "kept"...)
		got, err := Append(dst, c.message)
		e := new(Error)
		if !errors.As(err, &e) || e.Reason != c.reason || e.Field != c.field || e.Offset != c.offset || e.Kind != c.message.Kind() {
			t.Errorf("%s: %v, want %v of %q at %d", c.message.Kind(), err, c.reason, c.field, c.offset)
		}
		if string(got) != "kept" {
			t.Errorf("%s: %q was written", c.message.Kind(), got)
		}
	}
}

// TestErrorFields holds the fields that are read one by one to those that are decoded: of
// all samples, cut wherever it may be, and of an error with too many.
func TestErrorFields(t *testing.T) {
	bodies := [][]byte{bytes.Repeat([]byte("C\x00"), 1<<16)}
	for _, s := range messagetest.Samples() {
		if k := s.Message.Kind(); k == KindErrorResponse || k == KindNoticeResponse {
			for n := 5; n <= len(s.Wire); n++ {
				bodies = append(bodies, []byte(s.Wire[5:n]))
			}
		}
	}
	for _, body := range bodies {
		var m ErrorResponse
		Decode(&m, body)
		var got []ErrorField
		for code, value := range ErrorFields(body) {
			got = append(got, ErrorField{code, value})
		}
		if !slices.EqualFunc(got, m.Fields, func(a, b ErrorField) bool { return a.Code == b.Code && bytes.Equal(a.Value, b.Value) }) {
			t.Errorf("%.80q: %d fields one by one, %d decoded", body, len(got), len(m.Fields))
		}
	}
}

// TestZeroBytes encodes texts of many lengths, with a zero byte at each place and with
// none.
func TestZeroBytes(t *testing.T) {
	for _, letter := range []string{"a", "\x7f", "\x80", "\x81", "\xff", "\x01"} {
		for n := range 130 {
			text := Text(strings.Repeat(letter, n))
			wire, err := Append([]byte("before"), &Query{SQL: text})
			if want := "beforeQ\x00\x00\x00" + string([]byte{byte(n + 5)}) + string(text) + "\x00"; err != nil || string(wire) != want {
				t.Errorf("%q, %v, want %q", wire, err, want)
			}
			for i := range text {
				text[i] = 0
				if wire, err := Append([]byte("before"), &Query{SQL: text}); !errors.Is(err, EmbeddedZero) || string(wire) != "before" {
					t.Errorf("%q: %q, %v", text, wire, err)
				}
				text[i] = letter[0]
			}
		}
	}
}

// TestErrorText shows what an error reads like.
func TestErrorText(t *testing.T) {
	err := Decode(&RowDescription{}, []byte("\x00\x01ab\x00"+strings.Repeat("\x00", 16)))
	if got, want := fmt.Sprint(err), "RowDescription.columns[0].format at byte 21: message ends early"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	_, _, err = ReadHead([]byte("Q\x00\x00\x00\x03"), Frontend, Context{})
	if got, want := fmt.Sprint(err), "frontend Query.length at byte 1: length is not possible here: 3"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestSASL takes payloads apart, and puts them together again.
func TestSASL(t *testing.T) {
	for _, wire := range []string{"n,,n=,r=nonce", "y,a=me,n=user,r=x", "p=tls-server-end-point,,n=,r=nonce"} {
		s, ok := ParseSCRAMClientFirst([]byte(wire))
		if got := string(s.Append(nil)); !ok || got != wire || !strings.HasSuffix(wire, string(s.AppendBare(nil))) {
			t.Errorf("%q: %+v, %q", wire, s, got)
		}
	}
	first, ok := ParseSCRAMServerFirst([]byte("r=abc,s=c2FsdA==,i=4096"))
	if got := string(first.Append(nil)); !ok || got != "r=abc,s=c2FsdA==,i=4096" || first.Iterations != 4096 {
		t.Errorf("%+v, %q", first, got)
	}
	final, ok := ParseSCRAMClientFinal([]byte("c=biws,r=abc,p=cHJvb2Y="))
	if got := string(final.Append(nil)); !ok || got != "c=biws,r=abc,p=cHJvb2Y=" || string(final.AppendWithoutProof(nil)) != "c=biws,r=abc" {
		t.Errorf("%+v, %q", final, got)
	}
	for _, wire := range []string{"v=c2ln", "e=invalid-proof"} {
		s, ok := ParseSCRAMServerFinal([]byte(wire))
		if got := string(s.Append(nil)); !ok || got != wire {
			t.Errorf("%q: %+v, %q", wire, s, got)
		}
	}
	for _, wire := range []string{"n,,\x01auth=Bearer token\x01\x01", "n,a=me,\x01auth=\x01\x01"} {
		s, ok := ParseOAuthToken([]byte(wire))
		if got := string(s.Append(nil)); !ok || got != wire {
			t.Errorf("%q: %+v, %q", wire, s, got)
		}
	}
	for _, wire := range []string{"", "n", "n,", "n,,", "x=y", "r=,s=,i=", "r=a,s=b,i=x", ",,,,", "p=x"} {
		_, ok1 := ParseSCRAMClientFirst([]byte(wire))
		_, ok2 := ParseSCRAMServerFirst([]byte(wire))
		_, ok3 := ParseSCRAMClientFinal([]byte(wire))
		_, ok4 := ParseSCRAMServerFinal([]byte(wire))
		if ok1 || ok2 || ok3 || ok4 {
			t.Errorf("%q is taken for SCRAM", wire)
		}
	}
}

// FuzzDecode decodes anything as each message: no panic, and what is accepted is
// encoded again as it was.
func FuzzDecode(f *testing.F) {
	for _, s := range messagetest.Samples() {
		f.Add(uint8(s.Message.Kind()), bodyOf(s))
	}
	for _, c := range malformed {
		f.Add(uint8(c.kind), []byte(c.body))
	}
	var w Walker
	f.Fuzz(func(t *testing.T, kind uint8, body []byte) {
		k := Kind(int(kind) % Kinds)
		m := New(k)
		fields, err := w.List(m, body)
		if !closed(fields) {
			t.Fatal("lists and objects are left open")
		}
		for _, f := range fields {
			if f.Offset < 0 || f.Size < 0 || int(f.Offset)+int(f.Size) > len(body) {
				t.Fatalf("field %q is outside of the body", f.Name)
			}
		}
		decoded := New(k)
		if again := w.Decode(decoded, body); fmt.Sprint(again) != fmt.Sprint(err) || !cmp.Equal(m, decoded, same) {
			t.Fatalf("listed %+v, %v\ndecoded %+v, %v", m, err, decoded, again)
		}
		if err != nil {
			if e := new(Error); !errors.As(err, &e) || e.Offset > int64(len(body)) {
				t.Fatalf("%v", err)
			}
			return
		}
		wire, err := w.Append(nil, m)
		if err != nil {
			t.Fatalf("%s decodes and does not encode: %v", k, err)
		}
		if !bytes.HasSuffix(wire, body) || len(wire)-len(body) > 5 {
			t.Fatalf("%s %q is encoded as %q", k, body, wire)
		}
		c := Clone(m)
		if again, err := w.Append(nil, c); err != nil || !bytes.Equal(again, wire) {
			t.Fatalf("the clone is encoded as %q, %v", again, err)
		}
	})
}

// BenchmarkMessages decodes, lists and encodes a message of each kind.
func BenchmarkMessages(b *testing.B) {
	samples := messagetest.Samples()
	var messages []Message
	var bodies [][]byte
	size := 0
	for _, s := range samples {
		messages, bodies = append(messages, fresh(s)), append(bodies, bodyOf(s))
		size += len(s.Wire)
	}
	var w Walker
	var buffer []byte
	for _, c := range []struct {
		name string
		do   func(i int)
	}{
		{"decode", func(i int) { w.Decode(messages[i], bodies[i]) }},
		{"list", func(i int) { w.List(messages[i], bodies[i]) }},
		{"encode", func(i int) { buffer, _ = w.Append(buffer[:0], samples[i].Message) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				for i := range samples {
					c.do(i)
				}
			}
		})
	}
}

// TestDocs writes docs/messages.md, the list of all messages, from the samples.
func TestDocs(t *testing.T) {
	var b strings.Builder
	b.WriteString(`# Messages

Every message that pgwdump knows, by its name in the PostgreSQL manual, with who sends it, its type byte and
its fields as they are in the JSON output. This page is made from the declarations in the package message.

| message | sent by | type | fields |
| --- | --- | --- | --- |
`)
	var w Walker
	for k := range Kind(Kinds) {
		var names []string
		seen := map[string]bool{}
		for _, s := range messagetest.Samples() {
			if s.Message.Kind() != k {
				continue
			}
			fields, _ := w.List(fresh(s), bodyOf(s))
			for _, name := range describe(fields) {
				if !seen[name] {
					seen[name] = true
					names = append(names, name)
				}
			}
		}
		tag := ""
		if k.Tag() != 0 {
			tag = "`" + string(k.Tag()) + "`"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", k, k.Side(), tag, strings.Join(names, ", "))
	}
	const name = "../docs/messages.md"
	if *update {
		if err := os.WriteFile(name, []byte(b.String()), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), b.String()); d != "" {
		t.Errorf("docs/messages.md (go test ./message -update rewrites it): %s", d)
	}
}

// errorFields returns the names of all fields that an error may have.
func errorFields() (names []string) {
	for code := range 256 {
		f := ErrorField{Code: byte(code)}
		if name := f.Name(); !strings.HasPrefix(name, "unknown_") {
			names = append(names, "`"+name+"`")
		}
	}
	return append(names, "`unknown_0x..` by the code of any other")
}

// describe returns the names of fields; those inside of a list or group come in
// brackets behind it.
func describe(fields []Field) (names []string) {
	for i := 0; i < len(fields); i++ {
		f := fields[i]
		end := i
		if f.Type == FieldList || f.Type == FieldObject || f.Type == FieldMap {
			for depth := 1; depth > 0; {
				end++
				switch fields[end].Type {
				case FieldList, FieldObject, FieldMap:
					depth++
				case FieldEnd:
					depth--
				}
			}
		}
		inside := describe(fields[min(i+1, end):end])
		switch {
		case f.Type == FieldMap && f.Name == "": // of an error or a notice
			names = append(names, errorFields()...)
		case f.Type == FieldMap:
			names = append(names, "`"+f.Name+"` (object)")
		case f.Name == "" && len(inside) > 0:
			names = append(names, inside...)
		case f.Name == "":
		case len(inside) > 0:
			names = append(names, "`"+f.Name+"` ("+strings.Join(inside, ", ")+")")
		default:
			names = append(names, "`"+f.Name+"`")
		}
		i = end
	}
	return names
}
