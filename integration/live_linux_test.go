//go:build integration

package integration

import (
	"bufio"
	"bytes"
	encoding "encoding/json" // json is taken
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	pcap "github.com/pgwdump/pgwdump/capture" // capture is taken
)

// pgwdump builds the program as it is released, in a place where everybody may run it.
func (n *network) pgwdump(t *testing.T) string {
	bin := filepath.Join(n.dir, "pgwdump")
	c := exec.Command("go", "build", "-o", bin, "..")
	c.Env = append(os.Environ(), "CGO_ENABLED=0")
	output(t, c)
	return bin
}

// A capturing is a program that captures.
type capturing struct {
	*exec.Cmd
	stdout bytes.Buffer
	talk   bytes.Buffer // what it says on standard error
	lines  *bufio.Reader
}

// capture starts a program and waits until it says that it is listening.
func (n *network) capture(t *testing.T, namespace string, args ...string) *capturing {
	t.Helper()
	return n.captureTo(t, nil, namespace, args...)
}

// captureTo is capture with the output going to a file, unless that is nil.
func (n *network) captureTo(t *testing.T, out *os.File, namespace string, args ...string) *capturing {
	t.Helper()
	c := &capturing{Cmd: n.in(t, namespace, args...)}
	if c.Stdout = &c.stdout; out != nil {
		c.Stdout = out
	}
	stderr, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Process.Kill(); c.Wait() })
	c.lines = bufio.NewReader(stderr)
	c.until(t, "listening on")
	return c
}

// until reads what the program says up to a line that has this in it.
func (c *capturing) until(t *testing.T, part string) {
	t.Helper()
	for {
		line, err := c.lines.ReadString('\n')
		c.talk.WriteString(line)
		if err != nil {
			t.Fatalf("%v, waiting for %q in\n%s", err, part, &c.talk)
		}
		if strings.Contains(line, part) {
			return
		}
	}
}

// end ends the capture by a signal, and returns what the program has said.
func (c *capturing) end(t *testing.T, s os.Signal) string {
	t.Helper()
	c.Process.Signal(s)
	io.Copy(&c.talk, c.lines)
	if err := c.Wait(); err != nil {
		t.Fatalf("%v: %s", err, &c.talk)
	}
	return c.talk.String()
}

// messages are the messages of each connection, each with where it was and what was
// in it.
type messages map[string][]string

// An event is what is looked at of a JSON line.
type event struct {
	Event, Client, Server, From, Type, Stage string

	Offset, Length int64
	Msg            encoding.RawMessage
	Packets, Bytes int64

	Shed, Violations                                 int64
	Decoded, Undecoded, Encrypted, Foreign, Repeated int64
	ShedBytes                                        int64 `json:"shed_bytes"`
}

// captured returns how many bytes of payload were, as a summary says it.
func (e *event) captured() int64 {
	return e.Decoded + e.Undecoded + e.Encrypted + e.Foreign + e.Repeated + e.ShedBytes
}

// eventsOf returns what is in JSON lines.
func eventsOf(t *testing.T, lines []byte) (all []event) {
	t.Helper()
	for line := range bytes.Lines(lines) {
		var e event
		if err := encoding.Unmarshal(line, &e); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		all = append(all, e)
	}
	return all
}

// add adds a message.
func (m messages) add(e *event) {
	if e.Event == "message" {
		m[e.Client] = append(m[e.Client], fmt.Sprint(e.From, e.Offset, e.Type, e.Length, string(e.Msg)))
	}
}

// messagesOf returns the messages in JSON lines by their connection. The last one is
// left out: it is that of the marker.
func messagesOf(t *testing.T, lines []byte) messages {
	t.Helper()
	all := messages{}
	for _, e := range eventsOf(t, lines) {
		switch e.Event {
		case "gap", "error", "drop", "shed":
			t.Errorf("%+v", e)
		}
		all.add(&e)
	}
	for client, list := range all {
		if strings.Contains(strings.Join(list, ""), marker) {
			delete(all, client)
		}
	}
	return all
}

// compare tells of the first difference in each connection.
func (want messages) compare(t *testing.T, got messages) {
	t.Helper()
	for client, list := range want {
		for i, m := range list {
			if i == len(got[client]) || got[client][i] != m {
				t.Errorf("%s, message %d of %d: want %s, got %s", client, i, len(list), m, strings.Join(got[client][i:min(i+1, len(got[client]))], ""))
				break
			}
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d connections, want %d", len(got), len(want))
	}
}

// marker is what a client says when everything else is over.
const marker = "that is all"

// mark has a client say the marker, and waits until it is in a file.
func (n *network) mark(t *testing.T, namespace, address, file string) {
	t.Helper()
	output(t, n.program(t, namespace, address, "psql", "-XAtc", "select '"+marker+"'"))
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var tail []byte
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		b, err := io.ReadAll(f)
		if err != nil {
			t.Fatal(err)
		}
		if tail = append(tail, b...); bytes.Contains(tail, []byte(marker)) {
			return
		}
		tail = tail[max(len(tail)-len(marker), 0):]
	}
	t.Fatalf("%q never came into %s", marker, file)
}

// TestLive captures live, in network namespaces with a real server.
func TestLive(t *testing.T) {
	n := newNetwork(t)
	bin := n.pgwdump(t)
	t.Run("the same as from a file", func(t *testing.T) { n.testSame(t, bin) })
	t.Run("written files", func(t *testing.T) { n.testFiles(t, bin) })
	t.Run("VLAN", func(t *testing.T) { n.testVLAN(t, bin) })
	t.Run("loopback once", func(t *testing.T) { n.testLoopback(t, bin) })
	t.Run("privileges", func(t *testing.T) { n.testPrivileges(t, bin) })
	t.Run("nothing", func(t *testing.T) {
		if said := n.capture(t, n.client, bin, "-i", "lo").end(t, os.Interrupt); !strings.Contains(said, "\nnothing was captured: ") {
			t.Error(said)
		}
	})
	t.Run("signals", func(t *testing.T) { n.testSignals(t, bin) })
	t.Run("drops", func(t *testing.T) { n.testDrops(t, bin) })
	t.Run("overload", func(t *testing.T) { n.testOverload(t, bin) })
	t.Run("nobody reads", func(t *testing.T) { n.testStalled(t, bin) })
	t.Run("nobody reads the packets", func(t *testing.T) { n.testStalledPackets(t, bin) })
	t.Run("in the middle", func(t *testing.T) { n.testMiddle(t, bin) })
}

// testSame compares what pgwdump shows live with what it shows of the file that
// tcpdump has written at the same time.
func (n *network) testSame(t *testing.T, bin string) {
	for _, c := range []struct{ name, device, namespace, address string }{
		{"IPv4", cable, n.client, address4},
		{"IPv6", cable, n.client, address6},
		{"any", "any", n.client, address4},
		{"loopback", "lo", n.server, "127.0.0.1"},
		{"loopback, IPv6", "lo", n.server, "::1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := filepath.Join(n.dir, "tcpdump.pcap")
			tcpdump := n.capture(t, n.server, "tcpdump", "-i", c.device, "-U", "-B", "65536", "-Z", "root", "-w", file, "tcp port 5432")
			live := n.capture(t, n.server, bin, "-i", c.device, "--json")
			n.pgbench(t, c.namespace, c.address, 4, 250)
			n.mark(t, c.namespace, c.address, file)
			said := live.end(t, os.Interrupt)
			noDrops(t, said)
			if said := tcpdump.end(t, os.Interrupt); !strings.Contains(said, "\n0 packets dropped by kernel") {
				t.Fatalf("tcpdump has not captured all: %s", said)
			}
			want, err := exec.Command(bin, "--json", "-r", file).Output()
			if err != nil {
				t.Fatal(err)
			}
			wanted := messagesOf(t, want)
			if len(wanted) != 5 { // pgbench asks for the size of its tables first
				t.Errorf("%d connections", len(wanted))
			}
			wanted.compare(t, messagesOf(t, live.stdout.Bytes()))
		})
	}
}

// noDrops fails if packets were dropped, or none were captured.
func noDrops(t *testing.T, said string) {
	t.Helper()
	counts := regexp.MustCompile(`(\d+) packets? (captured|received by filter|dropped by kernel)`).FindAllStringSubmatch(said, -1)
	if len(counts) != 3 || counts[0][1] == "0" || counts[0][1] != counts[1][1] || counts[2][1] != "0" {
		t.Errorf("packets are missing:\n%s", said)
	}
}

// testFiles captures to files that are rotated, and compares what is in all of them
// with what was printed meanwhile.
func (n *network) testFiles(t *testing.T, bin string) {
	for name, flags := range map[string][]string{
		"by size": {"-w", "size.pcapng", "-C", "100k"},
		"by time": {"-w", "time-%s.pcapng", "-G", "1"},
		"both":    {"-w", "both-%s.pcapng", "-G", "1", "-C", "100k", "-W", "1000"},
	} {
		t.Run(name, func(t *testing.T) {
			dir, err := os.MkdirTemp(n.dir, "files")
			if err == nil {
				err = os.Chmod(dir, 0o777)
			}
			if err != nil {
				t.Fatal(err)
			}
			flags[1] = filepath.Join(dir, flags[1])
			live := n.capture(t, n.server, append([]string{bin, "-i", cable, "--json"}, flags...)...)
			const long = 2 * time.Second // enough for another file by time
			for round, start := 0, time.Now(); round < 3 || time.Since(start) < long; round++ {
				n.pgbench(t, n.client, address4, 2, 300)
			}
			noDrops(t, live.end(t, os.Interrupt))
			files, _ := filepath.Glob(filepath.Join(dir, "*"))
			if len(files) < 2 {
				t.Errorf("only %q", files)
			}
			args := []string{"--json"}
			for _, f := range files {
				args = append(args, "-r", f)
			}
			got, err := exec.Command(bin, args...).Output()
			if err != nil {
				t.Fatal(err)
			}
			messagesOf(t, live.stdout.Bytes()).compare(t, messagesOf(t, got))
		})
	}
}

// testVLAN sends a recorded conversation with VLAN tags, of which the kernel takes the
// outer one out.
func (n *network) testVLAN(t *testing.T, bin string) {
	const recorded = "../testdata/pcaps/simple-errors.pcap"
	want, err := exec.Command(bin, "-r", recorded, "-t").Output()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ tags, filter string }{
		"one":  {"\x81\x00\x00\x07", "vlan 7 and tcp port 5432"},
		"two":  {"\x88\xa8\x00\x05\x81\x00\x00\x07", "vlan 5 and vlan 7 and tcp port 5432"},
		"none": {"", "tcp port 5432"},
	} {
		t.Run(name, func(t *testing.T) {
			var frames [][]byte
			source := pcap.OpenFiles(recorded)
			defer source.Close()
			for {
				p, err := source.Read()
				if err == io.EOF {
					break
				}
				const addresses = 12
				frames = append(frames, slices.Concat(p.Data[:addresses], []byte(c.tags), p.Data[addresses:]))
			}
			file := filepath.Join(n.dir, "vlan-"+name+".pcapng")
			live := n.capture(t, n.server, bin, "-i", cable, "-t", "-c", strconv.Itoa(len(frames)))
			written := n.capture(t, n.server, bin, "-i", cable, "-q", "-w", file, "-c", strconv.Itoa(len(frames)))
			n.send(t, frames)
			live.end(t, syscall.Signal(0))
			written.end(t, syscall.Signal(0))
			if got := live.stdout.String(); got != string(want) {
				t.Error(cmp.Diff(string(want), got))
			}
			source = pcap.OpenFiles(file)
			defer source.Close()
			for i, f := range frames {
				if p, err := source.Read(); err != nil || !bytes.Equal(p.Data, f) || p.Length != len(f) {
					t.Fatalf("packet %d: %v, %v, want %x", i, p, err, f)
				}
			}
			if got := output(t, exec.Command(bin, "-qq", "-r", file, c.filter)); !strings.HasPrefix(got, "27 packets,") {
				t.Error(got)
			}
		})
	}
}

// testLoopback counts the packets that open a connection.
func (n *network) testLoopback(t *testing.T, bin string) {
	for _, device := range []string{"lo", "any"} {
		file := filepath.Join(n.dir, "loopback.pcapng")
		live := n.capture(t, n.server, bin, "-i", device, "-q", "-w", file)
		n.pgbench(t, n.server, "127.0.0.1", 3, 10)
		noDrops(t, live.end(t, os.Interrupt))
		got := output(t, exec.Command(bin, "-qq", "-r", file, "tcp[13] = 2"))
		if !strings.HasPrefix(got, "4 ") {
			t.Errorf("%s: %s", device, got)
		}
		os.Remove(file)
	}
}

// status returns what the kernel says of each thread of a process.
func status(t *testing.T, pid int) (threads []map[string]string) {
	t.Helper()
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", pid))
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			continue // it has ended
		}
		s := map[string]string{}
		for line := range strings.Lines(string(b)) {
			key, value, _ := strings.Cut(line, ":")
			s[key] = strings.TrimSpace(value)
		}
		threads = append(threads, s)
	}
	if len(threads) == 0 {
		t.Fatal("there is no such process")
	}
	return threads
}

// testPrivileges looks at what the process may still do when it captures.
func (n *network) testPrivileges(t *testing.T, bin string) {
	nobody := lookup(t, "nobody")
	postgres := lookup(t, "postgres")
	for _, c := range []struct {
		name  string
		flags []string
		sudo  string
		uid   string
	}{
		{"nobody", nil, "", nobody},
		{"the one who called sudo", nil, "postgres", postgres},
		{"who was named", []string{"-Z", "postgres"}, "nobody", postgres},
		{"by number", []string{"--user", "12345"}, "", "12345"},
		{"root stays root", []string{"-Z", "root"}, "", "0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv("SUDO_USER", c.sudo)
			live := n.capture(t, n.server, append([]string{bin, "-i", cable, "--json"}, c.flags...)...)
			for _, s := range status(t, live.Process.Pid) {
				none := strings.Repeat("0", 16)
				if s["Uid"] != strings.Join([]string{c.uid, c.uid, c.uid, c.uid}, "\t") || strings.Contains(s["Gid"], "0\t0") != (c.uid == "0") ||
					s["CapEff"] != none || s["CapPrm"] != none || s["NoNewPrivs"] != "1" || len(strings.Fields(s["Groups"])) > 1 {
					t.Errorf("%v", s)
				}
			}
			n.pgbench(t, n.client, address4, 1, 10)
			noDrops(t, live.end(t, os.Interrupt))
			if got := messagesOf(t, live.stdout.Bytes()); len(got) != 2 {
				t.Errorf("%d connections", len(got))
			}
		})
	}
	t.Run("CAP_NET_RAW alone", func(t *testing.T) {
		copied := filepath.Join(n.dir, "capable")
		output(t, exec.Command("cp", bin, copied))
		output(t, exec.Command("setcap", "cap_net_raw+ep", copied))
		live := n.capture(t, n.server, "runuser", "-u", "nobody", "--", copied, "-i", cable, "--json")
		n.pgbench(t, n.client, address4, 1, 10)
		child := strings.TrimSpace(output(t, exec.Command("pgrep", "-P", strconv.Itoa(live.Process.Pid))))
		pid, err := strconv.Atoi(child)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range status(t, pid) {
			if none := strings.Repeat("0", 16); s["CapEff"] != none || s["CapPrm"] != none || s["NoNewPrivs"] != "1" {
				t.Errorf("%v", s)
			}
		}
		syscall.Kill(pid, syscall.SIGINT)
		noDrops(t, live.end(t, syscall.Signal(0)))
		if got := messagesOf(t, live.stdout.Bytes()); len(got) != 2 {
			t.Errorf("%d connections", len(got))
		}
	})
	t.Run("nothing", func(t *testing.T) {
		out, err := n.in(t, n.server, "runuser", "-u", "nobody", "--", bin, "-i", cable).CombinedOutput()
		if want := "sudo setcap cap_net_raw+ep " + bin; err == nil || !strings.Contains(string(out), want) {
			t.Errorf("%v: %s", err, out)
		}
	})
	t.Run("files where it may not write", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "x")
		out, err := n.in(t, n.server, bin, "-i", cable, "-w", file).CombinedOutput()
		if want := "the files of -w are written as user nobody"; err == nil || !strings.Contains(string(out), want) {
			t.Errorf("%v: %s", err, out)
		}
	})
}

// lookup returns the number of a user.
func lookup(t *testing.T, name string) string {
	return strings.TrimSpace(output(t, exec.Command("id", "-u", name)))
}

// testSignals asks for a report, and ends the capture in every way.
func (n *network) testSignals(t *testing.T, bin string) {
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		live := n.capture(t, n.server, bin, "-i", cable, "--json")
		live.Process.Signal(syscall.SIGUSR1)
		live.until(t, "0 packets dropped by kernel")
		n.pgbench(t, n.client, address4, 1, 20)
		live.Process.Signal(syscall.SIGUSR1)
		live.until(t, "0 packets dropped by kernel")
		if got := live.talk.String(); !strings.Contains(got, "0 packets captured") || !regexp.MustCompile(`[1-9]\d* packets captured`).MatchString(got) {
			t.Errorf("%s", got)
		}
		live.talk.Reset()
		noDrops(t, live.end(t, s))
		if got := messagesOf(t, live.stdout.Bytes()); len(got) != 2 {
			t.Errorf("%v: %d connections", s, len(got))
		}
	}
	t.Run("a number of packets", func(t *testing.T) {
		live := n.capture(t, n.server, bin, "-i", cable, "-c", "5")
		n.pgbench(t, n.client, address4, 1, 1)
		if got := live.end(t, syscall.Signal(0)); !strings.Contains(got, "5 packets captured") {
			t.Error(got)
		}
	})
	t.Run("a time", func(t *testing.T) {
		live := n.capture(t, n.server, bin, "-i", cable, "--duration", "10ms")
		if got := live.end(t, syscall.Signal(0)); !strings.Contains(got, "0 packets captured") {
			t.Error(got)
		}
	})
}

// testDrops stops the process while much more is captured than the ring can hold: all
// that is lost is told, and where it was.
func (n *network) testDrops(t *testing.T, bin string) {
	for _, format := range []string{"json", "text"} {
		t.Run(format, func(t *testing.T) {
			read, write, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer read.Close()
			live := n.captureTo(t, write, n.server, bin, "-i", cable, "-o", format, "-B", "512")
			write.Close()
			live.Process.Signal(syscall.SIGSTOP)
			n.pgbench(t, n.client, address4, 4, 500)
			live.Process.Signal(syscall.SIGCONT)
			n.pgbench(t, n.client, address4, 1, 20)
			live.Process.Signal(os.Interrupt)
			out, err := io.ReadAll(read)
			if err != nil {
				t.Fatal(err)
			}
			said := live.end(t, syscall.Signal(0))
			if _, behind, _ := bytes.Cut(out, []byte(" dropped before packet")); format == "text" && bytes.Count(behind, []byte("\n")) < 20 {
				t.Errorf("it is told of behind the last packets: %.300s", behind)
			}
			counts := regexp.MustCompile(`(?m)^(\d+) packets dropped by kernel$`).FindStringSubmatch(said)
			told := 0
			for _, m := range regexp.MustCompile(`"event":"drop".*"packets":(\d+)|! (\d+) packets? dropped before packet`).FindAllSubmatch(out, -1) {
				packets, _ := strconv.Atoi(string(m[1]) + string(m[2]))
				told += packets
			}
			if counts == nil || counts[1] == "0" || counts[1] != strconv.Itoa(told) {
				t.Errorf("%d packets dropped were told of, and %s", told, said)
			}
			if !strings.Contains(said, ", "+strconv.Itoa(told)+" packets dropped") {
				t.Errorf("the summary does not say it: %s", said)
			}
		})
	}
}

// A psql is a session of psql.
type psql struct {
	in  io.Writer
	out *bufio.Reader
}

// psql begins a session.
func (n *network) psql(t *testing.T) *psql {
	c := n.program(t, n.client, address4, "psql", "-XAt")
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.Close(); c.Wait() })
	return &psql{in, bufio.NewReader(out)}
}

// says has the server say something.
func (p *psql) says(t *testing.T, word string) {
	t.Helper()
	fmt.Fprintf(p.in, "select '%s';\n", word)
	if line, err := p.out.ReadString('\n'); line != word+"\n" {
		t.Fatal(line, err)
	}
}

// testOverload reads nothing of the output while more is captured than there is room
// for. Nothing is lost in the kernel, all is in the file, signals are answered, it is
// said what was not looked at, and connections of which all was are shown whole.
func (n *network) testOverload(t *testing.T, bin string) {
	file := filepath.Join(n.dir, "overload.pcapng")
	out, err := os.Create(filepath.Join(n.dir, "overload.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	live := n.captureTo(t, write, n.server, bin, "-i", cable, "--json", "-B", "8192", "-w", file)
	write.Close()
	quiet := n.psql(t)
	quiet.says(t, "before")
	for !strings.Contains(live.talk.String(), "not looked at for overload") {
		n.pgbench(t, n.client, address4, 4, 1000)
		live.Process.Signal(syscall.SIGUSR1)
		live.until(t, "PostgreSQL connections")
	}
	copied := make(chan error)
	go func() {
		_, err := io.Copy(out, read)
		copied <- err
	}()
	for round, found := 0, false; !found; round++ { // until nothing waits any more
		word := fmt.Sprintf("round %d", round)
		n.psql(t).says(t, word)
		live.talk.Reset()
		live.Process.Signal(syscall.SIGUSR1)
		live.until(t, "PostgreSQL connections")
		written, err := os.ReadFile(out.Name())
		if found = bytes.Contains(written, []byte(word)); err != nil || round == 1000 {
			t.Fatalf("%v, %d rounds", err, round)
		}
	}
	quiet.says(t, "behind")
	live.talk.Reset()
	said := live.end(t, os.Interrupt)
	if err := <-copied; err != nil {
		t.Fatal(err)
	}
	written, err := os.ReadFile(out.Name())
	if err != nil {
		t.Fatal(err)
	}
	recorded, err := exec.Command(bin, "--json", "-r", file).Output()
	if err != nil {
		t.Fatal(err)
	}

	counts := countsIn(said)
	if counts["captured"] == 0 || counts["captured"] != counts["received"] || counts["captured"] != counts["written"] || counts["dropped"] > 0 {
		t.Errorf("packets are missing: %s", said)
	}
	events := eventsOf(t, written)
	var shed int64
	named := map[string]bool{}
	for _, e := range events {
		if e.Event == "shed" {
			shed += e.Packets
			named[e.Client] = true
		}
	}
	if shed == 0 || shed != counts["not looked at"] {
		t.Errorf("%d packets were told of, and %s", shed, said)
	}
	want, got := messages{}, messages{}
	all := eventsOf(t, recorded)
	for _, e := range all {
		if !named[e.Client] {
			want.add(&e)
		}
	}
	for _, e := range events {
		switch {
		case e.Event == "error":
			t.Errorf("%+v", e)
		case !named[e.Client]:
			got.add(&e)
		}
	}
	if len(want) < 2 {
		t.Errorf("hardly anything was shown whole: all but %d connections", len(named))
	}
	want.compare(t, got)
	if live, file := events[len(events)-1], all[len(all)-1]; live.Shed != shed || live.Violations > 0 || live.captured() != file.captured() {
		t.Errorf("the sums of what was captured differ:\n%+v\n%+v", live, file)
	}
}

// countsIn returns the numbers of packets in a report.
func countsIn(said string) map[string]int64 {
	counts := map[string]int64{}
	for _, m := range regexp.MustCompile(`(?m)^(\d+) packets? (captured|received|dropped|not looked at|written)`).FindAllStringSubmatch(said, -1) {
		n, _ := strconv.ParseInt(m[1], 10, 64)
		counts[m[2]] = n
	}
	return counts
}

// testStalledPackets writes packets to somebody who takes none: that is said, signals are
// answered, and the capture ends.
func (n *network) testStalledPackets(t *testing.T, bin string) {
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	live := n.captureTo(t, write, n.server, bin, "-i", cable, "-w", "-", "-B", "512")
	write.Close()
	n.pgbench(t, n.client, address4, 4, 2000)
	live.until(t, "standard output takes no packets")
	live.Process.Signal(syscall.SIGUSR1)
	live.until(t, "packets dropped by kernel")
	live.Process.Signal(os.Interrupt)
	io.Copy(&live.talk, live.lines)
	var status *exec.ExitError
	if err := live.Wait(); !errors.As(err, &status) || status.ExitCode() != 1 {
		t.Error(err)
	}
	said := live.talk.String()
	if strings.Count(said, "the output takes nothing any more: the last packets were not written\n") != 1 || strings.Contains(said, "\n0 packets dropped by kernel") {
		t.Error(said)
	}
}

// testStalled has an output of which nobody reads anything: the capture goes on, and
// when it is to end it does, and says what was not written. The file has all.
func (n *network) testStalled(t *testing.T, bin string) {
	for name, flags := range map[string][]string{"signal": nil, "count": {"-c", "5000"}, "time": {"--duration", "1s"}} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(n.dir, "stalled.pcapng")
			defer os.Remove(file)
			read, write, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer read.Close()
			live := n.captureTo(t, write, n.server, append([]string{bin, "-i", cable, "--json", "-w", file}, flags...)...)
			write.Close()
			n.pgbench(t, n.client, address4, 4, 200)
			if name == "signal" {
				live.Process.Signal(os.Interrupt)
			}
			io.Copy(&live.talk, live.lines)
			var status *exec.ExitError
			if err := live.Wait(); !errors.As(err, &status) || status.ExitCode() != 1 {
				t.Error(err)
			}
			said := live.talk.String()
			if !regexp.MustCompile(`(?m)^pgwdump: the output takes nothing any more: \d+ bytes were not written$`).MatchString(said) {
				t.Error(said)
			}
			counts := countsIn(said)
			if counts["captured"] == 0 || counts["captured"] != counts["written"] || counts["dropped"] > 0 {
				t.Error(said)
			}
		})
	}
}

// testMiddle begins to capture in the middle of a session that says hardly anything:
// what it says is shown, though no other packets come.
func (n *network) testMiddle(t *testing.T, bin string) {
	session := n.psql(t)
	session.says(t, "begun")
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	live := n.captureTo(t, write, n.server, bin, "-i", cable)
	write.Close()
	session.says(t, "in the middle")
	for lines := bufio.NewReader(read); ; {
		line, err := lines.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(line, "DataRow") && strings.Contains(line, "in the middle") {
			break
		}
	}
	go io.Copy(io.Discard, read)
	noDrops(t, live.end(t, os.Interrupt))
}
