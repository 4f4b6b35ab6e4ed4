//go:build integration

package integration

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// How many statements each client runs at the least. -statements 10000 takes two minutes.
var statements = flag.Int("statements", 1000, "how many statements each client of TestStatements runs, at the least")

// workloads are the clients, what each runs, and how many statements a round of it has.
var workloads = []struct {
	name  string
	round int
	run   func(t *testing.T, rounds int)
}{
	{name: "psql", round: 20, run: runPsql},
	{name: "pgbench simple", round: 7, run: runPgbench("-M", "simple")},
	{name: "pgbench extended", round: 7, run: runPgbench("-M", "extended")},
	{name: "pgbench prepared", round: 7, run: runPgbench("-M", "prepared")},
	{name: "JDBC", round: 16, run: runProgram("java", "-cp", "/usr/share/java/postgresql.jar", "clients/Workload.java")},
	{name: "node-postgres", round: 13, run: runProgram("node", "clients/workload.js")},
	{name: "psycopg 2", round: 15, run: runProgram("/usr/bin/python3", "clients/workload_psycopg_2.py")},
	{name: "psycopg 3", round: 18, run: runProgram("/usr/bin/python3", "clients/workload_psycopg_3.py")},
	{name: "asyncpg", round: 17, run: runProgram("/usr/bin/python3", "clients/workload_asyncpg.py")},
}

// observed is who runs the workloads; the server logs every statement of that user.
const observed = "trust_user"

// environment is where clients connect to.
func environment() []string {
	return append(os.Environ(), "PGHOST=127.0.0.1", "PGPORT="+os.Getenv("PG18_PORT"), "PGUSER="+observed, "PGDATABASE=pgwdump", "PGSSLMODE=disable", "PGGSSENCMODE=disable")
}

func runProgram(name string, args ...string) func(*testing.T, int) {
	return func(t *testing.T, rounds int) {
		c := exec.Command(name, append(args, strconv.Itoa(rounds))...)
		c.Env = environment()
		output(t, c)
	}
}

func runPgbench(args ...string) func(*testing.T, int) {
	return func(t *testing.T, rounds int) {
		c := exec.Command(filepath.Join(os.Getenv("PG15_BIN"), "pgbench"), append(args, "-n", "-c", "2", "-t", strconv.Itoa(rounds/2+1))...)
		c.Env = environment()
		output(t, c)
	}
}

func runPsql(t *testing.T, rounds int) {
	script, err := os.ReadFile("clients/workload.psql")
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(filepath.Join(os.Getenv("PG15_BIN"), "psql"), "-Xqo", os.DevNull)
	c.Env = environment()
	var in bytes.Buffer
	for i := range rounds {
		fmt.Fprintf(&in, "\\set round %d\n%s", i, script)
	}
	c.Stdin = &in
	output(t, c)
}

// TestStatements runs clients, and compares what pgwdump makes of the capture with
// what the server says in its log and in pg_stat_statements, statement by statement.
func TestStatements(t *testing.T) {
	pgwdump := build(t, "github.com/pgwdump/pgwdump")
	c := dial(t, "pgwdump")
	if c.rows("show log_destination")[0][0] != "csvlog" {
		t.Fatal("the server does not log as it should: make it anew with servers.sh")
	}
	c.rows("create extension if not exists pg_stat_statements")
	for _, set := range []string{"log_min_duration_statement = 0", "log_parameter_max_length = -1"} {
		c.rows("alter role " + observed + " set " + set)
	}
	t.Cleanup(func() { c.rows("alter role " + observed + " reset all") })
	c.rows(`drop table if exists workload, pgbench_accounts, pgbench_branches, pgbench_history, pgbench_tellers;
		create table workload (id serial primary key, n int, t text, b bytea, ts timestamptz, d date, num numeric, f float8, flag bool, j jsonb, u uuid, a int[], iv interval);
		create index on workload (n); grant all on workload, workload_id_seq to ` + observed)
	output(t, command(t, false, os.Getenv("PG18_PORT"), "pgbench", "-iq"))
	c.rows("grant all on pgbench_accounts, pgbench_branches, pgbench_history, pgbench_tellers to " + observed)
	for _, w := range workloads {
		t.Run(w.name, func(t *testing.T) {
			c.rows("truncate workload restart identity; select pg_stat_statements_reset()")
			file := capture(t, c, func() { w.run(t, *statements/w.round+1) })
			from := c.logged(t)
			seen := observe(t, pgwdump, file)
			compareStatements(t, c, from, seen)
		})
	}
}

// capture captures what goes over the loopback to the server while f runs. It marks
// where the server's log begins to be about that.
func capture(t *testing.T, c *client, f func()) (file string) {
	file = filepath.Join(t.TempDir(), "capture.pcap")
	tcpdump := exec.Command("tcpdump", "-i", "lo", "-w", file, "-U", "-B", "262144", "--immediate-mode", "--time-stamp-precision=nano", "-Z", "root",
		"tcp port "+os.Getenv("PG18_PORT"))
	stderr, err := tcpdump.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := tcpdump.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tcpdump.Process.Kill() }) // where the test ends early
	said := bufio.NewScanner(stderr)
	for said.Scan() && !strings.Contains(said.Text(), "listening on") {
	}
	c.mark = c.rows("select size from pg_stat_file(pg_current_logfile('csvlog'))")[0][0]
	f()
	const end = "select 'the capture ends here'"
	for size := int64(0); ; {
		c.rows(end)
		tail := make([]byte, 4096)
		info, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		if info.Size() == size {
			continue
		}
		size = info.Size()
		in, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		n, _ := in.ReadAt(tail, max(size-int64(len(tail)), 0))
		in.Close()
		if bytes.Contains(tail[:n], []byte(end)) {
			break
		}
	}
	tcpdump.Process.Signal(os.Interrupt)
	for said.Scan() {
		if n, ok := strings.CutSuffix(said.Text(), " packets dropped by kernel"); ok && n != "0" {
			t.Fatalf("%s packets are missing in the capture", n)
		}
	}
	tcpdump.Wait()
	return file
}

// An execution is a statement, by one account or the other.
type execution struct {
	sql        string
	parameters []parameter
	milli      float64 // how long it took
	sqlstate   string  // of its error
	message    string
}

type parameter struct{ kind, value string } // the value as in a log: quoted, or NULL

// executions are those of each connection, by the address of its client.
type executions map[string][]execution

// The columns of a log (section "Using CSV-Format Log Output" of the manual).
const (
	logUser     = 1
	logClient   = 4
	logSeverity = 11
	logSQLState = 12
	logMessage  = 13
	logDetail   = 14
	logQuery    = 19
)

var logged = regexp.MustCompile(`(?s)^duration: ([0-9.]+) ms  (statement|parse|bind|execute fetch from|execute) ?([^:]*): (.*)$`)

// logged returns what the server has logged since the mark.
func (c *client) logged(t *testing.T) executions {
	const end = "the log ends here"
	c.rows("do $$ begin raise log '" + end + "'; end $$")
	text := ""
	for !strings.Contains(text, end) { // the server's logger is a process of its own
		text = c.rows("select pg_read_file(pg_current_logfile('csvlog'), " + c.mark + ", 1000000000)")[0][0]
	}
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	all := executions{}
	before := map[string]float64{} // of the Bind
	for _, row := range rows {
		if row[logUser] != observed {
			continue
		}
		client := row[logClient]
		switch m := logged.FindStringSubmatch(row[logMessage]); {
		case m != nil:
			milli, err := strconv.ParseFloat(m[1], 64)
			if err != nil {
				t.Fatal(err)
			}
			switch m[2] {
			case "parse": // may be long before
				continue
			case "bind":
				before[client] = milli
				continue
			case "execute":
				milli += before[client]
				before[client] = 0
			}
			all[client] = append(all[client], execution{sql: m[4], parameters: loggedParameters(row[logDetail]), milli: milli})
		case row[logSeverity] == "ERROR":
			all[client] = append(all[client], execution{sql: row[logQuery], sqlstate: row[logSQLState], message: row[logMessage]})
		}
	}
	return all
}

var loggedParameter = regexp.MustCompile(`(?s)\$\d+ = (NULL|'(?:[^']|'')*')(?:, |$)`)

// loggedParameters reads the detail of a log line: Parameters: $1 = '42', $2 = NULL.
func loggedParameters(detail string) (all []parameter) {
	for _, m := range loggedParameter.FindAllStringSubmatch(detail, -1) {
		all = append(all, parameter{value: m[1]})
	}
	return all
}

// A seen is a statement as pgwdump queries --json tells of it.
type seen struct {
	Event, Client, Status, Protocol string
	User                            string
	SQL                             string
	Part                            struct{ Number, Of int }
	Params                          []struct {
		Type  any
		Value any
	}
	Tag   string
	Rows  int64
	Ms    struct{ Total float64 }
	Error struct{ Code, Message string }
}

// observe returns what pgwdump tells of a capture.
func observe(t *testing.T, pgwdump, file string) (all []seen) {
	out, err := exec.Command(pgwdump, "queries", "--json", "--port", os.Getenv("PG18_PORT"), "-r", file).Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := json.NewDecoder(bytes.NewReader(out))
	for lines.More() {
		var s seen
		if err := lines.Decode(&s); err != nil {
			t.Fatal(err)
		}
		if s.User == observed && s.Event != "summary" {
			all = append(all, s)
		}
	}
	return all
}

// perConnection returns the executions that a server would log of what was seen: the
// statements of a Query are one, unless one of them failed.
func perConnection(t *testing.T, all []seen) executions {
	of := executions{}
	for _, s := range all {
		if s.Event != "statement" {
			t.Errorf("a line that is no statement: %+v", s)
			continue
		}
		e := execution{sql: s.SQL, milli: s.Ms.Total, sqlstate: s.Error.Code, message: s.Error.Message}
		for _, p := range s.Params {
			kind, _ := p.Type.(string)
			value := "NULL"
			switch v := p.Value.(type) {
			case string:
				value = literal(v)
			case map[string]any:
				value = literal(fmt.Sprintf(`\x%s`, v["hex"]))
			}
			e.parameters = append(e.parameters, parameter{kind, value})
		}
		list := of[s.Client]
		switch {
		case s.Status == "skipped":
			continue
		case s.Status == "incomplete":
			t.Errorf("incomplete: %+v", s)
		case s.Part.Number > 1: // one with those before it
			last := &list[len(list)-1]
			last.sql += "\x00" + s.SQL
			last.milli += s.Ms.Total
			last.sqlstate, last.message = e.sqlstate, e.message
			continue
		}
		of[s.Client] = append(list, e)
	}
	return of
}

// compareStatements compares the two accounts.
func compareStatements(t *testing.T, c *client, server executions, seen []seen) {
	pgwdump := perConnection(t, seen)
	n, wrong := 0, 0
	differ := func(format string, args ...any) {
		if wrong++; wrong <= 20 {
			t.Errorf(format, args...)
		}
	}
	for conn, said := range server {
		if len(said) != len(pgwdump[conn]) {
			differ("%s: the server logged %d statements, pgwdump has %d", conn, len(said), len(pgwdump[conn]))
		}
		for i := range min(len(said), len(pgwdump[conn])) {
			n++
			compareStatement(c, said[i], pgwdump[conn][i], func(format string, args ...any) {
				differ("%s, statement %d: "+format, append([]any{conn, i + 1}, args...)...)
			})
		}
	}
	if n == 0 || len(pgwdump) != len(server) {
		differ("%d connections, of %d of which the server logged anything", len(pgwdump), len(server))
	}
	rows := int64(0)
	for _, s := range seen {
		verb, _, _ := strings.Cut(s.Tag, " ")
		if s.Status == "suspended" || s.Status == "ok" && slices.Contains([]string{"SELECT", "INSERT", "UPDATE", "DELETE", "COPY", "FETCH"}, verb) {
			rows += s.Rows
		}
	}
	stat := c.rows(`select coalesce(sum(rows), 0) from pg_stat_statements where userid = '` + observed + `'::regrole`)[0][0]
	if stat != strconv.FormatInt(rows, 10) {
		differ("the server counted %s rows, pgwdump %d", stat, rows)
	}
	t.Logf("%d statements, %d rows, %d differences", n, rows, wrong)
}

// compareStatement compares one statement.
func compareStatement(c *client, server, pgwdump execution, differ func(string, ...any)) {
	if server.sqlstate != pgwdump.sqlstate || server.message != pgwdump.message {
		differ("error %s %q, pgwdump has %s %q, in %q", server.sqlstate, server.message, pgwdump.sqlstate, pgwdump.message, server.sql)
	}
	rest := server.sql
	for part := range strings.SplitSeq(pgwdump.sql, "\x00") {
		at := strings.Index(rest, part)
		if at < 0 || strings.Trim(rest[:at], " \t\n;") != "" && pgwdump.sql == part {
			differ("%q, pgwdump has %q", server.sql, pgwdump.sql)
			break
		}
		rest = rest[at+len(part):]
	}
	if server.sqlstate != "" {
		return // of which the server logs neither time nor parameters
	}
	const resolution = 0.003 // of the clocks and of what is printed
	if pgwdump.milli+resolution < server.milli {
		differ("took %v ms, with pgwdump %v: %q", server.milli, pgwdump.milli, server.sql)
	}
	if len(server.parameters) != len(pgwdump.parameters) {
		differ("%d parameters, pgwdump has %d: %q", len(server.parameters), len(pgwdump.parameters), server.sql)
		return
	}
	for i, p := range pgwdump.parameters {
		want := server.parameters[i].value
		if p.kind == "" && p.value != want {
			p.kind = c.typesOf(server.sql)[i]
		}
		if p.value != want && c.printed(p) != want {
			differ("$%d %s is %s, with pgwdump %s: %q", i+1, p.kind, want, p.value, server.sql)
		}
	}
}

// typesOf returns the types of the parameters of a statement, where the client leaves
// them to the server.
func (c *client) typesOf(sql string) []string {
	c.rows("prepare asked as " + sql)
	defer c.rows("deallocate asked")
	var types []string
	for _, row := range c.rows("select unnest(parameter_types) from pg_prepared_statements where name = 'asked'") {
		types = append(types, row[0])
	}
	return types
}

// printed returns how the server prints a value that a client has written as text in
// its own way.
func (c *client) printed(p parameter) string {
	if p.kind == "" || p.value == "NULL" {
		return p.value
	}
	a := c.ask(queryOf("select format('%s', (" + p.value + ")::" + p.kind + ")"))[0]
	if a.err != nil || len(a.rows) != 1 {
		return p.value
	}
	return literal(string(a.rows[0][0]))
}
