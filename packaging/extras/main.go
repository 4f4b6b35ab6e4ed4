// Command extras writes what packages carry besides the program: the man pages and
// the completions for each shell, both made from the commands themselves.
//
//	extras DIR
package main

import (
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"github.com/pgwdump/pgwdump/cli"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: extras DIR")
		os.Exit(2)
	}
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "extras:", err)
		os.Exit(1)
	}
}

// write writes everything into a directory that it makes anew.
func write(dir string) error {
	man, completions := filepath.Join(dir, "man"), filepath.Join(dir, "completions")
	for _, d := range []string{man, completions} {
		if err := os.RemoveAll(d); err != nil {
			return err
		}
		if err := os.MkdirAll(d, 0o777); err != nil {
			return err
		}
	}
	c := cli.Command()
	c.DisableAutoGenTag = true
	if err := pages(c, man); err != nil {
		return err
	}
	for shell, ending := range map[string]string{"bash": "bash", "zsh": "zsh", "fish": "fish", "powershell": "ps1"} {
		f, err := os.Create(filepath.Join(completions, "pgwdump."+ending))
		if err != nil {
			return err
		}
		if status := cli.Main([]string{"completion", shell}, f, os.Stderr); status != 0 {
			return fmt.Errorf("no completion for %s", shell)
		}
		if err := f.Close(); err != nil {
			return err
		}
	}
	return nil
}

// pages writes the man page of a command and of those under it, compressed. Their date
// is that of SOURCE_DATE_EPOCH, so that a release is the same each time it is built.
func pages(c *cobra.Command, dir string) error {
	if !c.IsAvailableCommand() || c.IsAdditionalHelpTopicCommand() {
		return nil
	}
	header := &doc.GenManHeader{Section: "1", Source: "pgwdump", Manual: "User Commands"}
	f, err := os.Create(filepath.Join(dir, name(c)+".1.gz"))
	if err != nil {
		return err
	}
	z := gzip.NewWriter(f)
	if err := doc.GenMan(c, header, z); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	for _, sub := range c.Commands() {
		if err := pages(sub, dir); err != nil {
			return err
		}
	}
	return nil
}

// name returns the name of a command's man page.
func name(c *cobra.Command) string {
	if c.HasParent() {
		return name(c.Parent()) + "-" + c.Name()
	}
	return c.Name()
}
