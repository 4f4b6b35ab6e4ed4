package phase

import (
	"strings"
	"testing"

	m "github.com/pgwdump/pgwdump/message"
)

// TestLose loses parts of conversations. > is from the client and < from the server: a Query,
// Parse, Bind, Execute, Sync or Terminate, what they are answered with by the type byte, or
// "lost". What is behind a message is the phase after it, and the request that it answers.
func TestLose(t *testing.T) {
	kinds := map[string]m.Kind{
		">Q": m.KindQuery, ">P": m.KindParse, ">B": m.KindBind, ">E": m.KindExecute, ">S": m.KindSync, ">X": m.KindTerminate,
		"<1": m.KindParseComplete, "<2": m.KindBindComplete, "<D": m.KindDataRow, "<C": m.KindCommandComplete, "<Z": m.KindReadyForQuery, "<E": m.KindErrorResponse,
		"<G": m.KindCopyInResponse,
	}
	for name, lines := range map[string]string{
		"a request of a client that waits": `
			>lost unsynchronised
			<D unsynchronised 0
			<C unsynchronised 0
			<Z ready 0
			>Q simple_query`,
		"an answer to a client that waits": `
			>Q simple_query
			<lost unsynchronised
			>Q unsynchronised
			<C unsynchronised 2
			<Z ready 2`,
		"part of an answer": `
			>Q simple_query
			<lost unsynchronised
			<D unsynchronised 1
			<Z ready 1`,
		"part of a batch": `
			>P extended_query
			>lost extended_query
			>S extended_query
			<1 unsynchronised 1
			<2 unsynchronised 0
			<C unsynchronised 0
			<Z ready 2`,
		"part of a batch that fails": `
			>P extended_query
			>lost extended_query
			>S extended_query
			<E unsynchronised 1
			<Z ready 2`,
		"the Sync behind an error": `
			>P extended_query
			<E extended_query 1
			>lost unsynchronised
			<Z ready 0`,
		"the end of a COPY": `
			>Q simple_query
			<G copy_in 1
			>lost copy_in
			<C simple_query 1
			<Z ready 1
			>Q simple_query`,
		"a request of a client that does not wait": `
			>Q simple_query
			>Q simple_query
			>lost simple_query
			>Q simple_query
			<C simple_query 1
			<Z simple_query 1
			<C simple_query 2
			<Z unsynchronised 2
			<C unsynchronised 3
			<Z unsynchronised 3
			<C unsynchronised 0
			<Z unsynchronised 0
			>Q unsynchronised`,
		"an answer to a client that does not wait": `
			>Q simple_query
			>Q simple_query
			>Q simple_query
			<lost unsynchronised
			<C unsynchronised 0
			<Z unsynchronised 0
			>Q unsynchronised
			<C unsynchronised 4
			<Z unsynchronised 4`,
		"what comes behind the end": `
			>Q simple_query
			>X simple_query
			>lost simple_query
			>Q simple_query
			<Z terminated 1
			<lost unsynchronised
			<C unsynchronised 0`,
	} {
		t.Run(name, func(t *testing.T) {
			tr := New(Ready)
			for line := range strings.Lines(strings.TrimSpace(lines)) {
				words := strings.Fields(line)
				from := m.Side(1 + strings.Index("><", words[0][:1]))
				step := Step{}
				if words[0][1:] == "lost" {
					tr.Lose(from)
				} else {
					var err error
					if step, err = tr.See(from, kinds[words[0]], []byte{byte(m.Idle)}); err != nil {
						t.Fatal(err)
					}
				}
				if tr.Phase().String() != words[1] {
					t.Fatalf("%s: in %s", strings.TrimSpace(line), tr.Phase())
				}
				if len(words) > 2 && int(words[2][0]-'0') != int(step.Request) {
					t.Fatalf("%s: answers %d", strings.TrimSpace(line), step.Request)
				}
			}
		})
	}
}

// TestOvertake lets an answer to nothing be one to what was not seen: from there on it is
// not known what else is still to be answered.
func TestOvertake(t *testing.T) {
	tr := New(Ready)
	if _, err := tr.See(m.Backend, m.KindCommandComplete, nil); err == nil {
		t.Fatal("an answer to nothing is allowed")
	}
	tr.Overtake()
	for _, k := range []m.Kind{m.KindCommandComplete, m.KindReadyForQuery} {
		if _, err := tr.See(m.Backend, k, []byte{byte(m.Idle)}); err != nil || tr.Phase() != Unsynchronised {
			t.Fatalf("%s: %v, in %s", k, err, tr.Phase())
		}
	}
	tr.Assume(Ready)
	tr.See(m.Frontend, m.KindQuery, nil)
	if step, err := tr.See(m.Backend, m.KindReadyForQuery, []byte{byte(m.Idle)}); err != nil || step.Request != 1 || tr.Phase() != Ready {
		t.Errorf("%+v, %v, in %s", step, err, tr.Phase())
	}
}
