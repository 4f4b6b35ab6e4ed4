package phase_test

import (
	"fmt"

	"github.com/pgwdump/pgwdump/message"
	"github.com/pgwdump/pgwdump/phase"
)

// A client sends two batches without waiting; the first fails, and what follows in it
// is skipped.
func Example() {
	t := phase.New(phase.Ready)
	show := func(from message.Side, k message.Kind, body string) {
		step, err := t.See(from, k, []byte(body))
		fmt.Println(k, step.Outcome, step.Request, err)
	}
	show(message.Frontend, message.KindParse, "")
	show(message.Frontend, message.KindBind, "")
	show(message.Frontend, message.KindSync, "")
	show(message.Frontend, message.KindQuery, "")
	show(message.Backend, message.KindErrorResponse, "SERROR\x00\x00")
	show(message.Backend, message.KindReadyForQuery, "I")
	fmt.Println(t.Phase(), t.Pending())
	// Output:
	// Parse requested 1 <nil>
	// Bind requested 2 <nil>
	// Sync requested 3 <nil>
	// Query requested 4 <nil>
	// ErrorResponse erred 1 <nil>
	// ReadyForQuery completed 3 <nil>
	// simple_query 1
}

// What is not allowed changes nothing.
func ExampleError() {
	t := phase.New(phase.Startup)
	_, err := t.See(message.Backend, message.KindReadyForQuery, []byte("I"))
	fmt.Println(err)
	fmt.Println(t.Phase())
	// Output:
	// backend ReadyForQuery is not allowed in phase startup; expected ErrorResponseV2 or ErrorResponse
	// startup
}
