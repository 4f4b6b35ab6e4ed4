package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/pgwdump/pgwdump/capture"
)

// These tests damage every capture in testdata/pcaps, and hold what comes out of the
// whole program against what comes out of the capture as it is. They take a sample of
// the damage that can be done; PGWDUMP_DAMAGE=all does all of it.

// damageAll tells whether all is to be done.
func damageAll() bool { return os.Getenv("PGWDUMP_DAMAGE") == "all" }

// sample returns some of the numbers below n, the same each time; all if they are
// few, or if all is to be done.
func sample(n, some int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	if damageAll() || n <= some {
		return all
	}
	r := rand.New(rand.NewPCG(uint64(n), uint64(some)))
	r.Shuffle(n, func(i, j int) { all[i], all[j] = all[j], all[i] })
	slices.Sort(all[:some])
	return all[:some]
}

// whole are the captures that are damaged: those that are whole, and small enough.
func whole(t *testing.T) (names []string) {
	for _, name := range captures(t) {
		switch filepath.Base(name) {
		case "packets-cut-short.pcap", "packets-from-the-middle.pcap", "packets-lost.pcap.zst", "big-row.pcap.zst":
		case "simple-latin1.pcap": // of which the beginning says how text is encoded
		default:
			names = append(names, name)
		}
	}
	return names
}

// segmentsOf reads the segments of a capture.
func segmentsOf(t testing.TB, name string) (segments []capture.Segment) {
	f := capture.OpenFiles(name)
	defer f.Close()
	var x capture.Parser
	var s capture.Segment
	for {
		p, err := f.Read()
		if err == io.EOF {
			return segments
		}
		if err != nil {
			t.Fatal(err)
		}
		if x.Parse(p, &s) {
			s.Payload = bytes.Clone(s.Payload)
			segments = append(segments, s)
		}
	}
}

// pcapOf writes segments as packets of raw IP, in the order given.
func pcapOf(segments []capture.Segment) []byte {
	b := []byte("\xd4\xc3\xb2\xa1\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x10\x00\x65\x00\x00\x00")
	for i := range segments {
		s := &segments[i]
		tcp := binary.BigEndian.AppendUint16(nil, s.From.Port())
		tcp = binary.BigEndian.AppendUint16(tcp, s.To.Port())
		tcp = binary.BigEndian.AppendUint32(tcp, s.Seq)
		tcp = binary.BigEndian.AppendUint32(tcp, s.Ack)
		tcp = append(tcp, 5<<4, s.Flags, 0xff, 0xff, 0, 0, 0, 0)
		size := len(tcp) + len(s.Payload) + s.Cut
		from, to := s.From.Addr().Addr(), s.To.Addr().Addr()
		var ip []byte
		if from.Is4() {
			ip = append(ip, 0x45, 0)
			ip = binary.BigEndian.AppendUint16(ip, uint16(20+size))
			ip = append(ip, 0, 0, 0, 0, 64, 6, 0, 0)
		} else {
			ip = append(ip, 0x60, 0, 0, 0)
			ip = binary.BigEndian.AppendUint16(ip, uint16(size))
			ip = append(ip, 6, 64)
		}
		ip = append(append(ip, from.AsSlice()...), to.AsSlice()...)
		captured := len(ip) + len(tcp) + len(s.Payload)
		b = binary.LittleEndian.AppendUint32(b, uint32(s.Time/1e9))
		b = binary.LittleEndian.AppendUint32(b, uint32(s.Time%1e9/1000))
		b = binary.LittleEndian.AppendUint32(b, uint32(captured))
		b = binary.LittleEndian.AppendUint32(b, uint32(captured+s.Cut))
		b = append(append(append(b, ip...), tcp...), s.Payload...)
	}
	return b
}

// contradicted returns a capture in which the Query comes a second time, and asks for
// something else.
func contradicted(t testing.TB) []byte {
	segments := segmentsOf(t, "testdata/pcaps/simple-select.pcap")
	i := slices.IndexFunc(segments, func(s capture.Segment) bool { return bytes.HasPrefix(s.Payload, []byte("Q")) })
	again := segments[i]
	again.Payload = bytes.ToUpper(again.Payload)
	return pcapOf(slices.Insert(segments, i+1, again))
}

// misshapen returns a capture with a RowDescription that promises more columns than it has.
func misshapen(t testing.TB) []byte {
	segments := segmentsOf(t, "testdata/pcaps/simple-select.pcap")
	i := slices.IndexFunc(segments, func(s capture.Segment) bool { return bytes.HasPrefix(s.Payload, []byte("T\x00")) })
	segments[i].Payload = bytes.Clone(segments[i].Payload)
	segments[i].Payload[6]++ // their number, behind the type byte and the length word
	return pcapOf(segments)
}

// An outcome is what the program says of a capture.
type outcome struct {
	sides   map[string][]heard // by connection and side
	gaps    int
	clashes []clash
	summary struct {
		Messages, Uncertain, Incomplete, Violations, Malformed int64
		Gaps, Lost, Decoded, Undecoded, Encrypted, Foreign     int64
	}
	status int
}

// A clash is a conflict as it was told of.
type clash struct {
	side                         string
	offset, bytes, before, frame int64
}

// heard is a message as it was told of.
type heard struct {
	offset int64
	what   string // type, length and content
	kind   string
	size   int64
	marked bool // incomplete, uncertain or malformed
}

// lookAt runs the program, with the given arguments first.
func lookAt(t testing.TB, pcap []byte, args ...string) *outcome {
	name := filepath.Join(t.TempDir(), "damaged.pcap")
	if err := os.WriteFile(name, pcap, 0o666); err != nil {
		t.Fatal(err)
	}
	defer os.Remove(name)
	stdout, stderr, status := run(t, append(args, "-r", name, "--json", "--strict", "--jobs", "1", "--show-secrets")...)
	o := &outcome{sides: map[string][]heard{}, status: status}
	for line := range bytes.Lines(stdout) {
		if bytes.HasPrefix(line, []byte(`{"event":"summary"`)) {
			if err := json.Unmarshal(line, &o.summary); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if bytes.HasPrefix(line, []byte(`{"event":"statement"`)) || bytes.HasPrefix(line, []byte(`{"event":"session"`)) {
			continue // other bytes than those of messages
		}
		var e struct {
			Event, Client, Server, From, Type string
			Offset, Length                    int64
			Bytes, Before, Frame              int64
			Msg                               json.RawMessage
			Incomplete, Uncertain             bool
			Malformed                         json.RawMessage
		}
		if err := json.Unmarshal(line, &e); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		switch e.Event {
		case "gap":
			o.gaps++
		case "conflict":
			o.clashes = append(o.clashes, clash{e.Client + " " + e.Server + " " + e.From, e.Offset, e.Bytes, e.Before, e.Frame})
		case "message":
			m := heard{offset: e.Offset, kind: e.Type, size: e.Length + 1, marked: e.Incomplete || e.Uncertain || e.Malformed != nil}
			switch e.Type {
			case "StartupMessage", "SSLRequest", "GSSENCRequest", "CancelRequest", "SSLResponse", "GSSENCResponse", "ErrorResponseV2":
				m.size = e.Length
			case "PasswordMessage", "SASLInitialResponse", "SASLResponse", "GSSResponse", "AuthenticationResponse":
				m.kind, e.Msg = "response", nil // what it is depends on what was seen before
			case "CopyData":
				e.Msg = nil // so does what is in it
			}
			m.what = fmt.Sprintf("%s %d %s", m.kind, e.Length, e.Msg)
			k := e.Client + " " + e.Server + " " + e.From
			o.sides[k] = append(o.sides[k], m)
		}
	}
	if status != 0 && status != 3 {
		t.Fatalf("status %d: %s", status, stderr)
	}
	return o
}

// invented returns a message that is told of without a mark and that the whole
// capture has not got, in this order. The offsets are compared where they are known:
// where the beginning of the streams is there.
func (o *outcome) invented(clean *outcome, offsets bool) string {
	for side, messages := range o.sides {
		all := clean.sides[side]
		for _, m := range messages {
			if m.marked {
				continue
			}
			for len(all) > 0 && (all[0].what != m.what || offsets && all[0].offset != m.offset) {
				all = all[1:]
			}
			if len(all) == 0 {
				return fmt.Sprintf("%s at %d: %s", side, m.offset, m.what)
			}
		}
	}
	return ""
}

// differs returns how the messages differ from those of the whole capture.
func (o *outcome) differs(clean *outcome) string {
	if len(o.sides) != len(clean.sides) {
		return fmt.Sprintf("%d sides, want %d", len(o.sides), len(clean.sides))
	}
	for side, want := range clean.sides {
		got := o.sides[side]
		for i := range want {
			if i >= len(got) || got[i].what != want[i].what || got[i].offset != want[i].offset || got[i].marked != want[i].marked {
				return fmt.Sprintf("%s, message %d: want %v, got %v", side, i, want[i], got[min(i, len(got)):min(i+1, len(got))])
			}
		}
		if len(got) > len(want) {
			return fmt.Sprintf("%s: %v is too much", side, got[len(want)])
		}
	}
	return ""
}

// isCycleEnd tells whether a message ends what one side says in a cycle.
func isCycleEnd(kind string) bool {
	return kind == "ReadyForQuery" || kind == "Query" || kind == "Sync" || kind == "FunctionCall"
}

// overlooked returns a message that should have been found, where bytes are missing
// from one side only: all that end before them, and all behind the first end of a
// cycle after them.
func (o *outcome) overlooked(clean *outcome, side string, from, to int64) string {
	found := map[int64]bool{}
	for _, m := range o.sides[side] {
		if !m.marked {
			found[m.offset] = true
		}
	}
	behind := false
	for _, m := range clean.sides[side] {
		switch {
		case found[m.offset]:
		case m.offset+m.size <= from, behind:
			return fmt.Sprintf("at %d: %s", m.offset, m.what)
		}
		behind = behind || m.offset >= to && isCycleEnd(m.kind)
	}
	for other, want := range clean.sides {
		if other != side && len(o.sides[other]) < len(want) {
			return fmt.Sprintf("%d of %d messages of %s, of which nothing is missing", len(o.sides[other]), len(want), other)
		}
	}
	return ""
}

// accounts tells what is wrong with the numbers in the summary, where so many bytes
// of payload were captured, repeated ones not counted.
func (o *outcome) accounts(captured int64) string {
	s := &o.summary
	if n := s.Decoded + s.Undecoded + s.Encrypted + s.Foreign; n != captured {
		return fmt.Sprintf("%d bytes are accounted for (%+v), %d were captured", n, *s, captured)
	}
	return ""
}

func payloads(segments []capture.Segment) (n int64) {
	for i := range segments {
		n += int64(len(segments[i].Payload))
	}
	return n
}

// seedOf makes a seed of a name.
func seedOf(name string) uint64 {
	h := fnv.New64()
	h.Write([]byte(name))
	return h.Sum64()
}

// TestDamageLoss leaves out every segment, one at a time.
func TestDamageLoss(t *testing.T) {
	for _, name := range whole(t) {
		t.Run(filepath.Base(name), func(t *testing.T) {
			segments := segmentsOf(t, name)
			clean := lookAt(t, pcapOf(segments))
			encrypted := clean.summary.Encrypted > 0
			for _, i := range sample(len(segments), 8) {
				s := segments[i]
				got := lookAt(t, pcapOf(slices.Delete(slices.Clone(segments), i, i+1)))
				if m := got.invented(clean, len(s.Payload) > 0); m != "" {
					t.Fatalf("without segment %d: invented: %s", i+1, m)
				}
				if len(s.Payload) == 0 || s.Flags&capture.SYN != 0 {
					continue
				}
				if got.differs(clean) != "" && got.status != 3 && knowable(s, segments[i+1:]) {
					t.Fatalf("without segment %d: %s, and nobody said so", i+1, got.differs(clean))
				}
				if m := got.accounts(payloads(segments) - int64(len(s.Payload))); m != "" && clean.accounts(payloads(segments)) == "" {
					t.Fatalf("without segment %d: %s", i+1, m)
				}
				if from, to, side := place(segments, i); side != "" && !encrypted {
					if m := got.overlooked(clean, side, from, to); m != "" {
						t.Fatalf("without segment %d, %s %d to %d: overlooked: %s", i+1, side, from, to, m)
					}
				}
			}
		})
	}
}

// knowable tells whether later segments show that s must have been sent.
func knowable(s capture.Segment, later []capture.Segment) bool {
	end := s.Seq + uint32(len(s.Payload))
	return slices.ContainsFunc(later, func(l capture.Segment) bool {
		return l.From == s.From && int32(l.Seq-end) >= 0 && len(l.Payload)+int(l.Flags&capture.FIN) > 0 ||
			l.From == s.To && l.To == s.From && l.Flags&(capture.ACK|capture.RST) == capture.ACK && int32(l.Ack-end) >= 0
	})
}

// place returns which bytes of which side a segment brings, nothing where they are not
// counted from a SYN, or come twice.
func place(segments []capture.Segment, i int) (from, to int64, side string) {
	s := &segments[i]
	for j := range segments {
		o := &segments[j]
		switch {
		case o.From != s.From || o.To != s.To:
		case o.Flags&capture.SYN != 0 && j < i:
			from = int64(s.Seq - o.Seq - 1)
			side = s.From.String() + " " + s.To.String() + " frontend"
			if o.Flags&capture.ACK != 0 {
				side = s.To.String() + " " + s.From.String() + " backend"
			}
		case j != i && len(o.Payload) > 0 && o.Seq == s.Seq:
			return 0, 0, ""
		}
	}
	return from, from + int64(len(s.Payload)), side
}

// TestDamageCut leaves out the beginning or the end, packet by packet, and inside of
// one by its bytes.
func TestDamageCut(t *testing.T) {
	for _, name := range whole(t) {
		t.Run(filepath.Base(name), func(t *testing.T) {
			segments := segmentsOf(t, name)
			clean := lookAt(t, pcapOf(segments))
			for _, i := range sample(len(segments), 8) {
				head := lookAt(t, pcapOf(segments[:i]))
				if m := head.invented(clean, true); m != "" {
					t.Fatalf("the first %d segments: invented: %s", i, m)
				}
				tail := lookAt(t, pcapOf(segments[i:]))
				if m := tail.invented(clean, false); m != "" {
					t.Fatalf("from segment %d on: invented: %s", i+1, m)
				}
				short := slices.Clone(segments)
				for j := range short {
					keep := min(len(short[j].Payload), i*3)
					short[j].Cut = len(short[j].Payload) - keep
					short[j].Payload = short[j].Payload[:keep]
				}
				snapped := lookAt(t, pcapOf(short))
				if m := snapped.invented(clean, true); m != "" {
					t.Fatalf("with %d bytes of each packet: invented: %s", i*3, m)
				}
				if m := snapped.accounts(payloads(short)); m != "" && clean.accounts(payloads(segments)) == "" {
					t.Fatalf("with %d bytes of each packet: %s", i*3, m)
				}
			}
		})
	}
}

// TestDamageDelivery delivers captures otherwise than they came. It is all the same.
func TestDamageDelivery(t *testing.T) {
	type variant func(*rand.Rand, []capture.Segment) []capture.Segment
	late := func(window int) variant {
		return func(r *rand.Rand, s []capture.Segment) []capture.Segment { return reorder(r, s, window) }
	}
	variants := map[string]variant{
		"late by 2": late(2), "late by 8": late(8), "late by 32": late(32), "late by 64": late(64),
		"twice": func(r *rand.Rand, s []capture.Segment) (out []capture.Segment) {
			for i := range s {
				out = append(out, s[i], s[i])
			}
			return out
		},
		"again": func(r *rand.Rand, s []capture.Segment) (out []capture.Segment) {
			for i := range s {
				if out = append(out, s[i]); i > 0 && r.IntN(3) == 0 {
					out = append(out, s[i-r.IntN(min(i, 20))])
				}
			}
			return out
		},
		"byte by byte": func(r *rand.Rand, s []capture.Segment) []capture.Segment {
			return split(s, func(int) int { return 1 })
		},
		"in pieces": func(r *rand.Rand, s []capture.Segment) []capture.Segment {
			return split(s, func(n int) int { return 1 + r.IntN(n) })
		},
		"in pieces, late": func(r *rand.Rand, s []capture.Segment) []capture.Segment {
			return reorder(r, split(s, func(n int) int { return 1 + r.IntN(min(n, 300)) }), 16)
		},
		"overlapping": overlap,
		"overlapping, late": func(r *rand.Rand, s []capture.Segment) []capture.Segment {
			return reorder(r, overlap(r, s), 16)
		},
		"wrapping": wrap,
		"kept alive": func(r *rand.Rand, s []capture.Segment) (out []capture.Segment) {
			for i := range s {
				if out = append(out, s[i]); len(s[i].Payload) > 0 && s[i].Flags&(capture.SYN|capture.FIN) == 0 {
					k := s[i]
					k.Seq, k.Payload, k.Flags = k.Seq+uint32(len(k.Payload))-1, []byte{0}, capture.ACK
					out = append(out, k)
				}
			}
			return out
		},
	}
	for _, name := range whole(t) {
		t.Run(filepath.Base(name), func(t *testing.T) {
			segments := segmentsOf(t, name)
			if payloads(segments) > 1<<18 && !damageAll() {
				t.Skip("large")
			}
			clean := lookAt(t, pcapOf(segments))
			for kind, v := range variants {
				for seed := range uint64(len(sample(10, 1))) {
					got := lookAt(t, pcapOf(v(rand.New(rand.NewPCG(seed, seedOf(name))), segments)))
					if d := got.differs(clean); d != "" {
						t.Fatalf("%s, seed %d: %s", kind, seed, d)
					}
					if got.summary.Decoded != clean.summary.Decoded || got.summary.Lost != clean.summary.Lost || got.summary.Violations != clean.summary.Violations {
						t.Fatalf("%s, seed %d: %+v, want %+v", kind, seed, got.summary, clean.summary)
					}
				}
			}
		})
	}
}

// reorder moves each packet by less than window places.
func reorder(r *rand.Rand, segments []capture.Segment, window int) []capture.Segment {
	place := make([]int, len(segments))
	order := make([]int, len(segments))
	for i := range segments {
		place[i], order[i] = i+r.IntN(window), i
	}
	slices.SortStableFunc(order, func(a, b int) int { return place[a] - place[b] })
	out := make([]capture.Segment, 0, len(segments))
	for _, i := range order {
		out = append(out, segments[i])
	}
	return out
}

// split cuts segments into pieces of the sizes that are asked for.
func split(segments []capture.Segment, size func(n int) int) (out []capture.Segment) {
	for _, s := range segments {
		for len(s.Payload) > 1 && s.Flags&capture.SYN == 0 {
			n := size(len(s.Payload))
			if n >= len(s.Payload) {
				break
			}
			piece := s
			piece.Payload, piece.Flags = s.Payload[:n], s.Flags&^capture.FIN
			out = append(out, piece)
			s.Seq, s.Payload = s.Seq+uint32(n), s.Payload[n:]
		}
		out = append(out, s)
	}
	return out
}

// overlap repeats some of what its sender said before in each segment.
func overlap(r *rand.Rand, segments []capture.Segment) (out []capture.Segment) {
	type direction struct{ from, to capture.Endpoint }
	last := map[direction]capture.Segment{}
	for _, s := range segments {
		d := direction{s.From, s.To}
		before := last[d]
		if len(s.Payload) > 0 {
			last[d] = s
		}
		if len(before.Payload) > 0 && before.Seq+uint32(len(before.Payload)) == s.Seq {
			n := 1 + r.IntN(len(before.Payload))
			s.Seq, s.Payload = s.Seq-uint32(n), append(slices.Clone(before.Payload[len(before.Payload)-n:]), s.Payload...)
		}
		out = append(out, s)
	}
	return out
}

// wrap moves the sequence numbers so that they wrap somewhere in each connection.
func wrap(r *rand.Rand, segments []capture.Segment) (out []capture.Segment) {
	type end struct{ from, to capture.Endpoint }
	moved := map[end]uint32{}
	for _, s := range segments {
		if _, ok := moved[end{s.From, s.To}]; !ok {
			moved[end{s.From, s.To}] = -s.Seq - uint32(r.IntN(200))
		}
		if _, ok := moved[end{s.To, s.From}]; !ok {
			moved[end{s.To, s.From}] = -s.Ack - uint32(r.IntN(200))
		}
		s.Seq += moved[end{s.From, s.To}]
		if s.Flags&capture.ACK != 0 {
			s.Ack += moved[end{s.To, s.From}]
		}
		out = append(out, s)
	}
	return out
}

// TestDamageConflict sends every segment twice, one at a time, with other bytes the
// first time, the second, or for a part of it. What came first is what is shown, and
// what contradicts it is told of.
func TestDamageConflict(t *testing.T) {
	for _, name := range whole(t) {
		t.Run(filepath.Base(name), func(t *testing.T) {
			segments := segmentsOf(t, name)
			clean := lookAt(t, pcapOf(segments))
			if clean.summary.Foreign > 0 {
				t.Skip("not PostgreSQL")
			}
			for _, i := range sample(len(segments), 8) {
				s := segments[i]
				from, to, side := place(segments, i)
				if side == "" || len(s.Payload) < 2 || s.Flags&(capture.SYN|capture.FIN) != 0 {
					continue
				}
				other := s
				other.Payload = bytes.Clone(s.Payload)
				for j := range other.Payload {
					other.Payload[j] ^= 0x55
				}
				check := func(what string, got, want *outcome, clashes ...clash) {
					t.Helper()
					if d := got.differs(want); d != "" {
						t.Fatalf("segment %d, %s: %s", i+1, what, d)
					}
					if !slices.Equal(got.clashes, clashes) || got.status != 3 {
						t.Fatalf("segment %d, %s: status %d, %+v, want %+v", i+1, what, got.status, got.clashes, clashes)
					}
				}
				frame := int64(i + 1)
				behind := lookAt(t, pcapOf(slices.Insert(slices.Clone(segments), i+1, other)))
				check("then another", behind, clean, clash{side, from, to - from, frame, frame + 1})

				replaced := slices.Clone(segments)
				replaced[i] = other
				if want := lookAt(t, pcapOf(replaced)); want.summary.Foreign == 0 { // else nobody looks at the second
					first := lookAt(t, pcapOf(slices.Insert(slices.Clone(segments), i, other)))
					check("another first", first, want, clash{side, from, to - from, frame, frame + 1})
				}

				half := len(s.Payload) / 2
				other.Seq, other.Payload = s.Seq+uint32(half), other.Payload[half:]
				if i+1 < len(segments) && segments[i+1].From == s.From && segments[i+1].Seq == s.Seq+uint32(len(s.Payload)) {
					other.Payload = append(other.Payload, segments[i+1].Payload...)
				}
				overlapping := lookAt(t, pcapOf(slices.Insert(slices.Clone(segments), i+1, other)))
				check("then one that overlaps", overlapping, clean, clash{side, from + int64(half), to - from - int64(half), frame, frame + 1})
			}
		})
	}
}

// TestDamageBits flips bits of the payload, one at a time: nothing breaks, all is
// accounted for, and whichever view is asked for, as much of it is not sound. What is in
// TLS is accounted for without its keys, and looked at with them.
func TestDamageBits(t *testing.T) {
	for _, name := range whole(t) {
		t.Run(filepath.Base(name), func(t *testing.T) {
			segments := segmentsOf(t, name)
			total := int(payloads(segments))
			sound := lookAt(t, pcapOf(segments)).accounts(int64(total)) == ""
			keys := keysOf(name)
			bits := sample(total*8, min(20, total))
			for at := range min(8, total) { // what the first message says that it is
				bits = append(bits, at*8)
			}
			for _, bit := range bits {
				flipped := slices.Clone(segments)
				at := bit / 8
				for i := range flipped {
					if n := len(flipped[i].Payload); at >= n {
						at -= n
						continue
					}
					flipped[i].Payload = bytes.Clone(flipped[i].Payload)
					flipped[i].Payload[at] ^= 1 << (bit % 8)
					break
				}
				got := lookAt(t, pcapOf(flipped))
				if m := got.accounts(int64(total)); m != "" && sound {
					t.Fatalf("with bit %d flipped: %s", bit, m)
				}
				if keys != nil {
					got = lookAt(t, pcapOf(flipped), keys...)
				}
				for _, view := range []string{"queries", "sessions"} {
					if o := lookAt(t, pcapOf(flipped), append([]string{view}, keys...)...); o.summary != got.summary || o.status != got.status {
						t.Fatalf("with bit %d flipped: %+v, and %+v in %s", bit, got.summary, o.summary, view)
					}
				}
			}
		})
	}
}
