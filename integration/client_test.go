//go:build integration

package integration

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"slices"
	"testing"

	"github.com/pgwdump/pgwdump/connection"
	"github.com/pgwdump/pgwdump/message"
)

// A client is a session with a server, for the tests that ask one what it makes of
// many values. What goes wrong with the connection ends the test.
type client struct {
	*connection.Conn
	t      *testing.T
	socket net.Conn
	buffer []byte
	mark   string // where in the server's log to begin
}

// newDatabase returns a session in a new database of PostgreSQL 18, in UTF8 and with
// the locale C. The database goes when the test ends.
func newDatabase(t *testing.T, name string) *client {
	outside := dial(t, "postgres")
	outside.rows("drop database if exists " + name)
	outside.rows("create database " + name + " template template0 encoding 'UTF8' locale 'C'")
	inside := dial(t, name)
	t.Cleanup(func() {
		inside.socket.Close()
		outside.rows("drop database " + name + " with (force)")
	})
	return inside
}

// dial logs in to PostgreSQL 18 as the superuser, who needs no password from here.
func dial(t *testing.T, database string) *client {
	t.Helper()
	port := os.Getenv("PG18_PORT")
	if port == "" {
		t.Fatal("PG18_PORT is not set: run integration/servers.sh DIR, and . DIR/env")
	}
	socket, err := net.Dial("tcp", "127.0.0.1:"+port)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { socket.Close() })
	c := &client{connection.NewFrontend(connection.Options{}), t, socket, make([]byte, 1<<16), ""}
	parameter := func(name, value string) message.Parameter {
		return message.Parameter{Name: message.Text(name), Value: message.Text(value)}
	}
	c.ask(&message.StartupMessage{Protocol: message.Version30, Parameters: []message.Parameter{
		parameter("user", "postgres"), parameter("database", database), parameter("client_encoding", "UTF8"),
	}})
	return c
}

// An answer is what came of a statement: its rows, where a NULL is nil, the data of a
// COPY, or an error.
type answer struct {
	rows [][][]byte
	copy [][]byte // the bodies of the CopyData
	err  error    // in the words of the server
}

// rows runs SQL that has to work, and returns the rows of its last statement as text.
func (c *client) rows(sql string) [][]string {
	c.t.Helper()
	a := c.ask(queryOf(sql))[0]
	if a.err != nil {
		c.t.Fatalf("%s: %v", sql, a.err)
	}
	rows := make([][]string, len(a.rows))
	for i, row := range a.rows {
		for _, column := range row {
			rows[i] = append(rows[i], string(column))
		}
	}
	return rows
}

func queryOf(sql string) *message.Query { return &message.Query{SQL: message.Text(sql)} }

// each runs a statement once with each of the values as its one parameter $1, and
// returns the answers in that order. The results are in the given formats.
func (c *client) each(sql string, values [][]byte, format message.Format, results ...message.Format) []answer {
	c.t.Helper()
	if err := c.ask(&message.Parse{SQL: message.Text(sql)}, &message.Sync{})[0].err; err != nil {
		c.t.Fatalf("%s: %v", sql, err)
	}
	const batch = 1000
	var answers []answer
	for some := range slices.Chunk(values, batch) {
		var messages []message.Message
		for _, v := range some {
			messages = append(messages, &message.Bind{
				ParameterFormats: []message.Format{format},
				Parameters:       message.NewValues(v),
				ResultFormats:    results,
			}, &message.Execute{}, &message.Sync{})
		}
		answers = append(answers, c.ask(messages...)...)
	}
	return answers
}

// ask sends messages and returns what comes, an answer for each ReadyForQuery. It
// sends and receives at the same time, because a server that cannot send does not
// receive either.
func (c *client) ask(messages ...message.Message) []answer {
	c.t.Helper()
	var out []byte
	for _, m := range messages {
		wire, err := c.Send(m)
		if err != nil {
			c.t.Fatal(err)
		}
		out = append(out, wire...)
	}
	sent := make(chan error, 1)
	go func() {
		_, err := c.socket.Write(out)
		sent <- err
	}()
	answers := []answer{{}}
	for !c.Ready() {
		n, err := c.socket.Read(c.buffer)
		if err != nil {
			c.t.Fatal(err)
		}
		for m, err := range c.Receive(c.buffer[:n]) {
			if err != nil {
				c.t.Fatal(err)
			}
			a := &answers[len(answers)-1]
			switch m := m.(type) {
			case *message.RowDescription:
				a.rows = nil
			case *message.DataRow:
				var row [][]byte
				for _, v := range message.Clone(m).(*message.DataRow).Values.All() {
					row = append(row, v)
				}
				a.rows = append(a.rows, row)
			case *message.CopyData:
				a.copy = append(a.copy, bytes.Clone(m.Data))
			case *message.ErrorResponse:
				a.err = fmt.Errorf("server: %s", m.Field('M'))
			case *message.ReadyForQuery:
				answers = append(answers, answer{})
			}
		}
	}
	if err := <-sent; err != nil {
		c.t.Fatal(err)
	}
	return answers[:len(answers)-1]
}
