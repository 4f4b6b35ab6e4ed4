package connection_test

import (
	"fmt"
	"log"
	"net"

	"github.com/pgwdump/pgwdump/connection"
	"github.com/pgwdump/pgwdump/message"
)

// talk sends m, and has handle look at what comes back, up to ReadyForQuery.
func talk(c *connection.Conn, socket net.Conn, m message.Message, handle func(message.Message)) error {
	wire, err := c.Send(m)
	if err != nil {
		return err
	}
	if _, err := socket.Write(wire); err != nil {
		return err
	}
	buffer := make([]byte, 8192)
	for !c.Ready() {
		n, err := socket.Read(buffer)
		if err != nil {
			return err
		}
		for m, err := range c.Receive(buffer[:n]) {
			if err != nil {
				return err
			}
			handle(m)
		}
	}
	return nil
}

// A client logs in where no password is asked for, and makes a query.
func ExampleNewFrontend() {
	socket := dial()
	defer socket.Close()

	c := connection.NewFrontend(connection.Options{})
	login := []message.Parameter{{Name: message.Text("user"), Value: message.Text("app")}}
	startup := &message.StartupMessage{Protocol: message.Version30, Parameters: login}
	if err := talk(c, socket, startup, func(message.Message) {}); err != nil {
		log.Fatal(err)
	}
	query := &message.Query{SQL: message.Text("select 'hello'")}
	err := talk(c, socket, query, func(m message.Message) {
		if row, ok := m.(*message.DataRow); ok {
			for i, value := range row.Values.All() {
				fmt.Printf("column %d is %s\n", i, value)
			}
		}
	})
	fmt.Println(err)
	// Output:
	// column 0 is hello
	// <nil>
}

// dial returns a connection to a server that has the same answer to every query.
func dial() net.Conn {
	client, server := net.Pipe()
	go serve(server)
	return client
}

// serve is a server, as a test may want one.
func serve(socket net.Conn) {
	c := connection.NewBackend(connection.Options{OnSend: func(wire []byte) { socket.Write(wire) }})
	buffer := make([]byte, 8192)
	for {
		n, err := socket.Read(buffer)
		if err != nil {
			return
		}
		for m, err := range c.Receive(buffer[:n]) {
			if err != nil {
				return
			}
			var answer []message.Message
			switch m.(type) {
			case *message.StartupMessage:
				answer = []message.Message{&message.AuthenticationOk{}}
			case *message.Query:
				answer = []message.Message{
					&message.RowDescription{Columns: []message.Column{{Name: message.Text("greeting"), Type: 25, Size: -1}}},
					&message.DataRow{Values: message.NewValues([]byte("hello"))},
					&message.CommandComplete{Tag: message.Text("SELECT 1")},
				}
			}
			for _, m := range append(answer, &message.ReadyForQuery{Status: message.Idle}) {
				c.Send(m)
			}
		}
	}
}

// A message in the wrong place is refused, and the connection stays as it was.
func ExampleConn_Send() {
	c := connection.NewFrontend(connection.Options{})
	_, err := c.Send(&message.Query{SQL: message.Text("select 1")})
	fmt.Println(err)
	fmt.Println(c.Phase())
	// Output:
	// frontend Query is not allowed in phase startup; expected StartupMessage, SSLRequest, GSSENCRequest or CancelRequest
	// startup
}
