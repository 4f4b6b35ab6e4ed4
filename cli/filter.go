package cli

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/pgwdump/pgwdump/capture"
	"github.com/pgwdump/pgwdump/filter"
)

// checkFilter reads the filter expression, which is given by a flag or as the words
// behind the flags. What is wrong with it is an error of usage.
func (o *options) checkFilter(words []string) (err error) {
	text := strings.Join(words, " ")
	switch {
	case text != "" && o.filter != "":
		return usageError{fmt.Errorf("the filter is given twice: by -f, and as %q", text)}
	case text == "":
		text = o.filter
	}
	if text == "" {
		return nil
	}
	if o.expression, err = filter.Parse(text); err == nil {
		return nil
	}
	for _, w := range words {
		if info, e := os.Stat(w); e == nil && info.Mode().IsRegular() {
			return usageError{fmt.Errorf("%s is a file, and taken for a filter: name each capture by a -r of its own", w)}
		}
	}
	return usageError{marked(err)}
}

// marked shows where in the expression an error is.
func marked(err error) error {
	if e := (*filter.Error)(nil); errors.As(err, &e) {
		return fmt.Errorf("%s\n%s", e.Message, e.Marked())
	}
	return err
}

// A packetFilter runs a filter expression on packets from files, which may have
// several link types.
type packetFilter struct {
	expression *filter.Expression
	programs   map[capture.LinkType]filter.Program
	link       capture.LinkType // of the packet before
	program    filter.Program   // for that link type; nil if there is none yet
}

// newFiltered returns a source of the packets that an expression accepts.
func newFiltered(source capture.Source, e *filter.Expression) *capture.Filtered {
	f := &packetFilter{expression: e, programs: map[capture.LinkType]filter.Program{}}
	return capture.Filter(source, f.accepts)
}

// refused returns how many packets the filter did not accept.
func (d *dumper) refused() int {
	if d.filtered == nil {
		return 0
	}
	return d.filtered.Refused()
}

// accepts tells whether the expression accepts a packet. An expression that packets
// of a link type cannot be asked accepts none of them; the first one is an error.
func (f *packetFilter) accepts(p *capture.Packet) (bool, error) {
	if f.program == nil || f.link != p.Link {
		program, err := f.compiled(p.Link)
		f.link, f.program = p.Link, program
		if err != nil {
			return false, err
		}
	}
	return f.program.Match(p.Data, p.Length), nil
}

// compiled returns the program for a link type. It is compiled once.
func (f *packetFilter) compiled(link capture.LinkType) (filter.Program, error) {
	program, ok := f.programs[link]
	if ok {
		return program, nil
	}
	program, err := f.expression.Compile(filter.Target{Link: uint16(link)})
	if err != nil {
		program = filter.Program{} // accepts nothing
		err = fmt.Errorf("the filter accepts no packets of LINKTYPE %d: %w", link, marked(err))
	}
	f.programs[link] = program
	return program, err
}
