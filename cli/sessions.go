package cli

import (
	"errors"
	"os"

	"github.com/spf13/cobra"

	"github.com/pgwdump/pgwdump/pipeline"
	"github.com/pgwdump/pgwdump/render"
	"github.com/pgwdump/pgwdump/session"
)

const sessionsExample = `  pgwdump sessions -r db.pcap                 who was there, and how it ended
  pgwdump sessions -r db.pcap -v              all that is known of each connection
  pgwdump sessions -r db.pcap --json | jq .   an object for each connection`

func newSessions(o *options) *cobra.Command {
	c := &cobra.Command{
		Use:        "sessions -r FILE | -i IF [flags] [FILTER]",
		Short:      "Show who was there: a line for each connection",
		SuggestFor: []string{"connection", "connections"},
		Long: `pgwdump sessions shows the connections of a capture, each in a line, in the order
in which they ended: how long they lasted, how busy they were, how many
statements and errors they had, who it was and from where, and how they ended.`,
		Example: sessionsExample,
		Args:    cobra.ArbitraryArgs,
		RunE: func(_ *cobra.Command, words []string) error {
			if err := o.check(words); err != nil {
				return err
			}
			if o.octets {
				return usageError{errors.New("-x shows the bytes of messages; sessions shows connections")}
			}
			if o.copyRows {
				return usageError{errors.New("--copy-rows shows what is in messages; sessions shows connections")}
			}
			o.view = session.Sessions
			return dump(o)
		},
	}
	addFlags(c, o)
	return c
}

// newAccounts returns what shows connections as text.
func newAccounts(o *options) pipeline.Renderer {
	r := render.NewSessions(useColour(o))
	setText(&r.Text, o)
	if isTerminal(o.stdout) {
		r.Width = terminalWidth(o.stdout.(*os.File))
	}
	return r
}

// closed passes on how connections ended, and what of them could not be seen.
func closed(e *session.Event, pass func(*session.Event)) {
	switch e.Type {
	case session.Close:
		if e.Account != nil {
			pass(e)
		}
	case session.Gap, session.Conflict, session.Lapse, session.Error, session.Why:
		pass(e)
	}
}
