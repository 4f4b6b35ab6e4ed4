package main

import (
	"fmt"
	"math"
	"os"
	"strings"

	"github.com/pgwdump/pgwdump/bench/traffic"
)

// A point is what traffic of one shape costs.
type point struct {
	traffic.Shape
	cost
}

// grow measures pgwdump on streams that are made while it reads them: of several sizes,
// and of several numbers of connections.
func grow(bin, picture string) error {
	var sizes, connections []point
	for _, bytes := range []int64{1e8, 3e8, 1e9, 5e9} {
		sizes = append(sizes, point{Shape: traffic.Shape{Connections: 100, Bytes: bytes}})
	}
	for _, n := range []int{1, 10, 100, 10_000} {
		connections = append(connections, point{Shape: traffic.Shape{Connections: n, Bytes: 3e8}})
	}
	for _, points := range [][]point{connections, sizes} {
		for i := range points {
			p := &points[i]
			var err error
			if p.cost, err = measure(source{shape: p.Shape}, bin, "--json", "-r", "FILE"); err != nil {
				return err
			}
			fmt.Printf("%6d connections, %4.0f MB: %6.2f s of processor time, %4.1f ns a byte, %3.0f MB of memory, first output after %.0f ms\n",
				p.Connections, float64(p.Bytes)/1e6, p.cpu.Seconds(), p.perByte(), float64(p.memory)/1e6, float64(p.first)/1e6)
		}
	}
	return os.WriteFile(picture, []byte(draw(sizes, connections)), 0o666)
}

func (p *point) perByte() float64 { return float64(p.cpu) / float64(p.Bytes) }

const (
	width, height = 360, 240
	margin        = 50
)

// draw returns both curves as a picture.
func draw(sizes, connections []point) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="12">
<rect width="100%%" height="100%%" fill="white"/>
`, 2*(width+2*margin), height+2*margin)
	most := 0.0
	for _, p := range append(append([]point{}, sizes...), connections...) {
		most = math.Max(most, p.perByte())
	}
	chart(&b, margin, "GB of capture, 100 connections", most, sizes, func(p point) (float64, string) {
		return float64(p.Bytes), fmt.Sprintf("%.1f", float64(p.Bytes)/1e9)
	})
	chart(&b, 3*margin+width, "connections, 0.3 GB", most, connections, func(p point) (float64, string) {
		return float64(p.Connections), fmt.Sprint(p.Connections)
	})
	b.WriteString("</svg>\n")
	return b.String()
}

// chart draws nanoseconds a byte, over what x says, which is drawn by its logarithm.
func chart(b *strings.Builder, left int, title string, most float64, points []point, x func(point) (float64, string)) {
	top, bottom := margin, margin+height
	first, _ := x(points[0])
	last, _ := x(points[len(points)-1])
	at := func(p point) (float64, float64, string) {
		v, label := x(p)
		return float64(left) + float64(width)*math.Log(v/first)/math.Log(last/first), float64(bottom) - float64(height)*p.perByte()/(1.2*most), label
	}
	fmt.Fprintf(b, `<path d="M%d %dV%dH%d" fill="none" stroke="#444"/>`+"\n", left, top, bottom, left+width)
	fmt.Fprintf(b, `<text x="%d" y="%d">processor time, ns a byte</text>`+"\n", left, top-8)
	fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="middle">%s</text>`+"\n", left+width/2, bottom+36, title)
	var line strings.Builder
	for i, p := range points {
		px, py, label := at(p)
		fmt.Fprintf(&line, "%c%.0f %.0f", "ML"[min(i, 1)], px, py)
		fmt.Fprintf(b, `<circle cx="%.0f" cy="%.0f" r="3" fill="#2a6fdb"/><text x="%.0f" y="%.0f" text-anchor="middle">%.1f</text>`, px, py, px, py-8, p.perByte())
		fmt.Fprintf(b, `<text x="%.0f" y="%d" text-anchor="middle">%s</text>`+"\n", px, bottom+16, label)
	}
	fmt.Fprintf(b, `<path d="%s" fill="none" stroke="#2a6fdb" stroke-width="2"/>`+"\n", line.String())
}
