package cli

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/pgwdump/pgwdump/pipeline"
	"github.com/pgwdump/pgwdump/render"
	"github.com/pgwdump/pgwdump/session"
)

const queriesExample = `  pgwdump queries -r db.pcap                          what ran, and how it ended
  pgwdump queries -r db.pcap --slower 100ms           only what took that long
  pgwdump queries -r db.pcap --errors --context 2     failures, and what is around
  pgwdump queries -r db.pcap --sql 'update.*orders'   only what changes orders
  pgwdump queries -r db.pcap --top 10                 where the time went
  pgwdump queries -i any --top 10 --duration 1m       where it goes now
  pgwdump queries -r db.pcap | sort -k3,3rn | head    the slowest
  pgwdump queries -r db.pcap -v                       all that is known of each
  pgwdump queries -r db.pcap --json | jq .            an object for each statement`

// conditions are the flags of queries as they were given.
type conditions struct {
	rows, sql []string
	bigger    string
}

func newQueries(o *options) *cobra.Command {
	var given conditions
	c := &cobra.Command{
		Use:        "queries -r FILE | -i IF [flags] [FILTER]",
		Short:      "Show what ran: a line for each statement",
		SuggestFor: []string{"query", "statement", "statements"},
		Long: `pgwdump queries shows the statements that ran: when they began, how long they
took, how many rows they had, how they ended, who ran them, their SQL and their
parameters, each in a line, in the order in which they ended.`,
		Example: queriesExample,
		Args:    cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, words []string) error {
			if err := o.check(words); err != nil {
				return err
			}
			if err := given.read(o); err != nil {
				return usageError{err}
			}
			if err := o.checkTop(c.Flags().Changed("top")); err != nil {
				return usageError{err}
			}
			o.view = session.Statements
			return dump(o)
		},
	}
	s := &o.selection
	f := pflag.NewFlagSet("Which statements: those that all of these hold for", pflag.ContinueOnError)
	f.SortFlags = false
	f.DurationVar(&s.Slower, "slower", 0, "took at least that `TIME`, such as 100ms or 2s")
	f.BoolVar(&s.Errors, "errors", false, "ended by an error")
	f.StringSliceVar(&s.SQLStates, "sqlstate", nil, "ended by an error with one of these `CODES`, or classes such as 40")
	f.StringArrayVar(&given.rows, "rows", nil, "had a `NUMBER` of rows that is such as '>1000', '<=10' or 0; if repeated, all hold")
	f.StringVar(&given.bigger, "bigger", "", "took at least that `SIZE` on the wire, such as 10kB or 1MB")
	f.StringSliceVar(&s.Users, "user", nil, "run by one of these `USERS`")
	f.StringSliceVar(&s.Databases, "database", nil, "in one of these `DATABASES`")
	f.StringSliceVar(&s.Applications, "app", nil, "run by an application with one of these `NAMES` (application_name)")
	f.StringArrayVar(&given.sql, "sql", nil, "whose SQL the regular expression `REGEX` matches, in upper or lower case; if repeated, all match")
	f.StringVar(&o.record.keep, "keep", "", "keep the last `SIZE` of packets in memory, such as 200MB, and write those of the connection to a file of its own for each of these statements; -w names the files: incident-%t.pcapng, %t the time of the statement, %n its number, %c the connection")
	f.IntVar(&o.around, "context", 0, "and `N` statements of the same connection before and behind each; > marks those that were looked for")
	f.IntVar(&o.top, "top", 0, "sum these statements up instead of showing them: at the end, the `N` groups that took the most time; statements that differ in nothing but constants are a group (see docs/top.md)")
	addFlags(c, o, f)
	return c
}

// read reads the flags that cobra does not read itself.
func (g *conditions) read(o *options) (err error) {
	s := &o.selection
	switch {
	case o.octets:
		return errors.New("-x shows the bytes of messages; queries shows statements")
	case o.around < 0:
		return fmt.Errorf("--context is a number of statements, not %d", o.around)
	case s.Slower < 0:
		return fmt.Errorf("--slower is a length of time, not %v", s.Slower)
	}
	for _, code := range s.SQLStates {
		if len(code) != 5 && len(code) != 2 {
			return fmt.Errorf("--sqlstate is a code such as 40P01, or a class of them such as 40, not %q", code)
		}
	}
	for _, text := range g.rows {
		c, err := session.ParseComparison(text)
		if err != nil {
			return fmt.Errorf("--rows: %w", err)
		}
		s.Rows = append(s.Rows, c)
	}
	if g.bigger != "" {
		if s.Bigger, err = parseSize(g.bigger); err != nil {
			return fmt.Errorf("--bigger: %w", err)
		}
	}
	for _, text := range g.sql {
		if _, err := regexp.Compile(text); err != nil { // whose words have the expression as it was given
			return fmt.Errorf("--sql: %w", err)
		}
		s.SQL = append(s.SQL, regexp.MustCompile("(?is)"+text))
	}
	return nil
}

// units are those of a size: powers of 1000, and PostgreSQL's kB, which is 1024
// bytes, would differ by less than anyone asks for.
var units = []struct {
	name  string
	bytes int64
}{{"kb", 1e3}, {"mb", 1e6}, {"gb", 1e9}, {"b", 1}, {"", 1}}

// parseSize reads a number of bytes such as 1MB.
func parseSize(text string) (int64, error) {
	for _, u := range units {
		if digits, ok := strings.CutSuffix(strings.ToLower(text), u.name); ok {
			if n, err := strconv.ParseFloat(strings.TrimSpace(digits), 64); err == nil && n >= 0 && n < 1e18 {
				return int64(n * float64(u.bytes)), nil
			}
			break
		}
	}
	return 0, fmt.Errorf("%q is no size such as 500, 10kB or 1MB", text)
}

// newStatements returns what shows statements as text.
func newStatements(o *options) pipeline.Renderer {
	r := render.NewStatements(useColour(o))
	setText(&r.Text, o)
	r.Marked = o.around > 0
	if isTerminal(o.stdout) {
		r.Width = terminalWidth(o.stdout.(*os.File))
	}
	return r
}

// selection returns what passes on the statements that are looked for.
func (d *dumper) selection() func(e *session.Event, pass func(*session.Event)) {
	around := session.NewSurroundings(&d.options.selection, d.options.around)
	var passOn func(*session.Event)
	pass := func(e *session.Event) {
		switch e.Type {
		case session.Open, session.Close, session.Message: // nothing of a statement
			return
		case session.Ended:
			d.shown++
			if d.incidents != nil && (e.Wanted || d.options.around == 0) {
				d.incidents.Hit(e)
			}
			if d.top != nil {
				d.top.add(e.Statement)
				return
			}
		}
		passOn(e)
	}
	return func(e *session.Event, on func(*session.Event)) {
		passOn = on
		around.Add(e, pass)
	}
}

// counted says how many messages or statements there were.
func (d *dumper) counted(t *session.Totals) string {
	if d.options.view != session.Statements {
		return render.Many(t.Messages, "message")
	}
	s := render.Many(t.Statements, "statement")
	if d.shown < t.Statements {
		s += fmt.Sprintf(", %d of them shown", d.shown)
	}
	return s
}
