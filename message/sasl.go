package message

import (
	"bytes"
	"strconv"
)

// The SASL mechanisms of PostgreSQL, and the password hash that is older than them.
// Their messages are the data of SASLInitialResponse, AuthenticationSASLContinue,
// SASLResponse and AuthenticationSASLFinal, in this order.
const (
	SCRAMSHA256     = "SCRAM-SHA-256"
	SCRAMSHA256Plus = "SCRAM-SHA-256-PLUS" // with channel binding
	OAuthBearer     = "OAUTHBEARER"
	MD5Prefix       = "md5" // of a PasswordMessage that answers AuthenticationMD5Password
)

// A SCRAMClientFirst begins SCRAM (RFC 5802, section 7, client-first-message).
type SCRAMClientFirst struct {
	Binding  Text // "n": not supported, "y": supported, but the server seems not to; "p=…": used, of that type
	Identity Text // on whose behalf; PostgreSQL wants none
	Username Text // PostgreSQL ignores it
	Nonce    Text
}

// A SCRAMServerFirst is the server's challenge (server-first-message).
type SCRAMServerFirst struct {
	Nonce      Text // the client's, and more
	Salt       Text // in base64
	Iterations int
}

// A SCRAMClientFinal proves that the client knows the password
// (client-final-message).
type SCRAMClientFinal struct {
	Binding Text // what was bound to, in base64
	Nonce   Text
	Proof   Text // in base64; not part of what is signed
}

// A SCRAMServerFinal proves that the server knows it too, or says what went wrong
// (server-final-message).
type SCRAMServerFinal struct {
	Verifier Text // in base64
	Error    Text
}

// ParseSCRAMClientFirst takes the message apart. The parts point into b.
func ParseSCRAMClientFirst(b []byte) (s SCRAMClientFirst, ok bool) {
	binding, b, ok1 := bytes.Cut(b, []byte(","))
	identity, bare, ok2 := bytes.Cut(b, []byte(","))
	s.Binding, s.Identity = binding, bytes.TrimPrefix(identity, []byte("a="))
	s.Username, ok = attribute(bare, 'n')
	s.Nonce, _ = attribute(bare, 'r')
	return s, ok && ok1 && ok2 && len(s.Nonce) > 0
}

// Append appends the message to dst.
func (s *SCRAMClientFirst) Append(dst []byte) []byte {
	dst = append(append(dst, s.Binding...), ',')
	if len(s.Identity) > 0 {
		dst = append(append(dst, "a="...), s.Identity...)
	}
	return s.AppendBare(append(dst, ','))
}

// AppendBare appends that part of the message which is signed.
func (s *SCRAMClientFirst) AppendBare(dst []byte) []byte {
	dst = append(append(dst, "n="...), s.Username...)
	return append(append(dst, ",r="...), s.Nonce...)
}

// ParseSCRAMServerFirst takes the message apart. The parts point into b.
func ParseSCRAMServerFirst(b []byte) (s SCRAMServerFirst, ok bool) {
	s.Nonce, ok = attribute(b, 'r')
	s.Salt, _ = attribute(b, 's')
	iterations, _ := attribute(b, 'i')
	n, err := strconv.Atoi(string(iterations))
	s.Iterations = n
	return s, ok && err == nil && len(s.Salt) > 0
}

// Append appends the message to dst.
func (s *SCRAMServerFirst) Append(dst []byte) []byte {
	dst = append(append(dst, "r="...), s.Nonce...)
	dst = append(append(dst, ",s="...), s.Salt...)
	return strconv.AppendInt(append(dst, ",i="...), int64(s.Iterations), 10)
}

// ParseSCRAMClientFinal takes the message apart. The parts point into b.
func ParseSCRAMClientFinal(b []byte) (s SCRAMClientFinal, ok bool) {
	s.Binding, ok = attribute(b, 'c')
	s.Nonce, _ = attribute(b, 'r')
	s.Proof, _ = attribute(b, 'p')
	return s, ok && len(s.Proof) > 0
}

// Append appends the message to dst.
func (s *SCRAMClientFinal) Append(dst []byte) []byte {
	return append(append(s.AppendWithoutProof(dst), ",p="...), s.Proof...)
}

// AppendWithoutProof appends that part of the message which is signed.
func (s *SCRAMClientFinal) AppendWithoutProof(dst []byte) []byte {
	dst = append(append(dst, "c="...), s.Binding...)
	return append(append(dst, ",r="...), s.Nonce...)
}

// ParseSCRAMServerFinal takes the message apart. The parts point into b.
func ParseSCRAMServerFinal(b []byte) (s SCRAMServerFinal, ok bool) {
	s.Verifier, ok = attribute(b, 'v')
	if !ok {
		s.Error, ok = attribute(b, 'e')
	}
	return s, ok
}

// Append appends the message to dst.
func (s *SCRAMServerFinal) Append(dst []byte) []byte {
	if len(s.Error) > 0 {
		return append(append(dst, "e="...), s.Error...)
	}
	return append(append(dst, "v="...), s.Verifier...)
}

// attribute returns the value of one attribute in a list such as "r=abc,i=4096".
func attribute(list []byte, name byte) (Text, bool) {
	for piece := range bytes.SplitSeq(list, []byte(",")) {
		if len(piece) > 1 && piece[0] == name && piece[1] == '=' {
			return Text(piece[2:]), true
		}
	}
	return nil, false
}

// An OAuthToken is the initial response of OAUTHBEARER (RFC 7628, section 3.1).
type OAuthToken struct {
	Binding       Text // as in SCRAMClientFirst
	Identity      Text
	Authorization Text // the type and the token: "Bearer …"; empty asks where to get one
}

// ParseOAuthToken takes the message apart. The parts point into b.
func ParseOAuthToken(b []byte) (s OAuthToken, ok bool) {
	header, pairs, ok := bytes.Cut(b, []byte("\x01"))
	binding, identity, _ := bytes.Cut(header, []byte(","))
	s.Binding, s.Identity = binding, bytes.TrimPrefix(bytes.TrimSuffix(identity, []byte(",")), []byte("a="))
	for pair := range bytes.SplitSeq(pairs, []byte("\x01")) {
		if token, found := bytes.CutPrefix(pair, []byte("auth=")); found {
			s.Authorization = token
		}
	}
	return s, ok
}

// Append appends the message to dst.
func (s *OAuthToken) Append(dst []byte) []byte {
	dst = append(append(dst, s.Binding...), ',')
	if len(s.Identity) > 0 {
		dst = append(append(dst, "a="...), s.Identity...)
	}
	dst = append(append(dst, ",\x01auth="...), s.Authorization...)
	return append(dst, "\x01\x01"...)
}

// sasl lists the parts of a SASL payload instead of the whole, of which data was
// the field listed last: what is secret is marked, the rest can be shown.
func (w *Walker) sasl(data []byte) {
	if !w.list || w.err != nil || w.last().Type != FieldBytes {
		return
	}
	whole := *w.last()
	w.fields = w.fields[:len(w.fields)-1]
	w.add(whole.Name, FieldObject, 0, 0, nil)
	mark := len(w.fields)
	at := whole.Offset
	if !w.parts(data, &at, whole.Size-int32(len(data))) {
		w.fields = append(w.fields[:mark-1], whole)
		w.secret()
		return
	}
	w.fields = append(w.fields, Field{Type: FieldEnd, Offset: at})
}

// parts lists the parts of data, which has prefix bytes before it that belong to
// the first of them.
func (w *Walker) parts(data []byte, at *int32, prefix int32) bool {
	part := func(name string, secret bool, piece, value []byte) {
		size := int32(len(piece)) + prefix
		prefix = 0
		w.fields = append(w.fields, Field{Name: name, Type: FieldString, Bytes: value, Secret: secret, Offset: *at, Size: size})
		*at += size
	}
	rest := data
	switch {
	case len(data) > 1 && data[1] == ',' || bytes.HasPrefix(data, []byte("p=")) && bytes.Contains(data, []byte(",n=")):
		header := bytes.IndexByte(data, ',')
		part("channel_binding", false, data[:header+1], data[:header])
		rest = data[header+1:]
		end := bytes.IndexByte(rest, ',')
		if end < 0 {
			return false
		}
		part("identity", false, rest[:end+1], bytes.TrimPrefix(rest[:end], []byte("a=")))
		rest = rest[end+1:]
		if bytes.HasPrefix(rest, []byte("\x01")) {
			part("authorization", true, rest, rest)
			return true
		}
	case len(data) > 1 && data[1] == '=':
	case len(data) > 0 && data[0] == '{':
		part("error", false, data, data)
		return true
	default:
		return false
	}
	for len(rest) > 0 {
		piece := rest
		if i := bytes.IndexByte(rest, ','); i >= 0 {
			piece = rest[:i+1]
		}
		rest = rest[len(piece):]
		value := bytes.TrimSuffix(piece, []byte(","))
		if len(value) < 2 || value[1] != '=' {
			return false
		}
		a := scramAttributes[value[0]]
		if a.name == "" {
			return false
		}
		part(a.name, a.secret, piece, value[2:])
	}
	return true
}

// scramAttributes are the attributes of SCRAM (RFC 5802, section 5.1).
var scramAttributes = [256]struct {
	name   string
	secret bool
}{
	'n': {"username", false}, 'r': {"nonce", true}, 's': {"salt", true}, 'i': {"iterations", false},
	'c': {"channel_binding", false}, 'p': {"proof", true}, 'v': {"verifier", true}, 'e': {"error", false},
}
