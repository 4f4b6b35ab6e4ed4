package session

import (
	"reflect"
	"testing"

	"github.com/pgwdump/pgwdump/message"
	"github.com/pgwdump/pgwdump/value"
)

// TestEvents holds lists of events that grow and shrink to what was added, and to memory
// that is used again.
func TestEvents(t *testing.T) {
	long := make(chan []Event, 2)
	lists := [2]Events{{Long: long}, {Long: long}}
	for round, n := range []int{1, 2000, 2000, 10, 600, 2000, 5000, 5000, 1, 1, 1000, keptLong + 1, 3} {
		for i := range lists {
			e := &lists[i]
			e.Reset()
			for k := range n {
				e.add(Message, nil, round+k, int64(i))
			}
		}
		for i := range lists {
			if got := len(lists[i].List); got != n {
				t.Fatalf("round %d: %d events of %d", round, got, n)
			}
			for k := range n {
				if v := &lists[i].List[k]; v.Packet != round+k || v.Time != int64(i) {
					t.Fatalf("round %d, list %d: event %d is that of packet %d of list %d", round, i, k, v.Packet, v.Time)
				}
			}
		}
	}
	for _, n := range []int{1, keptEvents / 2, keptEvents, 2000, keptLong / 2} {
		if allocs := testing.AllocsPerRun(100, func() {
			for i := range lists {
				lists[i].Reset()
				for range n {
					lists[i].add(Message, nil, 0, 0)
				}
			}
		}); allocs > 0 {
			t.Errorf("%v allocations for %d events", allocs, n)
		}
	}
}

// TestEventsLetGo holds that long lists of events let go of what longer ones before referred to.
func TestEventsLetGo(t *testing.T) {
	long := make(chan []Event, 2)
	lists := [2]Events{{Long: long}, {Long: long}}
	for _, n := range []int{900, 300, 2000, 5000, 600, 1500, 1, 700, 3000, 2} {
		for i := range lists {
			for range n {
				lists[i].add(Message, new(Conn), 0, 0)
			}
		}
		for i := range lists {
			lists[i].Reset()
		}
		for range len(long) {
			list := <-long
			for i, e := range list[len(list):cap(list)] {
				if e.Conn != nil {
					t.Fatalf("event %d behind %d refers to a connection", i, len(list))
				}
			}
			long <- list
		}
	}
}

// TestMuchLetGo tells of statements that refer to much, each in another way, and holds that
// none of it is kept when nobody needs it any more.
func TestMuchLetGo(t *testing.T) {
	much := make([]byte, keptText+1)
	for name, refer := range map[string]func(s *Statement){
		"SQL":       func(s *Statement) { s.SQL = much },
		"Name":      func(s *Statement) { s.Name = much },
		"Portal":    func(s *Statement) { s.Portal = much },
		"Prepared":  func(s *Statement) { s.Prepared = much },
		"Arguments": func(s *Statement) { s.Arguments = much },
		"Error":     func(s *Statement) { s.Error = much },
		"Types":     func(s *Statement) { s.Types = make([]message.OID, keptText) },
		"memory":    func(s *Statement) { s.keep(much) },
		"columns":   func(s *Statement) { s.columns = new(Columns) },
		"lesson":    func(s *Statement) { s.lesson = new(value.Lesson) },
		"copier":    func(s *Statement) { s.copier = new(copier) },
	} {
		var e Events
		var s Statement
		refer(&s)
		told := e.ended.take(&s)
		if e.Reset(); !reflect.ValueOf(told).Elem().FieldByName(name).IsZero() {
			t.Errorf("%s is kept", name)
		}
	}
}

// TestBegan holds that statements and sessions have the time of their beginning, as far as
// that is known, and all else that of its packet.
func TestBegan(t *testing.T) {
	known, answered, at := Moment{1, 10}, Moment{2, 20}, Moment{3, 30}
	for name, c := range map[string]struct {
		event Event
		want  Moment
	}{
		"a message":                            {Event{Type: Message}, at},
		"a statement":                          {Event{Type: Ended, Statement: &Statement{Begin: known, First: answered}}, known},
		"a statement without its request":      {Event{Type: Ended, Statement: &Statement{First: answered}}, answered},
		"a statement of which nothing is told": {Event{Type: Ended, Statement: new(Statement)}, at},
		"a session":                            {Event{Type: Close, Details: &Details{Account: &Account{Began: known}}}, known},
		"an end":                               {Event{Type: Close}, at},
	} {
		e := c.event
		e.Packet, e.Time = at.Packet, at.Time
		if e.Details == nil {
			e.Details = &nothing
		}
		if got := e.Began(); got != c.want {
			t.Errorf("%s began at %v, not at %v", name, got, c.want)
		}
	}
}
