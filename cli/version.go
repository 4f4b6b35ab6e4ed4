package cli

import (
	"fmt"
	"regexp"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// release is the version of a released binary, set when it is linked.
var release string

// version returns the version of this binary, the commit that it was built from, and
// the version of Go.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = &debug.BuildInfo{GoVersion: runtime.Version()}
	}
	return versionOf(release, info)
}

// pseudo is the version that Go makes up for a commit without a tag; the commit is
// its last part.
var pseudo = regexp.MustCompile(`^v.*\d{14}-([0-9a-f]{12})(\+.*)?$`)

// versionOf takes the commit from where there is one: a binary built in a repository
// knows it by itself; one that was installed as a module has it in a version that
// was made up, or it is that of the tag, which the checksum of the module stands for.
func versionOf(release string, info *debug.BuildInfo) string {
	v, commit := release, ""
	if v == "" {
		v = info.Main.Version
	}
	if v == "" {
		v = "(devel)"
	}
	if m := pseudo.FindStringSubmatch(info.Main.Version); m != nil {
		commit = ", commit " + m[1]
	} else if info.Main.Sum != "" {
		commit = ", module " + info.Main.Sum
	}
	modified := ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			commit = ", commit " + s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			modified = ", modified"
		}
	}
	return v + commit + modified + ", " + info.GoVersion
}

func newVersion() *cobra.Command {
	return withoutFlags(&cobra.Command{
		Use:   "version",
		Short: "Show the version, the commit and that of Go",
		Args: func(c *cobra.Command, words []string) error {
			if err := cobra.NoArgs(c, words); err != nil {
				return usageError{err}
			}
			return nil
		},
		Run: func(c *cobra.Command, _ []string) { fmt.Fprintln(c.OutOrStdout(), "pgwdump", version()) },
	})
}
