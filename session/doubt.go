package session

import (
	"github.com/pgwdump/pgwdump/decode"
	"github.com/pgwdump/pgwdump/message"
	"github.com/pgwdump/pgwdump/phase"
)

// A doubt is what helps to tell which answer is to which request, where something before
// was not seen.
type doubt struct {
	torn  bool  // part of what the two said was not seen, and they may not be in step yet
	late  bool  // the server may have said more, before the first of it that was seen
	rest  int64 // when all was answered and nobody has said more, as far as was seen; 0 for not
	first place // of the last request before which all seemed to be answered, once torn
}

// A place is a request, by its number, and where in the stream of the client it ends.
type place struct {
	number uint64
	end    int64
}

// judge moves the tracker on by one message. The error is one of the message, not of the
// capture: what does not fit because something was not seen is none.
func (s *stream) judge(d *side, f *decode.Frame) (phase.Step, error) {
	if s.doubt.torn || s.tracker.Phase() == phase.Unsynchronised {
		s.intoStep(d, f)
	}
	if s.doubt.torn && s.overtaken(d, f) {
		s.tracker.Overtake()
	}
	step, err := s.tracker.See(d.from, f.Kind, f.Body)
	if err != nil && s.missed(d, f) {
		step, err = s.tracker.See(d.from, f.Kind, f.Body)
	}
	if err != nil { // once: what comes of it fits no better
		s.tracker.Lose(d.from)
		if o := s.other(d); o.decoder.Unread() > 0 {
			o.odd = o.decoder.Offset() + 1
		}
	}
	if f.Offset == 0 && err == nil && !f.Guessed && answersStart(f.Kind) {
		s.doubt.late = false
	}
	if s.doubt.torn && step.Outcome == phase.Requested && s.tracker.Oldest() == step.Request {
		s.doubt.first = place{step.Request, f.Offset + int64(f.Size)}
	}
	if isCut(f) && !decides(f) {
		s.outOfStep(d.from)
	}
	return step, err
}

// other returns the other side.
func (s *stream) other(d *side) *side { return &s.sides[d.from.Other()>>1] }

// stuck tells whether a side is still in the message that was not whole when something of
// the other did not fit: that it has such a length may be what is wrong.
func (d *side) stuck() bool {
	return d.odd > 0 && d.decoder.Unread() > 0 && d.odd == d.decoder.Offset()+1
}

// missed goes to the phase in which a message that is not allowed would be, where what
// led there was not captured or comes later in the capture.
func (s *stream) missed(d *side, f *decode.Frame) bool {
	now := s.tracker.Phase()
	switch {
	case f.Kind.Framing() == message.Startup && (now == phase.SSLNegotiation || now == phase.GSSNegotiation):
		s.tracker.Assume(phase.Startup)
	case f.Kind == message.KindSSLResponse && now == phase.Startup:
		s.tracker.Assume(phase.SSLNegotiation)
	case f.Kind == message.KindGSSENCResponse && now == phase.Startup:
		s.tracker.Assume(phase.GSSNegotiation)
	case d.from == message.Backend && now == phase.Startup && (!s.sides[0].seen || s.doubt.torn) && beginsLogin(f.Kind):
		s.tracker.Assume(phase.Authenticating)
	case d.from == message.Backend && !s.sides[0].seen:
		s.tracker.Assume(phase.Unsynchronised)
	case now == phase.Unsynchronised:
		return false
	case s.other(d).stuck():
		s.tracker.Assume(phase.Unsynchronised)
	case s.doubt.torn || s.other(d).decoder.Lost() || s.doubt.late && d.from == message.Backend:
		s.doubt.torn = true
		if s.tracker.Assume(phase.Unsynchronised); now >= phase.Ready && d.from == message.Backend && s.tracker.Pending() == 0 {
			s.tracker.Overtake()
		}
	default:
		return false
	}
	return true
}

// beginsLogin tells whether a message may be the first that a server sends to a client
// that logs in.
func beginsLogin(k message.Kind) bool { return k == message.KindNoticeResponse || answersStart(k) }

// answersStart tells whether a message is one that a server sends to a start-up packet, and
// to nothing else.
func answersStart(k message.Kind) bool {
	switch k {
	case message.KindAuthenticationGSSContinue, message.KindAuthenticationSASLContinue, message.KindAuthenticationSASLFinal:
		return false // the client has said something since
	case message.KindNegotiateProtocolVersion, message.KindSSLResponse, message.KindGSSENCResponse:
		return true
	}
	return k >= message.KindAuthenticationOk && k <= message.KindAuthenticationUnknown
}

// outOfStep takes note that nobody knows what a side has said meanwhile. What does not
// fit from here on is not against the protocol: it goes with what was not seen.
func (s *stream) outOfStep(from message.Side) {
	s.doubt.torn = true
	if s.tracker.Phase().Active() {
		s.tracker.Lose(from)
		s.pairing.lost(from)
	}
}

// pause is for how many nanoseconds nothing is to be said before a client that may not wait
// for its answers is taken to have had them all.
const pause = 1e9

// intoStep takes note of a message while it is not known which answers are still to come, or
// something was not seen that would tell. Where a pause follows a ReadyForQuery, none are:
// what the client asks for then is the next to be answered, and what does not fit from there
// on is against the protocol, unless something else is missing.
func (s *stream) intoStep(d *side, f *decode.Frame) {
	if d.from == message.Frontend && s.doubt.rest != 0 && d.time-s.doubt.rest >= pause && s.tracker.Pending() == 0 {
		if s.tracker.Phase() == phase.Unsynchronised {
			s.tracker.Assume(phase.Ready)
		}
		if s.tracker.Phase() == phase.Ready && isRequest(f.Kind) && !f.Guessed && len(d.marks) == 0 && s.other(d).inStep() {
			s.doubt = doubt{}
			return
		}
	}
	if s.doubt.rest = 0; f.Kind == message.KindReadyForQuery {
		s.doubt.rest = d.time
	}
}

// inStep tells whether all that was captured of a side so far is in messages.
func (d *side) inStep() bool { return d.decoder.Unread() == 0 && !d.decoder.Lost() }

// isRequest tells whether a client sends a message only where it may ask for something.
func isRequest(k message.Kind) bool {
	switch k {
	case message.KindQuery, message.KindParse, message.KindBind, message.KindDescribe, message.KindExecute, message.KindClose, message.KindFunctionCall:
		return true
	}
	return false
}

// isCut tells whether part of a message was not captured.
func isCut(f *decode.Frame) bool { return f.Missing() > f.Dropped }

// decides tells whether what is there of a message tells what is to be answered to it, or
// that it is said at all: else it is as if it was not seen.
func decides(f *decode.Frame) bool {
	const kind = 4
	switch f.Kind {
	case message.KindDescribe:
		return len(f.Body) > 0
	case message.KindAuthenticationUnknown:
		return len(f.Body) >= kind
	}
	return true
}

// overtaken tells whether a message is the answer to something that was not seen, as it was
// sent before what it seems to answer had come: then the client does not wait.
func (s *stream) overtaken(d *side, f *decode.Frame) bool {
	return d.from == message.Backend && d.heard > 0 && d.heard < s.doubt.first.end && s.tls == nil &&
		s.tracker.Oldest() == s.doubt.first.number && isAnswer(f.Kind)
}
