package render

import (
	"crypto/tls"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"github.com/pgwdump/pgwdump/tlskeys"
)

// appendEncryption says what the connection is encrypted with, what the handshake
// said that could be read, and why nothing else can.
func (r *Text) appendEncryption(dst []byte, t *tlskeys.Info) []byte {
	p := &r.palette
	if t == nil {
		return p.warning.append(dst, "encrypted by GSSAPI from here on")
	}
	by := "TLS"
	if t.Server {
		by = tls.VersionName(t.Version) + ", " + tlskeys.SuiteName(t.CipherSuite)
	}
	if why := t.Why(); why == nil {
		dst = p.aside.append(dst, by+", decrypted")
	} else {
		text := "encrypted from here on by " + by + ": " + why.Error()
		if why.Kind == tlskeys.NoKeys {
			text += "; name the client's key log by --keylog"
		}
		dst = p.warning.append(dst, text)
	}
	pair := func(name, value string) {
		if value != "" {
			dst = r.appendName(append(dst, "  "...), name)
			dst = appendEscaped(dst, []byte(value))
		}
	}
	pair("server_name", t.ServerName)
	pair("alpn", strings.Join(t.Protocols, ","))
	pair("alpn_chosen", t.Protocol)
	pair("certificate", t.Subject)
	if t.Subject != "" {
		pair("not_after", t.NotAfter.UTC().Format(time.DateOnly))
	}
	pair("client_certificate", t.ClientSubject)
	if t.Resumed {
		pair("resumed", "yes")
	}
	return dst
}

// appendUnread says at the end of a connection how much of what was encrypted could
// not be read.
func (r *Text) appendUnread(dst []byte, t *tlskeys.Info) []byte {
	if t == nil || t.FromClient.Lost+t.FromServer.Lost == 0 {
		return dst
	}
	total := func(d *tlskeys.Direction) string {
		return strconv.FormatInt(d.Lost, 10) + " of " + strconv.FormatInt(d.Size, 10) + " bytes in " +
			strconv.FormatInt(d.Total().Count, 10) + " TLS records"
	}
	s := "not decrypted: → " + total(&t.FromClient) + ", ← " + total(&t.FromServer)
	return r.palette.warning.append(append(dst, "  "...), s)
}

// appendEncryption appends what is known of the encryption: with TLS what the
// handshake said, else that it is GSSAPI.
func appendEncryption(dst []byte, t *tlskeys.Info) []byte {
	if t == nil {
		return append(dst, `,"by":"GSSAPI"`...)
	}
	dst = append(dst, `,"by":"TLS"`...)
	dst = append(dst, `,"decrypted":`...)
	why := t.Why()
	dst = strconv.AppendBool(dst, why == nil)
	if why != nil {
		dst = append(dst, `,"reason":`...)
		dst = appendJSONString(dst, why.Error())
	}
	if t.Client {
		dst = append(dst, `,"client_random":"`...)
		dst = hex.AppendEncode(dst, t.Random[:])
		dst = append(dst, '"')
		if t.ServerName != "" {
			dst = append(dst, `,"server_name":`...)
			dst = appendJSONString(dst, t.ServerName)
		}
		dst = append(dst, `,"alpn":`...)
		dst = appendJSONStrings(dst, t.Protocols)
		dst = append(dst, `,"offered":[`...)
		for i, v := range t.Versions {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendJSONString(dst, tls.VersionName(v))
		}
		dst = append(dst, ']')
	}
	if t.Server {
		dst = append(dst, `,"version":`...)
		dst = appendJSONString(dst, tls.VersionName(t.Version))
		dst = append(dst, `,"cipher":`...)
		dst = appendJSONString(dst, tlskeys.SuiteName(t.CipherSuite))
		dst = append(dst, `,"resumed":`...)
		dst = strconv.AppendBool(dst, t.Resumed)
		if t.Protocol != "" {
			dst = append(dst, `,"alpn_chosen":`...)
			dst = appendJSONString(dst, t.Protocol)
		}
		if t.Subject != "" {
			dst = append(dst, `,"certificate":{"subject":`...)
			dst = appendJSONString(dst, t.Subject)
			dst = append(dst, `,"issuer":`...)
			dst = appendJSONString(dst, t.Issuer)
			dst = append(dst, `,"not_after":"`...)
			dst = t.NotAfter.UTC().AppendFormat(dst, time.RFC3339)
			dst = append(dst, `"}`...)
		}
		if t.ClientCertificate {
			dst = append(dst, `,"client_certificate":{"subject":`...)
			dst = appendJSONString(dst, t.ClientSubject)
			dst = append(dst, '}')
		}
	}
	return dst
}

// appendRecords appends what each side sent in TLS.
func appendRecords(dst []byte, t *tlskeys.Info) []byte {
	for i, d := range []*tlskeys.Direction{&t.FromClient, &t.FromServer} {
		dst = append(dst, []string{`"frontend":{`, `,"backend":{`}[i]...)
		number := func(name string, n int64) {
			dst = append(append(append(dst, '"'), name...), `":`...)
			dst = append(strconv.AppendInt(dst, n, 10), ',')
		}
		number("bytes", d.Size)
		number("plain", d.Plain)
		number("unread", d.Lost)
		if d.Updates > 0 {
			number("key_updates", int64(d.Updates))
		}
		dst = append(dst, `"records":{`...)
		first := true
		for kind := tlskeys.TypeChangeCipherSpec; kind <= tlskeys.TypeHeartbeat; kind++ {
			n := d.Of(kind)
			if n.Count == 0 {
				continue
			}
			if !first {
				dst = append(dst, ',')
			}
			first = false
			dst = append(append(append(dst, '"'), kind.String()...), `":{`...)
			number("count", n.Count)
			dst = append(dst, `"bytes":`...)
			dst = append(strconv.AppendInt(dst, n.Size, 10), '}')
		}
		dst = append(dst, '}')
		if d.Why != nil {
			dst = append(dst, `,"reason":`...)
			dst = appendJSONString(dst, d.Why.Error())
		}
		dst = append(dst, '}')
	}
	if t.Renegotiations > 0 {
		dst = append(dst, `,"renegotiations":`...)
		dst = strconv.AppendInt(dst, int64(t.Renegotiations), 10)
	}
	if len(t.Alerts) > 0 {
		dst = append(dst, `,"alerts":[`...)
		for i, a := range t.Alerts {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(dst, `{"from":"`...)
			if a.FromClient {
				dst = append(dst, "frontend"...)
			} else {
				dst = append(dst, "backend"...)
			}
			dst = append(dst, `","fatal":`...)
			dst = strconv.AppendBool(dst, a.Fatal)
			dst = append(dst, `,"alert":`...)
			dst = appendJSONString(dst, a.String())
			dst = append(dst, '}')
		}
		dst = append(dst, ']')
	}
	return dst
}
