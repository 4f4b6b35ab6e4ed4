package render

import (
	"crypto/tls"
	"strconv"

	"github.com/pgwdump/pgwdump/session"
)

// appendSession appends what there is to say of a connection as a whole, behind the
// head of its line.
func (r *JSON) appendSession(dst []byte, e *session.Event) []byte {
	a := e.Account
	name := func(name string) { dst = append(append(append(dst, `,"`...), name...), `":`...) }
	given := func(key, text string) {
		if text != "" {
			name(key)
			dst = appendJSONBytes(dst, []byte(text))
		}
	}
	number := func(key string, n int64) {
		name(key)
		dst = strconv.AppendInt(dst, n, 10)
	}
	moment := func(key string, m session.Moment) {
		name(key)
		dst = append(dst, '"')
		dst = r.times.appendUTC(dst, m.Time)
		dst = append(dst, '"')
	}
	moment("began", a.Began)
	given("user", a.Login.User)
	given("database", a.Login.Database)
	given("application", a.Login.Application)
	if a.Login.Replication {
		dst = append(dst, `,"replication":true`...)
	}
	given("server_version", a.Login.ServerVersion)
	if a.Protocol != 0 {
		given("protocol", a.Protocol.String())
	}
	if a.ProcessID != 0 {
		number("process_id", int64(a.ProcessID))
	}
	if a.Cancels != 0 {
		number("cancels", int64(a.Cancels))
		if c := e.Cancel; c != nil && c.Of != nil {
			number("cancels_conn", int64(c.Of.Number))
		}
	}
	given("encryption", a.Encrypted.String())
	if t := a.TLS; t != nil && t.Server {
		given("tls_version", tls.VersionName(t.Version))
		given("tls_cipher", tls.CipherSuiteName(t.CipherSuite))
		given("tls_client", t.ClientSubject)
	}
	given("method", a.Method)
	given("authentication", a.Outcome.String())
	dst = appendEndings(append(dst, `,"statements":`...), &a.Ended)
	number("rows", a.Rows)
	number("transactions", a.Transactions)
	dst = append(dst, `,"bytes":{"sent":`...)
	dst = strconv.AppendInt(dst, a.Sent, 10)
	dst = append(dst, `,"received":`...)
	dst = append(strconv.AppendInt(dst, a.Received, 10), '}')
	dst = append(dst, `,"ms":{"total":`...)
	dst = appendExactMilliseconds(dst, a.Finished.Time-a.Began.Time)
	for _, t := range []struct {
		name string
		ns   int64
	}{
		{"busy", a.Busy}, {"idle", a.Idle}, {"idle_in_transaction", a.IdleInTransaction},
		{"longest_transaction", a.LongestTransaction.Length}, {"longest_idle_in_transaction", a.LongestIdleInTransaction.Length},
	} {
		dst = append(append(append(dst, `,"`...), t.name...), `":`...)
		dst = appendExactMilliseconds(dst, t.ns)
	}
	dst = append(dst, '}')
	if len(a.Changes) > 0 {
		dst = appendChanges(dst, a.Changes)
	}
	if more := a.Changed - len(a.Changes); more > 0 {
		number("changes_left_out", int64(more))
	}
	name("tx")
	dst = appendJSONStatus(dst, a.Left)
	given("farewell", a.Farewell.String())
	given("how", e.How.String())
	if a.Error != nil {
		name("error")
		dst = r.appendErrorFields(dst, a.Error)
	}
	return dst
}

// appendEndings appends how many statements ended in which way.
func appendEndings(dst []byte, ended *[session.Incomplete + 1]int64) []byte {
	for status, n := range ended {
		dst = append(dst, "{,"[min(status, 1)])
		dst = append(append(append(dst, '"'), session.Status(status).String()...), `":`...)
		dst = strconv.AppendInt(dst, n, 10)
	}
	return append(dst, '}')
}

func appendChanges(dst []byte, changes []session.Change) []byte {
	dst = append(dst, `,"changes":[`...)
	for i, c := range changes {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, `{"frame":`...)
		dst = strconv.AppendInt(dst, int64(c.At.Packet), 10)
		for _, field := range [...]struct{ name, value string }{{"name", c.Name}, {"from", c.From}, {"to", c.To}} {
			dst = append(append(append(dst, `,"`...), field.name...), `":`...)
			dst = appendJSONBytes(dst, []byte(field.value))
		}
		dst = append(dst, '}')
	}
	return append(dst, ']')
}
