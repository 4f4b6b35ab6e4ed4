package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	"github.com/ulikunitz/xz"
)

// An enemy writes captures that are meant to take a reader down. All packets are of
// raw IPv4.
type enemy struct {
	*rand.Rand
	out    *bufio.Writer
	number uint32
	time   uint32
	size   int64 // bytes that are left to be written
	packet []byte
}

// more tells whether there is more to be written.
func (e *enemy) more() bool { return e.size > 0 }

// write writes anything.
func (e *enemy) write(b []byte) {
	e.size -= int64(len(b))
	if _, err := e.out.Write(b); err != nil {
		e.size = 0
	}
}

// head begins a pcap file.
func (e *enemy) head() {
	e.write([]byte("\xd4\xc3\xb2\xa1\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x04\x00\x65\x00\x00\x00"))
}

// record writes a packet.
func (e *enemy) record(packet []byte) {
	var h [16]byte
	e.number++
	binary.LittleEndian.PutUint32(h[:], e.time+e.number/1000)
	binary.LittleEndian.PutUint32(h[4:], e.number%1000*1000)
	binary.LittleEndian.PutUint32(h[8:], uint32(len(packet)))
	binary.LittleEndian.PutUint32(h[12:], uint32(len(packet)))
	e.write(h[:])
	e.write(packet)
}

// The ends of connections: the clients are in 10.0.0.0/8, the server is 192.168.0.1.
const (
	fromClient = 0
	fromServer = 1

	fin, syn, ack = 1, 2, 16
)

// segment writes a packet of TCP of a connection, by its number.
func (e *enemy) segment(conn, from int, seq, acked uint32, flags byte, payload []byte) {
	b := append(e.packet[:0], 0x45, 0, 0, 0, 0, 0, 0, 0, 64, 6, 0, 0)
	binary.BigEndian.PutUint16(b[2:], uint16(40+len(payload)))
	ends := [2][]byte{binary.BigEndian.AppendUint32(nil, 10<<24|uint32(conn)&0xffffff), {192, 168, 0, 1}}
	b = append(append(b, ends[from]...), ends[1-from]...)
	ports := [2]uint16{40000, 5432}
	b = binary.BigEndian.AppendUint16(b, ports[from])
	b = binary.BigEndian.AppendUint16(b, ports[1-from])
	b = binary.BigEndian.AppendUint32(b, seq)
	b = binary.BigEndian.AppendUint32(b, acked)
	b = append(b, 0x50, flags, 0xff, 0xff, 0, 0, 0, 0)
	e.packet = append(b, payload...)
	e.record(e.packet)
}

const (
	startup = "\x00\x00\x00\x16\x00\x03\x00\x00user\x00hostile\x00\x00"
	welcome = "R\x00\x00\x00\x08\x00\x00\x00\x00Z\x00\x00\x00\x05I"
)

// open opens a connection, and logs in. The next sequence numbers of the two sides are
// those that it returns.
func (e *enemy) open(conn int) (client, server uint32) {
	e.segment(conn, fromClient, 0, 0, syn, nil)
	e.segment(conn, fromServer, 0, 1, syn|ack, nil)
	e.segment(conn, fromClient, 1, 1, ack, []byte(startup))
	client = 1 + uint32(len(startup))
	e.segment(conn, fromServer, 1, client, ack, []byte(welcome))
	return client, 1 + uint32(len(welcome))
}

const (
	most   = 1448  // bytes of payload in a packet
	joined = 60000 // where the network card has put packets together
)

// A dialogue is a connection on which both sides say something.
type dialogue struct {
	e    *enemy
	conn int
	seq  [2]uint32 // the next of each side
}

// dialogue opens a connection, and logs in.
func (e *enemy) dialogue(conn int) *dialogue {
	client, server := e.open(conn)
	return &dialogue{e, conn, [2]uint32{client, server}}
}

// crowd opens so many of them.
func (e *enemy) crowd(size int) []*dialogue {
	all := make([]*dialogue, size)
	for i := range all {
		all[i] = e.dialogue(i)
	}
	return all
}

// say sends what one side says, in packets of that size at the most.
func (d *dialogue) say(from int, b []byte, size int) {
	for len(b) > 0 {
		n := min(len(b), size)
		d.e.segment(d.conn, from, d.seq[from], d.seq[1-from], ack, b[:n])
		d.seq[from] += uint32(n)
		b = b[n:]
	}
}

// repeat has a client say the same for ever.
func (e *enemy) repeat(b []byte) {
	b = bytes.Repeat(b, most/len(b))
	for d := e.dialogue(1); e.more(); {
		d.say(fromClient, b, most)
	}
}

// typed returns a message of that type.
func typed(tag byte, body ...string) []byte {
	b := []byte{tag, 0, 0, 0, 0}
	for _, part := range body {
		b = append(b, part...)
	}
	binary.BigEndian.PutUint32(b[1:], uint32(len(b)-1))
	return b
}

// ready is the answer to a Sync, or the end of that to a Query.
var ready = typed('Z', "I")

// dataRow is a row with a value of so many bytes, of which some are there.
func dataRow(claimed uint32, there int) []byte {
	b := binary.BigEndian.AppendUint32([]byte{'D'}, claimed+10)
	b = binary.BigEndian.AppendUint32(append(b, 0, 1), claimed)
	return append(b, bytes.Repeat([]byte{'x'}, there)...)
}

// enemies are what a reader may meet.
var enemies = []struct {
	name  string
	write func(*enemy)
}{
	{"random payload", func(e *enemy) {
		_, seq := e.open(1)
		payload := make([]byte, most)
		for e.more() {
			for i := range payload {
				payload[i] = byte(e.Uint32())
			}
			e.segment(1, fromServer, seq, 0, ack, payload)
			seq += most
		}
	}},
	{"random payload, from the middle", func(e *enemy) {
		payload := make([]byte, most)
		for seq := uint32(1); e.more(); seq += most {
			for i := range payload {
				payload[i] = byte(e.Uint32())
			}
			e.segment(1, int(seq>>20)&1, seq, 0, ack, payload)
		}
	}},
	{"heads everywhere", func(e *enemy) { // of messages that go on one behind the other, at every fifth byte
		payload := bytes.Repeat([]byte("D\x00\x00\x00\x14"), most/5)
		for seq := uint32(1); e.more(); seq += most {
			e.segment(1, fromServer, seq, 0, ack, payload)
		}
	}},
	{"one byte in each packet", func(e *enemy) {
		client, server := e.open(1)
		query := "Q\x00\x00\x00\x0dselect 1\x00"
		for e.more() {
			for i := range query {
				e.segment(1, fromClient, client, server, ack, []byte(query[i:i+1]))
				client++
			}
			answer := "C\x00\x00\x00\x0dSELECT 1\x00Z\x00\x00\x00\x05I"
			for i := range answer {
				e.segment(1, fromServer, server, client, ack, []byte(answer[i:i+1]))
				server++
			}
		}
	}},
	{"a hole that is never filled", func(e *enemy) {
		_, seq := e.open(1)
		for e.more() {
			seq += most
			e.segment(1, fromServer, seq, 0, ack, dataRow(1000, 1000))
		}
	}},
	{"backwards", func(e *enemy) { // each packet comes before those that came before it
		_, seq := e.open(1)
		for e.more() {
			for i := uint32(8000); i > 0; i-- {
				e.segment(1, fromServer, seq+i*20, 0, ack, dataRow(10, 10))
			}
			seq += 8000 * 20
		}
	}},
	{"in any order", func(e *enemy) {
		_, seq := e.open(1)
		for e.more() {
			for range 1 << 16 {
				e.segment(1, fromServer, seq+20*uint32(e.IntN(1<<17)), 0, ack, dataRow(10, 10))
			}
			seq += 20 << 17
		}
	}},
	{"every other one missing", func(e *enemy) {
		client, server := e.open(1)
		for e.more() {
			server += 1010
			e.segment(1, fromServer, server, client, ack, dataRow(1000, 1000)[:1010])
			e.segment(1, fromClient, client, server+1010, ack, nil)
			server += 1010
		}
	}},
	{"the oldest again and again", func(e *enemy) {
		_, seq := e.open(1)
		for e.more() {
			for range 500 {
				e.segment(1, fromServer, seq, 0, ack, []byte("N"))
				seq++
			}
			for range 500 {
				e.segment(1, fromServer, seq-500, 0, ack, []byte("S"))
			}
		}
	}},
	{"tiny messages", func(e *enemy) { e.repeat(typed('S')) }},
	{"unanswered statements", func(e *enemy) {
		e.repeat(slices.Concat(typed('P', "s\x00one\x00\x00\x00"), typed('B', "p\x00s\x00\x00\x00\x00\x00\x00\x00"), typed('E', "p\x00\x00\x00\x00\x00")))
	}},
	{"unanswered statements, and bytes between them", func(e *enemy) {
		e.repeat(slices.Concat(typed('P', "s\x00one\x00\x00\x00"), typed('B', "p\x00s\x00\x00\x00\x00\x00\x00\x00")[:13], []byte{0, 0}, typed('E', "p\x00\x00\x00\x00\x00")))
	}},
	{"Syncs before the end of a COPY", func(e *enemy) {
		client, server := e.open(1)
		for begin := bytes.Repeat([]byte("S\x00\x00\x00\x04"), most/5); e.more(); {
			query := []byte("Q\x00\x00\x00\x14copy t from stdin\x00")
			query[4] = byte(len(query) - 1)
			e.segment(1, fromClient, client, server, ack, query)
			client += uint32(len(query))
			for range 100 {
				e.segment(1, fromClient, client, server, ack, begin)
				client += uint32(len(begin))
			}
			copyIn := []byte("G\x00\x00\x00\x07\x00\x00\x00")
			e.segment(1, fromServer, server, client, ack, copyIn)
			server += uint32(len(copyIn))
		}
	}},
	{"answers to none of many requests", func(e *enemy) {
		parse := bytes.Repeat([]byte("P\x00\x00\x00\x08\x00\x00\x00\x00"), most/9)
		client, server := e.open(1)
		server += 10 // something is missing
		for range 200 {
			e.segment(1, fromClient, client, server, ack, parse)
			client += uint32(len(parse))
		}
		e.segment(1, fromClient, client, server, ack, []byte("S\x00\x00\x00\x04"))
		for rows := bytes.Repeat([]byte("D\x00\x00\x00\x06\x00\x00"), most/7); e.more(); {
			e.segment(1, fromServer, server, client+5, ack, rows)
			server += uint32(len(rows))
		}
	}},
	{"prepared statements without end", func(e *enemy) {
		d := e.dialogue(1)
		for n := 0; e.more(); n++ {
			d.say(fromClient, typed('P', fmt.Sprintf("s%d\x00", n), strings.Repeat("x", 1000), "\x00\x00\x00"), most)
		}
	}},
	{"prepared statements on many connections", func(e *enemy) {
		crowd := e.crowd(2000)
		for n := 0; e.more(); n++ {
			for i, d := range crowd {
				d.say(fromClient, typed('P', fmt.Sprintf("s%d\x00", n), fmt.Sprintf("select %d, %d, ", i, n), strings.Repeat("x", 1000), "\x00\x00\x00"), most)
				d.say(fromServer, typed('1'), most)
			}
		}
	}},
	{"portals without end", func(e *enemy) {
		d := e.dialogue(1)
		for n := 0; e.more(); n++ {
			d.say(fromClient, append(typed('B', fmt.Sprintf("p%d", n), "\x00\x00\x00\x00\x00\x01\x00\x00\xc3\x50", strings.Repeat("x", 50000), "\x00\x00"), typed('S')...), joined)
			d.say(fromServer, append(typed('2'), typed('Z', "T")...), joined)
		}
	}},
	{"portals that wait for many ends of transactions", func(e *enemy) {
		for conn := 0; e.more(); conn++ {
			d := e.dialogue(conn)
			d.say(fromClient, typed('Q', "select 1\x00"), joined)
			for n := range 60_000 {
				d.say(fromClient, typed('B', fmt.Sprintf("p%d", n), "\x00\x00\x00\x00\x00\x00\x00\x00"), joined)
			}
			d.say(fromServer, bytes.Repeat(ready, 60_000), joined)
		}
	}},
	{"statements on many connections that are not answered", func(e *enemy) {
		crowd := e.crowd(2000)
		for query := typed('Q', strings.Repeat("x", 1274), "\x00"); e.more(); {
			for _, d := range crowd {
				d.say(fromClient, query, most)
			}
		}
	}},
	{"small requests on many connections that are not answered", func(e *enemy) {
		crowd := e.crowd(2000)
		for requests := bytes.Repeat(typed('E', "\x00\x00\x00\x00\x00"), most/10); e.more(); {
			for _, d := range crowd {
				d.say(fromClient, requests, most)
			}
		}
	}},
	{"many requests on one connection after the other", func(e *enemy) {
		requests := append(bytes.Repeat(typed('D', "P\x00"), 20_000), typed('S')...)
		answers := append(bytes.Repeat(typed('n'), 20_000), ready...)
		for conn := 0; e.more(); conn++ {
			d := e.dialogue(conn)
			d.say(fromClient, requests, joined)
			d.say(fromServer, answers, joined)
		}
	}},
	{"columns without end", func(e *enemy) {
		crowd := e.crowd(50)
		for n := 0; e.more(); n++ {
			for _, d := range crowd {
				d.say(fromClient, typed('Q', "select pg_type\x00"), joined)
				d.say(fromServer, typed('T', "\xea\x60", fmt.Sprintf("%d", n), strings.Repeat(strings.Repeat("\x00", 19), 60_000)), joined)
				d.say(fromServer, ready, joined)
			}
		}
	}},
	{"data types without end", func(e *enemy) {
		d := e.dialogue(1)
		d.say(fromClient, typed('Q', "select oid, typname, typtype from pg_type\x00"), most)
		column := "\x00\x00\x00\x04\xdf\x00\x01\x00\x00\x00\x13\x00\x04\xff\xff\xff\xff\x00\x00"
		d.say(fromServer, typed('T', "\x00\x03oid", column, "typname", column, "typtype", column), most)
		for n := 100_000; e.more(); n++ {
			d.say(fromServer, typed('D', fmt.Sprintf("\x00\x03\x00\x00\x00\x0a%010d\x00\x00\x00\x0b%011d\x00\x00\x00\x01e", n, n)), most)
		}
	}},
	{"data types one by one", func(e *enemy) {
		d := e.dialogue(1)
		column := "\x00\x00\x00\x04\xdf\x00\x01\x00\x00\x00\x13\x00\x04\xff\xff\xff\xff\x00\x00"
		columns := typed('T', "\x00\x03oid", column, "typname", column, "typtype", column)
		for n := 100_000; e.more(); n++ {
			d.say(fromClient, typed('Q', "select pg_type\x00"), most)
			row := typed('D', fmt.Sprintf("\x00\x03\x00\x00\x00\x0a%010d\x00\x00\x00\x0b%011d\x00\x00\x00\x01e", n, n))
			d.say(fromServer, slices.Concat(columns, row, ready), most)
		}
	}},
	{"a long statement that is run again and again", func(e *enemy) {
		for conn := 0; e.more(); conn++ {
			d := e.dialogue(conn)
			d.say(fromClient, append(typed('P', "s\x00", strings.Repeat("x", 90_000), "\x00\x00\x00"), typed('S')...), joined)
			d.say(fromServer, append(typed('1'), ready...), joined)
			runs := slices.Concat(typed('B', "\x00s\x00\x00\x00\x00\x00\x00\x00"), typed('E', "\x00\x00\x00\x00\x00"), typed('S'))
			d.say(fromClient, bytes.Repeat(runs, 2000), joined)
			answers := slices.Concat(typed('2'), typed('C', "SELECT 1\x00"), ready)
			d.say(fromServer, bytes.Repeat(answers, 2000), joined)
			e.size -= 64 << 20 // as much is written of it
		}
	}},
	{"parameters without end", func(e *enemy) {
		d := e.dialogue(1)
		for n := 0; e.more(); n++ {
			d.say(fromServer, typed('S', fmt.Sprintf("name%d", n), "\x00value\x00"), most)
		}
	}},
	{"time zones without end", func(e *enemy) {
		d := e.dialogue(1)
		for n := 0; e.more(); n++ {
			d.say(fromServer, typed('S', "TimeZone\x00", fmt.Sprintf("Nowhere/%d", n), "\x00"), most)
		}
	}},
	{"parameters on many connections", func(e *enemy) {
		long := strings.Repeat("x", 20_000)
		for crowd, n := e.crowd(2000), 0; e.more(); n++ {
			for i, d := range crowd {
				d.say(fromServer, typed('S', fmt.Sprintf("name%d\x00%d", n, i), long, "\x00"), joined)
			}
		}
	}},
	{"cancel keys without end", func(e *enemy) {
		d := e.dialogue(1)
		for n := uint32(0); e.more(); n++ {
			d.say(fromServer, typed('K', string(binary.BigEndian.AppendUint32(nil, n)), "keys"), most)
		}
	}},
	{"errors of many fields", func(e *enemy) {
		for conn := 0; e.more(); conn++ {
			d := e.dialogue(conn)
			d.say(fromClient, typed('Q', "select 1\x00"), joined)
			d.say(fromServer, typed('E', strings.Repeat("C\x00", 1<<20), "\x00"), joined)
			d.say(fromServer, ready, joined)
		}
	}},
	{"Queries of very many statements, and an error", func(e *enemy) {
		for conn := 0; e.more(); conn++ {
			d := e.dialogue(conn)
			d.say(fromClient, typed('Q', strings.Repeat("1;", 49_000), "\x00"), joined)
			d.say(fromServer, append(typed('E', "C42601\x00\x00"), ready...), joined)
		}
	}},
	{"Queries of several statements that are not answered", func(e *enemy) {
		for conn := 0; e.more(); conn++ {
			d := e.dialogue(conn)
			d.say(fromClient, typed('Q', "1;2", strings.Repeat("x", 3<<20), "\x00"), joined)
		}
	}},
	{"errors without end", func(e *enemy) {
		d := e.dialogue(1)
		d.say(fromClient, typed('Q', "select 1\x00"), joined)
		for failure := typed('E', "C42601\x00M", strings.Repeat("x", 50_000), "\x00\x00"); e.more(); {
			d.say(fromServer, failure, joined)
		}
	}},
	{"errors on many connections that go on", func(e *enemy) {
		for conn := 0; e.more(); conn++ {
			d := e.dialogue(conn)
			d.say(fromClient, typed('Q', "select 1\x00"), joined)
			d.say(fromServer, typed('E', "C42601\x00M", strings.Repeat("x", 1<<20), "\x00\x00"), joined)
		}
	}},
	{"statements behind an error without end", func(e *enemy) {
		d := e.dialogue(1)
		d.say(fromClient, typed('E', "\x00\x00\x00\x00\x00"), joined)
		d.say(fromServer, typed('E', "C34000\x00\x00"), joined)
		for parse := typed('P', strings.Repeat("x", 50_000), "\x00select 1\x00\x00\x00"); e.more(); {
			d.say(fromClient, parse, joined)
		}
	}},
	{"statements behind errors on many connections", func(e *enemy) {
		for conn := 0; e.more(); conn++ {
			d := e.dialogue(conn)
			d.say(fromClient, typed('E', "\x00\x00\x00\x00\x00"), joined)
			d.say(fromServer, typed('E', "C34000\x00\x00"), joined)
			d.say(fromClient, typed('P', strings.Repeat("x", 1<<20), "\x00", strings.Repeat("y", 1<<20), "\x00\x00\x00"), joined)
		}
	}},
	{"notices of 1 MB", func(e *enemy) {
		for conn := 0; e.more(); conn++ {
			d := e.dialogue(conn)
			d.say(fromClient, typed('Q', "select 1\x00"), joined)
			d.say(fromServer, typed('N', "M", strings.Repeat("x", 1<<20), "\x00\x00"), joined)
		}
	}},
	{"answers before their requests", func(e *enemy) {
		rows := bytes.Repeat(dataRow(60_000, 60_000), 4)
		for conn := 0; e.more(); conn++ {
			e.dialogue(conn).say(fromServer, rows, joined)
		}
	}},
	{"messages in two pieces on many connections", func(e *enemy) {
		query := typed('Q', strings.Repeat("x", 60_000), "\x00")
		answer := append(append(typed('T', "\x00\x00"), dataRow(60_000, 60_000)...), append(typed('C', "SELECT 1\x00"), ready...)...)
		for conn := 0; e.more(); conn++ {
			d := e.dialogue(conn)
			d.say(fromClient, query, 31_000)
			d.say(fromServer, answer, 31_000)
		}
	}},
	{"messages of 4 MB in small pieces", func(e *enemy) {
		for d := e.dialogue(1); e.more(); {
			d.say(fromServer, dataRow(4_000_000, 4_000_000), most)
		}
	}},
	{"values that have to be escaped", func(e *enemy) {
		value := strings.Repeat("\x01", 4_000_000)
		for d := e.dialogue(1); e.more(); {
			d.say(fromServer, typed('D', "\x00\x01", string(binary.BigEndian.AppendUint32(nil, uint32(len(value)))), value), joined)
		}
	}},
	{"requests for encryption without end", func(e *enemy) {
		seq, request := uint32(1), []byte("\x00\x00\x00\x08\x04\xd2\x16\x2f")
		e.segment(1, fromClient, 0, 0, syn, nil)
		e.segment(1, fromServer, 0, 1, syn|ack, nil)
		for requests := bytes.Repeat(request, most/len(request)); e.more(); {
			e.segment(1, fromClient, seq, 1, ack, requests)
			seq += uint32(len(requests))
		}
	}},
	{"requests for encryption, and something else", func(e *enemy) {
		payload := append([]byte("\x00\x00\x00\x08\x04\xd2\x16\x2f"), bytes.Repeat([]byte("Q"), 60_000)...)
		for conn := 0; e.more(); conn++ {
			e.segment(conn, fromClient, 0, 0, syn, nil)
			e.segment(conn, fromServer, 0, 1, syn|ack, nil)
			e.segment(conn, fromClient, 1, 1, ack, payload)
		}
	}},
	{"messages that claim 2 GB", func(e *enemy) {
		for conn := 0; e.more(); conn++ {
			d := e.dialogue(conn)
			row := dataRow(1<<31-11, most-11) // its length word is the largest that is not negative
			d.say(fromServer, row, most)
			d.say(fromServer, bytes.Repeat([]byte{'x'}, 20*most), most)
		}
	}},
	{"messages that claim 1 GB", func(e *enemy) {
		for conn := 0; e.more(); conn++ {
			_, seq := e.open(conn)
			payload := dataRow(1<<30-20, most-11)
			for range 20 {
				e.segment(conn, fromServer, seq, 0, ack, payload)
				seq += uint32(len(payload))
			}
		}
	}},
	{"5,000 connections in turn", func(e *enemy) {
		crowd := e.crowd(5000)
		for payload := dataRow(1<<30-20, most-11); e.more(); {
			for _, d := range crowd {
				d.say(fromServer, payload, most)
			}
		}
	}},
	{"5,000 connections with holes", func(e *enemy) {
		crowd := e.crowd(5000)
		for payload := dataRow(1000, 1000); e.more(); {
			for _, d := range crowd {
				d.seq[fromServer] += most
				d.say(fromServer, payload, most)
			}
		}
	}},
	{"connections that say nothing they are known by", func(e *enemy) {
		for conn := 0; e.more(); conn++ {
			e.segment(conn, fromServer, 1, 0, ack, bytes.Repeat([]byte{0}, most))
		}
	}},
	{"half-open connections", func(e *enemy) {
		for conn := 0; e.more(); conn++ {
			e.segment(conn, fromClient, 0, 0, syn, nil)
		}
	}},
	{"connections that are only logged in", func(e *enemy) {
		for conn := 0; e.more(); conn++ {
			e.open(conn)
		}
	}},
	{"the same ports again and again", func(e *enemy) {
		for n := uint32(0); e.more(); n++ {
			e.segment(1, fromClient, n*1000, 0, syn, nil)
			e.segment(1, fromClient, n*1000+1, 0, ack, []byte(startup))
		}
	}},
	{"a direction that is missing", func(e *enemy) {
		for payload := dataRow(1437, 1437); e.more(); {
			for seq := uint32(1); seq < 1<<30 && e.more(); seq += most {
				e.segment(1, fromServer, seq, seq, ack, payload)
			}
		}
	}},
	{"clocks that jump", func(e *enemy) {
		client, server := e.open(1)
		for e.more() {
			e.time = e.Uint32()
			e.segment(1, fromClient, client, server, ack, []byte("Q\x00\x00\x00\x0dselect 1\x00"))
			client += 14
			e.segment(1, fromServer, server, client, ack, []byte("C\x00\x00\x00\x0dSELECT 1\x00Z\x00\x00\x00\x05I"))
			server += 20
		}
	}},
	{"fragments", func(e *enemy) { // first ones, of which the others never come
		b := make([]byte, 20+1400)
		b[0], b[8], b[9] = 0x45, 64, 6
		binary.BigEndian.PutUint16(b[2:], uint16(len(b)))
		for n := uint32(0); e.more(); n++ {
			binary.BigEndian.PutUint16(b[4:], uint16(n))
			binary.BigEndian.PutUint32(b[12:], n)
			b[6] = 0x20
			e.record(b)
		}
	}},
	{"fragments that overlap", func(e *enemy) {
		b := make([]byte, 20+64)
		b[0], b[8], b[9] = 0x45, 64, 6
		binary.BigEndian.PutUint16(b[2:], uint16(len(b)))
		for e.more() {
			binary.BigEndian.PutUint16(b[6:], 0x2000|uint16(e.IntN(8000)))
			e.record(b)
		}
	}},
	{"fragments of IPv6", func(e *enemy) {
		b := make([]byte, 40+8+64)
		b[0], b[5], b[6], b[7], b[40], b[43] = 0x60, 72, 44, 64, 6, 1
		for n := uint32(0); e.more(); n++ {
			binary.BigEndian.PutUint32(b[44:], n)
			e.record(b)
		}
	}},
	{"tunnels in tunnels", func(e *enemy) {
		b := make([]byte, 0, 1400)
		for len(b) < 1380 {
			rest := 1400 - len(b)
			b = append(b, 0x45, 0, byte(rest>>8), byte(rest), 0, 0, 0, 0, 64, 4, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8)
		}
		for e.more() {
			e.record(b)
		}
	}},
}

// files are those that are hostile as files.
var files = []struct {
	name  string
	write func(*enemy)
}{
	{"records of 16 MB", func(e *enemy) {
		e.head()
		for b := make([]byte, 1<<24); e.more(); {
			e.record(b)
		}
	}},
	{"packets with nothing in them", func(e *enemy) {
		e.head()
		for e.more() {
			e.record(nil)
		}
	}},
	{"headers without end", func(e *enemy) {
		for e.more() {
			e.head()
		}
	}},
	{"random bytes", func(e *enemy) {
		e.head()
		for e.more() {
			e.write(binary.LittleEndian.AppendUint64(nil, e.Uint64()))
		}
	}},
	{"pcapng, then random bytes", func(e *enemy) {
		e.write(section)
		for e.more() {
			e.write(binary.LittleEndian.AppendUint64(nil, e.Uint64()))
		}
	}},
	{"pcapng, then blocks that are nearly right", func(e *enemy) {
		e.write(section)
		for e.more() {
			e.write([]byte("\x06\x00\x00\x00\x20\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01"))
		}
	}},
	{"interfaces without end", func(e *enemy) {
		e.write(section)
		for e.more() {
			e.write([]byte("\x01\x00\x00\x00\x14\x00\x00\x00\x65\x00\x00\x00\x00\x00\x00\x00\x14\x00\x00\x00"))
		}
	}},
	{"sections without end", func(e *enemy) {
		for e.more() {
			e.write(section)
		}
	}},
	{"key logs without end", func(e *enemy) {
		e.write(section)
		line := []byte("CLIENT_RANDOM 0000000000000000000000000000000000000000000000000000000000000000 000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000\n")
		for e.more() {
			var b []byte
			for range 100 {
				for i := range 64 {
					line[14+i] = "0123456789abcdef"[e.IntN(16)]
				}
				b = append(b, line...)
			}
			b = append(b, make([]byte, -len(b)&3)...)
			n := uint32(len(b) + 20)
			h := binary.LittleEndian.AppendUint32([]byte("\x0a\x00\x00\x00"), n)
			h = append(h, "KSLT"...)
			h = binary.LittleEndian.AppendUint32(h, uint32(len(b)))
			e.write(binary.LittleEndian.AppendUint32(append(h, b...), n))
		}
	}},
}

// bombs are files that are much larger decompressed: packets with nothing but zeros in
// them.
var bombs = map[string]func(io.Writer) (io.WriteCloser, error){
	"gzip": func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil },
	"zstd": func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w) },
	"lz4":  func(w io.Writer) (io.WriteCloser, error) { return lz4.NewWriter(w), nil },
	"xz":   func(w io.Writer) (io.WriteCloser, error) { return xz.NewWriter(w) },
}

// bomb writes such a file, of which the size is that of what comes out.
func bomb(e *enemy, pack func(io.Writer) (io.WriteCloser, error)) {
	z, err := pack(e.out)
	if err != nil {
		panic(err)
	}
	inner := &enemy{out: bufio.NewWriter(z), size: e.size}
	inner.head()
	for b := make([]byte, 1<<16); inner.more(); {
		inner.record(b)
	}
	inner.out.Flush()
	z.Close()
}

// section is the beginning of a pcapng file.
var section = []byte("\x0a\x0d\x0d\x0a\x1c\x00\x00\x00\x4d\x3c\x2b\x1a\x01\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff\x1c\x00\x00\x00")
