package session

import "bytes"

// protocols are others that are found on ports of PostgreSQL, by how one of their
// sides begins.
var protocols = []struct {
	name   string
	begins func(b []byte) bool
}{
	{"HTTP", isHTTP},
	{"HTTP/2", prefix("PRI * HTTP/2.0")},
	{"SSH", prefix("SSH-")},
	{"MySQL", isMySQL},
	{"Redis", isRedis},
	{"SMTP", isGreeting},
}

// protocol returns the name of another protocol that begins so, or nothing.
func protocol(b []byte) string {
	for i := range protocols {
		if protocols[i].begins(b) {
			return protocols[i].name
		}
	}
	return ""
}

func prefix(p string) func([]byte) bool {
	return func(b []byte) bool { return bytes.HasPrefix(b, []byte(p)) }
}

// isHTTP looks for a request or a response (RFC 9112, sections 3 and 4).
func isHTTP(b []byte) bool {
	method, rest, found := bytes.Cut(b[:min(len(b), 16)], []byte(" "))
	switch string(method) {
	case "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE":
		return found && len(rest) > 0 && (rest[0] == '/' || rest[0] == '*' || rest[0] == 'h')
	case "CONNECT":
		return found
	}
	return bytes.HasPrefix(b, []byte("HTTP/1."))
}

// isMySQL looks for the greeting of a server, protocol version 10: length, sequence
// number 0, version, the name of the server's version.
func isMySQL(b []byte) bool {
	return len(b) > 5 && b[0] != 0 && b[2] == 0 && b[3] == 0 && b[4] == 10 && b[5] >= '0' && b[5] <= '9'
}

// isRedis looks for a command in the form of an array of strings.
func isRedis(b []byte) bool {
	line, rest, found := bytes.Cut(b[:min(len(b), 16)], []byte("\r\n"))
	return found && len(line) > 1 && line[0] == '*' && isDigits(line[1:]) && (len(rest) == 0 || rest[0] == '$')
}

// isGreeting looks for the first line of an SMTP or FTP server.
func isGreeting(b []byte) bool {
	return len(b) > 4 && isDigits(b[:3]) && b[0] == '2' && (b[3] == ' ' || b[3] == '-') && b[4] >= ' ' && b[4] <= '~'
}

func isDigits(b []byte) bool {
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(b) > 0
}
