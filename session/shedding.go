package session

// A Shedding is a part of a connection that nobody looked at, because more came than
// could be worked on.
type Shedding struct {
	Stage ShedStage
	// Named tells whether it is of one connection; else there was no room to tell of
	// each, and it is the sum of several.
	Named   bool
	Since   int   // the number of the first packet that was not looked at
	Packets int64 // that were not looked at; 0 where it has begun
	Bytes   int64 // of payload in these
}

// A ShedStage says what a Shedding tells of.
type ShedStage uint8

const (
	// ShedBegun: from this packet on nothing of the connection is looked at.
	ShedBegun ShedStage = iota
	// ShedResumed: from this packet on it is again.
	ShedResumed
	// ShedOver: it ended, or said nothing for long, or the capture ended.
	ShedOver
)

// String returns "begun", "resumed" or "over".
func (s ShedStage) String() string { return [...]string{"begun", "resumed", "over"}[s] }
