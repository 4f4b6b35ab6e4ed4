// Command compare measures pgwdump beside a bare copy of the same capture, and beside
// tshark where that is there, and prints ratios: those of one run can be compared, where
// seconds of two machines or two days cannot.
//
//	cd bench && go run ./compare                       on captures that it makes
//	cd bench && go run ./compare -port 5418 a.pcap     on others
//	cd bench && go run ./compare -growth ../docs/performance.svg
//
// The last measures how the cost grows with the size of the capture and with the number
// of connections, and draws it.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"github.com/pgwdump/pgwdump/bench/traffic"
)

func main() {
	runs := flag.Int("runs", 3, "how often each is run; the median counts")
	port := flag.String("port", "5432", "the port of PostgreSQL in the captures")
	growth := flag.String("growth", "", "draw how the cost grows, into this `FILE`")
	slow := flag.Bool("tshark", true, "run tshark as well, once, if it is there")
	flag.Parse()
	if err := run(*runs, *port, *growth, *slow, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "compare:", err)
		os.Exit(1)
	}
}

func run(runs int, port, growth string, slow bool, captures []string) error {
	dir, err := os.MkdirTemp("", "compare")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	bin, err := build(dir)
	if err != nil {
		return err
	}
	if growth != "" {
		return grow(bin, growth)
	}
	if len(captures) == 0 {
		for _, n := range []int{1, 100} {
			name := filepath.Join(dir, fmt.Sprintf("made-%d-connections.pcap", n))
			if err := write(name, traffic.Shape{Connections: n, Bytes: 200e6}); err != nil {
				return err
			}
			captures = append(captures, name)
		}
	}
	for _, name := range captures {
		if err := compare(bin, source{file: name}, port, runs, slow); err != nil {
			return err
		}
	}
	return nil
}

func write(name string, s traffic.Shape) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	return errors.Join(traffic.Write(f, s), f.Close())
}

// compare prints what a capture costs, in several ways.
func compare(bin string, s source, port string, runs int, slow bool) error {
	type row struct {
		name    string
		runs    int
		command []string
	}
	rows := []row{{"bare copy (tcpdump -w -)", runs, []string{"tcpdump", "-r", "FILE", "-w", "-"}}}
	for _, r := range []row{
		{name: "--json", command: []string{"--json"}},
		{name: "--json --jobs 1", command: []string{"--json", "--jobs", "1"}},
		{name: "text", command: []string{"--color=never"}},
		{name: "text --jobs 1", command: []string{"--color=never", "--jobs", "1"}},
		{name: "-q", command: []string{"-q"}},
		{name: "-qq", command: []string{"-qq"}},
		{name: "queries", command: []string{"queries"}},
		{name: "sessions", command: []string{"sessions"}},
	} {
		rows = append(rows, row{"pgwdump " + r.name, runs, append([]string{bin}, append(r.command, "-r", "FILE", "--port", port)...)})
	}
	if slow {
		rows = append(rows, row{"tshark -T fields", 1, []string{"tshark", "-r", "FILE", "-d", "tcp.port==" + port + ",pgsql",
			"-T", "fields", "-e", "frame.number", "-e", "pgsql.type", "-e", "pgsql.query"}})
	}
	info, err := os.Stat(s.file)
	if err != nil {
		return err
	}
	fmt.Printf("%s, %d MB\n", filepath.Base(s.file), info.Size()/1e6)
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "wall s\tcpu s\tMB/s\ttimes the copy\tmemory MB\tfirst ms\t")
	var copied time.Duration
	for _, r := range rows {
		if !have(r.command[0]) {
			fmt.Fprintf(w, "\t\t\t\t\t\t  %s is not there\n", r.command[0])
			continue
		}
		c, err := median(r.runs, s, r.command...)
		if err != nil {
			return err
		}
		if copied == 0 {
			copied = c.wall
		}
		fmt.Fprintf(w, "%.2f\t%.2f\t%.0f\t%.1f\t%.0f\t%.0f\t  %s\n", c.wall.Seconds(), c.cpu.Seconds(),
			float64(info.Size())/1e6/c.wall.Seconds(), c.wall.Seconds()/copied.Seconds(), float64(c.memory)/1e6,
			float64(c.first)/1e6, r.name)
	}
	return w.Flush()
}
