package message_test

import (
	"errors"
	"fmt"

	"github.com/pgwdump/pgwdump/message"
)

func Example() {
	wire, err := message.Append(nil, &message.Query{SQL: message.Text("select 1")})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%q\n", wire)

	var query message.Query
	if err := message.Decode(&query, wire[5:]); err != nil { // behind the type byte and the length word
		fmt.Println(err)
		return
	}
	fmt.Println(query.SQL)
	// Output:
	// "Q\x00\x00\x00\rselect 1\x00"
	// select 1
}

// NULL and the empty value are not the same.
func ExampleValues_All() {
	row := message.DataRow{Values: message.NewValues([]byte("4711"), nil, []byte{})}
	for i, value := range row.Values.All() {
		fmt.Println(i, string(value), value == nil)
	}
	// Output:
	// 0 4711 false
	// 1  true
	// 2  false
}

// The fields of any message can be listed without knowing which one it is.
func ExampleWalker_List() {
	wire := []byte("E\x00\x00\x00\x0ac1\x00\x00\x00\x00\x64")
	m := message.New(message.KindExecute)

	var w message.Walker
	fields, err := w.List(m, wire[5:])
	for _, f := range fields {
		fmt.Printf("%s at byte %d: %s%d\n", f.Name, f.Offset, f.Bytes, f.Int)
	}
	fmt.Println(err)
	// Output:
	// portal at byte 0: c10
	// max_rows at byte 3: 100
	// <nil>
}

// A message is only as good as the bytes that it was decoded from.
func ExampleClone() {
	body := []byte("select 1\x00")
	var query message.Query
	if err := message.Decode(&query, body); err != nil {
		fmt.Println(err)
		return
	}
	kept := message.Clone(&query).(*message.Query)
	copy(body, "????????")
	fmt.Println(query.SQL, kept.SQL)
	// Output: ???????? select 1
}

func ExampleError() {
	err := message.Decode(&message.ParameterDescription{}, []byte("\x00\x03\x00\x00\x00\x17"))
	fmt.Println(err)

	var wrong *message.Error
	if errors.As(err, &wrong) {
		fmt.Println(wrong.Field, wrong.Offset, wrong.Value)
	}
	fmt.Println(errors.Is(err, message.BadCount))
	// Output:
	// ParameterDescription.types at byte 0: count is larger than the rest of the message: 3
	// types 0 3
	// true
}

// What is inside of a SASL message is parsed on its own.
func ExampleParseSCRAMServerFirst() {
	challenge := message.AuthenticationSASLContinue{Data: []byte("r=fyko+d2lbbFgONRv,s=QSXCR+Q6sek8bf92,i=4096")}
	first, ok := message.ParseSCRAMServerFirst(challenge.Data)
	fmt.Println(first.Iterations, first.Salt, ok)
	// Output: 4096 QSXCR+Q6sek8bf92 true
}
