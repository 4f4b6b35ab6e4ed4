package session_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pgwdump/pgwdump/reassembly"
	"github.com/pgwdump/pgwdump/session"
)

// TestTogether holds that what is said of messages and statements does not depend on whether
// messages that are alike are told of together.
func TestTogether(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	together := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		said, _, _ := strings.Cut(string(text), dashes)
		c, err := parse(said)
		if err != nil {
			t.Fatal(err)
		}
		for _, view := range []session.View{session.Messages, session.Statements} {
			each, _ := tell(c, session.Options{View: view})
			all, again := tell(c, session.Options{View: view, Together: true})
			if d := cmp.Diff(each, all); d != "" {
				t.Errorf("%s (-each +together): %s", file, d)
			}
			together += again
		}
	}
	if together == 0 {
		t.Error("no messages were told of together")
	}
}

// tell returns a line for each message and each statement of a conversation, and how many
// messages were told of with others.
func tell(c *conversation, o session.Options) (lines []string, again int) {
	var told session.Events
	o.Ports = []uint16{0}
	observer := session.New(o)
	observer.Tell(&told)
	tcp := &reassembly.Conn{Number: 1, Opener: client}
	if c.joined {
		tcp.Opener = reassembly.Unknown
	}
	s := observer.Open(tcp)
	packet := 0
	for _, chunk := range c.chunks {
		s.Data(&chunk)
		packet = max(packet, chunk.Packet)
	}
	s.Close(c.how, packet, c.end)
	for i := range told.List {
		e := &told.List[i]
		switch e.Type {
		case session.Ended:
			lines = append(lines, describe(e.Statement))
		case session.Message:
			for more := true; more; more = e.Next() {
				lines = append(lines, fmt.Sprintf("%d %s %s %t %t %d %s %q %v %v", e.Packet, e.From, e.Phase, e.Moved, e.Uncertain, e.Offset, e.Frame.Kind, e.Frame.Body, e.Columns, e.Notes))
				if e.Again {
					again++
				}
			}
		}
	}
	return append(lines, fmt.Sprintf("%+v", observer.Totals)), again
}
