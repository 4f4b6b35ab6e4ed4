package session

import (
	"github.com/pgwdump/pgwdump/message"
	"github.com/pgwdump/pgwdump/value"
)

// A Login is who is logged in on a connection, and what the server has reported of
// the session. It never changes: what is reported later is in another one.
type Login struct {
	User, Database, Application string // empty where that was not captured
	ServerVersion               string
	Replication                 bool // the client asked for a replication connection
	// Values prints the values of the session, with its settings.
	Values value.Types

	backslashes bool // standard_conforming_strings is off
}

// A roster keeps the Login of a connection.
type roster struct {
	login    *Login
	given    bool // somebody else has it: it must not change
	learning bool // its types are those of this connection alone
	start    message.StartupMessage
	param    message.ParameterStatus
	text     []byte // what recode returns
}

func newRoster(types *value.Types) roster {
	r := roster{login: new(Login)}
	if types != nil {
		r.login.Values = *types.Inherit()
	}
	return r
}

// give returns the Login as it is now.
func (r *roster) give() *Login {
	r.given = true
	return r.login
}

// change returns the Login to be changed.
func (r *roster) change() *Login {
	if r.given {
		l := *r.login
		r.login, r.given, r.learning = &l, false, false
	}
	return r.login
}

// recode returns in UTF-8 what is text in the client_encoding of the session: b itself
// where that is UTF-8 already, and where it is not text in that encoding, so that what
// cannot be read can still be seen. What it returns is valid until the next call.
func (r *roster) recode(b []byte) []byte {
	convert := r.login.Values.Settings.ToUTF8
	if convert == nil {
		return b
	}
	text, err := convert(r.text[:0], b)
	if err != nil {
		return b
	}
	r.text = text
	return text
}

// started takes the client's StartupMessage.
func (r *roster) started(w *message.Walker, body []byte) {
	readInto(w, &r.start, body)
	l := r.change()
	for i := range r.start.Parameters {
		p := &r.start.Parameters[i]
		switch v := string(p.Value); string(p.Name) {
		case "user":
			l.User = v
			if l.Database == "" {
				l.Database = v
			}
		case "database":
			l.Database = v
		case "application_name":
			l.Application = v
		case "extra_float_digits", "bytea_output": // which the server does not report
			l.Values.Settings.Set(string(p.Name), v)
		case "replication":
			l.Replication = v != "" && v != "false" && v != "off" && v != "no" && v != "0"
		}
	}
}

// reported takes the server's report of a run-time parameter.
func (r *roster) reported(w *message.Walker, body []byte) {
	readInto(w, &r.param, body)
	l, v := r.change(), string(r.recode(r.param.Value))
	switch name := string(r.param.Name); name {
	case "application_name":
		l.Application = v
	case "server_version":
		l.ServerVersion = v
	case "session_authorization":
		if l.User == "" {
			l.User = v
		}
	case "standard_conforming_strings":
		l.backslashes = v == "off"
	default:
		l.Values.Settings.Set(name, v) // one that is not understood leaves the default
	}
}
