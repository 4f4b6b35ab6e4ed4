package capture

import (
	"errors"
	"io"
	"slices"
	"testing"
)

// A script is a source that gives packets as they are listed.
type script struct {
	steps []step
}

// A step is a packet with a number, or an error.
type step struct {
	number int
	err    error
	late   bool // it is not there yet
}

func (s *script) Read() (*Packet, error) {
	if len(s.steps) == 0 {
		return nil, io.EOF
	}
	next := s.steps[0]
	s.steps = s.steps[1:]
	if next.err != nil {
		return nil, next.err
	}
	return &Packet{Number: next.number}, nil
}

func (s *script) Ready() bool { return len(s.steps) == 0 || !s.steps[0].late }

// TestFilter accepts packets with even numbers.
func TestFilter(t *testing.T) {
	bad := errors.New("bad")
	odd := errors.New("13 cannot be asked")
	f := Filter(&script{[]step{
		{number: 1}, {number: 2}, {number: 3}, {err: bad}, {number: 5, late: true}, {number: 6, late: true},
		{number: 13}, {number: 15}, {number: 16},
	}}, func(p *Packet) (bool, error) {
		if p.Number == 13 {
			return false, odd
		}
		return p.Number%2 == 0, nil
	})
	var ready []bool
	for _, want := range []struct {
		number int
		err    error
	}{{2, nil}, {0, bad}, {6, nil}, {0, odd}, {16, nil}, {0, io.EOF}} {
		ready = append(ready, f.Ready(), f.Ready())
		switch p, err := f.Read(); {
		case err != want.err:
			t.Errorf("%v, want %v", err, want.err)
		case err == nil && p.Number != want.number:
			t.Errorf("packet %d, want %d", p.Number, want.number)
		}
	}
	if f.Refused() != 5 {
		t.Errorf("%d refused", f.Refused())
	}
	// Packet 5 is not there, and neither could it be known that 6 will be.
	if want := []bool{true, true, true, true, false, false, true, true, true, true, true, true}; !slices.Equal(ready, want) {
		t.Errorf("ready: %v", ready)
	}
}
