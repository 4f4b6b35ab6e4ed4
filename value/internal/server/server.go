// Package server talks to a real PostgreSQL, for the tests that compare with one. It
// is the smallest client that can: it logs in with a password and SCRAM-SHA-256, and
// runs statements with parameters and results in either format.
package server

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"testing"

	"github.com/pgwdump/pgwdump/decode"
	"github.com/pgwdump/pgwdump/message"
)

// Variable is the environment variable that names a PostgreSQL 18 to test with, as
// "host port". PGUSER and PGPASSWORD say who logs in; that has to be a superuser.
const Variable = "PGWDUMP_TEST_PG18"

// A Client is a session.
type Client struct {
	connection net.Conn
	decoder    *decode.Decoder
	buffer     []byte
	out        []byte
}

// Test returns a session for a test, which it skips where no server is named. With a
// database name it is in a new database of that name, which goes when the test ends.
func Test(t *testing.T, database string) *Client {
	t.Helper()
	address := strings.Fields(os.Getenv(Variable))
	if len(address) != 2 {
		t.Skipf("%s names no server, as \"host port\"", Variable)
	}
	c := dial(t, address, "postgres")
	if database == "" {
		return c
	}
	c.Must(t, "drop database if exists "+database)
	c.Must(t, "create database "+database+" template template0 encoding 'UTF8' locale 'C'")
	inside := dial(t, address, database)
	t.Cleanup(func() {
		inside.connection.Close()
		c.Must(t, "drop database "+database+" with (force)")
	})
	return inside
}

func dial(t *testing.T, address []string, database string) *Client {
	t.Helper()
	connection, err := net.Dial("tcp", net.JoinHostPort(address[0], address[1]))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { connection.Close() })
	c := &Client{
		connection: connection,
		decoder:    decode.New(message.Backend, decode.Options{}),
		buffer:     make([]byte, 1<<16),
	}
	if err := c.login(environment("PGUSER", "postgres"), os.Getenv("PGPASSWORD"), database); err != nil {
		t.Fatal(err)
	}
	return c
}

func environment(name, otherwise string) string {
	if v := os.Getenv(name); v != "" {
		return v
	}
	return otherwise
}

// Must runs SQL that has to work, and returns the rows of its last statement as text.
func (c *Client) Must(t *testing.T, sql string) [][]string {
	t.Helper()
	c.add(&message.Query{SQL: message.Text(sql)})
	if err := c.send(); err != nil {
		t.Fatal(err)
	}
	answer, err := c.answer()
	if err == nil {
		err = answer.Err
	}
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	rows := make([][]string, len(answer.Rows))
	for i, row := range answer.Rows {
		for _, column := range row {
			rows[i] = append(rows[i], string(column))
		}
	}
	return rows
}

// An Answer is what came of a statement: its rows, where a NULL is nil, or an error.
type Answer struct {
	Rows [][][]byte
	Err  error // in the words of the server
}

// Each runs a statement once with each of the values as its one parameter $1, and
// yields the answers in that order. The results are in the given formats. What is not
// about a single value ends the test.
func (c *Client) Each(t *testing.T, sql string, values [][]byte, format message.Format, results ...message.Format) []Answer {
	t.Helper()
	c.add(&message.Parse{SQL: message.Text(sql)})
	c.add(&message.Sync{})
	for _, v := range values {
		c.add(&message.Bind{
			ParameterFormats: []message.Format{format},
			Parameters:       message.NewValues(v),
			ResultFormats:    results,
		})
		c.add(&message.Execute{})
		c.add(&message.Sync{})
	}
	// Sending and receiving go on at the same time: a server that cannot send does not
	// receive either.
	sent := make(chan error, 1)
	go func() { sent <- c.send() }()
	parsed, err := c.answer()
	if err == nil {
		err = parsed.Err
	}
	answers := make([]Answer, len(values))
	for i := 0; i < len(answers) && err == nil; i++ {
		answers[i], err = c.answer()
	}
	if err == nil {
		err = <-sent
	}
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return answers
}

func (c *Client) add(m message.Message) {
	var err error
	if c.out, err = message.Append(c.out, m); err != nil {
		panic(err)
	}
}

func (c *Client) send() error {
	_, err := c.connection.Write(c.out)
	c.out = c.out[:0]
	return err
}

// answer reads up to ReadyForQuery.
func (c *Client) answer() (Answer, error) {
	var a Answer
	for {
		m, err := c.next()
		if err != nil {
			return a, err
		}
		switch m := m.(type) {
		case *message.DataRow:
			var row [][]byte
			for _, v := range message.Clone(m).(*message.DataRow).Values.All() {
				row = append(row, v)
			}
			a.Rows = append(a.Rows, row)
		case *message.RowDescription:
			a.Rows = nil
		case *message.ErrorResponse:
			a.Err = serverError(m)
		case *message.ReadyForQuery:
			return a, nil
		}
	}
}

// next reads a message, which is valid until the next one.
func (c *Client) next() (message.Message, error) {
	for {
		f, err := c.decoder.Next(message.Context{Framing: message.Typed})
		if err == nil {
			m := message.New(f.Kind.Refine(f.Body))
			return m, message.Decode(m, f.Body)
		}
		if !errors.Is(err, decode.ErrMore) {
			return nil, err
		}
		n, err := c.connection.Read(c.buffer)
		if err != nil {
			return nil, err
		}
		c.decoder.Feed(c.buffer[:n])
	}
}

func serverError(m *message.ErrorResponse) error {
	for _, f := range m.Fields {
		if f.Code == 'M' {
			return fmt.Errorf("server: %s", f.Value)
		}
	}
	return errors.New("server: an error without a message")
}
