package message

// The Authentication messages without fields of their own.
type (
	// AuthenticationOk: the client is who it says.
	AuthenticationOk struct{ empty }
	// AuthenticationKerberosV4 is obsolete.
	AuthenticationKerberosV4 struct{ empty }
	// AuthenticationKerberosV5 is obsolete.
	AuthenticationKerberosV5 struct{ empty }
	// AuthenticationCleartextPassword asks for the password itself.
	AuthenticationCleartextPassword struct{ empty }
	// AuthenticationSCMCredential is obsolete.
	AuthenticationSCMCredential struct{ empty }
	// AuthenticationGSS asks for a GSSAPI token.
	AuthenticationGSS struct{ empty }
	// AuthenticationSSPI asks for an SSPI token.
	AuthenticationSSPI struct{ empty }
)

// AuthenticationCryptPassword asks for a crypt(3) hash; it is obsolete.
type AuthenticationCryptPassword struct{ Salt [2]byte }

func (m *AuthenticationCryptPassword) walk(w *Walker) { w.salt("salt", m.Salt[:]) }

// AuthenticationMD5Password asks for "md5" followed by the hex digest of
// md5(md5(password || user) || salt).
type AuthenticationMD5Password struct{ Salt [4]byte }

func (m *AuthenticationMD5Password) walk(w *Walker) { w.salt("salt", m.Salt[:]) }

// AuthenticationGSSContinue carries a token of the GSSAPI or SSPI exchange.
type AuthenticationGSSContinue struct{ Data []byte }

func (m *AuthenticationGSSContinue) walk(w *Walker) { w.token("data", &m.Data) }

// AuthenticationSASL offers SASL mechanisms, in the server's order of preference.
type AuthenticationSASL struct{ Mechanisms []Text }

func (m *AuthenticationSASL) walk(w *Walker) {
	endedList(w, "mechanisms", FieldList, "mechanisms", &m.Mechanisms, (*Text).walk)
}

// AuthenticationSASLContinue carries a challenge of the SASL mechanism.
type AuthenticationSASLContinue struct{ Data []byte }

func (m *AuthenticationSASLContinue) walk(w *Walker) {
	w.token("data", &m.Data)
	w.sasl(m.Data)
}

// AuthenticationSASLFinal carries what the SASL mechanism says on success.
type AuthenticationSASLFinal struct{ Data []byte }

func (m *AuthenticationSASLFinal) walk(w *Walker) {
	w.token("data", &m.Data)
	w.sasl(m.Data)
}

// AuthenticationUnknown is an Authentication message with a code that the manual
// does not know.
type AuthenticationUnknown struct {
	Code uint32
	Data []byte
}

func (m *AuthenticationUnknown) walk(w *Walker) {
	w.uint32("code", FieldInt, &m.Code)
	w.rest("data", FieldBytes, &m.Data)
}

// PasswordMessage answers a request for a password, in clear or hashed.
type PasswordMessage struct{ Password Text }

func (m *PasswordMessage) walk(w *Walker) {
	w.text("password", &m.Password)
	w.secret()
	if len(m.Password) == len(MD5Prefix)+32 && string(m.Password[:len(MD5Prefix)]) == MD5Prefix {
		w.symbol("MD5 hash")
	}
}

// GSSResponse carries the client's token of the GSSAPI or SSPI exchange.
type GSSResponse struct{ Data []byte }

func (m *GSSResponse) walk(w *Walker) { w.token("data", &m.Data) }

// SASLInitialResponse chooses a SASL mechanism. Data is nil where the client
// sends no initial response, which is not the same as an empty one.
type SASLInitialResponse struct {
	Mechanism Text
	Data      []byte
}

func (m *SASLInitialResponse) walk(w *Walker) {
	w.text("mechanism", &m.Mechanism)
	w.bare()
	w.value("data", &m.Data)
	w.secret()
	w.sasl(m.Data)
}

// SASLResponse carries the client's answer to a challenge.
type SASLResponse struct{ Data []byte }

func (m *SASLResponse) walk(w *Walker) {
	w.token("data", &m.Data)
	w.sasl(m.Data)
}

// AuthenticationResponse is one of PasswordMessage, GSSResponse,
// SASLInitialResponse and SASLResponse, and nobody knows which: they share the
// type byte 'p', and the request that tells them apart was not seen.
type AuthenticationResponse struct{ Data []byte }

func (m *AuthenticationResponse) walk(w *Walker) { w.token("data", &m.Data) }

// token is the opaque rest of an authentication message, never shown unasked.
func (w *Walker) token(name string, p *[]byte) {
	w.rest(name, FieldBytes, p)
	w.secret()
}
