package cli

import (
	"os"

	"golang.org/x/term"
)

// usualWidth is that of a terminal which does not say.
const usualWidth = 80

// terminalWidth returns how many columns a terminal has.
func terminalWidth(f *os.File) int {
	if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
		return width
	}
	return usualWidth
}
