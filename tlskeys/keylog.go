package tlskeys

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
)

// A label says what a line of a key log holds.
type label uint8

// The labels that are of use here (draft-ietf-tls-keylogfile, section 2). The master
// secret is that of all versions before TLS 1.3.
const (
	masterSecret label = iota
	clientEarly
	clientHandshake
	serverHandshake
	clientTraffic
	serverTraffic
	labels // how many there are
)

var labelNames = [labels]string{
	masterSecret:    "CLIENT_RANDOM",
	clientEarly:     "CLIENT_EARLY_TRAFFIC_SECRET",
	clientHandshake: "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
	serverHandshake: "SERVER_HANDSHAKE_TRAFFIC_SECRET",
	clientTraffic:   "CLIENT_TRAFFIC_SECRET_0",
	serverTraffic:   "SERVER_TRAFFIC_SECRET_0",
}

// A Log holds the secrets of key logs in the format of SSLKEYLOGFILE, by client
// random. It can grow while connections are decrypted with it, and it is safe for
// use by several goroutines. The zero value is an empty Log.
type Log struct {
	// More, if there is one, looks whether secrets have come since, adds them, and
	// tells whether more may come later. It is called where one is missing, by one
	// goroutine at a time, and no more once it has returned false. Without it the Log
	// is as it is.
	More func() bool

	mu      sync.RWMutex
	secrets map[random]*[labels][]byte
	used    map[key]bool
	grown   atomic.Int64 // how many secrets there are
	held    atomic.Int64 // bytes that wait for one

	looking sync.Mutex
	whole   bool // no more will come
}

// A random is the client random of a hello, by which a key log names connections.
type random = [32]byte

// What may be wrong with a line of a key log.
var (
	errFields = errors.New("not a label, a client random and a secret")
	errRandom = errors.New("the client random is not 32 bytes in hexadecimal")
	errSecret = errors.New("the secret is not as many bytes in hexadecimal as its label says")
	errLong   = errors.New("longer than any line of a key log")
)

// A LineError says which line of a key log was skipped, and why. It does not show
// the line: that may be a secret.
type LineError struct {
	Line int // counted from 1
	Err  error
}

// Error returns one line.
func (e *LineError) Error() string { return fmt.Sprintf("line %d: %v", e.Line, e.Err) }

// Unwrap returns Err.
func (e *LineError) Unwrap() error { return e.Err }

// Len returns how many client randoms the Log has secrets for.
func (l *Log) Len() int {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return len(l.secrets)
}

// Add takes one line, with or without its end. Empty lines, comments and lines with
// labels that are of no use here are no errors.
func (l *Log) Add(line []byte) error {
	fields := bytes.Fields(line)
	if len(fields) == 0 || fields[0][0] == '#' {
		return nil
	}
	if len(fields) != 3 {
		return errFields
	}
	for n := range labels {
		if string(fields[0]) == labelNames[n] {
			return l.add(n, fields[1], fields[2])
		}
	}
	return nil
}

// add takes the secret of one label. What came first for it stays: a connection has
// but one.
func (l *Log) add(n label, client, secret []byte) error {
	var key random
	if len(client) != hex.EncodedLen(len(key)) {
		return errRandom
	}
	if _, err := hex.Decode(key[:], client); err != nil {
		return errRandom
	}
	value, err := hex.DecodeString(string(secret))
	if err != nil || len(value) != 48 && (len(value) != 32 || n == masterSecret) {
		return errSecret
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.secrets == nil {
		l.secrets = map[random]*[labels][]byte{}
	}
	known := l.secrets[key]
	if known == nil {
		known = new([labels][]byte)
		l.secrets[key] = known
	}
	if known[n] == nil {
		known[n] = value
		l.grown.Add(1)
	}
	return nil
}

// Read takes the lines of r up to its end. The error tells of lines that were
// skipped, each a [*LineError] (of many, the first ones and how many more), or is that of r; all
// other lines were taken.
func (l *Log) Read(r io.Reader) error {
	f := File{Log: l}
	return errors.Join(f.Read(r), f.End())
}

// maxLine is more than a line of a key log is long: a label, 32 and 48 bytes in
// hexadecimal. Only comments and labels of no use here are longer.
const maxLine = 1 << 16

// maxErrors is how many broken lines one Read tells of one by one.
const maxErrors = 10

// A File is a key log that another program still writes to: its last line is taken
// when its end is there.
type File struct {
	Log  *Log
	line int    // lines begun so far
	rest []byte // of a line without an end
	long bool   // that line is longer than any
}

// Read takes what r has up to its end, and keeps the beginning of an unfinished
// line for the next Read. For the error see [Log.Read].
func (f *File) Read(r io.Reader) error {
	var skipped []error
	more := 0
	in := bufio.NewReader(r)
	for {
		b, err := in.ReadSlice('\n')
		f.take(b)
		if err == nil {
			switch broken := f.end(); {
			case broken == nil:
			case len(skipped) < maxErrors:
				skipped = append(skipped, broken)
			default:
				more++
			}
		} else if err != bufio.ErrBufferFull {
			if more > 0 {
				skipped = append(skipped, fmt.Errorf("and %d lines more", more))
			}
			if err != io.EOF {
				skipped = append(skipped, err)
			}
			return errors.Join(skipped...)
		}
	}
}

// End takes the last line as it is: nobody will write the end of it.
func (f *File) End() error {
	if len(f.rest) == 0 && !f.long {
		return nil
	}
	return f.end()
}

// take adds a part of a line.
func (f *File) take(b []byte) {
	if len(f.rest)+len(b) > maxLine {
		f.long = true
		return
	}
	f.rest = append(f.rest, b...)
}

// end ends a line.
func (f *File) end() error {
	f.line++
	err := errLong
	if !f.long {
		err = f.Log.Add(f.rest)
	}
	f.rest, f.long = f.rest[:0], false
	if err != nil {
		return &LineError{f.line, err}
	}
	return nil
}

// A key names a secret.
type key struct {
	client random
	label  label
}

// use notes that a secret was of use.
func (l *Log) use(k key) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.used == nil {
		l.used = map[key]bool{}
	}
	l.used[k] = true
}

// Used returns a key log of those secrets that connections were decrypted with that
// [Conn.Use] was called of, in the order of their client randoms.
func (l *Log) Used() []byte {
	l.mu.RLock()
	defer l.mu.RUnlock()
	keys := slices.SortedFunc(maps.Keys(l.used), func(a, b key) int {
		return cmp.Or(bytes.Compare(a.client[:], b.client[:]), cmp.Compare(a.label, b.label))
	})
	var b []byte
	for _, k := range keys {
		b = fmt.Appendf(b, "%s %x %x\n", labelNames[k.label], k.client, l.secrets[k.client][k.label])
	}
	return b
}

// look looks for what has come since, and tells whether more may come later.
func (l *Log) look() (more bool) {
	if l == nil || l.More == nil {
		return false
	}
	l.looking.Lock()
	defer l.looking.Unlock()
	if !l.whole {
		l.whole = !l.More()
	}
	return !l.whole
}

// empty tells whether there is no secret.
func (l *Log) empty() bool { return l == nil || l.grown.Load() == 0 }

// knows tells whether there is a secret for a client random.
func (l *Log) knows(client random) bool {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.secrets[client] != nil
}

// find returns the secret of one label, nil where there is none, and whether it may
// come later.
func (l *Log) find(client random, n label) (secret []byte, more bool) {
	if secret = l.get(client, n); secret != nil {
		return secret, false
	}
	more = l.look()
	return l.get(client, n), more
}

// get returns the secret of one label, nil where there is none.
func (l *Log) get(client random, n label) []byte {
	if l == nil {
		return nil
	}
	l.mu.RLock()
	defer l.mu.RUnlock()
	if known := l.secrets[client]; known != nil {
		return known[n]
	}
	return nil
}
