//go:build soak && linux

package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"flag"
	"math/rand/v2"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

var (
	hostile = flag.Int("hostile", 64, "how many MB of hostile input to begin with; then four times as many")
	roof    = flag.Int64("roof", 512, "how many MB of memory may be resident")
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

const most = 1448 // bytes of payload in a packet

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
	{"tiny messages", func(e *enemy) {
		client, _ := e.open(1)
		payload := bytes.Repeat([]byte("S\x00\x00\x00\x04"), most/5)
		for e.more() {
			e.segment(1, fromClient, client, 0, ack, payload)
			client += uint32(len(payload))
		}
	}},
	{"unanswered statements", func(e *enemy) {
		client, _ := e.open(1)
		one := "P\x00\x00\x00\x0cs\x00one\x00\x00\x00B\x00\x00\x00\x0ep\x00s\x00\x00\x00\x00\x00\x00\x00E\x00\x00\x00\x0ap\x00\x00\x00\x00\x00"
		payload := bytes.Repeat([]byte(one), most/len(one))
		for e.more() {
			e.segment(1, fromClient, client, 0, ack, payload)
			client += uint32(len(payload))
		}
	}},
	{"unanswered statements, and bytes between them", func(e *enemy) {
		client, _ := e.open(1)
		one := "P\x00\x00\x00\x0cs\x00one\x00\x00\x00B\x00\x00\x00\x0cp\x00s\x00\x00\x00\x00\x00\x00\x00E\x00\x00\x00\x0ap\x00\x00\x00\x00\x00"
		payload := bytes.Repeat([]byte(one), most/len(one))
		for e.more() {
			e.segment(1, fromClient, client, 0, ack, payload)
			client += uint32(len(payload))
		}
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
		client, _ := e.open(1)
		for n := uint32(0); e.more(); n++ {
			b := append([]byte("P\x00\x00\x04\x00"), 's', byte('0'+n%10), byte('0'+n/10%10), byte('0'+n/100%10), byte('0'+n/1000%10), byte('0'+n/10000%10), byte('0'+n/100000%10), 0)
			b = append(b, bytes.Repeat([]byte{'x'}, 0x401-len(b)-3)...)
			b = append(b, 0, 0, 0)
			e.segment(1, fromClient, client, 0, ack, b)
			client += uint32(len(b))
		}
	}},
	{"prepared statements on many connections", func(e *enemy) {
		seq := make([]uint32, 2000)
		for i := range seq {
			seq[i], _ = e.open(i)
		}
		for n := uint32(0); e.more(); n++ {
			for i := range seq {
				b := binary.BigEndian.AppendUint32([]byte("P\x00\x00\x05\x00"), n|0x40404040)
				b = append(append(b, 0), bytes.Repeat([]byte{'x'}, 0x501-9-4)...)
				b = append(binary.BigEndian.AppendUint32(b, n|0x40404040)[:0x501-3], 0, 0, 0)
				e.segment(i, fromClient, seq[i], 0, ack, b)
				seq[i] += uint32(len(b))
			}
		}
	}},
	{"statements on many connections that are not answered", func(e *enemy) {
		seq := make([]uint32, 2000)
		for i := range seq {
			seq[i], _ = e.open(i)
		}
		query := append(append([]byte("Q\x00\x00\x05\x00"), bytes.Repeat([]byte{'x'}, 0x501-6)...), 0)
		for e.more() {
			for i := range seq {
				e.segment(i, fromClient, seq[i], 0, ack, query)
				seq[i] += uint32(len(query))
			}
		}
	}},
	{"small requests on many connections that are not answered", func(e *enemy) {
		seq := make([]uint32, 2000)
		for i := range seq {
			seq[i], _ = e.open(i)
		}
		for requests := bytes.Repeat([]byte("E\x00\x00\x00\x09\x00\x00\x00\x00\x00"), most/10); e.more(); {
			for i := range seq {
				e.segment(i, fromClient, seq[i], 0, ack, requests)
				seq[i] += uint32(len(requests))
			}
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
		seq := make([]uint32, 5000)
		for i := range seq {
			_, seq[i] = e.open(i)
		}
		for payload := dataRow(1<<30-20, most-11); e.more(); {
			for i := range seq {
				e.segment(i, fromServer, seq[i], 0, ack, payload)
				seq[i] += uint32(len(payload))
			}
		}
	}},
	{"5,000 connections with holes", func(e *enemy) {
		seq := make([]uint32, 5000)
		for i := range seq {
			_, seq[i] = e.open(i)
		}
		for payload := dataRow(1000, 1000); e.more(); {
			for i := range seq {
				seq[i] += most
				e.segment(i, fromServer, seq[i], 0, ack, payload)
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

// section is the beginning of a pcapng file.
var section = []byte("\x0a\x0d\x0d\x0a\x1c\x00\x00\x00\x4d\x3c\x2b\x1a\x01\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff\x1c\x00\x00\x00")

// A cost is what a run of the program took.
type cost struct {
	cpu      time.Duration
	resident int64 // MB
	output   int64
	status   int
	errs     string
}

// feed runs the program on a file of about that size.
func feed(t *testing.T, bin string, size int64, write func(*enemy), args ...string) cost {
	c := exec.Command(bin, append(args, "-r", "-")...)
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	var out counter
	var errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	e := &enemy{Rand: rand.New(rand.NewPCG(1, 1)), out: bufio.NewWriterSize(in, 1<<16), size: size, time: 1_700_000_000}
	write(e)
	e.out.Flush()
	in.Close()
	err = c.Wait()
	if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	u := c.ProcessState.SysUsage().(*syscall.Rusage)
	return cost{c.ProcessState.UserTime() + c.ProcessState.SystemTime(), u.Maxrss >> 10, int64(out), c.ProcessState.ExitCode(), errs.String()}
}

// A counter counts what is written.
type counter int64

func (c *counter) Write(b []byte) (int, error) {
	*c += counter(len(b))
	return len(b), nil
}

// TestBounds runs the program on hostile input of two sizes. Memory has a roof, and
// time is in proportion to the size.
func TestBounds(t *testing.T) {
	bin := build(t)
	check := func(name string, write func(*enemy)) {
		for _, view := range []string{"", "queries"} {
			args := []string{"--json"}
			title := name
			if view != "" {
				args = []string{view, "--json"}
				title += ", " + view
			}
			t.Run(title, func(t *testing.T) {
				size := int64(*hostile) << 20
				a := feed(t, bin, size, write, args...)
				b := feed(t, bin, 4*size, write, args...)
				t.Logf("%4d MB: %6.2f s, %3d MB; %4d MB: %6.2f s, %3d MB; %5.1f times; status %d, %d MB out; %.200s",
					*hostile, a.cpu.Seconds(), a.resident, *hostile*4, b.cpu.Seconds(), b.resident, b.cpu.Seconds()/a.cpu.Seconds(), b.status, b.output>>20, b.errs)
				if b.resident > *roof || a.resident > *roof {
					t.Errorf("%d MB were resident", max(a.resident, b.resident))
				}
				if b.cpu > 8*a.cpu && b.cpu > time.Second {
					t.Errorf("%v for %d MB, %v for %d", a.cpu, *hostile, b.cpu, *hostile*4)
				}
			})
		}
	}
	for _, x := range enemies {
		check(x.name, func(e *enemy) { e.head(); x.write(e) })
	}
	for _, x := range files {
		check(x.name, x.write)
	}
}
