package session

import (
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
	login   *Login
	given   bool // somebody else has it: it must not change
	scratch *scratch
	common  *common
}

func newRoster(o *Observer) roster {
	r := roster{login: new(Login), scratch: &o.scratch, common: &o.common}
	if types := o.options.Values; types != nil {
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
		r.login, r.given = &l, false
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
	text, err := convert(r.scratch.text[:0], b)
	if err != nil {
		return b
	}
	r.scratch.text = text
	return text
}

// unlearn forgets what the client has asked the catalog for, and returns of how many data
// types that was.
func (r *roster) unlearn() int {
	n := r.login.Values.Learned()
	if n > 0 {
		r.change().Values.Unlearn()
	}
	return n
}

// started takes the client's StartupMessage.
func (r *roster) started(body []byte) {
	start := &r.scratch.startup
	readInto(&r.scratch.walker, start, body)
	l := r.change()
	for i := range start.Parameters {
		p := &start.Parameters[i]
		switch v := r.common.word(p.Value); string(p.Name) {
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
func (r *roster) reported(body []byte) {
	reported := &r.scratch.reported
	readInto(&r.scratch.walker, reported, body)
	l, v := r.change(), r.common.word(r.recode(reported.Value))
	switch name := r.common.word(reported.Name); name {
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
		r.common.set(&l.Values.Settings, name, v)
	}
}
