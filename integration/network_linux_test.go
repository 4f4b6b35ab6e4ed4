//go:build integration

package integration

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// A network is two network namespaces with a cable between them, and a server of
// PostgreSQL 15 on port 5432 in the first. Nobody else can see what goes over it.
type network struct {
	server, client string // the namespaces
	dir            string // that everybody may use
}

// The ends of the cable, and the addresses of the server.
const (
	cable       = "pgw0"
	cableClient = "pgw1"

	address4 = "10.54.77.1"
	address6 = "fd54:77::1"
)

// newNetwork makes a network. It takes root, and PostgreSQL 15.
func newNetwork(t *testing.T) *network {
	if os.Getuid() != 0 {
		t.Skip("only root can make network namespaces")
	}
	for _, program := range []string{"ip", "runuser", "setcap"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(err)
		}
	}
	dir, err := os.MkdirTemp("", "pgwdump-live")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("pgwdump%d", os.Getpid())
	n := &network{server: name + "s", client: name + "c", dir: dir}
	for _, ns := range []string{n.server, n.client} {
		ip(t, "netns", "add", ns)
		t.Cleanup(func() { exec.Command("ip", "netns", "del", ns).Run() })
		ip(t, "-n", ns, "link", "set", "lo", "up")
	}
	ip(t, "link", "add", cable, "netns", n.server, "type", "veth", "peer", "name", cableClient, "netns", n.client)
	for host, end := range map[string][2]string{"1": {n.server, cable}, "2": {n.client, cableClient}} {
		ip(t, "-n", end[0], "addr", "add", "10.54.77."+host+"/24", "dev", end[1])
		ip(t, "-n", end[0], "addr", "add", "fd54:77::"+host+"/64", "dev", end[1], "nodad")
		ip(t, "-n", end[0], "link", "set", end[1], "up")
	}
	n.start(t)
	return n
}

// ip runs a command of iproute2.
func ip(t *testing.T, args ...string) { t.Helper(); output(t, exec.Command("ip", args...)) }

// in prepares a program that runs in a namespace.
func (n *network) in(t *testing.T, namespace string, args ...string) *exec.Cmd {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return exec.CommandContext(ctx, "ip", append([]string{"netns", "exec", namespace}, args...)...)
}

// start makes a cluster and starts the server.
func (n *network) start(t *testing.T) {
	bin := os.Getenv("PG15_BIN")
	if bin == "" {
		t.Fatal("PG15_BIN is not set: run integration/servers.sh DIR, and . DIR/env")
	}
	data := filepath.Join(n.dir, "data")
	if err := os.Mkdir(data, 0o700); err != nil {
		t.Fatal(err)
	}
	output(t, exec.Command("chown", "postgres:", data))
	output(t, exec.Command("runuser", "-u", "postgres", "--", filepath.Join(bin, "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "--no-sync"))
	hba, err := os.OpenFile(filepath.Join(data, "pg_hba.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintln(hba, "host all all all trust")
	hba.Close()
	control := func(args ...string) {
		output(t, n.in(t, n.server, append([]string{"runuser", "-u", "postgres", "--", filepath.Join(bin, "pg_ctl"), "-D", data, "-w"}, args...)...))
	}
	control("start", "-l", filepath.Join(data, "log"), "-o", "-p 5432 -c listen_addresses=* -c unix_socket_directories= -c fsync=off")
	t.Cleanup(func() { control("stop", "-m", "immediate") })
	output(t, n.program(t, n.client, address4, "pgbench", "-i", "-q"))
}

// program prepares a program of PostgreSQL that talks to the server at an address.
func (n *network) program(t *testing.T, namespace, address, name string, args ...string) *exec.Cmd {
	c := n.in(t, namespace, append([]string{filepath.Join(os.Getenv("PG15_BIN"), name)}, args...)...)
	c.Env = append(os.Environ(), "PGHOST="+address, "PGPORT=5432", "PGUSER=postgres", "PGDATABASE=postgres", "PGSSLMODE=disable", "PGGSSENCMODE=disable")
	return c
}

// pgbench runs so many transactions in each of so many sessions.
func (n *network) pgbench(t *testing.T, namespace, address string, sessions, transactions int) {
	t.Helper()
	got := output(t, n.program(t, namespace, address, "pgbench", "-n", "-M", "extended", "-c", strconv.Itoa(sessions), "-t", strconv.Itoa(transactions)))
	if all := fmt.Sprintf("%d/%d", sessions*transactions, sessions*transactions); !strings.Contains(got, all) {
		t.Fatal(got)
	}
}

// send sends frames from the client's end of the cable.
func (n *network) send(t *testing.T, frames [][]byte) {
	t.Helper()
	failed := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread is in another namespace
		failed <- func() error {
			ns, err := os.Open("/run/netns/" + n.client)
			if err != nil {
				return err
			}
			defer ns.Close()
			if err := unix.Setns(int(ns.Fd()), unix.CLONE_NEWNET); err != nil {
				return err
			}
			end, err := net.InterfaceByName(cableClient)
			if err != nil {
				return err
			}
			fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW, 0)
			if err != nil {
				return err
			}
			defer unix.Close(fd)
			for _, f := range frames {
				if err := unix.Sendto(fd, f, 0, &unix.SockaddrLinklayer{Ifindex: end.Index}); err != nil {
					return err
				}
			}
			return nil
		}()
	}()
	if err := <-failed; err != nil {
		t.Fatal(err)
	}
}
