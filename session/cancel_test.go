package session_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	m "github.com/pgwdump/pgwdump/message"
	"github.com/pgwdump/pgwdump/reassembly"
	"github.com/pgwdump/pgwdump/session"
)

// cancel has a CancelRequest come on a connection of its own, which is still open.
func (c *crowd) cancel(t *testing.T, process uint32) reassembly.Stream {
	b, err := m.Append(nil, &m.CancelRequest{ProcessID: process, SecretKey: []byte("key4")})
	if err != nil {
		t.Fatal(err)
	}
	s := c.observer.Open(&reassembly.Conn{Number: 1000, Opener: client})
	s.Data(&reassembly.Chunk{From: client, Bytes: b, Packet: 1, Time: 1})
	return s
}

// TestCancelPass lets connections say what runs there, cancels that, and sees what is told in
// parts of several lengths. What is said of cancelling is the same whether each event is seen
// or only what Pass looks at.
func TestCancelPass(t *testing.T) {
	const conns = 4
	said := [...]string{
		"> 1 Query \"select %[2]d\"\n",
		"> 1 Parse \"\" \"execute %[2]d\"\n> 1 Bind \"\" \"\"\n> 1 Execute \"\" 0\n> 1 Sync\n",
		"< 2 CommandComplete SELECT 1\n< 2 ReadyForQuery I\n",
		"< 2 ErrorResponse ERROR 57014 cancelled\n< 2 ReadyForQuery I\n",
		"< 2 BackendKeyData %[1]d\n",
		"", // somebody else's CancelRequest, or its end
		"finished",
	}
	passed, hit := 0, 0
	for seed := range uint64(40) {
		play := func(part int) (cancelled []string) {
			c := newCrowd(t, session.Options{}, conns)
			var cancels session.Cancels
			random := rand.New(rand.NewPCG(seed, 1))
			const steps = 200
			var asking reassembly.Stream
			for i := range steps {
				conn := random.IntN(conns)
				switch text := said[random.IntN(len(said))]; {
				case text == "" && asking == nil:
					asking = c.cancel(t, uint32(conn))
				case text == "":
					asking.Close(reassembly.Finished, 2, 2)
					asking = nil
				case text == "finished":
					c.streams[conn].Close(reassembly.Finished, 2, 2)
					c.streams[conn] = c.open(t, conn)
				default:
					for _, chunk := range read(t, fmt.Sprintf(text+"#%[1]d%[2]d", conn, i)).chunks {
						c.streams[conn].Data(&chunk)
					}
				}
				if i%max(part, 1) > 0 && i < steps-1 {
					continue
				}
				if part > 0 && cancels.Pass(slices.Values([]*session.Events{&c.told})) {
					passed++
				} else {
					for i := range c.told.List {
						cancels.See(&c.told.List[i])
					}
				}
				for i := range c.told.List {
					if e := &c.told.List[i]; e.Cancel != nil {
						at := ""
						if e.Cancel.Of != nil {
							at = fmt.Sprintf(" of %d, %q", e.Cancel.Of.Number, e.Cancel.SQL)
							hit++
						}
						cancelled = append(cancelled, fmt.Sprintf("%v of %d%s", e.Frame.Kind, e.Conn.Number, at))
					}
				}
				c.told.Reset()
			}
			return cancelled
		}
		want := play(0)
		for _, part := range []int{1, 2, 7, 199} {
			if got := play(part); !slices.Equal(got, want) {
				t.Fatalf("seed %d, %d at a time: %q, not %q", seed, part, got, want)
			}
		}
	}
	if passed == 0 || hit == 0 {
		t.Errorf("%d parts passed, %d connections were cancelled", passed, hit)
	}
}
