package decode_test

import (
	"fmt"

	"github.com/pgwdump/pgwdump/decode"
	"github.com/pgwdump/pgwdump/message"
)

func Example() {
	pieces := []string{"1\x00\x00\x00\x042\x00\x00\x00\x04D\x00\x00", "\x00\x0c\x00\x01\x00\x00\x00\x0242Z\x00\x00\x00\x05I"}

	d := decode.New(message.Backend, decode.Options{})
	var w message.Walker
	for _, piece := range pieces { // as they are read from somewhere
		d.Feed([]byte(piece))
		for f, err := range d.All(func() message.Context { return message.Context{} }) {
			if err != nil {
				fmt.Println(err)
				continue
			}
			m := f.New()
			if err := w.Decode(m, f.Body); err != nil {
				fmt.Println(err)
			}
			fmt.Println(f.Offset, f.Kind)
		}
	}
	// Output:
	// 0 ParseComplete
	// 5 BindComplete
	// 10 DataRow
	// 23 ReadyForQuery
}

// A limit keeps the beginning of what is larger, and counts the rest.
func ExampleOptions() {
	d := decode.New(message.Backend, decode.Options{MaxBody: 6})
	d.Feed([]byte("d\x00\x00\x00\x0eabcdefghij"))
	f, err := d.Next(message.Context{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s %q, %d more bytes\n", f.Kind, f.Body, f.Missing())
	// Output: CopyData "abcdef", 4 more bytes
}
