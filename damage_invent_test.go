package main

import (
	"bytes"
	"encoding/json"
	"math/bits"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pgwdump/pgwdump/capture"
)

// TestDamageInvents leaves out every segment, one at a time: no message is said to be
// against the protocol that is not so in the whole capture, and no statement is told of as
// complete that the whole capture has not got. So it is where a second and more is between
// any two packets, which elsewhere shows that all is answered.
func TestDamageInvents(t *testing.T) {
	for _, name := range whole(t) {
		invents := func(t *testing.T, segments []capture.Segment) {
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
		}
		t.Run(filepath.Base(name), func(t *testing.T) {
			segments := segmentsOf(t, name)
			invents(t, segments)
			for i := range segments {
				segments[i].Time = segments[0].Time + int64(i)*2e9
			}
			invents(t, segments)
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

// TestDamageStart leaves out the request for encryption, the answer that there is none, or
// both: the StartupMessage behind them is there all the same.
func TestDamageStart(t *testing.T) {
	found := 0
	for _, name := range whole(t) {
		segments := segmentsOf(t, name)
		start := slices.IndexFunc(segments, func(s capture.Segment) bool {
			return len(s.Payload) > 8 && bytes.HasPrefix(s.Payload[4:], []byte("\x00\x03\x00\x00user\x00"))
		})
		if start < 0 {
			continue
		}
		ends := [2]capture.Endpoint{segments[start].From, segments[start].To}
		var before []int // the segments of that connection with something in them, before
		for i, s := range segments[:start] {
			if len(s.Payload) > 0 && slices.Contains(ends[:], s.From) && slices.Contains(ends[:], s.To) {
				before = append(before, i)
			}
		}
		if len(before) == 0 {
			continue
		}
		found++
		t.Run(filepath.Base(name), func(t *testing.T) {
			for set := range 1 << len(before) {
				var left []capture.Segment
				for i, s := range segments {
					if at := slices.Index(before, i); at < 0 || set>>at&1 == 0 {
						left = append(left, s)
					}
				}
				got := lookAt(t, pcapOf(left))
				side := ends[0].String() + " " + ends[1].String() + " frontend"
				if !slices.ContainsFunc(got.sides[side], func(m heard) bool { return m.kind == "StartupMessage" && !m.marked }) {
					t.Errorf("without %d of %d segments: no StartupMessage in %v", bits.OnesCount(uint(set)), len(before), got.sides[side])
				}
				if got.summary.Violations > 0 {
					t.Errorf("without %d of %d segments: %d violations", bits.OnesCount(uint(set)), len(before), got.summary.Violations)
				}
			}
		})
	}
	if found < 2 {
		t.Errorf("%d captures in which encryption was asked for and refused", found)
	}
}
