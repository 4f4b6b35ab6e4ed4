package render

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/pgwdump/pgwdump/decode"
	"github.com/pgwdump/pgwdump/message"
	"github.com/pgwdump/pgwdump/phase"
	"github.com/pgwdump/pgwdump/reassembly"
	"github.com/pgwdump/pgwdump/session"
)

// TestKept renders rows and statements of connections that have the same place in what a
// renderer keeps. What it keeps does not show: it appends what a new one does.
func TestKept(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var conns []*session.Conn
	var logins []*session.Login
	for i := range 3 {
		conns = append(conns, &session.Conn{Conn: &reassembly.Conn{Number: 1 + i*keptConns}, Client: fmt.Sprint("client", i), Server: "server"})
		logins = append(logins, &session.Login{User: fmt.Sprint("user", i), Database: "data"})
	}
	texts := [][]byte{{}, []byte("select 1"), []byte("select 2"), []byte("select\n3"), slices.Repeat([]byte("select 4 "), mostAsked)}
	var columns []*session.Columns
	for i := range 5 {
		c := &session.Columns{Text: true}
		for k := range i {
			c.List = append(c.List, message.Column{Name: fmt.Appendf(nil, "c%d%d", i, k), Type: 25})
		}
		columns = append(columns, c)
	}
	type renderer interface {
		Append(dst []byte, e *session.Event) []byte
	}
	named := 0
	for _, kind := range []func() renderer{
		func() renderer { return &JSON{} },
		func() renderer { return NewStatements(true) },
	} {
		used := kind()
		for range 2000 {
			conn, login := conns[random.IntN(len(conns))], logins[random.IntN(len(logins))]
			e := &session.Event{Conn: conn, Login: login, Details: &session.Details{}}
			if random.IntN(2) == 0 {
				e.Type = session.Ended
				e.Statement = &session.Statement{Conn: conn, Login: login, SQL: texts[random.IntN(len(texts))], Affected: 1,
					Begin: session.Moment{Packet: 1, Time: 1e9}, End: session.Moment{Packet: 2, Time: 2e9}}
			} else {
				values := slices.Repeat([][]byte{[]byte("v")}, random.IntN(6))
				wire, err := message.Append(nil, &message.DataRow{Values: message.NewValues(values...)})
				if err != nil {
					t.Fatal(err)
				}
				e.Type, e.From, e.Phase, e.Columns = session.Message, message.Backend, phase.ExtendedQuery, columns[random.IntN(len(columns))]
				e.Frame = decode.Frame{Kind: message.KindDataRow, Tag: 'D', Length: uint32(len(wire) - 1), Size: len(wire), Head: 5, Body: wire[5:]}
			}
			got, want := string(used.Append(nil, e)), string(kind().Append(nil, e))
			if got != want {
				t.Fatalf("%.300s\nand a new renderer\n%.300s", got, want)
			}
			named += strings.Count(want, "c21")
		}
	}
	if named == 0 {
		t.Error("there were no names")
	}
}
