package phase

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	m "github.com/pgwdump/pgwdump/message"
)

// TestDocs writes docs/phases.md, the phases and requests as the tables have them.
func TestDocs(t *testing.T) {
	var b strings.Builder
	b.WriteString(`# Phases

Where a connection stands, and what leads from there to where. This page is made from the two tables of the
package phase: the first is the life of a connection, the second what the server answers to a request.

## The life of a connection

` + "```mermaid\nstateDiagram-v2\n    [*] --> startup\n")
	for p := range phases {
		for _, a := range arrows(p) {
			fmt.Fprintf(&b, "    %s --> %s: %s\n", p, a.to, strings.Join(a.by, ", "))
		}
	}
	for p := range phases {
		if !p.Active() {
			fmt.Fprintf(&b, "    %s --> [*]\n", p)
		}
	}
	b.WriteString("```\n" + `
A FATAL error leads from every phase of a session to server_closed. NoticeResponse, ParameterStatus and
NotificationResponse may come at any time after the StartupMessage and lead nowhere.

Requests may be sent at any time, also while others are being answered: they are queued, and the phase is
that of the request at the head of the queue. With nothing left in it the phase is ready after a
ReadyForQuery, and extended_query before, until the Sync that ends the batch.

| phase | the client may send |
| --- | --- |
`)
	for p := range phases {
		var kinds []string
		for k := range m.Kind(m.Kinds) {
			if _, ok := lifecycle[p].to[event(k)]; ok && k.Side()&m.Frontend != 0 {
				kinds = append(kinds, k.String())
			}
		}
		fmt.Fprintf(&b, "| %s | %s |\n", p, strings.Join(kinds, ", "))
	}
	b.WriteString(`
## What answers what

| request | phase | an answer goes on with | and ends with |
| --- | --- | --- | --- |
`)
	for r := query; r < states; r++ {
		a := &answers[r]
		var on, end []string
		for k := range m.Kind(m.Kinds) {
			switch next := a.backend[k]; next {
			case none:
			case done:
				end = append(end, k.String())
			case skip:
				end = append(end, k.String()+" (skips to the next Sync)")
			case r:
				on = append(on, k.String())
			default:
				on = append(on, fmt.Sprintf("%s (%s)", k, requestNames[next]))
			}
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", requestNames[r], a.phase, strings.Join(on, ", "), strings.Join(end, ", "))
	}
	const name = "../docs/phases.md"
	if flag.Lookup("update").Value.String() == "true" {
		if err := os.WriteFile(name, []byte(b.String()), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), b.String()); d != "" {
		t.Errorf("docs/phases.md (go test ./phase -update rewrites it): %s", d)
	}
}

// An arrow leads to another phase, by one of several messages.
type arrow struct {
	to Phase
	by []string
}

// arrows returns what leads away from a phase, by both tables.
func arrows(p Phase) (list []arrow) {
	add := func(to Phase, by string) {
		i := slices.IndexFunc(list, func(a arrow) bool { return a.to == to })
		if i < 0 {
			list = append(list, arrow{to: to})
			i = len(list) - 1
		}
		if !slices.Contains(list[i].by, by) {
			list[i].by = append(list[i].by, by)
		}
	}
	for e := range events {
		to, ok := lifecycle[p].to[e]
		switch {
		case !ok:
		case e == accepted:
			add(to, "accepted")
		case e == refused:
			add(to, "refused")
		case to != stay:
			add(to, m.Kind(e).String())
		case p == Ready && opens[e] != none && opens[e] != copyEnd:
			add(answers[opens[e]].phase, m.Kind(e).String())
		}
	}
	for r := query; r < states && p.inSession(); r++ {
		if answers[r].phase != p {
			continue
		}
		for _, table := range []steps{answers[r].backend, answers[r].frontend} {
			for k := range m.Kind(m.Kinds) {
				switch next := table[k]; {
				case next == none:
				case next == done && k == m.KindReadyForQuery:
					add(Ready, k.String())
				case next == done && p != ExtendedQuery:
					add(ExtendedQuery, k.String())
				case next < states && answers[next].phase != p:
					add(answers[next].phase, k.String())
				}
			}
		}
	}
	return list
}

var requestNames = [states]string{
	query: "Query", queryCopyIn: "Query, copying in", queryCopyOut: "Query, copying out", queryCopyBoth: "Query, copying both ways",
	queryCopyBothFrontendDone: "the same, frontend done", queryCopyBothBackendDone: "the same, backend done",
	parse: "Parse", bind: "Bind", describeStatement: "Describe statement", describeStatementRows: "Describe statement, parameters described",
	describePortal: "Describe portal", execute: "Execute", executeCopyIn: "Execute, copying in", executeCopyOut: "Execute, copying out",
	closing: "Close", sync: "Sync", skipping: "a failed batch", functionCall: "FunctionCall", terminate: "Terminate", copyEnd: "end of a COPY not begun",
	unseen: "what was not seen",
}

// TestTables holds the tables to what they promise.
func TestTables(t *testing.T) {
	names := map[string]bool{}
	for p := range phases {
		if name := p.String(); name == "" || names[name] {
			t.Errorf("phase %d is called %q", p, name)
		} else {
			names[name] = true
		}
	}
	for r := query; r < states; r++ {
		a := &answers[r]
		if !a.phase.inSession() && r != terminate {
			t.Errorf("request %d is answered in phase %s", r, a.phase)
		}
		for k := range a.backend {
			if k.Side()&m.Backend == 0 {
				t.Errorf("request %d is answered by %s", r, k)
			}
			if _, ok := asynchronous[event(k)]; ok {
				t.Errorf("request %d is answered by %s, which answers nothing", r, k)
			}
		}
		for k := range a.frontend {
			if _, ok := lifecycle[a.phase].to[event(k)]; !ok {
				t.Errorf("in phase %s the client may not send %s", a.phase, k)
			}
		}
	}
}

// TestLimits keeps as many requests as are allowed, and forgets the oldest.
func TestLimits(t *testing.T) {
	tr := New(Ready)
	for range MaxRequests + 100 {
		if _, err := tr.See(m.Frontend, m.KindParse, nil); err != nil {
			t.Fatal(err)
		}
	}
	if tr.Pending() != MaxRequests || tr.Phase() != Unsynchronised {
		t.Errorf("%d requests, phase %s", tr.Pending(), tr.Phase())
	}
}

// TestErrorText shows what a message in the wrong place reads like.
func TestErrorText(t *testing.T) {
	for _, c := range []struct {
		phase Phase
		from  m.Side
		kind  m.Kind
		want  string
	}{
		{SSLNegotiation, m.Frontend, m.KindStartupMessage, "frontend StartupMessage is not allowed in phase ssl_negotiation"},
		{SSLNegotiation, m.Backend, m.KindAuthenticationOk, "backend AuthenticationOk is not allowed in phase ssl_negotiation; expected SSLResponse, ErrorResponseV2 or ErrorResponse"},
		{Terminated, m.Frontend, m.KindQuery, "frontend Query is not allowed in phase terminated; expected Terminate"},
		{CopyIn, m.Frontend, m.KindQuery, "frontend Query is not allowed in phase copy_in; expected Terminate, Flush, Sync, CopyData, CopyDone or CopyFail"},
		{Ready, m.Backend, m.KindParseComplete, "backend ParseComplete is not allowed in phase ready; expected ParameterStatus, NoticeResponse or NotificationResponse"},
	} {
		_, err := New(c.phase).See(c.from, c.kind, nil)
		if err == nil || err.Error() != c.want {
			t.Errorf("%v, want %s", err, c.want)
		}
	}
}

// BenchmarkSee measures a query of the extended protocol and its answer.
func BenchmarkSee(b *testing.B) {
	t := New(Ready)
	portal, idle := []byte{'P'}, []byte{'I'}
	b.ReportAllocs()
	for b.Loop() {
		for _, k := range []m.Kind{m.KindBind, m.KindDescribe, m.KindExecute, m.KindSync} {
			t.See(m.Frontend, k, portal)
		}
		for _, k := range []m.Kind{m.KindBindComplete, m.KindRowDescription, m.KindDataRow, m.KindCommandComplete, m.KindReadyForQuery} {
			t.See(m.Backend, k, idle)
		}
	}
	if t.Phase() != Ready {
		b.Fatal(t.Phase())
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(9*b.N), "ns/message")
}
