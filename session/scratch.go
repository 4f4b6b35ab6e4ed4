package session

import "github.com/pgwdump/pgwdump/message"

// A scratch is what messages are decoded into. Each is looked at before the next comes,
// so that one scratch serves all connections of an Observer.
type scratch struct {
	walker   message.Walker
	startup  message.StartupMessage
	offer    message.AuthenticationSASL
	sasl     message.SASLInitialResponse
	key      message.BackendKeyData
	reported message.ParameterStatus
	parse    message.Parse
	bind     message.Bind
	describe message.Describe
	closing  message.Close
	taught   message.DataRow
	cancel   message.CancelRequest

	text []byte // what roster.recode returns
}

// readInto decodes a message again into the same memory. What can be read of a
// malformed one counts; the rest is zero, not that of the message before.
func readInto[T any, M interface {
	*T
	message.Message
}](w *message.Walker, m M, body []byte) {
	if w.Decode(m, body) != nil {
		*m = *new(T)
		w.Decode(m, body)
	}
}
