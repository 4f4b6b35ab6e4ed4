// Package phasetest reads the conversations in phase/testdata, for the tests of this
// module. They were recorded from real clients and PostgreSQL 15, and are kept as
// text: after "send" comes what the client sent, after "receive" what the server
// sent, both as quoted strings; behind the line of dashes is what that is.
package phasetest

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/pgwdump/pgwdump/message"
)

// A Turn is what one side sends in one go.
type Turn struct {
	From  message.Side
	Bytes []byte
}

// A Conversation is what two sides said to each other.
type Conversation struct {
	File  string
	Turns []Turn
}

// Each runs f for each conversation in a directory.
func Each(t *testing.T, dir string, f func(*testing.T, Conversation)) {
	names, err := filepath.Glob(filepath.Join(dir, "*.txt"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no conversations in %s: %v", dir, err)
	}
	for _, name := range names {
		turns, err := parse(name)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txt"), func(t *testing.T) { f(t, Conversation{name, turns}) })
	}
}

// parse reads a conversation without what is said of it.
func parse(name string) (turns []Turn, err error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	explained := false
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		switch {
		case line == "send", line == "receive":
			from := message.Frontend
			if line == "receive" {
				from = message.Backend
			}
			turns = append(turns, Turn{From: from})
			explained = false
		case line == "----":
			explained = true
		case strings.HasPrefix(line, `"`) && !explained:
			s, err := strconv.Unquote(line)
			if err != nil {
				return nil, fmt.Errorf("%s: %s: %w", name, line, err)
			}
			last := &turns[len(turns)-1]
			last.Bytes = append(last.Bytes, s...)
		}
	}
	return turns, nil
}
