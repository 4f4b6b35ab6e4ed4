//go:build ignore

// Record makes the files openssl-*.session again, or those named: conversations of
// openssl s_client with openssl s_server, through a tap on the loopback interface.
// Run it in this directory.
package main

import (
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// quiet is how long nothing is sent before the next step is taken.
const quiet = 300 * time.Millisecond

// A recording is what a file is made of.
type recording struct {
	name   string
	about  string
	client string   // arguments
	server string   // arguments
	before string   // arguments of a client that makes a session in $session first; "" is none
	again  bool     // the server of that client is another one
	steps  []string // "> " or "< " and a line: a text, or a letter that is a command
}

var talk = []string{"> one", "< two", "> three and three and three", "< four"}

var recordings = []recording{
	{name: "tls13-key-update", about: "KeyUpdate of both sides, with and without an answer",
		client: "-tls1_3", server: "-num_tickets 1",
		steps: []string{"> one", "< two", "> K", "> three", "< four", "< k", "< five", "> six", "< K", "> seven", "< eight", "> k", "> nine"}},
	{name: "tls13-resumed", about: "TLS 1.3 resumed by a ticket",
		client: "-tls1_3 -sess_in $session", before: "-tls1_3 -sess_out $session", steps: talk},
	{name: "tls13-early-data", about: "early data that the server accepts",
		client: "-tls1_3 -sess_in $session -early_data $early", server: "-early_data", before: "-tls1_3 -sess_out $session",
		steps: append([]string{"> early"}, talk...)},
	{name: "tls13-early-refused", about: "early data that the server does not accept; it asks for another hello",
		client: "-tls1_3 -sess_in $session -early_data $early -groups X25519:P-256", server: "-early_data -groups P-256",
		before: "-tls1_3 -sess_out $session", again: true, steps: append([]string{"> early"}, talk...)},
	{name: "tls13-certificate-later", about: "a client certificate asked for after the handshake",
		client: "-tls1_3 -enable_pha -cert $cert -key $key", server: "-Verify 1", steps: append(talk, "< c", "> five", "< six")},
	{name: "tls13-padding", about: "records padded to 256 bytes",
		client: "-tls1_3 -ciphersuites TLS_CHACHA20_POLY1305_SHA256 -record_padding 256", server: "-record_padding 256", steps: talk},
	{name: "tls13-ccm", about: "AES-CCM, which is not decrypted",
		client: "-tls1_3 -ciphersuites TLS_AES_128_CCM_SHA256", server: "-ciphersuites TLS_AES_128_CCM_SHA256", steps: talk},

	{name: "tls12-cbc-sha384", about: "CBC with SHA-384, encrypt-then-MAC",
		client: "-tls1_2 -cipher ECDHE-ECDSA-AES256-SHA384", steps: talk},
	{name: "tls12-cbc-sha384-mte", about: "CBC with SHA-384, MAC-then-encrypt",
		client: "-tls1_2 -cipher ECDHE-ECDSA-AES256-SHA384 -no_etm", steps: talk},
	{name: "tls12-cbc-sha256", about: "CBC with SHA-256 and a 256-bit key, without a certificate",
		client: "-tls1_2 -cipher ADH-AES256-SHA256:@SECLEVEL=0", server: "-cipher ADH-AES256-SHA256:@SECLEVEL=0", steps: talk},
	{name: "tls12-psk", about: "ChaCha20-Poly1305 with a pre-shared key",
		client: "-tls1_2 -cipher ECDHE-PSK-CHACHA20-POLY1305 -psk 0123456789abcdef",
		server: "-cipher ECDHE-PSK-CHACHA20-POLY1305 -psk 0123456789abcdef", steps: talk},
	{name: "tls12-client-certificate", about: "AES-128-GCM, a client certificate",
		client: "-tls1_2 -cipher ECDHE-ECDSA-AES128-GCM-SHA256 -cert $cert -key $key", server: "-Verify 1", steps: talk},
	{name: "tls12-session-id", about: "TLS 1.2 resumed by session ID",
		client: "-tls1_2 -sess_in $session", server: "-no_ticket", before: "-tls1_2 -sess_out $session", steps: talk},
	{name: "tls12-ticket", about: "TLS 1.2 resumed by a ticket",
		client: "-tls1_2 -sess_in $session", before: "-tls1_2 -sess_out $session", steps: talk},
	{name: "tls12-renegotiated", about: "a renegotiation that the client asks for, and one of the server",
		client: "-tls1_2", server: "-client_renegotiation", steps: append(append([]string{}, talk...), "> R", "> five", "< six", "< r", "> seven", "< eight")},
	{name: "tls12-renegotiated-cbc", about: "the same with CBC",
		client: "-tls1_2 -cipher ECDHE-ECDSA-AES128-SHA", server: "-client_renegotiation", steps: append(append([]string{}, talk...), "> R", "> five", "< six", "< r", "> seven", "< eight")},
	{name: "tls12-ccm", about: "AES-CCM, which is not decrypted",
		client: "-tls1_2 -cipher ECDHE-ECDSA-AES128-CCM", steps: talk},
	{name: "tls12-camellia", about: "Camellia, which is not decrypted",
		client: "-tls1_2 -cipher ECDHE-ECDSA-CAMELLIA128-SHA256", steps: talk},

	{name: "tls11-cbc", about: "TLS 1.1, encrypt-then-MAC",
		client: "-tls1_1 -cipher ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0", server: "-tls1_1 -cipher ALL:@SECLEVEL=0", steps: talk},
	{name: "tls10-cbc", about: "TLS 1.0, encrypt-then-MAC",
		client: "-tls1 -cipher ECDHE-ECDSA-AES256-SHA:@SECLEVEL=0", server: "-tls1 -cipher ALL:@SECLEVEL=0", steps: talk},
	{name: "tls10-cbc-mte", about: "TLS 1.0, MAC-then-encrypt",
		client: "-tls1 -no_etm -cipher ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0", server: "-tls1 -cipher ALL:@SECLEVEL=0", steps: talk},
}

func main() {
	dir, err := os.MkdirTemp("", "record")
	check(err)
	defer os.RemoveAll(dir)
	run := exec.Command("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
		"-subj", "/CN=db.test", "-days", "3650", "-keyout", filepath.Join(dir, "key"), "-out", filepath.Join(dir, "cert"))
	out, err := run.CombinedOutput()
	if err != nil {
		log.Fatalf("%v: %s", err, out)
	}
	check(os.WriteFile(filepath.Join(dir, "early"), []byte("early\n"), 0o600))
	for _, r := range recordings {
		if len(os.Args) > 1 && !slices.Contains(os.Args[1:], r.name) {
			continue
		}
		r.make(dir)
	}
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// args puts paths into arguments.
func args(s, dir string) []string {
	for _, name := range []string{"cert", "key", "session", "early"} {
		s = strings.ReplaceAll(s, "$"+name, filepath.Join(dir, name))
	}
	return strings.Fields(s)
}

// A tap passes on what two ends send, and writes it down.
type tap struct {
	net.Listener
	to string

	mu   sync.Mutex
	sent []string // lines of the file
	last time.Time
}

func (t *tap) serve() {
	for {
		client, err := t.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", t.to)
		check(err)
		go t.pass(client, server, ">")
		go t.pass(server, client, "<")
	}
}

func (t *tap) pass(from, to net.Conn, mark string) {
	b := make([]byte, 1<<16)
	for {
		n, err := from.Read(b)
		t.mu.Lock()
		for i := 0; i < n; i += 48 {
			line := fmt.Sprintf("%s %x", mark, b[i:min(n, i+48)])
			if i > 0 {
				line = " " + line[1:]
			}
			t.sent = append(t.sent, line)
		}
		t.last = time.Now()
		t.mu.Unlock()
		if err != nil {
			to.Close()
			return
		}
		to.Write(b[:n])
	}
}

// wait waits until nothing is sent any more.
func (t *tap) wait() {
	for {
		time.Sleep(quiet / 4)
		t.mu.Lock()
		idle := time.Since(t.last)
		t.mu.Unlock()
		if idle > quiet {
			return
		}
	}
}

// start starts openssl and returns its standard input.
func start(a []string) (*exec.Cmd, io.WriteCloser) {
	c := exec.Command("openssl", a...)
	c.Env = append(os.Environ(), "OPENSSL_CONF=/dev/null")
	in, err := c.StdinPipe()
	check(err)
	check(c.Start())
	return c, in
}

// make makes a file.
func (r *recording) make(dir string) {
	port, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	t := &tap{to: port.Addr().String(), last: time.Now()}
	port.Close()
	t.Listener, err = net.Listen("tcp", "127.0.0.1:0")
	check(err)
	defer t.Close()
	go t.serve()
	serve := func() (*exec.Cmd, io.WriteCloser) {
		c, in := start(append(args("s_server -cert $cert -key $key "+r.server, dir), "-accept", t.to))
		t.wait()
		return c, in
	}
	connect := func(a string) (*exec.Cmd, io.WriteCloser) {
		return start(append(args("s_client -servername db.test "+a, dir), "-connect", t.Addr().String()))
	}
	server, out := serve()
	if r.before != "" {
		c, in := connect(r.before)
		t.wait()
		fmt.Fprintln(out, "hello")
		t.wait()
		in.Close()
		c.Wait()
		t.wait()
		if r.again {
			server.Process.Kill()
			server.Wait()
			server, out = serve()
		}
	}
	t.sent = nil
	keys := filepath.Join(dir, "keys")
	os.Remove(keys)
	client, in := connect(r.client + " -keylogfile " + keys)
	t.wait()
	var said [2]string
	for _, s := range r.steps {
		mark, line := s[:1], s[2:]
		if line == "early" {
			said[0] += "early\n"
			continue
		}
		if len(line) > 1 {
			said[strings.Index("><", mark)] += line + "\n"
		}
		fmt.Fprintln(map[string]io.Writer{">": in, "<": out}[mark], line)
		t.wait()
	}
	in.Close()
	client.Wait()
	t.wait()
	out.Close()
	server.Process.Kill()
	server.Wait()
	text := fmt.Sprintf("# openssl s_client and s_server: %s.\n", r.about)
	secrets, err := os.ReadFile(keys)
	check(err)
	for line := range strings.Lines(string(secrets)) {
		if !strings.HasPrefix(line, "#") && !strings.HasPrefix(line, "EXPORTER") {
			text += line
		}
	}
	t.mu.Lock()
	text += strings.Join(t.sent, "\n") + "\n"
	t.mu.Unlock()
	text += fmt.Sprintf("client %q\nserver %q\n", said[0], said[1])
	check(os.WriteFile("openssl-"+r.name+".session", []byte(text), 0o644))
	fmt.Println(r.name, len(text))
}
