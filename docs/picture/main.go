// Command picture makes an SVG picture of what a program writes to a terminal.
//
//	pgwdump --color=always … | go run ./docs/picture > docs/screen.svg
//
// It knows the escape sequences for colour, and no other.
package main

import (
	"bufio"
	"fmt"
	"html"
	"os"
	"regexp"
	"strings"
	"unicode/utf8"
)

const (
	columns    = 120
	charWidth  = 7.8
	lineHeight = 18
	margin     = 14
)

// colours are those of the sixteen that pgwdump uses.
var colours = map[string]string{
	"31": "#ff6b68", "32": "#8cc265", "33": "#e5c07b", "35": "#c678dd", "36": "#4cc2d8",
	"34": "#5c9dff", "91": "#ff8a80", "94": "#82b1ff", "95": "#e0a3ff", "96": "#80deea", "97": "#f2f2f2",
}

var sequence = regexp.MustCompile("\x1b\\[([0-9;]*)m")

func main() {
	var lines []string
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		lines = append(lines, in.Text())
	}
	fmt.Printf(`<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%d" font-family="ui-monospace,Menlo,Consolas,DejaVu Sans Mono,monospace" font-size="13">
<rect width="100%%" height="100%%" rx="8" fill="#1e1f26"/>
`, columns*charWidth+2*margin, len(lines)*lineHeight+2*margin)
	for i, line := range lines {
		fmt.Printf(`<text x="%d" y="%d" fill="#c9c9d1" xml:space="preserve">%s</text>`+"\n",
			margin, margin+(i+1)*lineHeight-5, spans(line))
	}
	fmt.Println("</svg>")
}

// spans makes one line into spans of one style each.
func spans(line string) string {
	var b strings.Builder
	style, room := "", columns
	for len(line) > 0 && room > 0 {
		text, rest := line, ""
		at := sequence.FindStringSubmatchIndex(line)
		next := style
		if at != nil {
			text, rest = line[:at[0]], line[at[1]:]
			next = apply(line[at[2]:at[3]])
		}
		if utf8.RuneCountInString(text) > room {
			text = string([]rune(text)[:room-1]) + "…"
		}
		room -= utf8.RuneCountInString(text)
		if text != "" {
			fmt.Fprintf(&b, "<tspan%s>%s</tspan>", style, html.EscapeString(text))
		}
		style, line = next, rest
	}
	return b.String()
}

// apply returns the attributes that a sequence asks for. pgwdump ends each style
// before it begins another.
func apply(codes string) (attributes string) {
	for _, code := range strings.Split(codes, ";") {
		switch {
		case code == "1":
			attributes += ` font-weight="bold"`
		case code == "2":
			attributes += ` fill-opacity="0.55"`
		case colours[code] != "":
			attributes += ` fill="` + colours[code] + `"`
		}
	}
	return attributes
}
