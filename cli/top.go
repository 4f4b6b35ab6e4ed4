package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/pgwdump/pgwdump/render"
	"github.com/pgwdump/pgwdump/session"
)

// A top sums up the statements that are looked for, instead of showing them.
type top struct {
	options *options
	mutex   sync.Mutex // it is asked for while statements are added
	groups  session.Groups
}

// newTop returns what sums statements up; nil where nobody asks for that.
func newTop(o *options) *top {
	if o.top == 0 {
		return nil
	}
	return &top{options: o}
}

// checkTop finds what does not go together with --top.
func (o *options) checkTop(given bool) error {
	switch {
	case given && o.top < 1:
		return fmt.Errorf("--top is a number of groups from 1 on, not %d", o.top)
	case o.top > 0 && o.around > 0:
		return errors.New("--context shows statements around others; --top sums them up")
	case o.top > 0 && o.copyRows:
		return errors.New("--copy-rows shows what is in statements; --top sums them up")
	}
	return nil
}

// add adds a statement.
func (t *top) add(s *session.Statement) {
	t.mutex.Lock()
	t.groups.Add(s)
	t.mutex.Unlock()
}

// print writes what there is so far: a table, or JSON if that is asked for and goes to
// where all of it does.
func (t *top) print(w io.Writer) error {
	_, err := w.Write(t.rendered(w))
	return err
}

// rendered returns what there is to print. Who writes it may wait, but nobody who adds.
func (t *top) rendered(w io.Writer) []byte {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	ranking := t.groups.Rank(t.options.top)
	if t.options.asJSON() && w == t.options.stdout {
		return (&render.JSON{}).AppendRanking(nil, &ranking)
	}
	return newRanking(t.options, w).AppendRanking(nil, &ranking)
}

// newRanking returns what shows groups as text.
func newRanking(o *options, w io.Writer) *render.Statements {
	r := render.NewStatements(useColour(o) && w == o.stdout) // whether to colour is asked of that
	setText(&r.Text, o)
	if isTerminal(w) {
		r.Width = terminalWidth(w.(*os.File))
	}
	return r
}
