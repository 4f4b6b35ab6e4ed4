// Package bench measures the codec beside that of pgx, on the same bytes:
//
//	cd bench && go test -bench .
//
// Each line has the nanoseconds for a message of both, and "times": how many times as
// fast as pgproto3 we are. The two work in turns of some microseconds, and the medians are
// compared, so that whatever else the machine does meets both: the ratios can be trusted
// where the times cannot. "limit-ns" is what nobody could do without, a bare walk over the
// lengths of the values. "allocs" and "pgproto3-allocs" are for a message, too.
//
// The two do not do quite the same. pgproto3 encodes strings as they are, where we look
// for zero bytes in them first, which would end them early and let what follows pass for
// further fields: for a query of 180 bytes a quarter to a third of the time. It decodes
// fewer fields to a meaning: it takes any status of ReadyForQuery, any format code, and
// bytes behind the last field of some messages. It copies the strings of what frontends
// send, and reads into a buffer of its own; we point into what was fed. It lists a row's
// values; we go over their lengths, and list them when asked to ("each value looked at").
//
// It is a module of its own, so that the library depends on nothing.
package bench

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/pgwdump/pgwdump/decode"
	"github.com/pgwdump/pgwdump/message"
)

// A contest is the same work for us and for pgproto3, done n times.
type contest struct {
	name         string
	messages     int // that are decoded or encoded each time
	ours, theirs func(n int)
	limit        func(n int) // if there is one
}

// run measures who is faster.
func (c *contest) run(b *testing.B) {
	const turn = 20 * time.Microsecond
	sides := []struct {
		unit  string
		do    func(n int)
		times []time.Duration
	}{{unit: "pgwdump-ns", do: c.ours}, {unit: "pgproto3-ns", do: c.theirs}, {unit: "limit-ns", do: c.limit}}
	if c.limit == nil {
		sides = sides[:2]
	}
	n := 1
	for fastest := time.Duration(0); fastest < turn; {
		n *= 2
		fastest = turn
		for range 5 {
			fastest = min(fastest, timed(c.ours, n))
		}
	}
	for b.Loop() {
		for i := range sides {
			sides[i].times = append(sides[i].times, timed(sides[i].do, n))
		}
	}
	b.ReportMetric(0, "ns/op") // of all turns together, which says nothing
	var medians []float64
	for _, s := range sides {
		slices.Sort(s.times)
		medians = append(medians, float64(s.times[len(s.times)/2])/float64(n*c.messages))
		b.ReportMetric(medians[len(medians)-1], s.unit)
	}
	b.ReportMetric(medians[1]/medians[0], "times")
	b.ReportMetric(testing.AllocsPerRun(10, func() { c.ours(1) })/float64(c.messages), "allocs")
	b.ReportMetric(testing.AllocsPerRun(10, func() { c.theirs(1) })/float64(c.messages), "pgproto3-allocs")
}

func timed(do func(n int), n int) time.Duration {
	start := time.Now()
	do(n)
	return time.Since(start)
}

// row returns the values of a row.
func row(columns int) (values [][]byte) {
	five := [][]byte{[]byte("12345"), []byte("c4ca4238a0b923820dcc509a6f75849b"), []byte("1.5"), []byte("2026-11-22 13:23:26.702773+00"), nil}
	for len(values) < columns {
		values = append(values, five[len(values)%len(five)])
	}
	return values
}

// encode returns the bytes of messages.
func encode(messages ...message.Message) (b []byte) {
	for _, m := range messages {
		var err error
		if b, err = message.Append(b, m); err != nil {
			panic(err)
		}
	}
	return b
}

// check panics: what is measured is in order.
func check(err error) {
	if err != nil {
		panic(err)
	}
}

// BenchmarkDataRow decodes the body of one row.
func BenchmarkDataRow(b *testing.B) {
	for _, columns := range []int{5, 50} {
		body := encode(&message.DataRow{Values: message.NewValues(row(columns)...)})[5:]
		var w message.Walker
		var ours message.DataRow
		var theirs pgproto3.DataRow
		seen := 0
		for _, c := range []contest{
			{
				name: "decoded",
				ours: func(n int) {
					for range n {
						check(w.Decode(&ours, body))
					}
				},
				theirs: func(n int) {
					for range n {
						check(theirs.Decode(body))
					}
				},
				limit: func(n int) {
					for range n {
						seen += bareWalk(body)
					}
				},
			},
			{
				name: "each value looked at",
				ours: func(n int) {
					for range n {
						check(w.Decode(&ours, body))
						for _, v := range ours.Values.All() {
							seen += len(v)
						}
					}
				},
				theirs: func(n int) {
					for range n {
						check(theirs.Decode(body))
						for _, v := range theirs.Values {
							seen += len(v)
						}
					}
				},
			},
		} {
			c.messages = 1
			b.Run(fmt.Sprintf("%d columns, %s", columns, c.name), c.run)
		}
	}
}

// bareWalk goes over the lengths of the values of a row, without a question whether they
// can be, and returns where they end.
func bareWalk(body []byte) (end int) {
	const null = 1<<32 - 1
	end = 2
	for range binary.BigEndian.Uint16(body) {
		if end > len(body)-4 { // what slicing would check more slowly
			break
		}
		size := binary.BigEndian.Uint32(body[end:])
		end += 4
		if size == null {
			continue
		}
		end += int(size)
	}
	return end
}

// The messages of a query of the extended protocol, and of its answer.
var (
	request = []message.Message{
		&message.Parse{SQL: message.Text("select abalance from pgbench_accounts where aid = $1"), ParameterTypes: []message.OID{23}},
		&message.Bind{Parameters: message.NewValues([]byte("4711")), ResultFormats: []message.Format{0}},
		&message.Describe{Target: message.Portal},
		&message.Execute{},
		&message.Sync{},
	}
	answer = []message.Message{
		&message.ParseComplete{},
		&message.BindComplete{},
		&message.RowDescription{Columns: []message.Column{{Name: message.Text("abalance"), Type: 23, Size: 4, TypeModifier: -1}}},
		&message.DataRow{Values: message.NewValues([]byte("4711"))},
		&message.CommandComplete{Tag: message.Text("SELECT 1")},
		&message.ReadyForQuery{Status: message.Idle},
	}
)

// BenchmarkStream frames and decodes the messages in a stream of bytes.
func BenchmarkStream(b *testing.B) {
	for _, s := range []struct {
		name     string
		from     message.Side
		messages []message.Message
	}{
		{"rows of 5 columns", message.Backend, []message.Message{&message.DataRow{Values: message.NewValues(row(5)...)}}},
		{"rows of 50 columns", message.Backend, []message.Message{&message.DataRow{Values: message.NewValues(row(50)...)}}},
		{"CopyData of 100 bytes", message.Backend, []message.Message{&message.CopyData{Data: bytes.Repeat([]byte("x"), 100)}}},
		{"answers of the extended protocol", message.Backend, answer},
		{"requests of the extended protocol", message.Frontend, request},
	} {
		const times = 50
		wire := bytes.Repeat(encode(s.messages...), times)
		c := contest{messages: times * len(s.messages), ours: ourStream(s.from, wire)}
		c.theirs = theirStream(s.from, wire, c.messages)
		b.Run(s.name, c.run)
	}
}

func ourStream(from message.Side, wire []byte) func(n int) {
	d := decode.New(from, decode.Options{})
	var w message.Walker
	var scratch [message.Kinds]message.Message
	for k := range message.Kind(message.Kinds) {
		scratch[k] = message.New(k)
	}
	return func(n int) {
		for range n {
			d.Feed(wire)
			for {
				f, err := d.Next(message.Context{})
				if err == decode.ErrMore {
					break
				}
				check(err)
				check(w.Decode(scratch[f.Kind], f.Body))
			}
		}
	}
}

func theirStream(from message.Side, wire []byte, messages int) func(n int) {
	r := &repeat{b: wire}
	backend, frontend := pgproto3.NewBackend(r, io.Discard), pgproto3.NewFrontend(r, io.Discard)
	return func(n int) {
		for range n * messages {
			var err error
			if from == message.Frontend {
				_, err = backend.Receive()
			} else {
				_, err = frontend.Receive()
			}
			check(err)
		}
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

// BenchmarkEncode encodes messages into memory that is there.
func BenchmarkEncode(b *testing.B) {
	sql := strings.Repeat("select 1;", 20)
	for _, c := range []struct {
		name   string
		ours   []message.Message
		theirs []pgproto3.Message
	}{
		{"requests of the extended protocol", request, []pgproto3.Message{
			&pgproto3.Parse{Query: "select abalance from pgbench_accounts where aid = $1", ParameterOIDs: []uint32{23}},
			&pgproto3.Bind{Parameters: [][]byte{[]byte("4711")}, ResultFormatCodes: []int16{0}},
			&pgproto3.Describe{ObjectType: 'P'},
			&pgproto3.Execute{},
			&pgproto3.Sync{},
		}},
		{"answers of the extended protocol", answer, []pgproto3.Message{
			&pgproto3.ParseComplete{},
			&pgproto3.BindComplete{},
			&pgproto3.RowDescription{Fields: []pgproto3.FieldDescription{{Name: []byte("abalance"), DataTypeOID: 23, DataTypeSize: 4, TypeModifier: -1}}},
			&pgproto3.DataRow{Values: [][]byte{[]byte("4711")}},
			&pgproto3.CommandComplete{CommandTag: []byte("SELECT 1")},
			&pgproto3.ReadyForQuery{TxStatus: 'I'},
		}},
		{"row of 5 columns", []message.Message{&message.DataRow{Values: message.NewValues(row(5)...)}},
			[]pgproto3.Message{&pgproto3.DataRow{Values: row(5)}}},
		{"query of 180 bytes", []message.Message{&message.Query{SQL: message.Text(sql)}}, []pgproto3.Message{&pgproto3.Query{String: sql}}},
		{"query of 20 bytes", []message.Message{&message.Query{SQL: message.Text(sql[:20])}}, []pgproto3.Message{&pgproto3.Query{String: sql[:20]}}},
	} {
		var w message.Walker
		ours, theirs := make([]byte, 0, 4096), make([]byte, 0, 4096)
		contest := contest{messages: len(c.ours)}
		contest.ours = func(n int) {
			for range n {
				ours = ours[:0]
				for _, m := range c.ours {
					var err error
					ours, err = w.Append(ours, m)
					check(err)
				}
			}
		}
		contest.theirs = func(n int) {
			for range n {
				theirs = theirs[:0]
				for _, m := range c.theirs {
					var err error
					theirs, err = m.Encode(theirs)
					check(err)
				}
			}
		}
		contest.ours(1)
		contest.theirs(1)
		if !bytes.Equal(ours, theirs) {
			b.Errorf("%s: %q\nand %q", c.name, ours, theirs)
		}
		b.Run(c.name, contest.run)
	}
}
