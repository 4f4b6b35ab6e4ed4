// Package bench measures the codec beside that of pgx, on the same bytes:
//
//	cd bench && go test -bench . -benchmem
//
// The two do not do quite the same. pgproto3 encodes strings as they are, where we
// look for zero bytes in them first, which would end them early and let what follows
// pass for further fields: for a query of 180 bytes about a third of the time. It
// decodes fewer fields to a meaning: it takes any status of ReadyForQuery, any format
// code, and bytes behind the last field of some messages. It copies the strings of what
// frontends send, and reads into a buffer of its own; we point into what was fed. It lists a row's values; we go over their lengths, and list them
// when asked to ("each value looked at").
//
// It is a module of its own, so that the library depends on nothing.
package bench

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/pgwdump/pgwdump/decode"
	"github.com/pgwdump/pgwdump/message"
)

// row returns the values of a row.
func row(columns int) (values [][]byte) {
	five := [][]byte{[]byte("12345"), []byte("c4ca4238a0b923820dcc509a6f75849b"), []byte("1.5"), []byte("2026-11-22 13:23:26.702773+00"), nil}
	for len(values) < columns {
		values = append(values, five[len(values)%len(five)])
	}
	return values
}

func must(b []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return b
}

// BenchmarkDataRow decodes the body of one row: by us, by pgproto3, and as nobody
// could do with less, going over the lengths.
func BenchmarkDataRow(b *testing.B) {
	for _, columns := range []int{5, 50} {
		wire := must(message.Append(nil, &message.DataRow{Values: message.NewValues(row(columns)...)}))
		body := wire[5:]
		b.Run(fmt.Sprintf("%d columns/pgwdump", columns), func(b *testing.B) {
			var w message.Walker
			var m message.DataRow
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				if err := w.Decode(&m, body); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("%d columns/pgwdump, each value looked at", columns), func(b *testing.B) {
			var w message.Walker
			var m message.DataRow
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				w.Decode(&m, body)
				for _, v := range m.Values.All() {
					n += len(v)
				}
			}
		})
		b.Run(fmt.Sprintf("%d columns/pgproto3", columns), func(b *testing.B) {
			var m pgproto3.DataRow
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				if err := m.Decode(body); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("%d columns/pgproto3, each value looked at", columns), func(b *testing.B) {
			var m pgproto3.DataRow
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				m.Decode(body)
				for _, v := range m.Values {
					n += len(v)
				}
			}
		})
		b.Run(fmt.Sprintf("%d columns/bare walk", columns), func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			n := 0
			for b.Loop() {
				at := 2
				for range binary.BigEndian.Uint16(body) {
					size := int(int32(binary.BigEndian.Uint32(body[at:])))
					at += 4
					if size > 0 {
						at += size
						n++
					}
				}
			}
		})
	}
}

// streams are what a server or client sends, as bytes on the wire.
var streams = []struct {
	name string
	from message.Side
	wire []byte
}{
	{"rows of 5 columns", message.Backend, bytes.Repeat(must(message.Append(nil, &message.DataRow{Values: message.NewValues(row(5)...)})), 1000)},
	{"rows of 50 columns", message.Backend, bytes.Repeat(must(message.Append(nil, &message.DataRow{Values: message.NewValues(row(50)...)})), 200)},
	{"CopyData of 100 bytes", message.Backend, bytes.Repeat(must(message.Append(nil, &message.CopyData{Data: bytes.Repeat([]byte("x"), 100)})), 1000)},
	{"answers of the extended protocol", message.Backend, bytes.Repeat(encode(answer...), 200)},
	{"requests of the extended protocol", message.Frontend, bytes.Repeat(encode(request...), 200)},
}

var answer = []message.Message{
	&message.ParseComplete{}, &message.BindComplete{},
	&message.RowDescription{Columns: []message.Column{{Name: message.Text("abalance"), Type: 23, Size: 4, TypeModifier: -1}}},
	&message.DataRow{Values: message.NewValues([]byte("4711"))}, &message.CommandComplete{Tag: message.Text("SELECT 1")},
	&message.ReadyForQuery{Status: message.Idle},
}

var request = []message.Message{
	&message.Parse{SQL: message.Text("select abalance from pgbench_accounts where aid = $1"), ParameterTypes: []message.OID{23}},
	&message.Bind{Statement: message.Text(""), Portal: message.Text(""), Parameters: message.NewValues([]byte("4711")), ResultFormats: []message.Format{0}},
	&message.Describe{Target: message.Portal, Name: message.Text("")}, &message.Execute{Portal: message.Text("")}, &message.Sync{},
}

func encode(messages ...message.Message) (b []byte) {
	for _, m := range messages {
		b = must(message.Append(b, m))
	}
	return b
}

// BenchmarkStream frames and decodes messages out of a stream of bytes.
func BenchmarkStream(b *testing.B) {
	for _, s := range streams {
		b.Run(s.name+"/pgwdump", func(b *testing.B) {
			d := decode.New(s.from, decode.Options{})
			var w message.Walker
			var scratch [message.Kinds]message.Message
			for k := range message.Kind(message.Kinds) {
				scratch[k] = message.New(k)
			}
			b.SetBytes(int64(len(s.wire)))
			b.ReportAllocs()
			for b.Loop() {
				d.Feed(s.wire)
				for {
					f, err := d.Next(message.Context{})
					if err == decode.ErrMore {
						break
					}
					if err == nil {
						err = w.Decode(scratch[f.Kind], f.Body)
					}
					if err != nil {
						b.Fatal(err)
					}
				}
			}
		})
		b.Run(s.name+"/pgproto3", func(b *testing.B) {
			b.SetBytes(int64(len(s.wire)))
			b.ReportAllocs()
			r := &repeat{b: s.wire}
			receive := pgproto3.NewFrontend(r, io.Discard)
			backend := pgproto3.NewBackend(r, io.Discard)
			n := 0
			for at := 0; at < len(s.wire); n++ {
				at += 1 + int(binary.BigEndian.Uint32(s.wire[at+1:]))
			}
			for b.Loop() {
				for range n {
					var err error
					if s.from == message.Backend {
						_, err = receive.Receive()
					} else {
						_, err = backend.Receive()
					}
					if err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}

// repeat reads the same bytes over and over.
type repeat struct {
	b  []byte
	at int
}

func (r *repeat) Read(b []byte) (int, error) {
	n := copy(b, r.b[r.at:])
	r.at = (r.at + n) % len(r.b)
	return n, nil
}

// BenchmarkEncode encodes the messages of a query of the extended protocol, of its
// answer, and a row.
func BenchmarkEncode(b *testing.B) {
	values := row(5)
	for _, c := range []struct {
		name   string
		ours   []message.Message
		theirs []interface {
			Encode([]byte) ([]byte, error)
		}
	}{
		{"requests", request, []interface {
			Encode([]byte) ([]byte, error)
		}{
			&pgproto3.Parse{Query: "select abalance from pgbench_accounts where aid = $1", ParameterOIDs: []uint32{23}},
			&pgproto3.Bind{Parameters: [][]byte{[]byte("4711")}, ResultFormatCodes: []int16{0}},
			&pgproto3.Describe{ObjectType: 'P'}, &pgproto3.Execute{}, &pgproto3.Sync{},
		}},
		{"row", []message.Message{&message.DataRow{Values: message.NewValues(values...)}}, []interface {
			Encode([]byte) ([]byte, error)
		}{&pgproto3.DataRow{Values: values}}},
		{"query", []message.Message{&message.Query{SQL: message.Text(strings.Repeat("select 1;", 20))}}, []interface {
			Encode([]byte) ([]byte, error)
		}{&pgproto3.Query{String: strings.Repeat("select 1;", 20)}}},
	} {
		b.Run(c.name+"/pgwdump", func(b *testing.B) {
			var w message.Walker
			var out []byte
			b.ReportAllocs()
			for b.Loop() {
				out = out[:0]
				for _, m := range c.ours {
					out, _ = w.Append(out, m)
				}
			}
			b.SetBytes(int64(len(out)))
		})
		b.Run(c.name+"/pgproto3", func(b *testing.B) {
			var out []byte
			b.ReportAllocs()
			for b.Loop() {
				out = out[:0]
				for _, m := range c.theirs {
					out, _ = m.Encode(out)
				}
			}
			b.SetBytes(int64(len(out)))
		})
	}
}
