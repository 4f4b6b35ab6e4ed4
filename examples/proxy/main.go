// Command proxy stands between PostgreSQL clients and a server. It decodes every
// message in both directions, encodes it again, and passes that on; should a byte be
// another than it was, or a message not be allowed where it comes, it says so and ends
// the connection.
//
//	proxy LISTEN-ADDRESS SERVER-ADDRESS
package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"

	"github.com/pgwdump/pgwdump/connection"
	"github.com/pgwdump/pgwdump/message"
	"github.com/pgwdump/pgwdump/phase"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: proxy LISTEN-ADDRESS SERVER-ADDRESS")
		os.Exit(2)
	}
	listener, err := net.Listen("tcp", os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, "proxy:", err)
		os.Exit(1)
	}
	fmt.Println("listening on", listener.Addr())
	for {
		client, err := listener.Accept()
		if err != nil {
			fmt.Fprintln(os.Stderr, "proxy:", err)
			os.Exit(1)
		}
		go func() {
			if err := serve(client, os.Args[2]); err != nil {
				fmt.Fprintf(os.Stderr, "proxy: %s: %v\n", client.RemoteAddr(), err)
			}
		}()
	}
}

// serve passes on what a client and the server say to each other.
func serve(client net.Conn, address string) error {
	defer client.Close()
	server, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer server.Close()
	p := &proxy{
		// Towards the client this is a server, and towards the server a client.
		toClient: connection.NewBackend(connection.Options{}),
		toServer: connection.NewFrontend(connection.Options{}),
	}
	done := make(chan error, 2)
	go func() { done <- p.pass(client, server, p.toClient, p.toServer) }()
	go func() { done <- p.pass(server, client, p.toServer, p.toClient) }()
	err = <-done
	if errors.Is(err, io.EOF) { // one side has ended; the other may have something left to say
		err = nil
	}
	client.Close()
	server.Close()
	return errors.Join(err, ignoreClosed(<-done))
}

func ignoreClosed(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// A proxy has the two connections of one client.
type proxy struct {
	mu       sync.Mutex // the two directions share what they know
	toClient *connection.Conn
	toServer *connection.Conn
}

// pass passes on one direction.
func (p *proxy) pass(from, to net.Conn, in, out *connection.Conn) error {
	buffer, passed := make([]byte, 1<<16), []byte{}
	var whole []byte // what was read and not passed on yet
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return err
		}
		whole = append(whole, buffer[:n]...)
		if p.encrypted() {
			return blindly(from, to, whole)
		}
		passed, err = p.recode(in, out, buffer[:n], passed[:0])
		if err != nil {
			return err
		}
		if !bytes.HasPrefix(whole, passed) {
			return fmt.Errorf("%q was encoded as %q", whole, passed)
		}
		whole = whole[len(passed):]
		if _, err := to.Write(passed); err != nil {
			return err
		}
	}
}

// recode decodes the messages that are whole with b, and encodes them again.
func (p *proxy) recode(in, out *connection.Conn, b, dst []byte) ([]byte, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for m, err := range in.Receive(b) {
		if err != nil {
			return dst, err
		}
		wire, err := out.Send(m)
		if err != nil {
			return dst, err
		}
		dst = append(dst, wire...)
		if m.Kind() == message.KindCancelRequest {
			break
		}
	}
	return dst, nil
}

func (p *proxy) encrypted() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.toClient.Phase() == phase.Encrypted
}

// blindly passes on what nobody here can read, what was read of it first.
func blindly(from, to net.Conn, read []byte) error {
	_, err := io.Copy(to, io.MultiReader(bytes.NewReader(read), from))
	return err
}
