package record

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"

	"github.com/pgwdump/pgwdump/capture"
)

// segmentOf returns a packet of raw IP with a number that goes from one port to another
// and has so much payload.
func segmentOf(number int, from, to uint16, payload int) *capture.Packet {
	b := []byte{0x45, 0, 0, 0, 0, 0, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 1}
	b = binary.BigEndian.AppendUint16(b, from)
	b = binary.BigEndian.AppendUint16(b, to)
	b = append(b, 0, 0, 0, 1, 0, 0, 0, 1, 5<<4, capture.ACK, 1, 0, 0, 0, 0, 0)
	b = append(b, make([]byte, payload)...)
	binary.BigEndian.PutUint16(b[2:], uint16(len(b)))
	return &capture.Packet{Number: number, Time: int64(number), Link: capture.Raw, Length: len(b), Data: b}
}

// numbers returns the numbers of the packets that a Keeper has of a connection.
func numbers(t *testing.T, k *Keeper, port uint16, last int) (list []int) {
	p := capture.Parser{}
	var s capture.Segment
	p.Parse(segmentOf(1, port, 5432, 0), &s)
	var out bytes.Buffer
	n, first, err := k.Write(capture.NewWriter(&out, capture.About{}), [2]capture.Endpoint{s.To, s.From}, last)
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range timesOf(t, out.Bytes()) {
		list = append(list, int(at))
	}
	if n != len(list) || n > 0 && int(first) != list[0] {
		t.Errorf("%d packets from %d on, in the file %v", n, first, list)
	}
	return list
}

func TestKeeper(t *testing.T) {
	const size = 40 + 100 + keptHead // of each packet
	k := NewKeeper(10 * size)
	for n := 1; n <= 40; n++ {
		k.Add(segmentOf(n, uint16(1000+n%2), 5432, 100))
		k.Add(&capture.Packet{Number: n, Link: capture.Raw, Data: []byte("no TCP"), Length: 6})
	}
	for _, c := range []struct {
		port uint16
		last int
		want []int
	}{
		{1000, 40, []int{32, 34, 36, 38, 40}},
		{1001, 40, []int{31, 33, 35, 37, 39}},
		{1000, 21, []int{12, 14, 16, 18, 20}}, // what is newer does not matter, until it is much
		{1000, 1, nil},
		{1002, 40, nil},
	} {
		if got := numbers(t, k, c.port, c.last); !slices.Equal(got, c.want) {
			t.Errorf("port %d up to packet %d: %v, want %v", c.port, c.last, got, c.want)
		}
	}
}

// TestKeeperIsBounded adds much more than is to be kept.
func TestKeeperIsBounded(t *testing.T) {
	k := NewKeeper(1 << 20)
	const payload = 60_000
	for n := range 2000 {
		k.Add(segmentOf(n+1, 1000, 5432, payload))
	}
	held := 0
	for _, c := range k.chunks {
		held += cap(c.data)
	}
	if most := 1<<20 + keptMore + 2*keptChunk; held > most || held < 1<<20 {
		t.Errorf("%d bytes are held, at most %d should be", held, most)
	}
	if got := numbers(t, k, 1000, 2000); len(got) != 1<<20/(payload+40+keptHead)+1 {
		t.Errorf("%d packets", len(got))
	}
}
