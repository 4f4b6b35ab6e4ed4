// Package cli is the command line of pgwdump: it turns flags into options, runs
// them, and turns what comes of it into an exit status. Nothing below it knows of
// flags, terminals or the process.
package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/pgwdump/pgwdump/filter"
	"github.com/pgwdump/pgwdump/render"
	"github.com/pgwdump/pgwdump/session"
)

// Exit statuses.
const (
	statusDone   = 0
	statusFailed = 1
	statusUsage  = 2
	statusLoss   = 3
)

// options is what the flags say, and where the output goes.
type options struct {
	stdout, stderr io.Writer

	files       []string
	types       string
	keyLogs     []string
	decrypted   string
	embedKeys   string
	device      string
	devices     bool
	snap        int
	buffer      int // KiB
	modest      bool
	duration    time.Duration
	user        string
	record      recording
	follows     bool
	ports       []int
	filter      string
	expression  *filter.Expression // of the filter; nil where there is none
	output      string
	json        bool
	why         bool
	strict      bool
	count       int
	times       int
	quiet       int
	verbose     int
	octets      bool
	colour      string
	showSecrets bool
	copyRows    bool
	jobs        int
	maxValue    int

	maxMessage     int
	maxConnections int
	maxHeld        int

	view      session.View
	selection session.Selection
	around    int
	top       int
}

// maxBuffer is the largest --buffer-size, in KiB: the system counts it in bytes, as
// 32-bit numbers.
const maxBuffer = 2 << 20

// usageError is an error in how the program was called.
type usageError struct{ error }

// Main runs pgwdump with the given arguments and returns its exit status. Colour
// and progress are only for a terminal, which a writer is if it is a file that is
// one.
func Main(args []string, stdout, stderr io.Writer) int {
	command := newRoot(&options{stdout: stdout, stderr: stderr})
	command.SetArgs(args)
	command.SetOut(stdout)
	command.SetErr(stderr)
	called, err := command.ExecuteC()
	switch usage := (usageError{}); {
	case err == nil:
		return statusDone
	case errors.As(err, &usage):
		fmt.Fprintf(stderr, "pgwdump: %v\nTry \"%s --help\".\n", err, called.CommandPath())
		return statusUsage
	case errors.Is(err, errReported):
		return statusFailed
	case errors.Is(err, errNotSound):
		return statusLoss
	default:
		fmt.Fprintf(stderr, "pgwdump: %v\n", named(err))
		return statusFailed
	}
}

// named returns the error of a file as it is told of a capture: its name, and what is
// wrong, without the system call.
func named(err error) error {
	if path, ok := err.(*fs.PathError); ok {
		return fmt.Errorf("%s: %w", path.Path, path.Err)
	}
	return err
}

// bare returns what is wrong with a file without its name, where the system says that.
func bare(err error) error {
	if path := (*fs.PathError)(nil); errors.As(err, &path) {
		return path.Err
	}
	return err
}

// Command returns the whole command for those who write about it in man pages. It is
// not to be run.
func Command() *cobra.Command { return newRoot(&options{stdout: io.Discard, stderr: io.Discard}) }

// errReported stands for errors that were printed when they happened, errNotSound for
// what --strict does not allow, which the output and the summary tell of.
var (
	errReported = errors.New("reported")
	errNotSound = errors.New("not sound")
)

const example = `  pgwdump -r capture.pcap                       read a capture
  pgwdump -r capture.pcap --port 6432           a port that is PostgreSQL's, too
  pgwdump -r capture.pcap host 10.0.0.9         what a filter of tcpdump accepts
  pgwdump -r a.pcap.gz -r b.pcap.gz             several files in the order of time
  pgwdump -r capture.pcap -v                    a line for each field
  pgwdump -r capture.pcap -x                    each field beside its bytes
  pgwdump -r capture.pcap --json | jq .         a JSON object for each message
  ssh db tcpdump -U -w - port 5432 | pgwdump -r -
  pgwdump -r capture.pcap --keylog client.keys  what was said in TLS
  pgwdump -i eth0                               what is on the wire now
  pgwdump -i any --duration 1m --json           for a minute, on all interfaces`

func newRoot(o *options) *cobra.Command {
	c := &cobra.Command{
		Use:   "pgwdump -r FILE | -i IF [flags] [FILTER]",
		Short: "Show what goes over a PostgreSQL wire",
		Long: `pgwdump shows the PostgreSQL conversations in packet captures and on network
interfaces: every message of both directions, in order, by its name in the
PostgreSQL manual and with its fields.

Captures may be of the pcap or pcapng format, plain or compressed by gzip, zstd,
bzip2, xz or lz4. FILTER selects packets, in the language of tcpdump. Passwords
and keys are masked unless --show-secrets.`,
		Example:       example,
		Version:       version(),
		Args:          cobra.ArbitraryArgs,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(c *cobra.Command, words []string) error {
			if err := o.check(words); err != nil {
				return meant(c, words, err)
			}
			return dump(o)
		},
	}
	c.SuggestionsMinimumDistance = 2 // letters that may be wrong
	c.SetVersionTemplate("pgwdump {{.Version}}\n")
	c.SetFlagErrorFunc(flagError)
	addFlags(c, o, secretFiles(o))
	also(c, map[string]string{"user": "run-as"}) // in queries it is that of the statements
	c.AddCommand(newQueries(o), newSessions(o), newVersion(), newCompletion())
	return c
}

// meant adds to an error the commands that the first word is like: it has been taken
// for the beginning of a filter.
func meant(c *cobra.Command, words []string, err error) error {
	if len(words) == 0 {
		return err
	}
	like := c.SuggestionsFor(words[0])
	if slices.ContainsFunc(like, func(name string) bool { return strings.HasPrefix(name, words[0]) }) {
		like = slices.DeleteFunc(like, func(name string) bool { return !strings.HasPrefix(name, words[0]) })
	}
	if len(like) > 0 {
		return usageError{fmt.Errorf("%w\nor is the command %s meant?", err, strings.Join(like, " or "))}
	}
	return err
}

// check finds what cobra cannot: flags that do not go together or have odd values.
// The words are what stood behind the flags.
func (o *options) check(words []string) error {
	switch {
	case o.json && o.output != "" && o.output != "json":
		return usageError{fmt.Errorf("--json and --output %s contradict each other", o.output)}
	case o.output != "" && o.output != "json" && o.output != "text":
		return usageError{fmt.Errorf("--output is text or json, not %q", o.output)}
	case o.colour != "auto" && o.colour != "always" && o.colour != "never":
		return usageError{fmt.Errorf("--color is auto, always or never, not %q", o.colour)}
	case o.maxValue < 0:
		return usageError{fmt.Errorf("--max-value is a number of bytes, 0 for all, not %d", o.maxValue)}
	case o.maxMessage < 0 || o.maxConnections < 0 || o.maxHeld < 0:
		return usageError{errors.New("--max-message, --max-connections and --max-held are numbers, 0 for no limit")}
	case o.count < 0:
		return usageError{fmt.Errorf("--count is a number of packets, not %d", o.count)}
	case o.jobs < 1:
		return usageError{fmt.Errorf("--jobs is a number from 1 on, not %d", o.jobs)}
	case o.times > int(render.LastTimeStyle):
		return usageError{fmt.Errorf("-%s: at the most -%s", strings.Repeat("t", o.times), strings.Repeat("t", int(render.LastTimeStyle)))}
	case o.device != "" && len(o.files) > 0:
		return usageError{errors.New("-i captures and -r reads: give one of them")}
	case o.user != "" && len(o.files) > 0:
		return usageError{errors.New("--run-as (-Z, --user) is about a capture with -i; the statements of a user are those of pgwdump queries --user")}
	case o.snap < 0:
		return usageError{fmt.Errorf("--snapshot-length is a number of bytes, 0 for whole packets, not %d", o.snap)}
	case o.buffer < 1 || o.buffer > maxBuffer:
		return usageError{fmt.Errorf("--buffer-size is a number of KiB from 1 to %d, not %d", maxBuffer, o.buffer)}
	case o.follows && (len(o.files) != 1 || o.files[0] == stdoutName):
		return usageError{errors.New("--follow reads one file that grows: name it with -r; standard input is followed anyway")}
	case o.duration < 0:
		return usageError{fmt.Errorf("--duration is a time such as 30s, 5m or 1h, not %s", o.duration)}
	case o.duration > 0 && len(o.files) > 0 && !o.follows:
		return usageError{errors.New("--duration ends a capture with -i, or the reading of a file that grows with --follow")}
	case o.device == "" && !o.devices && len(o.files) == 0 && len(words) > 0:
		return usageError{fmt.Errorf("nothing to read: a capture file is named by -r, an interface by -i, and %q is taken for a filter", words[0])}
	case o.device == "" && !o.devices && len(o.files) == 0:
		return usageError{errors.New("nothing to read: name a capture file with -r, or an interface with -i")}
	}
	if _, err := o.record.rotation(); err != nil {
		return usageError{err}
	}
	if err := o.checkSecretFiles(); err != nil {
		return usageError{err}
	}
	for _, p := range o.ports {
		if p < 1 || p > 65535 {
			return usageError{fmt.Errorf("--port is a number from 1 to 65535, not %d", p)}
		}
	}
	return o.checkFilter(words)
}

// asJSON tells whether the output is JSON lines.
func (o *options) asJSON() bool { return o.json || o.output == "json" }

// allPorts returns the ports that are PostgreSQL's.
func (o *options) allPorts() []uint16 {
	ports := []uint16{session.DefaultPort}
	for _, p := range o.ports {
		ports = append(ports, uint16(p))
	}
	return ports
}
