// Command client logs in to a PostgreSQL server and runs one query, without TLS.
package main

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"log"
	"net"
	"os"
	"strings"

	"github.com/pgwdump/pgwdump/connection"
	"github.com/pgwdump/pgwdump/message"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 6 {
		log.Fatal("usage: client ADDRESS USER DATABASE PASSWORD SQL")
	}
	if err := run(os.Args[1], os.Args[2], os.Args[3], os.Args[4], os.Args[5]); err != nil {
		log.Fatal(err)
	}
}

func run(address, user, database, password, sql string) error {
	socket, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer socket.Close()
	c := &client{Conn: connection.NewFrontend(connection.Options{}), socket: socket, user: user, password: password}
	parameter := func(name, value string) message.Parameter {
		return message.Parameter{Name: message.Text(name), Value: message.Text(value)}
	}
	login := []message.Parameter{parameter("user", user), parameter("database", database)}
	if err := c.ask(&message.StartupMessage{Protocol: message.Version30, Parameters: login}, c.login); err != nil {
		return err
	}
	if err := c.ask(&message.Query{SQL: message.Text(sql)}, show); err != nil {
		return err
	}
	return c.send(&message.Terminate{})
}

// A client is a connection with its socket.
type client struct {
	*connection.Conn
	socket         net.Conn
	user, password string
	first          message.SCRAMClientFirst
	verifier       string // with which the server has to prove that it knows the password
	unproved       bool   // it has to, and has not
}

func (c *client) send(m message.Message) error {
	wire, err := c.Send(m)
	if err == nil {
		_, err = c.socket.Write(wire)
	}
	return err
}

// ask sends m, and handles what comes up to ReadyForQuery.
func (c *client) ask(m message.Message, handle func(message.Message) error) error {
	err := c.send(m)
	for buffer, n := make([]byte, 1<<16), 0; err == nil && !c.Ready(); {
		if n, err = c.socket.Read(buffer); err != nil {
			return err
		}
		for m, err := range c.Receive(buffer[:n]) {
			if err = errors.Join(err, handle(m)); err != nil {
				return err
			}
		}
	}
	return err
}

// login answers what the server asks for.
func (c *client) login(m message.Message) error {
	switch m := m.(type) {
	case *message.AuthenticationCleartextPassword:
		return c.send(&message.PasswordMessage{Password: message.Text(c.password)})
	case *message.AuthenticationMD5Password:
		inner := fmt.Sprintf("%x", md5.Sum([]byte(c.password+c.user)))
		return c.send(&message.PasswordMessage{Password: message.Text(fmt.Sprintf("md5%x", md5.Sum(append([]byte(inner), m.Salt[:]...))))})
	case *message.AuthenticationSASL:
		c.first = message.SCRAMClientFirst{Binding: message.Text("n"), Nonce: message.Text(rand.Text())}
		c.unproved = true
		return c.send(&message.SASLInitialResponse{Mechanism: message.Text(message.SCRAMSHA256), Data: c.first.Append(nil)})
	case *message.AuthenticationSASLContinue:
		final, err := c.prove(m.Data)
		if err != nil {
			return err
		}
		return c.send(&message.SASLResponse{Data: final.Append(nil)})
	case *message.AuthenticationSASLFinal:
		final, ok := message.ParseSCRAMServerFinal(m.Data)
		c.unproved = !ok || c.verifier == "" || !hmac.Equal([]byte(c.verifier), final.Verifier)
	case *message.AuthenticationOk:
		if c.unproved {
			return errors.New("the server does not know the password")
		}
	}
	return show(m)
}

// prove answers the challenge of SCRAM-SHA-256 (RFC 5802, section 3), and notes what the
// server has to answer.
func (c *client) prove(challenge []byte) (*message.SCRAMClientFinal, error) {
	server, ok := message.ParseSCRAMServerFirst(challenge)
	if !ok || !strings.HasPrefix(server.Nonce.String(), c.first.Nonce.String()) {
		return nil, errors.New("the server's challenge is not one of SCRAM")
	}
	salt, err := base64.StdEncoding.DecodeString(server.Salt.String())
	if err != nil {
		return nil, err
	}
	salted, err := pbkdf2.Key(sha256.New, c.password, salt, server.Iterations, sha256.Size)
	if err != nil {
		return nil, err
	}
	final := &message.SCRAMClientFinal{Binding: message.Text("biws"), Nonce: server.Nonce}
	signed := append(c.first.AppendBare(nil), ',')
	signed = append(append(signed, challenge...), ',')
	signed = final.AppendWithoutProof(signed)
	key := mac(salted, []byte("Client Key"))
	stored := sha256.Sum256(key)
	subtle.XORBytes(key, key, mac(stored[:], signed))
	c.verifier = base64.StdEncoding.EncodeToString(mac(mac(salted, []byte("Server Key")), signed))
	final.Proof = message.Text(base64.StdEncoding.EncodeToString(key))
	return final, nil
}

func mac(key, text []byte) []byte {
	h := hmac.New(sha256.New, key)
	h.Write(text)
	return h.Sum(nil)
}

// show prints rows.
func show(m message.Message) error {
	switch m := m.(type) {
	case *message.ErrorResponse:
		return fmt.Errorf("%s: %s", m.Field('S'), m.Field('M'))
	case *message.DataRow:
		for i, v := range m.Values.All() {
			fmt.Print([]string{"", "\t"}[min(i, 1)], string(v))
		}
		fmt.Println()
	}
	return nil
}
