//go:build integration

// Package integration tests against real servers and clients. servers.sh starts the
// servers and writes the variables that say where they are, clients.sh installs the
// clients:
//
//	integration/servers.sh /var/tmp/pgwdump && integration/clients.sh /var/tmp/pgwdump && . /var/tmp/pgwdump/env
//	go test -tags integration ./integration
//
// The statements of nine clients are compared with the server's own account of them;
// -run TestStatements -statements 10000 does so with that many of each.
package integration

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// patience is how long a program may take before it is taken for stuck.
const patience = 3 * time.Minute

// A server is one of those that servers.sh starts.
type server struct {
	version string
	port    string
}

// servers returns the servers.
func servers(t *testing.T) []server {
	list := []server{{"15", os.Getenv("PG15_PORT")}, {"18", os.Getenv("PG18_PORT")}}
	for _, s := range list {
		if s.port == "" {
			t.Fatalf("PG%s_PORT is not set: run integration/servers.sh DIR, and . DIR/env", s.version)
		}
	}
	return list
}

// build builds a command of this module.
func build(t *testing.T, path string) string {
	bin := filepath.Join(t.TempDir(), filepath.Base(path))
	if out, err := exec.Command("go", "build", "-o", bin, path).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return bin
}

// command prepares a program of PostgreSQL 15 that talks to a port of this machine,
// as a user who needs no password; with libpq 18 it speaks protocol 3.2.
func command(t *testing.T, libpq18 bool, port, name string, args ...string) *exec.Cmd {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	c := exec.CommandContext(ctx, filepath.Join(os.Getenv("PG15_BIN"), name), args...)
	c.Env = append(os.Environ(), "PGHOST=127.0.0.1", "PGPORT="+port, "PGUSER=postgres", "PGDATABASE=pgwdump",
		"PGSSLMODE=disable", "PGGSSENCMODE=disable", "PGPASSWORD="+os.Getenv("PG_PASSWORD"))
	if libpq18 {
		c.Env = append(c.Env, "LD_LIBRARY_PATH="+os.Getenv("PG18_LIB"), "PGMAXPROTOCOLVERSION=latest")
	}
	return c
}

// output runs a program and returns what it prints. It must succeed.
func output(t *testing.T, c *exec.Cmd) string {
	t.Helper()
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", c, err, out)
	}
	return string(out)
}

// eventually asks again and again until something is so.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !is(); {
		if time.Now().After(end) {
			t.Fatalf("it did not come to be that %s", what)
		}
	}
}

// TestClient logs in by every method, and is refused with a wrong password.
func TestClient(t *testing.T) {
	client := build(t, "../examples/client")
	for _, s := range servers(t) {
		for _, user := range []string{"trust_user", "password_user", "md5_user", "scram_user"} {
			t.Run(s.version+" "+user, func(t *testing.T) {
				out, err := exec.Command(client, "127.0.0.1:"+s.port, user, "pgwdump", os.Getenv("PG_PASSWORD"),
					"select current_user, 1; select null, 'ü'").Output()
				if want := user + "\t1\n\tü\n"; err != nil || string(out) != want {
					t.Errorf("%q, %v, want %q", out, err, want)
				}
				errs, err := exec.Command(client, "127.0.0.1:"+s.port, user, "pgwdump", "wrong", "select 1").CombinedOutput()
				if refused := strings.HasPrefix(string(errs), "FATAL: password authentication failed"); refused != (user != "trust_user") || (err != nil) != refused {
					t.Errorf("with a wrong password: %q, %v", errs, err)
				}
			})
		}
	}
}

// proxy starts the proxy in front of a server and returns its port. At the end of the
// test it must not have complained of anything.
func proxy(t *testing.T, bin string, s server) (port string) {
	c := exec.Command(bin, "127.0.0.1:0", "127.0.0.1:"+s.port)
	var complaints bytes.Buffer
	c.Stderr = &complaints
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.Process.Kill()
		c.Wait()
		if complaints.Len() > 0 {
			t.Errorf("the proxy says: %s", &complaints)
		}
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ = strings.Cut(strings.TrimSpace(line), "127.0.0.1:")
	return port
}

// TestProxy runs real clients through the proxy, which decodes and encodes every
// message, with both libpqs against both servers.
func TestProxy(t *testing.T) {
	bin := build(t, "../examples/proxy")
	for _, s := range servers(t) {
		for _, libpq := range []string{"15", "18"} {
			t.Run("libpq "+libpq+", server "+s.version, func(t *testing.T) {
				port := proxy(t, bin, s)
				run := func(name string, args ...string) *exec.Cmd { return command(t, libpq == "18", port, name, args...) }
				for name, f := range conversations {
					t.Run(name, func(t *testing.T) { f(t, run) })
				}
			})
		}
	}
}

// conversations are what clients do, each checked by what they print.
var conversations = map[string]func(t *testing.T, run func(name string, args ...string) *exec.Cmd){
	"psql": func(t *testing.T, run func(string, ...string) *exec.Cmd) {
		c := run("psql", "-XAt")
		c.Stdin = strings.NewReader(`
			select 1, null, 'ü', repeat('x', 3);
			select 1; select 1/0; select 'after an error';
			create temp table t (id int primary key, note text);
			insert into t values (1, 'a'), (2, null) returning id;
			begin; insert into t values (1, 'twice'); select 'never'; rollback;
			do $$ begin raise notice 'a notice'; end $$;
			set application_name to 'another';
			listen news; notify news, 'hello';
			prepare p (int) as select $1 + 1; execute p (41);
			\copy t to stdout
			;
			select length(repeat('x', 5000000));
			select repeat('y', 3000000) \gset
			select count(*) from generate_series(1, 100000) \g
		`)
		got := output(t, c)
		for _, want := range []string{"1||ü|xxx", "division by zero", "after an error", "duplicate key", "a notice",
			`Asynchronous notification "news" with payload "hello"`, "\n42\n", "1\ta\n2\t\\N", "\n5000000\n", "\n100000\n"} {
			if !strings.Contains(got, want) {
				t.Errorf("%q is missing in\n%s", want, got)
			}
		}
	},
	"pgbench": func(t *testing.T, run func(string, ...string) *exec.Cmd) {
		output(t, run("pgbench", "-iq"))
		pipeline := filepath.Join(t.TempDir(), "pipeline.sql")
		script := "\\startpipeline\nselect 1;\nselect :x;\nupdate pgbench_tellers set tbalance = 1 where tid = 1;\n\\endpipeline\n"
		if err := os.WriteFile(pipeline, []byte(script), 0o666); err != nil {
			t.Fatal(err)
		}
		for _, args := range [][]string{
			{"-M", "simple"}, {"-M", "extended"}, {"-M", "prepared"},
			{"-M", "extended", "-D", "x=1", "-f", pipeline}, {"-M", "prepared", "-D", "x=1", "-f", pipeline}, {"-C"},
		} {
			got := output(t, run("pgbench", append([]string{"-n", "-c", "4", "-t", "100"}, args...)...))
			if !strings.Contains(got, "number of transactions actually processed: 400/400") {
				t.Errorf("%v: %s", args, got)
			}
		}
	},
	"copy of 100 MB": func(t *testing.T, run func(string, ...string) *exec.Cmd) {
		const rows = 1_000_000
		file := filepath.Join(t.TempDir(), "copy")
		row := fmt.Sprintf("%s\t%s\n", strings.Repeat("a", 50), strings.Repeat("ü", 24))
		if err := os.WriteFile(file, bytes.Repeat([]byte(row), rows), 0o666); err != nil {
			t.Fatal(err)
		}
		c := run("psql", "-XAtq", "-v", "ON_ERROR_STOP=1")
		c.Stdin = strings.NewReader("create temp table t (a text, b text);\n\\copy t from '" + file + "'\n" +
			"select count(*), sum(length(a)), sum(length(b)) from t;\n\\copy t to '" + file + ".out'\n")
		if got, want := output(t, c), fmt.Sprintf("%d|%d|%d\n", rows, 50*rows, 24*rows); got != want {
			t.Errorf("%q, want %q", got, want)
		}
		if info, err := os.Stat(file + ".out"); err != nil || info.Size() != int64(rows*len(row)) {
			t.Errorf("%v, %v", info, err)
		}
	},
	"cancel": func(t *testing.T, run func(string, ...string) *exec.Cmd) {
		c := run("psql", "-XAt", "-c", "select 'begun'", "-c", "select pg_sleep(60)", "-c", "select 'still here'")
		out, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		var errs bytes.Buffer
		c.Stderr = &errs
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewReader(out)
		if line, err := lines.ReadString('\n'); line != "begun\n" {
			t.Fatal(line, err)
		}
		eventually(t, "the query runs", func() bool {
			return output(t, run("psql", "-XAtc", "select count(*) from pg_stat_activity where query like 'select pg_sleep%' and state = 'active'")) == "1\n"
		})
		c.Process.Signal(os.Interrupt)
		rest, _ := io.ReadAll(lines)
		c.Wait()
		if !strings.Contains(errs.String(), "canceling statement due to user request") {
			t.Errorf("%s%s", &errs, rest)
		}
	},
	"physical replication": func(t *testing.T, run func(string, ...string) *exec.Cmd) {
		// It begins with the segment that is being written, and ends with the first
		// record behind the position that it is given.
		lines := strings.Fields(output(t, run("psql", "-XAtq", "-c", "set client_min_messages to warning", "-c", "select pg_switch_wal()", "-c", "select pg_current_wal_lsn()",
			"-c", "create table if not exists streamed (id int)", "-c", "insert into streamed values (1)")))
		end := lines[len(lines)-1]
		c := run("pg_receivewal", "-D", t.TempDir(), "--endpos", end, "-v", "--no-loop")
		c.Env = append(c.Env, "PGUSER=replicator")
		out, err := c.CombinedOutput()
		if strings.Contains(string(out), "client does not support streaming from server versions newer") {
			t.Skip("pg_receivewal 15 refuses a server 18, and there is no other here; TestStandby has its protocol")
		}
		if err != nil || !strings.Contains(string(out), "stopped log streaming at") {
			t.Errorf("%v: %s", err, out)
		}
	},
	"logical replication": func(t *testing.T, run func(string, ...string) *exec.Cmd) {
		const slot = "through_the_proxy"
		replicate := func(args ...string) *exec.Cmd {
			c := run("pg_recvlogical", append([]string{"-d", "pgwdump", "--slot", slot}, args...)...)
			c.Env = append(c.Env, "PGUSER=replicator")
			return c
		}
		output(t, replicate("--create-slot", "--if-not-exists", "-P", "test_decoding"))
		t.Cleanup(func() { output(t, replicate("--drop-slot")) })
		end := output(t, run("psql", "-XAtq", "-c", "set client_min_messages to warning", "-c", "create table if not exists logged (id int)",
			"-c", "insert into logged select generate_series(1, 1000)", "-c", "select pg_current_wal_lsn()"))
		got := output(t, replicate("--start", "--endpos", strings.TrimSpace(end), "--no-loop", "-f", "-"))
		if n := strings.Count(got, "table public.logged: INSERT"); n != 1000 {
			t.Errorf("%d inserts\n%.2000s", n, got)
		}
	},
}
