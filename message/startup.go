package message

import "fmt"

// A ProtocolVersion is a version number as StartupMessage carries it: the major
// version in the high half, the minor in the low one.
type ProtocolVersion uint32

// The versions that PostgreSQL 18 speaks.
const (
	Version30 ProtocolVersion = 3 << 16
	Version32 ProtocolVersion = 3<<16 | 2
)

// Major returns the major version.
func (v ProtocolVersion) Major() int { return int(v >> 16) }

// Minor returns the minor version.
func (v ProtocolVersion) Minor() int { return int(v & 0xffff) }

// String returns the version as "3.2".
func (v ProtocolVersion) String() string { return fmt.Sprintf("%d.%d", v.Major(), v.Minor()) }

// StartupMessage opens a session. Any version is decoded; the parameters are
// those of protocol 3, other versions leave all that follows in Data.
type StartupMessage struct {
	Protocol   ProtocolVersion
	Parameters []Parameter // in the order of the wire, repeated names kept
	Data       []byte      // what follows a version other than 3
}

// A Parameter is a run-time parameter or, where its name begins with "_pq_.", a
// protocol option.
type Parameter struct{ Name, Value Text }

func (m *StartupMessage) walk(w *Walker) {
	w.uint32("protocol", FieldVersion, (*uint32)(&m.Protocol))
	w.bare()
	if m.Protocol.Major() != Version30.Major() {
		absent(w, &m.Parameters)
		w.rest("data", FieldBytes, &m.Data)
		return
	}
	absent(w, &m.Data)
	endedList(w, "parameters", FieldMap, "parameters", &m.Parameters, (*Parameter).walk)
}

func (p *Parameter) walk(w *Walker) {
	w.terminated("name", FieldKey, &p.Name)
	w.terminated("", FieldString, &p.Value)
}

// Parameter returns the value of the last parameter of that name, or nil.
func (m *StartupMessage) Parameter(name string) Text {
	for i := len(m.Parameters) - 1; i >= 0; i-- {
		if string(m.Parameters[i].Name) == name {
			return m.Parameters[i].Value
		}
	}
	return nil
}

// SSLRequest asks for TLS, before any StartupMessage.
type SSLRequest struct{ empty }

// GSSENCRequest asks for GSSAPI encryption, before any StartupMessage.
type GSSENCRequest struct{ empty }

// CancelRequest asks, on a connection of its own, to cancel what another is
// doing. The key is 4 bytes long, with protocol 3.2 up to 256.
type CancelRequest struct {
	ProcessID uint32
	SecretKey []byte
}

func (m *CancelRequest) walk(w *Walker) {
	w.uint32("process_id", FieldInt, &m.ProcessID)
	w.rest("secret_key", FieldBytes, &m.SecretKey)
	w.secret()
}

// An Answer is the single byte that answers SSLRequest or GSSENCRequest.
type Answer byte

// Known answers. A server may also answer with an ErrorResponse.
const (
	SSLAccepted Answer = 'S'
	GSSAccepted Answer = 'G'
	Refused     Answer = 'N'
)

// String returns "accepted" or "refused".
func (a Answer) String() string {
	switch a {
	case SSLAccepted, GSSAccepted:
		return "accepted"
	case Refused:
		return "refused"
	}
	return ""
}

func (a *Answer) walk(w *Walker, accepted Answer) {
	w.char("answer", (*byte)(a))
	w.symbol(a.String())
	w.check(*a == accepted || *a == Refused, "answer", 1, int64(*a))
}

// SSLResponse is the answer to SSLRequest: SSLAccepted or Refused.
type SSLResponse struct{ Answer Answer }

func (m *SSLResponse) walk(w *Walker) { m.Answer.walk(w, SSLAccepted) }

// GSSENCResponse is the answer to GSSENCRequest: GSSAccepted or Refused.
type GSSENCResponse struct{ Answer Answer }

func (m *GSSENCResponse) walk(w *Walker) { m.Answer.walk(w, GSSAccepted) }

// ErrorResponseV2 is how a server refuses a StartupMessage of protocol 2: in the
// format of that protocol, a text that ends in a zero byte, without a length.
type ErrorResponseV2 struct{ Message Text }

func (m *ErrorResponseV2) walk(w *Walker) { w.text("message", &m.Message) }

// NegotiateProtocolVersion says that the server does not speak the minor version
// asked for, or does not know some protocol options. Newest is the whole version
// that it offers, not the minor number alone as older manuals have it.
type NegotiateProtocolVersion struct {
	Newest       ProtocolVersion
	Unrecognized []Text // the options that it does not know
}

func (m *NegotiateProtocolVersion) walk(w *Walker) {
	w.uint32("newest", FieldVersion, (*uint32)(&m.Newest))
	list(w, "unrecognized", &m.Unrecognized, 4, 1, (*Text).walk)
}

func (t *Text) walk(w *Walker) { w.text("", t) }
