package filter

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// TestErrors has expressions that are not right. In its file each is followed by a
// mark under the place, with what is wrong; -update writes these lines again.
func TestErrors(t *testing.T) {
	const name = "testdata/errors.txt"
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var got []byte
	for line := range strings.Lines(string(want)) {
		if mark, _, _ := strings.Cut(line, "^ "); strings.TrimSpace(mark) == "" {
			continue
		}
		expression := strings.TrimSuffix(line, "\n")
		_, err := Compile(expression, Target{Link: linkEthernet})
		e := (*Error)(nil)
		if !errors.As(err, &e) {
			t.Errorf("%q: %v is no *Error", expression, err)
			continue
		}
		if !strings.HasPrefix(e.Error(), fmt.Sprintf("filter %q, column ", expression)) || !strings.HasSuffix(e.Error(), e.Message) {
			t.Errorf("%q: %s", expression, e)
		}
		marked := strings.ReplaceAll(strings.TrimPrefix(e.Marked(), "  "), "\n  ", "\n")
		got = fmt.Appendf(got, "%s %s\n", marked, e.Message)
	}
	if *update {
		err = os.WriteFile(name, got, 0o666)
	} else if !bytes.Equal(got, want) {
		t.Errorf("got\n%s", got)
	}
	if err != nil {
		t.Error(err)
	}
}

// TestMarked marks places that are not simple to show.
func TestMarked(t *testing.T) {
	half := strings.Repeat("port 5432 or ", 20)
	for _, test := range []struct {
		expression, place string
		want              string
	}{
		{"port\tx", "x", "  port x\n       ^"},
		{"\u202eport x", "x", "   port x\n        ^"},
		{"'ä' \x1b[31m", "\x1b", "  'ä'  [31m\n      ^"},
		{"host \xff", "\xff", "  host \ufffd\n       ^"},
		{half + "x" + half, "x", "  ..." + half[len(half)-60:] + "x" + half[:59] + "...\n" + strings.Repeat(" ", 65) + "^"},
	} {
		e := &Error{Expression: test.expression, Offset: strings.Index(test.expression, test.place)}
		if got := e.Marked(); got != test.want {
			t.Errorf("got\n%q\nwant\n%q", got, test.want)
		}
	}
}

// TestTooLarge has expressions that no program can be made of: too long, too deep, and
// with arithmetic that needs more than the scratch memory of the machine.
func TestTooLarge(t *testing.T) {
	var lengths strings.Builder
	for i := range maxInstructions {
		fmt.Fprintf(&lengths, "len = %d or ", i)
	}
	for _, test := range []struct{ expression, want string }{
		{strings.Repeat("host 10.0.0.1 or ", 2000) + "tcp", "the expression is too long"},
		{lengths.String() + "tcp", "more than 4096 instructions"},
		{strings.Repeat("(", 2000) + "tcp" + strings.Repeat(")", 2000), "nested too deep"},
		{strings.Repeat("not ", 2000) + "tcp", "nested too deep"},
		{strings.Repeat("ip[ip[0]] - ", 20) + "ip[ip[1]] = 0", "more memory"},
	} {
		_, err := Compile(test.expression, Target{Link: linkEthernet})
		if e := (*Error)(nil); !errors.As(err, &e) || !strings.Contains(e.Message, test.want) {
			t.Errorf("%.80q: %v, want %q", test.expression, err, test.want)
		}
	}
}

// TestRefused compiles what is an error only for some link types.
func TestRefused(t *testing.T) {
	for expression, links := range map[string][]string{
		"ether host 02:00:00:00:00:01": {"EN10MB"},
		"broadcast":                    {"EN10MB"},
		"multicast":                    {"EN10MB"},
		"vlan":                         {"EN10MB", "LINUX_SLL", "LINUX_SLL2"},
		"mpls":                         {"EN10MB", "PPP"},
		"inbound":                      {"LINUX_SLL", "LINUX_SLL2"},
		"ifindex 1":                    {"LINUX_SLL2"},
	} {
		for name, link := range linkNames {
			_, err := Compile(expression, Target{Link: link})
			if accepted := slices.Contains(links, name); accepted != (err == nil) {
				t.Errorf("%s: %q: %v", name, expression, err)
			}
		}
	}
	if _, err := Compile("tcp", Target{Link: 105}); err == nil || errors.As(err, new(*Error)) {
		t.Errorf("IEEE 802.11: %v", err)
	}
}
