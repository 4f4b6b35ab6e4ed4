package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A told is what a line of JSON tells of a message, without where and when it came.
type told struct {
	Event, From, Type string
	Length            int
	Msg               json.RawMessage
	Incomplete        bool
	How               string
	TLS               struct{ Frontend, Backend struct{ Unread int } }
}

// tellsOfLoss tells whether an event says that something cannot be seen.
func (m *told) tellsOfLoss() bool {
	return m.Event == "gap" || m.Event == "error" || m.Incomplete || m.How == "open" || m.TLS.Frontend.Unread+m.TLS.Backend.Unread > 0
}

// is tells whether it is another message. What an answer is called depends on the
// request, which may be lost.
func (m *told) is(other *told) bool {
	return m.From == other.From && m.Length == other.Length && (secret[m.Type] && secret[other.Type] ||
		m.Type == other.Type && bytes.Equal(m.Msg, other.Msg))
}

// secret are the messages of the type 'p': which one it is nobody knows where the request
// was lost.
var secret = map[string]bool{"AuthenticationResponse": true, "PasswordMessage": true, "SASLInitialResponse": true, "SASLResponse": true}

// tell returns the messages that pgwdump tells of, and whether it says that there is
// something that it cannot tell.
func tell(t testing.TB, args ...string) (messages []told, loss bool) {
	t.Helper()
	out, errs, _ := run(t, append(args, "--json", "--jobs=1")...)
	if bytes.Contains(errs, []byte("panic")) {
		t.Fatalf("%s", errs)
	}
	for line := range bytes.Lines(out) {
		if bytes.HasPrefix(line, []byte(`{"event":"summary"`)) {
			continue
		}
		var m told
		if err := json.Unmarshal(line, &m); err != nil {
			t.Fatal(err)
		}
		loss = loss || m.tellsOfLoss()
		if m.Event == "message" {
			messages = append(messages, m)
		}
	}
	return messages, loss
}

// TestSuites compares what is read of a conversation in TLS with what is read of the
// same one in clear. Each session has another process ID, and other keys.
func TestSuites(t *testing.T) {
	want := conversation(t, "-r", "testdata/pcaps/suite-clear.pcap")
	if len(want) < 40 {
		t.Fatalf("in clear: %q", want)
	}
	for _, name := range encryptedCaptures(t) {
		if base := filepath.Base(name); strings.HasPrefix(base, "suite-") {
			t.Run(base, func(t *testing.T) {
				got := conversation(t, append([]string{"-r", name}, keysOf(name)...)...)
				if d := cmp.Diff(want, got); d != "" {
					t.Errorf("-in clear +in TLS:\n%s", d)
				}
			})
		}
	}
}

// conversation returns the messages that pgwdump tells of, but for those that negotiate
// encryption, and without the secrets of the session.
func conversation(t testing.TB, args ...string) (lines []string) {
	messages, _ := tell(t, args...)
	for _, m := range messages {
		switch m.Type {
		case "SSLRequest", "SSLResponse", "GSSENCRequest", "GSSENCResponse":
			continue
		case "BackendKeyData":
			m.Msg = nil
		}
		lines = append(lines, fmt.Sprintf("%s %s %d %s", m.From, m.Type, m.Length, m.Msg))
	}
	return lines
}

// TestDecryptedPcap reads what was written in clear: the same conversations, on any
// number of goroutines the same bytes.
func TestDecryptedPcap(t *testing.T) {
	for _, name := range captures(t) {
		if strings.HasPrefix(filepath.Base(name), "packets-") {
			continue // part of a message has no name of its own
		}
		t.Run(filepath.Base(name), func(t *testing.T) {
			var written [2][]byte
			args := append([]string{"-r", name}, keysOf(name)...)
			for i := range written {
				file := filepath.Join(t.TempDir(), "clear.pcapng")
				if _, errs, status := run(t, append(args, "--decrypted-pcap", file, "-qq", fmt.Sprintf("--jobs=%d", 1+3*i))...); status != 0 {
					t.Fatalf("%s", errs)
				}
				want, got := conversation(t, args...), conversation(t, "-r", file, "--port", "5433")
				if d := cmp.Diff(want, got); d != "" {
					t.Errorf("-of the capture +of what was written:\n%s", d)
				}
				written[i], _ = os.ReadFile(file)
			}
			if !bytes.Equal(written[0], written[1]) {
				t.Error("another file on several goroutines")
			}
		})
	}
}

// TestEmbedKeys reads captures with their keys in them, before and behind the packets,
// from a file and from a pipe: the same as with a key log.
func TestEmbedKeys(t *testing.T) {
	for _, name := range encryptedCaptures(t) {
		t.Run(filepath.Base(name), func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "keys.pcapng")
			want, _, _ := run(t, append([]string{"-r", name, "--embed-keys", file}, keysOf(name)...)...)
			got, errs, _ := run(t, "-r", file)
			if !bytes.Equal(got, want) {
				t.Errorf("with the keys before the packets: %s%s", got, errs)
			}
			secrets, rest := cutSecrets(t, file)
			if err := os.WriteFile(file, append(rest, secrets...), 0o666); err != nil {
				t.Fatal(err)
			}
			if got, errs, _ := run(t, "-r", file); !bytes.Equal(got, want) {
				t.Errorf("with the keys behind the packets: %s%s", got, errs)
			}
			in, err := os.Open(file)
			if err != nil {
				t.Fatal(err)
			}
			defer in.Close()
			stdin := os.Stdin
			os.Stdin = in
			defer func() { os.Stdin = stdin }()
			if got := conversation(t, "-r", "-"); !slices.Equal(got, conversation(t, append([]string{"-r", name}, keysOf(name)...)...)) {
				t.Errorf("with the keys behind the packets, from a pipe: %q", got)
			}
		})
	}
}

// cutSecrets returns the first Decryption Secrets Block of a pcapng file, and the file
// without.
func cutSecrets(t testing.TB, name string) (block, rest []byte) {
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for at := 0; at < len(b); {
		size := int(binary.LittleEndian.Uint32(b[at+4:]))
		if binary.LittleEndian.Uint32(b[at:]) == 10 {
			return slices.Clone(b[at : at+size]), slices.Concat(b[:at], b[at+size:])
		}
		at += size
	}
	t.Fatalf("%s has no secrets", name)
	return nil, nil
}

// encryptedCaptures returns the captures that have a key log.
func encryptedCaptures(t testing.TB) (names []string) {
	for _, name := range captures(t) {
		if keysOf(name) != nil {
			names = append(names, name)
		}
	}
	return names
}

// pcapPackets cuts a pcap file in the byte order of this machine into its header and
// its packets, each with its own.
func pcapPackets(t testing.TB, name string) (header []byte, packets [][]byte) {
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	header, b = b[:24], b[24:]
	for len(b) > 0 {
		n := 16 + binary.LittleEndian.Uint32(b[8:])
		packets = append(packets, b[:n:n])
		b = b[n:]
	}
	return header, packets
}

// payload returns the payload of a packet of Ethernet, IPv4 and TCP.
func payload(packet []byte) []byte {
	ip := packet[16+14:]
	ip = ip[:binary.BigEndian.Uint16(ip[2:])]
	tcp := ip[int(ip[0]&15)*4:]
	return tcp[int(tcp[12]>>4)*4:]
}

// TestEncryptedDamage damages captures in every way that one segment can be damaged:
// what comes out was said, in its order, and a loss is told of.
func TestEncryptedDamage(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for _, name := range encryptedCaptures(t) {
		switch base := filepath.Base(name); {
		case base == "suite-12-cbc-sha1.pcap", base == "suite-13-direct.pcap":
		case strings.HasPrefix(base, "suite-"): // of the same shape as others
			continue
		}
		t.Run(filepath.Base(name), func(t *testing.T) {
			whole, _ := tell(t, append([]string{"-r", name}, keysOf(name)...)...)
			file := filepath.Join(t.TempDir(), "damaged.pcap")
			check := func(what string, header []byte, packets [][]byte) {
				t.Helper()
				if err := os.WriteFile(file, append(slices.Clone(header), bytes.Join(packets, nil)...), 0o666); err != nil {
					t.Fatal(err)
				}
				got, loss := tell(t, append([]string{"-r", file}, keysOf(name)...)...)
				checkTold(t, what, whole, got, loss)
			}
			header, packets := pcapPackets(t, name)
			for i, p := range packets {
				data := payload(p)
				if len(data) == 0 {
					continue
				}
				check(fmt.Sprintf("without packet %d", i+1), header, slices.Delete(slices.Clone(packets), i, i+1))
				check(fmt.Sprintf("up to packet %d", i+1), header, packets[:i])
				if len(data) < 16 { // what is in clear before TLS
					continue
				}
				for range 1 + len(data)/200 {
					at := random.IntN(len(data))
					was := data[at]
					data[at] ^= 1 << random.IntN(8)
					check(fmt.Sprintf("byte %d of packet %d changed", at, i+1), header, packets)
					data[at] = was
				}
			}
		})
	}
}

// checkTold checks that the messages of a damaged capture are those of the whole one,
// less some, and that something else is told of where there are less.
func checkTold(t *testing.T, what string, whole, got []told, loss bool) {
	t.Helper()
	for _, from := range []string{"frontend", "backend"} {
		next := 0
		for _, m := range got {
			if m.From != from {
				continue
			}
			if m.Incomplete {
				continue
			}
			for next < len(whole) && !m.is(&whole[next]) {
				next++
			}
			if next == len(whole) {
				t.Fatalf("%s: %+v was never said, or not after what came before", what, m)
			}
			next++
		}
	}
	if len(got) < len(whole) && !loss {
		t.Fatalf("%s: of %d messages there are %d, and nothing tells of a loss", what, len(whole), len(got))
	}
}
