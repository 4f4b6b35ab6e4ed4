package cli

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

// completions writes, for each shell, the script that completes commands.
var completions = map[string]func(c *cobra.Command, w io.Writer) error{
	"bash":       func(c *cobra.Command, w io.Writer) error { return c.GenBashCompletionV2(w, true) },
	"zsh":        (*cobra.Command).GenZshCompletion,
	"fish":       func(c *cobra.Command, w io.Writer) error { return c.GenFishCompletion(w, true) },
	"powershell": (*cobra.Command).GenPowerShellCompletionWithDesc,
}

// newCompletion stands in for cobra's own command, which takes any word and does nothing.
func newCompletion() *cobra.Command {
	return withoutFlags(&cobra.Command{
		Use:   "completion bash|zsh|fish|powershell",
		Short: "Print a script that completes commands",
		Long: `pgwdump completion prints a script that completes commands and flags of pgwdump in
a shell. The packages of a release install it; by hand it is one of these.`,
		Example: `  source <(pgwdump completion bash)                                in ~/.bashrc
  pgwdump completion zsh > "${fpath[1]}/_pgwdump"
  pgwdump completion fish > ~/.config/fish/completions/pgwdump.fish
  pgwdump completion powershell | Out-String | Invoke-Expression   in $PROFILE`,
		ValidArgs: []string{"bash", "zsh", "fish", "powershell"},
		Args: func(_ *cobra.Command, words []string) error {
			if len(words) != 1 {
				return usageError{errors.New("name one shell: bash, zsh, fish or powershell")}
			}
			if completions[words[0]] == nil {
				return usageError{fmt.Errorf("%q is none of the shells that can be completed in: bash, zsh, fish, powershell", words[0])}
			}
			return nil
		},
		RunE: func(c *cobra.Command, words []string) error {
			return completions[words[0]](c.Root(), c.OutOrStdout())
		},
	})
}
