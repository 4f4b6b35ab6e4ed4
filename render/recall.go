package render

import (
	"bytes"
	"hash/maphash"

	"github.com/pgwdump/pgwdump/message"
	"github.com/pgwdump/pgwdump/phase"
	"github.com/pgwdump/pgwdump/session"
)

const (
	// recalled is how many messages a recall knows, and largestRecalled how many bytes
	// their bodies have at the most.
	recalled        = 1 << 10
	largestRecalled = 512
)

// A recall knows what messages look like that came before. Most are like another one but
// for where they came: of nine that a prepared statement takes only Bind and DataRow have
// something new in them. The others are neither read nor rendered again.
type recall struct {
	seed   maphash.Seed
	places []known // by phase, kind and body; nil before the first
}

// A known is a message and what it looks like, as far as that depends on nothing else.
type known struct {
	phase phase.Phase
	kind  message.Kind
	body  []byte
	text  []byte
}

// place returns where a message is known, or might be from now on; nil where what it
// looks like depends on more, or hardly ever comes twice.
func (c *recall) place(e *session.Event) *known {
	f := &e.Frame
	switch {
	case e.Partial, len(f.Body) > largestRecalled, e.Login != nil && e.Login.Values.Settings.ToUTF8 != nil:
		return nil
	case f.Kind == message.KindUnknown, f.Kind == message.KindCopyData, f.Kind == message.KindDataRow, f.Kind == message.KindBind:
		return nil
	}
	if c.places == nil {
		c.seed, c.places = maphash.MakeSeed(), make([]known, recalled)
	}
	at := uint64(f.Kind) + uint64(e.Phase)<<7
	if len(f.Body) > 0 {
		at += maphash.Bytes(c.seed, f.Body)
	}
	return &c.places[at%recalled]
}

// is tells whether it is that message that is known.
func (k *known) is(e *session.Event) bool {
	return k != nil && k.kind == e.Frame.Kind && k.phase == e.Phase && bytes.Equal(k.body, e.Frame.Body)
}

// keep keeps what a message looks like, unless something is wrong with it.
func (k *known) keep(e *session.Event, text []byte) {
	if k != nil && e.Malformed == nil {
		k.phase, k.kind = e.Phase, e.Frame.Kind
		k.body, k.text = append(k.body[:0], e.Frame.Body...), append(k.text[:0], text...)
	}
}
