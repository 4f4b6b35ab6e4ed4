package session

import (
	"github.com/pgwdump/pgwdump/decode"
	"github.com/pgwdump/pgwdump/message"
)

// An exposure says how far a client has gone that wanted encryption, and gives away
// its password without.
type exposure uint8

const (
	unexposed exposure = iota
	refused            // the server does not do TLS
	asked              // and asks for the password in clear
)

// exposedNote is what is said of the password then.
const exposedNote = "the password is in clear: the server has refused TLS, and the client goes on without"

// see takes the next message, and tells whether it is a password that is given away.
func (x *exposure) see(f *decode.Frame) bool {
	switch {
	case f.Kind == message.KindSSLResponse && len(f.Body) == 1 && message.Answer(f.Body[0]) == message.Refused:
		*x = refused
	case *x == refused && f.Kind == message.KindAuthenticationCleartextPassword:
		*x = asked
	case *x == asked && f.Kind == message.KindPasswordMessage:
		*x = unexposed
		return true
	}
	return false
}
