package message

import (
	"encoding/binary"
	"fmt"
	"strings"
)

// A Kind names one message.
type Kind uint8

// The messages in the order of a session. The zero Kind is an [Unknown] one.
const (
	KindUnknown Kind = iota

	// Start-up and its negotiation.
	KindStartupMessage
	KindSSLRequest
	KindGSSENCRequest
	KindCancelRequest
	KindSSLResponse
	KindGSSENCResponse
	KindErrorResponseV2
	KindNegotiateProtocolVersion

	// Authentication.
	KindAuthenticationOk
	KindAuthenticationKerberosV4
	KindAuthenticationKerberosV5
	KindAuthenticationCleartextPassword
	KindAuthenticationCryptPassword
	KindAuthenticationMD5Password
	KindAuthenticationSCMCredential
	KindAuthenticationGSS
	KindAuthenticationGSSContinue
	KindAuthenticationSSPI
	KindAuthenticationSASL
	KindAuthenticationSASLContinue
	KindAuthenticationSASLFinal
	KindAuthenticationUnknown
	KindPasswordMessage
	KindGSSResponse
	KindSASLInitialResponse
	KindSASLResponse
	KindAuthenticationResponse

	// The session.
	KindBackendKeyData
	KindParameterStatus
	KindReadyForQuery
	KindErrorResponse
	KindNoticeResponse
	KindNotificationResponse
	KindTerminate

	// Simple query.
	KindQuery
	KindRowDescription
	KindDataRow
	KindCommandComplete
	KindEmptyQueryResponse

	// Extended query.
	KindParse
	KindBind
	KindDescribe
	KindExecute
	KindClose
	KindFlush
	KindSync
	KindParseComplete
	KindBindComplete
	KindCloseComplete
	KindParameterDescription
	KindNoData
	KindPortalSuspended

	// Function call.
	KindFunctionCall
	KindFunctionCallResponse

	// COPY.
	KindCopyInResponse
	KindCopyOutResponse
	KindCopyBothResponse
	KindCopyData
	KindCopyDone
	KindCopyFail

	// Streaming replication, inside CopyData.
	KindXLogData
	KindPrimaryKeepalive
	KindStandbyStatusUpdate
	KindHotStandbyFeedback

	kinds // how many there are
)

// Kinds is how many Kinds there are, from 0 on.
const Kinds = int(kinds)

// A Framing is a way in which messages are told apart in the stream of bytes.
type Framing uint8

const (
	// Typed: a type byte, a length word that counts itself, the body.
	Typed Framing = iota
	// Startup: no type byte; a length word, then a request code.
	Startup
	// OneByte: nothing but one byte, the answer to SSLRequest or GSSENCRequest.
	OneByte
	// Inside: a type byte and the body, as the data of a CopyData.
	Inside
	// V2Error: the type byte 'E', then text up to a zero byte, without a length
	// word: how a server refuses protocol 2.
	V2Error
)

// hasLength tells whether there is a length word.
func (f Framing) hasLength() bool { return f == Typed || f == Startup }

// Request codes of packets in start-up framing, and of none else.
const (
	codeCancel = 1234<<16 | 5678
	codeSSL    = 1234<<16 | 5679
	codeGSSENC = 1234<<16 | 5680
)

// Largest length words by the kind of message, as PostgreSQL itself judges them
// before it believes a length: the server in ProcessStartupPacket, which leaves the
// length word itself out, in SocketBackend (PQ_SMALL_MESSAGE_LIMIT, PQ_LARGE_MESSAGE_LIMIT)
// and for passwords (PG_MAX_AUTH_TOKEN_LENGTH); libpq (VALID_LONG_MESSAGE_TYPE) for what
// the server sends.
const (
	startupMax  = 10_000 + 4
	smallMax    = 10_000
	largeMax    = 0x3fffffff - 1
	passwordMax = 65_535
	backendMax  = 30_000
)

// noCode stands in the code column of messages whose body does not begin with one.
const noCode = -1

// A row declares one message but for its fields.
type row struct {
	name    string
	side    Side
	framing Framing
	tag     byte  // the type byte, where there is one
	code    int64 // the request or authentication code the body begins with, or noCode
	max     int   // the largest length word to believe
	new     func() Message
	copy    func(Message) Message // a shallow copy

	// What follows from the above.
	head   string // what stands before the fields, the length word still to be set
	body   int    // bytes of it before the body
	tagged bool   // there is a type byte
}

// declare fills the row of the struct T.
func declare[T any, P interface {
	*T
	Message
}](side Side, framing Framing, tag byte, code int64, max int) row {
	r := row{
		name: strings.TrimPrefix(fmt.Sprintf("%T", *new(T)), "message."),
		side: side, framing: framing, tag: tag, code: code, max: max,
		new:  func() Message { return P(new(T)) },
		copy: func(m Message) Message { c := *m.(P); return P(&c) },
	}
	var head []byte
	if r.tagged = framing == Typed || framing == Inside || framing == V2Error; r.tagged {
		head = append(head, tag)
	}
	if framing.hasLength() {
		head = append(head, 0, 0, 0, 0)
	}
	r.body = len(head)
	if code != noCode {
		head = binary.BigEndian.AppendUint32(head, uint32(code))
	}
	r.head = string(head)
	return r
}

// rows holds every message at the index of its Kind. A message's name is that
// of its struct.
var rows = [kinds]row{
	KindUnknown: declare[Unknown](Both, Typed, 0, noCode, backendMax),

	KindStartupMessage:           declare[StartupMessage](Frontend, Startup, 0, noCode, startupMax),
	KindSSLRequest:               declare[SSLRequest](Frontend, Startup, 0, codeSSL, startupMax),
	KindGSSENCRequest:            declare[GSSENCRequest](Frontend, Startup, 0, codeGSSENC, startupMax),
	KindCancelRequest:            declare[CancelRequest](Frontend, Startup, 0, codeCancel, startupMax),
	KindSSLResponse:              declare[SSLResponse](Backend, OneByte, 0, noCode, 1),
	KindGSSENCResponse:           declare[GSSENCResponse](Backend, OneByte, 0, noCode, 1),
	KindErrorResponseV2:          declare[ErrorResponseV2](Backend, V2Error, 'E', noCode, backendMax),
	KindNegotiateProtocolVersion: declare[NegotiateProtocolVersion](Backend, Typed, 'v', noCode, backendMax),

	KindAuthenticationOk:                declare[AuthenticationOk](Backend, Typed, 'R', 0, backendMax),
	KindAuthenticationKerberosV4:        declare[AuthenticationKerberosV4](Backend, Typed, 'R', 1, backendMax),
	KindAuthenticationKerberosV5:        declare[AuthenticationKerberosV5](Backend, Typed, 'R', 2, backendMax),
	KindAuthenticationCleartextPassword: declare[AuthenticationCleartextPassword](Backend, Typed, 'R', 3, backendMax),
	KindAuthenticationCryptPassword:     declare[AuthenticationCryptPassword](Backend, Typed, 'R', 4, backendMax),
	KindAuthenticationMD5Password:       declare[AuthenticationMD5Password](Backend, Typed, 'R', 5, backendMax),
	KindAuthenticationSCMCredential:     declare[AuthenticationSCMCredential](Backend, Typed, 'R', 6, backendMax),
	KindAuthenticationGSS:               declare[AuthenticationGSS](Backend, Typed, 'R', 7, backendMax),
	KindAuthenticationGSSContinue:       declare[AuthenticationGSSContinue](Backend, Typed, 'R', 8, backendMax),
	KindAuthenticationSSPI:              declare[AuthenticationSSPI](Backend, Typed, 'R', 9, backendMax),
	KindAuthenticationSASL:              declare[AuthenticationSASL](Backend, Typed, 'R', 10, backendMax),
	KindAuthenticationSASLContinue:      declare[AuthenticationSASLContinue](Backend, Typed, 'R', 11, backendMax),
	KindAuthenticationSASLFinal:         declare[AuthenticationSASLFinal](Backend, Typed, 'R', 12, backendMax),
	KindAuthenticationUnknown:           declare[AuthenticationUnknown](Backend, Typed, 'R', noCode, backendMax),
	KindPasswordMessage:                 declare[PasswordMessage](Frontend, Typed, 'p', noCode, passwordMax),
	KindGSSResponse:                     declare[GSSResponse](Frontend, Typed, 'p', noCode, passwordMax),
	KindSASLInitialResponse:             declare[SASLInitialResponse](Frontend, Typed, 'p', noCode, passwordMax),
	KindSASLResponse:                    declare[SASLResponse](Frontend, Typed, 'p', noCode, passwordMax),
	KindAuthenticationResponse:          declare[AuthenticationResponse](Frontend, Typed, 'p', noCode, passwordMax),

	KindBackendKeyData:       declare[BackendKeyData](Backend, Typed, 'K', noCode, backendMax),
	KindParameterStatus:      declare[ParameterStatus](Backend, Typed, 'S', noCode, backendMax),
	KindReadyForQuery:        declare[ReadyForQuery](Backend, Typed, 'Z', noCode, backendMax),
	KindErrorResponse:        declare[ErrorResponse](Backend, Typed, 'E', noCode, MaxLength),
	KindNoticeResponse:       declare[NoticeResponse](Backend, Typed, 'N', noCode, MaxLength),
	KindNotificationResponse: declare[NotificationResponse](Backend, Typed, 'A', noCode, MaxLength),
	KindTerminate:            declare[Terminate](Frontend, Typed, 'X', noCode, smallMax),

	KindQuery:              declare[Query](Frontend, Typed, 'Q', noCode, largeMax),
	KindRowDescription:     declare[RowDescription](Backend, Typed, 'T', noCode, MaxLength),
	KindDataRow:            declare[DataRow](Backend, Typed, 'D', noCode, MaxLength),
	KindCommandComplete:    declare[CommandComplete](Backend, Typed, 'C', noCode, backendMax),
	KindEmptyQueryResponse: declare[EmptyQueryResponse](Backend, Typed, 'I', noCode, backendMax),

	KindParse:                declare[Parse](Frontend, Typed, 'P', noCode, largeMax),
	KindBind:                 declare[Bind](Frontend, Typed, 'B', noCode, largeMax),
	KindDescribe:             declare[Describe](Frontend, Typed, 'D', noCode, smallMax),
	KindExecute:              declare[Execute](Frontend, Typed, 'E', noCode, smallMax),
	KindClose:                declare[Close](Frontend, Typed, 'C', noCode, smallMax),
	KindFlush:                declare[Flush](Frontend, Typed, 'H', noCode, smallMax),
	KindSync:                 declare[Sync](Frontend, Typed, 'S', noCode, smallMax),
	KindParseComplete:        declare[ParseComplete](Backend, Typed, '1', noCode, backendMax),
	KindBindComplete:         declare[BindComplete](Backend, Typed, '2', noCode, backendMax),
	KindCloseComplete:        declare[CloseComplete](Backend, Typed, '3', noCode, backendMax),
	KindParameterDescription: declare[ParameterDescription](Backend, Typed, 't', noCode, MaxLength),
	KindNoData:               declare[NoData](Backend, Typed, 'n', noCode, backendMax),
	KindPortalSuspended:      declare[PortalSuspended](Backend, Typed, 's', noCode, backendMax),

	KindFunctionCall:         declare[FunctionCall](Frontend, Typed, 'F', noCode, largeMax),
	KindFunctionCallResponse: declare[FunctionCallResponse](Backend, Typed, 'V', noCode, MaxLength),

	KindCopyInResponse:   declare[CopyInResponse](Backend, Typed, 'G', noCode, backendMax),
	KindCopyOutResponse:  declare[CopyOutResponse](Backend, Typed, 'H', noCode, backendMax),
	KindCopyBothResponse: declare[CopyBothResponse](Backend, Typed, 'W', noCode, backendMax),
	KindCopyData:         declare[CopyData](Both, Typed, 'd', noCode, MaxLength),
	KindCopyDone:         declare[CopyDone](Both, Typed, 'c', noCode, smallMax),
	KindCopyFail:         declare[CopyFail](Frontend, Typed, 'f', noCode, smallMax),

	KindXLogData:            declare[XLogData](Backend, Inside, 'w', noCode, MaxLength),
	KindPrimaryKeepalive:    declare[PrimaryKeepalive](Backend, Inside, 'k', noCode, backendMax),
	KindStandbyStatusUpdate: declare[StandbyStatusUpdate](Frontend, Inside, 'r', noCode, smallMax),
	KindHotStandbyFeedback:  declare[HotStandbyFeedback](Frontend, Inside, 'h', noCode, smallMax),
}

// String returns the manual's name of the message. The one-byte answers, which
// the manual leaves unnamed, are SSLResponse and GSSENCResponse; an
// AuthenticationResponse is a 'p' message of which nobody knows which one it is.
func (k Kind) String() string { return rows[k].name }

// Side tells who sends the message.
func (k Kind) Side() Side { return rows[k].side }

// Framing tells how the message is framed.
func (k Kind) Framing() Framing { return rows[k].framing }

// Tag returns the type byte, or 0 where there is none.
func (k Kind) Tag() byte { return rows[k].tag }

// CodeSize returns how many bytes at the beginning of the body say which message
// it is, and are in none of its fields: the code of Authentication messages and of
// start-up packets, the type byte of what is inside a CopyData.
func (k Kind) CodeSize() int { return int(codeSizes[k]) }

var codeSizes = func() (sizes [kinds]uint8) {
	for k := range sizes {
		switch {
		case rows[k].framing == Inside:
			sizes[k] = 1
		case rows[k].code != noCode:
			sizes[k] = 4
		}
	}
	return sizes
}()
