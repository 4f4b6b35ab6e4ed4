package server

import (
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"github.com/pgwdump/pgwdump/message"
)

// login starts the session. A password is given by SCRAM-SHA-256 (RFC 5802), which
// does not check here that the server knows it as well.
func (c *Client) login(user, password, database string) error {
	c.add(&message.StartupMessage{Protocol: message.Version30, Parameters: []message.Parameter{
		{Name: message.Text("user"), Value: message.Text(user)},
		{Name: message.Text("database"), Value: message.Text(database)},
		{Name: message.Text("client_encoding"), Value: message.Text("UTF8")},
	}})
	if err := c.send(); err != nil {
		return err
	}
	nonce := rand.Text()
	first := "n=,r=" + nonce
	for {
		m, err := c.next()
		if err != nil {
			return err
		}
		switch m := m.(type) {
		case *message.AuthenticationSASL:
			c.add(&message.SASLInitialResponse{Mechanism: message.Text("SCRAM-SHA-256"), Data: []byte("n,," + first)})
		case *message.AuthenticationSASLContinue:
			final, err := scram(password, first, string(m.Data))
			if err != nil {
				return err
			}
			c.add(&message.SASLResponse{Data: []byte(final)})
		case *message.ErrorResponse:
			return serverError(m)
		case *message.ReadyForQuery:
			return nil
		}
		if err := c.send(); err != nil {
			return err
		}
	}
}

// scram answers a challenge of the server.
func scram(password, first, challenge string) (string, error) {
	parts := strings.Split(challenge, ",")
	if len(parts) != 3 || !strings.HasPrefix(parts[1], "s=") || !strings.HasPrefix(parts[2], "i=") {
		return "", fmt.Errorf("server: SCRAM challenge %q", challenge)
	}
	salt, err := base64.StdEncoding.DecodeString(parts[1][2:])
	if err != nil {
		return "", err
	}
	iterations, err := strconv.Atoi(parts[2][2:])
	if err != nil {
		return "", err
	}
	salted, err := pbkdf2.Key(sha256.New, password, salt, iterations, sha256.Size)
	if err != nil {
		return "", err
	}
	key := mac(salted, "Client Key")
	stored := sha256.Sum256(key)
	final := "c=biws," + parts[0]
	for i, c := range mac(stored[:], first+","+challenge+","+final) {
		key[i] ^= c
	}
	return final + ",p=" + base64.StdEncoding.EncodeToString(key), nil
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}
