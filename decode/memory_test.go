package decode_test

import (
	"bytes"
	"testing"

	"github.com/pgwdump/pgwdump/decode"
	"github.com/pgwdump/pgwdump/message"
)

// TestMemory holds that Decoders which share their memory do not mix what they hold, and
// that one in which nothing is left half-way has none of it.
func TestMemory(t *testing.T) {
	const decoders, rounds = 40, 5
	shared := new(decode.Memory)
	var all [decoders]*decode.Decoder
	for i := range all {
		all[i] = decode.New(message.Backend, decode.Options{Resync: true, Memory: shared})
	}
	row := func(i, round int) []byte {
		value := bytes.Repeat([]byte{byte('a' + i), byte('a' + round)}, 1+500*i*round)
		b, err := message.Append(nil, &message.DataRow{Values: message.NewValues(value)})
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	next := func(i int, fed []byte) []byte {
		all[i].Feed(fed)
		f, err := all[i].Next(message.Context{})
		if err == decode.ErrMore {
			return nil
		}
		if err != nil {
			t.Fatal(err)
		}
		body := bytes.Clone(f.Body)
		if _, err := all[i].Next(message.Context{}); err != decode.ErrMore {
			t.Fatal(err)
		}
		return body
	}
	for round := range rounds {
		for i := range all {
			whole := row(i, round)
			if body := next(i, whole[:len(whole)/2+i%3]); body != nil {
				t.Fatalf("%q from half a message", body)
			}
			if all[i].Holds() == 0 {
				t.Error("what is not whole takes no memory")
			}
		}
		for i := range all {
			whole := row(i, round)
			if body := next(i, whole[len(whole)/2+i%3:]); !bytes.Equal(body, whole[5:]) {
				t.Errorf("decoder %d, round %d: %.40q", i, round, body)
			}
			if n := all[i].Holds(); n > 0 {
				t.Errorf("%d bytes are held of nothing", n)
			}
		}
	}
}
