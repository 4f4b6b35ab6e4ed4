package cli

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/pgwdump/pgwdump/capture"
	"github.com/pgwdump/pgwdump/session"
)

// What is held at the most, all connections together.
const (
	defaultConnections = 1 << 16
	defaultHeld        = 128 << 20
)

// addFlags gives a command its flags, and a help that shows them in groups: those of
// input and output, which all commands have, and the command's own between them.
func addFlags(c *cobra.Command, o *options, own ...*pflag.FlagSet) {
	input := pflag.NewFlagSet("Input", pflag.ContinueOnError)
	input.SortFlags = false
	input.StringArrayVarP(&o.files, "read", "r", nil, "read packets from `FILE`, or from standard input with \"-\"; may be repeated")
	input.BoolVar(&o.follows, "follow", false, "go on at the end of the file with what is still written to it, until ^C or --duration")
	input.StringVarP(&o.device, "interface", "i", "", "capture live from interface `IF`, by name or by its number in -D; \"any\" is all of them")
	input.BoolVarP(&o.devices, "list-interfaces", "D", false, "list the interfaces that can be captured from")
	input.IntSliceVar(&o.ports, "port", nil, "take connections to these `PORTS` for PostgreSQL, besides 5432 and all that begin like it; without a filter, -i captures these ports and no others")
	input.StringVarP(&o.filter, "filter", "f", "", "only packets that the filter `EXPR` accepts, in the language of tcpdump (see docs/filter.md); or write it behind the flags")
	input.IntVarP(&o.count, "count", "c", 0, "stop after `N` packets")

	files := pflag.NewFlagSet("Files to write (see docs/live.md)", pflag.ContinueOnError)
	files.SortFlags = false
	files.StringVarP(&o.record.name, "write", "w", "", "write the packets to `FILE` as well, as pcapng, or to standard output with \"-\"; with -q nothing is printed")
	files.BoolVar(&o.record.only, "postgres-only", false, "write the packets of PostgreSQL connections only")
	files.StringVarP(&o.record.size, "file-size", "C", "", "begin another file after `SIZE` millions of bytes, or KiB, MiB, GiB with k, m, g")
	files.IntVarP(&o.record.seconds, "rotate-seconds", "G", 0, "begin another file after `N` seconds; its name is a pattern of strftime: pg-%H%M%S.pcapng")
	files.IntVarP(&o.record.files, "files", "W", 0, "write at most `N` files: with -C as a ring, with -G until that many are written")

	encryption := pflag.NewFlagSet("Encryption (see docs/tls.md)", pflag.ContinueOnError)
	encryption.SortFlags = false
	encryption.StringArrayVar(&o.keyLogs, "keylog", nil, "decrypt TLS with the keys in `FILE`, which the client has written (sslkeylogfile of libpq 18, SSLKEYLOGFILE); may be repeated; keys in a pcapng file itself are used anyway")

	live := pflag.NewFlagSet("Live capture (see docs/live.md)", pflag.ContinueOnError)
	live.SortFlags = false
	live.IntVarP(&o.snap, "snapshot-length", "s", 0, "capture `N` bytes of each packet, 0 for all")
	live.IntVarP(&o.buffer, "buffer-size", "B", capture.DefaultBuffer>>10, "give the system `KIB` of memory to hold packets that were not read yet")
	live.BoolVarP(&o.modest, "no-promiscuous", "p", false, "only packets for this machine, and from it")
	live.DurationVar(&o.duration, "duration", 0, "stop after this `TIME`: 30s, 5m, 1h")
	live.Lookup("duration").DefValue = "0"
	live.StringVarP(&o.user, "run-as", "Z", "", "become `USER` once the interface is open, if started by root (default the one who called sudo, else nobody)")

	input.StringVar(&o.types, "types", "", "know the data types in `FILE`: psql -X --csv -c 'select t.*, r.* from pg_type t left join pg_range r on r.rngtypid = t.oid'")

	output := pflag.NewFlagSet("Output", pflag.ContinueOnError)
	output.SortFlags = false
	output.StringVarP(&o.output, "output", "o", "", "the `FORMAT` of the output: text or json (default text)")
	output.BoolVar(&o.json, "json", false, "the same as --output json: an object a line, see docs/json.md")
	output.CountVarP(&o.times, "no-time", "t", "print no time; -tt seconds since 1970, -ttt since the line before, -tttt date and time, -ttttt since the first line")
	output.CountVarP(&o.quiet, "quiet", "q", "shorter lines and no summary; -qq the summary and nothing else")
	output.CountVarP(&o.verbose, "verbose", "v", "a line for each field")
	output.BoolVarP(&o.octets, "hex", "x", false, "a line for each field, beside its bytes")
	output.IntVar(&o.maxValue, "max-value", 120, "show `N` bytes of a value, 0 for all; JSON always has all")
	output.BoolVar(&o.copyRows, "copy-rows", false, "show each row of a COPY, split into its columns, where the statement was captured")
	output.BoolVar(&o.showSecrets, "show-secrets", false, "show passwords, hashes, tokens, proofs and cancel keys")
	output.BoolVar(&o.why, "why", false, "for each TCP connection, a line that says why it was taken for PostgreSQL or not")
	output.BoolVar(&o.strict, "strict", false, "exit with status 3 if anything was lost, uncertain, malformed or against the protocol")
	output.IntVar(&o.jobs, "jobs", runtime.GOMAXPROCS(0), "work on `N` goroutines; the output is the same for any number")
	output.Lookup("jobs").DefValue = "the cores"
	output.StringVar(&o.colour, "color", "auto", "`WHEN` to colour the output: auto, always or never (default auto)")
	output.Lookup("color").DefValue = ""

	limits := pflag.NewFlagSet("Limits, 0 for none (see docs/limits.md)", pflag.ContinueOnError)
	limits.SortFlags = false
	limits.IntVar(&o.maxMessage, "max-message", session.DefaultMaxBody, "keep `N` bytes of a message")
	limits.IntVar(&o.maxConnections, "max-connections", defaultConnections, "follow `N` TCP connections at a time; over that the one is forgotten that was silent for the longest")
	limits.IntVar(&o.maxHeld, "max-held", defaultHeld, "hold `N` bytes of messages that are not whole and packets that are out of order")

	// Habits from tcpdump that ask for nothing here.
	var ignore bool
	ignored := pflag.NewFlagSet("Taken as tcpdump has them, and changing nothing", pflag.ContinueOnError)
	ignored.BoolVarP(&ignore, "numeric", "n", false, "addresses and ports are never looked up")
	ignored.BoolVarP(&ignore, "line-buffered", "l", false, "lines are never held back")

	groups := slices.Concat([]*pflag.FlagSet{input, live, files, encryption}, own, []*pflag.FlagSet{output, limits, ignored})
	for _, g := range groups {
		c.Flags().AddFlagSet(g)
	}
	also(c, map[string]string{"time": "no-time"}) // as it was called before
	c.SetUsageFunc(func(c *cobra.Command) error {
		showUse(c)
		w := c.OutOrStderr()
		for _, g := range groups {
			// A flag that is counted takes no value, whatever pflag says.
			usages := strings.ReplaceAll(g.FlagUsagesWrapped(o.helpWidth()), " count ", strings.Repeat(" ", len(" count ")))
			fmt.Fprintf(w, "\n%s:\n%s", g.Name(), usages)
		}
		fmt.Fprint(w, otherUsage)
		return nil
	})
}

// also gives flags of a command other names, which the help does not show, besides those
// that they have.
func also(c *cobra.Command, names map[string]string) {
	before := c.Flags().GetNormalizeFunc()
	c.Flags().SetNormalizeFunc(func(f *pflag.FlagSet, name string) pflag.NormalizedName {
		if other, ok := names[name]; ok {
			name = other
		}
		return before(f, name)
	})
}

// withoutFlags gives a command that has no flags a help that shows none.
func withoutFlags(c *cobra.Command) *cobra.Command {
	c.DisableFlagsInUseLine = true
	c.SetUsageFunc(func(c *cobra.Command) error {
		showUse(c)
		return nil
	})
	return c
}

// showUse shows how a command is called.
func showUse(c *cobra.Command) {
	w := c.OutOrStderr()
	fmt.Fprintf(w, "Usage:\n  %s\n", c.UseLine())
	if c.Example != "" {
		fmt.Fprintf(w, "\nExamples:\n%s\n", c.Example)
	}
}

// secretFiles are the flags for files of what was decrypted, and of keys.
func secretFiles(o *options) *pflag.FlagSet {
	f := pflag.NewFlagSet("Files to write of what was decrypted (see docs/tls.md)", pflag.ContinueOnError)
	f.SortFlags = false
	f.StringVar(&o.decrypted, "decrypted-pcap", "", "write the conversations in clear to `FILE`, as pcapng with TCP connections that are made up")
	f.StringVar(&o.embedKeys, "embed-keys", "", "write the packets to `FILE`, as pcapng, with the keys that were used")
	return f
}

// kinds are what the value of a flag can be, by pflag's name for its type.
var kinds = map[string]string{
	"duration": "a time such as 100ms, 30s or 5m",
	"int":      "a number",
	"intSlice": "a number, or several with commas between them",
}

// flagError says what is wrong with a flag, and where one that is not known may be found.
// Of a value that is missing or cannot be read pflag says little, or in the words of Go's
// packages.
func flagError(c *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	if errors.As(err, &unknown) {
		return usageError{fmt.Errorf("%w%s", err, otherFlag(c, unknown))}
	}
	var without *pflag.ValueRequiredError
	if errors.As(err, &without) {
		value, _ := pflag.UnquoteUsage(without.GetFlag())
		err = fmt.Errorf("--%s needs its %s", without.GetFlag().Name, value)
		if short := without.GetFlag().Shorthand; short != "" {
			err = fmt.Errorf("-%s, %w", short, err)
		}
	}
	var invalid *pflag.InvalidValueError
	if errors.As(err, &invalid) {
		if kind, ok := kinds[invalid.GetFlag().Value.Type()]; ok {
			err = fmt.Errorf("--%s is %s, not %q", invalid.GetFlag().Name, kind, invalid.GetValue())
		}
	}
	return usageError{err}
}

// otherFlag says which flag may have been meant by one that a command has not got: one
// that begins so, one with a hyphen more, or that of another command.
func otherFlag(c *cobra.Command, unknown *pflag.NotExistError) string {
	if word := unknown.GetSpecifiedShortnames(); word != "" {
		if c.Flags().Lookup(word) != nil {
			return fmt.Sprintf("; is --%s meant?", word)
		}
		return ""
	}
	name := unknown.GetSpecifiedName()
	for _, other := range c.Root().Commands() {
		if other.Flags().Lookup(name) != nil {
			return fmt.Sprintf("; %s has it", other.CommandPath())
		}
	}
	var like []string
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if strings.HasPrefix(f.Name, name) {
			like = append(like, "--"+f.Name)
		}
	})
	if len(like) == 0 {
		return ""
	}
	return fmt.Sprintf("; is %s meant?", strings.Join(like, " or "))
}

const otherUsage = `
Other:
  -h, --help      show this
      --version   show the version

Commands:
  pgwdump queries -r FILE         a line for each statement
  pgwdump sessions -r FILE        a line for each connection
  pgwdump version                 the version, the commit and that of Go
  pgwdump completion SHELL        a script that completes commands
Each has a --help of its own.

Exit status: 0 done, 1 something could not be read or written, 2 wrong usage,
3 with --strict: part of the traffic was lost, or could not be decoded with
certainty, or broke the protocol.
`

// helpWidth returns how wide the lines of the flags are in the help.
func (o *options) helpWidth() int {
	const usual = 100
	if isTerminal(o.stdout) {
		return min(terminalWidth(o.stdout.(*os.File)), usual)
	}
	return usual
}
