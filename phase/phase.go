// Package phase knows where a connection stands: which messages may come next
// from each side, how they are framed, and which answer belongs to which
// request.
//
// All of that is data, in two tables. The first says what each message does to
// the life of a connection, phase by phase; the second says what each answer
// means to the request that it answers. A [Tracker] goes along with one
// connection and keeps a queue of the requests that are not yet answered: because
// the server answers in order, pipelining, the skipping of a batch after an
// error, and COPY follow from the queue and the second table.
//
// The two sides move on independently: a client may be many messages ahead of
// the answers. A message that is not allowed is an error which says what would
// have been, and changes nothing.
//
// The package does no I/O, keeps none of the bytes that it is shown, and looks into
// no more of a message than it must: whether the answer to an SSLRequest is yes,
// what a Describe describes, whether an error is fatal, what ReadyForQuery says. That
// the parts of an answer come in their order it does not check. The rules are
// those of the section "Message Flow" of the PostgreSQL manual, and those of the
// server where the manual is silent.
package phase

import (
	"maps"

	m "github.com/pgwdump/pgwdump/message"
)

// A Phase is where a connection stands.
type Phase uint8

// The phases, in the order of a connection's life.
const (
	// Startup: the client has not sent its StartupMessage.
	Startup Phase = iota
	// SSLNegotiation: the server has to answer an SSLRequest.
	SSLNegotiation
	// GSSNegotiation: the server has to answer a GSSENCRequest.
	GSSNegotiation
	// Encrypted: TLS or GSSAPI took over; no message can be seen.
	Encrypted
	// Cancelled: the client sent a CancelRequest, which has no answer.
	Cancelled
	// Authenticating: the server has to say how the client is to log in, or
	// that it is.
	Authenticating
	// AuthenticatingPassword: the client has to send a password.
	AuthenticatingPassword
	// AuthenticatingGSS: GSSAPI or SSPI tokens go back and forth.
	AuthenticatingGSS
	// AuthenticatingSASLInitial: the client has to choose a SASL mechanism.
	AuthenticatingSASLInitial
	// AuthenticatingSASLContinue: SASL challenges and responses go back and forth.
	AuthenticatingSASLContinue
	// Initialization: the client is logged in, the server is starting up.
	Initialization
	// Ready: all requests are answered.
	Ready
	// SimpleQuery: a Query is being answered.
	SimpleQuery
	// ExtendedQuery: a batch of the extended protocol is open or being answered.
	ExtendedQuery
	// FunctionCall: a FunctionCall is being answered.
	FunctionCall
	// CopyIn: the client sends the data of a COPY.
	CopyIn
	// CopyOut: the server sends the data of a COPY.
	CopyOut
	// CopyBoth: both send, as in streaming replication.
	CopyBoth
	// CopyBothFrontendDone: the client has ended its half of a CopyBoth.
	CopyBothFrontendDone
	// CopyBothBackendDone: the server has ended its half of a CopyBoth.
	CopyBothBackendDone
	// Terminated: the client has said goodbye, and everything is answered.
	Terminated
	// ServerClosed: the server has ended the session with a FATAL error.
	ServerClosed
	// Failed: the server has refused the connection.
	Failed
	// Unsynchronised: part of the conversation was not seen. Everything is
	// allowed until a ReadyForQuery tells where it stands.
	Unsynchronised

	phases
	stay = phases // in the table: the phase does not change
)

// Count is how many Phases there are, from 0 on.
const Count = int(phases)

// String returns the name in snake_case, such as "simple_query".
func (p Phase) String() string { return lifecycle[p].name }

// Active tells whether there is still something to come.
func (p Phase) Active() bool {
	return p != Terminated && p != ServerClosed && p != Failed && p != Cancelled
}

// Replicating tells whether the data of a COPY is that of streaming replication.
func (p Phase) Replicating() bool { return p >= CopyBoth && p <= CopyBothBackendDone }

// An event is a message, with what it says where that decides.
type event uint8

const (
	accepted event = event(m.Kinds) + iota // SSLResponse or GSSENCResponse: yes
	refused                                // SSLResponse or GSSENCResponse: no

	events
)

// A place is the row of one phase in the first table.
type place struct {
	name string
	// context frames what comes next, from the frontend and from the backend.
	context [2]m.Context
	// to is what leads to another phase. From the beginning of the session on
	// only what the frontend may send is here, and it stays: which phase its
	// requests lead to, and what the backend may answer, is in the second table.
	to rules
}

type rules map[event]Phase

// lifecycle is the first table.
var lifecycle = [phases]place{
	Startup: {"startup", [2]m.Context{{Framing: m.Startup}, {}}, rules{
		event(m.KindStartupMessage):  Authenticating,
		event(m.KindSSLRequest):      SSLNegotiation,
		event(m.KindGSSENCRequest):   GSSNegotiation,
		event(m.KindCancelRequest):   Cancelled,
		event(m.KindErrorResponse):   Failed,
		event(m.KindErrorResponseV2): Failed,
	}},
	SSLNegotiation: {"ssl_negotiation", negotiating(m.KindSSLResponse), rules{
		accepted:                     Encrypted,
		refused:                      Startup,
		event(m.KindErrorResponse):   Failed,
		event(m.KindErrorResponseV2): Failed, // of a server that is older than TLS in PostgreSQL
	}},
	GSSNegotiation: {"gss_negotiation", negotiating(m.KindGSSENCResponse), rules{
		accepted:                     Encrypted,
		refused:                      Startup,
		event(m.KindErrorResponse):   Failed,
		event(m.KindErrorResponseV2): Failed, // of a server that is older than TLS in PostgreSQL
	}},
	Encrypted: {name: "encrypted"},
	Cancelled: {name: "cancelled"},

	Authenticating: {"authenticating", typed(0), login.and(requests, copying, rules{
		event(m.KindAuthenticationKerberosV4):        AuthenticatingPassword,
		event(m.KindAuthenticationKerberosV5):        AuthenticatingPassword,
		event(m.KindAuthenticationCleartextPassword): AuthenticatingPassword,
		event(m.KindAuthenticationCryptPassword):     AuthenticatingPassword,
		event(m.KindAuthenticationMD5Password):       AuthenticatingPassword,
		event(m.KindAuthenticationSCMCredential):     AuthenticatingPassword,
		event(m.KindAuthenticationGSS):               AuthenticatingGSS,
		event(m.KindAuthenticationSSPI):              AuthenticatingGSS,
		event(m.KindAuthenticationSASL):              AuthenticatingSASLInitial,
		event(m.KindAuthenticationUnknown):           stay,
		event(m.KindAuthenticationResponse):          stay,
	})},
	AuthenticatingPassword: {"authenticating_password", typed(m.KindPasswordMessage), login.and(requests, copying, rules{
		event(m.KindPasswordMessage): stay,
	})},
	AuthenticatingGSS: {"authenticating_gss", typed(m.KindGSSResponse), login.and(requests, copying, rules{
		event(m.KindGSSResponse):               stay,
		event(m.KindAuthenticationGSSContinue): stay,
	})},
	AuthenticatingSASLInitial: {"authenticating_sasl_initial", typed(m.KindSASLInitialResponse), login.and(requests, copying, rules{
		event(m.KindSASLInitialResponse):        stay,
		event(m.KindAuthenticationSASLContinue): AuthenticatingSASLContinue,
		event(m.KindAuthenticationSASLFinal):    Authenticating,
	})},
	AuthenticatingSASLContinue: {"authenticating_sasl_continue", typed(m.KindSASLResponse), login.and(requests, copying, rules{
		event(m.KindSASLResponse):               stay,
		event(m.KindAuthenticationSASLContinue): stay,
		event(m.KindAuthenticationSASLFinal):    Authenticating,
	})},
	Initialization: {"initialization", typed(0), requests.and(copying, asynchronous, rules{
		event(m.KindBackendKeyData):           stay,
		event(m.KindNegotiateProtocolVersion): stay,
		event(m.KindReadyForQuery):            Ready, // or what the client has asked for meanwhile
		event(m.KindErrorResponse):            Failed,
	})},

	Ready:                {"ready", typed(0), requests.and(copying)},
	SimpleQuery:          {"simple_query", typed(0), requests.and(copying)},
	ExtendedQuery:        {"extended_query", typed(0), requests.and(copying)},
	FunctionCall:         {"function_call", typed(0), requests.and(copying)},
	CopyIn:               {"copy_in", typed(0), copying.and(ignored, leaving)},
	CopyOut:              {"copy_out", typed(0), requests.and(copying)},
	CopyBoth:             {"copy_both", typed(0), copying.and(leaving)},
	CopyBothFrontendDone: {"copy_both_frontend_done", typed(0), requests},
	CopyBothBackendDone:  {"copy_both_backend_done", typed(0), copying.and(leaving)},
	Terminated:           {"terminated", typed(0), leaving}, // some clients say it twice
	ServerClosed:         {"server_closed", typed(0), requests.and(copying)},
	Failed:               {"failed", typed(0), requests},
	Unsynchronised:       {"unsynchronised", typed(0), requests.and(copying, staying(m.KindAuthenticationResponse))},
}

// login is how a log-in may end at any time, and what may be said meanwhile.
var login = asynchronous.and(rules{
	event(m.KindAuthenticationOk):         Initialization,
	event(m.KindNegotiateProtocolVersion): stay,
	event(m.KindErrorResponse):            Failed,
	event(m.KindErrorResponseV2):          Failed,
})

var (
	// asynchronous is what a server may send at any time.
	asynchronous = staying(m.KindNoticeResponse, m.KindParameterStatus, m.KindNotificationResponse)

	// requests is what a client may send at any time, without waiting for
	// anything, once it has sent its StartupMessage.
	requests = staying(m.KindQuery, m.KindParse, m.KindBind, m.KindDescribe, m.KindExecute, m.KindClose,
		m.KindFlush, m.KindSync, m.KindFunctionCall, m.KindTerminate)

	// copying is what a client may send before it has seen that the server is
	// ready for a COPY, and after the server has given up on it.
	copying = staying(m.KindCopyData, m.KindCopyDone, m.KindCopyFail)

	// ignored is what the server reads over while it waits for the data of a COPY.
	ignored = staying(m.KindFlush, m.KindSync)

	leaving = staying(m.KindTerminate)
)

func staying(kinds ...m.Kind) rules {
	r := rules{}
	for _, k := range kinds {
		r[event(k)] = stay
	}
	return r
}

// and returns the rules of r and of the others.
func (r rules) and(others ...rules) rules {
	all := maps.Clone(r)
	for _, o := range others {
		maps.Copy(all, o)
	}
	return all
}

// negotiating frames what comes while the server owes a one-byte answer.
func negotiating(answer m.Kind) [2]m.Context {
	return [2]m.Context{{Framing: m.Startup}, {Framing: m.OneByte, Answer: answer}}
}

// typed frames what comes with type bytes, where 'p' is a response of that kind.
func typed(response m.Kind) [2]m.Context { return [2]m.Context{{Response: response}, {}} }
