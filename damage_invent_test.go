package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pgwdump/pgwdump/capture"
)

// TestDamageInvents leaves out every segment, one at a time: no message is said to be
// against the protocol that is not so in the whole capture, and no statement is told of as
// complete that the whole capture has not got.
func TestDamageInvents(t *testing.T) {
	for _, name := range whole(t) {
		t.Run(filepath.Base(name), func(t *testing.T) {
			segments := segmentsOf(t, name)
			clean := pcapOf(segments)
			violations, statements := violationsIn(t, clean), statementsIn(t, clean)
			for _, i := range sample(len(segments), 8) {
				damaged := pcapOf(slices.Delete(slices.Clone(segments), i, i+1))
				for v := range violationsIn(t, damaged) {
					if !violations[v] && spokeAgain(segments[i], segments[i+1:]) {
						t.Errorf("without segment %d: %s", i+1, v)
					}
				}
				for s := range statementsIn(t, damaged) {
					if !statements[s] {
						t.Errorf("without segment %d: %+v", i+1, s)
					}
				}
			}
		})
	}
}

// spokeAgain tells whether the sender of a segment has said more: else nothing shows that
// it is missing before the other side's answer has been looked at.
func spokeAgain(s capture.Segment, later []capture.Segment) bool {
	return slices.ContainsFunc(later, func(l capture.Segment) bool { return l.From == s.From && len(l.Payload) > 0 })
}

// linesOf runs the program on a capture and returns what it says in JSON.
func linesOf(t *testing.T, pcap []byte, args ...string) [][]byte {
	name := filepath.Join(t.TempDir(), "damaged.pcap")
	if err := os.WriteFile(name, pcap, 0o666); err != nil {
		t.Fatal(err)
	}
	defer os.Remove(name)
	stdout, _, _ := run(t, append(args, "-r", name, "--json", "--jobs", "1")...)
	return bytes.Split(bytes.TrimSpace(stdout), []byte("\n"))
}

// violationsIn returns the messages that are said not to be allowed where they came.
func violationsIn(t *testing.T, pcap []byte) map[string]bool {
	found := map[string]bool{}
	for _, line := range linesOf(t, pcap) {
		var e struct {
			Client, Type string
			Length       int64
			Msg          json.RawMessage
			Notes        []string
		}
		json.Unmarshal(line, &e)
		for _, note := range e.Notes {
			if strings.Contains(note, "not allowed") {
				found[e.Client+" "+e.Type+" "+string(e.Msg)+" "+note] = true
			}
		}
	}
	return found
}

// An answered is what is said of a statement. SQL is empty where it is said not to be known.
type answered struct {
	Client, SQL, Tag string
	Rows             int64
}

// statementsIn returns the statements that are told of as answered, each also without its
// SQL: what was prepared in a part that was lost is not known.
func statementsIn(t *testing.T, pcap []byte) map[answered]bool {
	found := map[answered]bool{}
	for _, line := range linesOf(t, pcap, "queries") {
		var e struct {
			answered
			Event, Status string
			Missing       bool
		}
		json.Unmarshal(line, &e)
		if e.Event == "statement" && e.Status != "incomplete" && !e.Missing {
			found[e.answered] = true
			e.SQL = ""
			found[e.answered] = true
		}
	}
	return found
}
