package render

import (
	"strings"

	"github.com/fatih/color"
)

// A style is what to write before and after a piece of text; both are empty where
// there is no colour.
type style struct{ on, off string }

// A palette has a style for each role that text plays.
type palette struct {
	time              style
	conns             [6]style // connections, in turn
	frontend, backend style    // who speaks
	name              style    // of a field
	sql, value, null  style
	failure           style // errors of the server
	warning           style // reservations of ours
	aside             style // what can be read over
}

// newPalette returns the palette with colours or without any. It does not look at
// the environment: that is decided by who calls.
func newPalette(colours bool) palette {
	if !colours {
		return palette{}
	}
	return palette{
		time: newStyle(color.Faint),
		conns: [6]style{newStyle(color.Reset), newStyle(color.FgBlue), newStyle(color.FgMagenta),
			newStyle(color.FgHiBlue), newStyle(color.FgHiMagenta), newStyle(color.FgHiCyan)},
		frontend: newStyle(color.FgCyan, color.Bold),
		backend:  newStyle(color.FgGreen, color.Bold),
		name:     newStyle(color.Faint),
		sql:      newStyle(color.FgYellow),
		value:    newStyle(color.FgHiWhite),
		null:     newStyle(color.FgMagenta, color.Faint),
		failure:  newStyle(color.FgRed, color.Bold),
		warning:  newStyle(color.FgHiRed),
		aside:    newStyle(color.Faint),
	}
}

func newStyle(attributes ...color.Attribute) style {
	c := color.New(attributes...)
	c.EnableColor()
	const mark = "|"
	on, off, _ := strings.Cut(c.Sprint(mark), mark)
	return style{on, off}
}

func (s style) append(dst []byte, text string) []byte {
	dst = append(dst, s.on...)
	dst = append(dst, text...)
	return append(dst, s.off...)
}
