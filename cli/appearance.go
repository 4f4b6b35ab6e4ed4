package cli

import (
	"io"
	"os"
	"time"

	"github.com/mattn/go-isatty"
	"golang.org/x/term"

	"github.com/pgwdump/pgwdump/pipeline"
	"github.com/pgwdump/pgwdump/render"
	"github.com/pgwdump/pgwdump/session"
)

// newRenderer returns what the flags ask for.
func newRenderer(o *options) pipeline.Renderer {
	if o.asJSON() {
		return &render.JSON{ShowSecrets: o.showSecrets}
	}
	switch o.view {
	case session.Statements:
		return newStatements(o)
	case session.Sessions:
		return newAccounts(o)
	}
	t := render.NewText(useColour(o))
	setText(t, o)
	return t
}

// setText makes text look as the flags ask for.
func setText(t *render.Text, o *options) {
	t.MaxValue, t.ShowSecrets = o.maxValue, o.showSecrets
	t.Clock.Style, t.Clock.Location = render.TimeStyle(o.times), time.Local
	switch {
	case o.octets:
		t.Detail = render.Octets
	case o.verbose > 0:
		t.Detail = render.Full
	case o.quiet > 0:
		t.Detail = render.Short
	}
}

// useColour decides whether there is colour (no-color.org, bixense.com/clicolors).
func useColour(o *options) bool {
	switch o.colour {
	case "always":
		return true
	case "never":
		return false
	}
	if os.Getenv("NO_COLOR") != "" {
		return false
	}
	if force := os.Getenv("CLICOLOR_FORCE"); force != "" && force != "0" {
		return true
	}
	return isTerminal(o.stdout) && os.Getenv("TERM") != "dumb"
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && isatty.IsTerminal(f.Fd())
}

func isPipe(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeNamedPipe != 0
}

// usualWidth is that of a terminal which does not say.
const usualWidth = 80

// terminalWidth returns how many columns a terminal has.
func terminalWidth(f *os.File) int {
	if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
		return width
	}
	return usualWidth
}
