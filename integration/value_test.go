//go:build integration

package integration

import (
	"bytes"
	"encoding/hex"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/pgwdump/pgwdump/message"
	"github.com/pgwdump/pgwdump/value"
)

// How many random values of each type are compared with those of a server, and how
// many of them are kept for the tests of package value, with those at the edges.
const (
	randomValues = 4000
	keptValues   = 5
)

var update = flag.Bool("update", false, "rewrite ../value/testdata/values.txt")

// A column is a type of the server under test.
type column struct {
	oid    uint32
	cast   string // its name, to be cast to
	sample sample
}

// builtIn returns all built-in types that samples has a way to write.
func builtIn(t *testing.T, c *client) []column {
	rows := c.rows(`select t.oid, 'pg_catalog.' || quote_ident(t.typname), t.typname, coalesce(e.typname, s.typname, r.typname, ''), t.typtype
		from pg_type t
		left join pg_type e on e.typarray = t.oid
		left join pg_range g on g.rngtypid = t.oid left join pg_type s on s.oid = g.rngsubtype
		left join pg_range m on m.rngmultitypid = t.oid left join pg_type r on r.oid = m.rngtypid
		where t.oid < 10000 and t.typrelid = 0 order by t.typtype = 'm', e.typname is not null, t.oid`)
	known := maps.Clone(samples)
	var columns []column
	for _, row := range rows {
		name, element := row[2], known[row[3]]
		switch {
		case element.random == nil:
		case row[4] == "r":
			known[name] = sample{[]string{"empty", "(,)"}, rangeOf(element.random)}
		case row[4] == "m":
			known[name] = sample{[]string{"{}"}, multirangeOf(element.random)}
		default:
			delimiter := ","
			if row[3] == "box" {
				delimiter = ";"
			}
			known[name] = sample{[]string{"{}", "{NULL" + delimiter + "null}"}, arrayOf(element.random, delimiter)}
		}
		if s, ok := known[name]; ok {
			columns = append(columns, column{number32(row[0]), row[1], s})
		}
	}
	return columns
}

func number32(s string) uint32 {
	n, err := strconv.ParseUint(s, 10, 32)
	if err != nil {
		panic(err)
	}
	return uint32(n)
}

// A pair is a value in binary format and as the server prints it.
type pair struct{ binary, text []byte }

// ask returns the values of a type that the server makes of texts, without those that
// it refuses.
func (c column) ask(t *testing.T, s *client, texts []string) []pair {
	t.Helper()
	values := make([][]byte, len(texts))
	for i, text := range texts {
		values[i] = []byte(text)
	}
	var pairs []pair
	sql := fmt.Sprintf("select $1::%s, $1::%s", c.cast, c.cast)
	for _, a := range s.each(sql, values, message.TextFormat, message.BinaryFormat, message.TextFormat) {
		if a.err == nil {
			pairs = append(pairs, pair{a.rows[0][0], a.rows[0][1]})
		}
	}
	return pairs
}

// pairs returns the values at the edges, all of which the server has to take, and n
// random ones.
func (c column) pairs(t *testing.T, s *client, n int) []pair {
	t.Helper()
	pairs := c.ask(t, s, c.sample.edges)
	if len(pairs) != len(c.sample.edges) {
		t.Errorf("%s: the server took %d of the %d values at the edges", c.cast, len(pairs), len(c.sample.edges))
	}
	n += len(pairs)
	r := rand.New(rand.NewPCG(1, uint64(c.oid)))
	for tries := 0; len(pairs) < n; tries++ {
		if tries == 100 {
			t.Fatalf("%s: the server takes too few of the random values", c.cast)
		}
		texts := make([]string, min(n, 1000))
		for i := range texts {
			texts[i] = c.sample.random(r)
		}
		pairs = append(pairs, c.ask(t, s, texts)...)
	}
	return pairs[:n]
}

// compare prints values, and reports what differs from the server's text.
func compare(t *testing.T, types *value.Types, name string, oid uint32, pairs []pair) {
	t.Helper()
	wrong := 0
	for _, p := range pairs {
		got, err := types.Append(nil, oid, 1, p.binary)
		if err == nil && bytes.Equal(got, p.text) {
			continue
		}
		if wrong++; wrong <= 5 {
			t.Errorf("%s: %x: %q, %v; the server prints %q", name, p.binary, got, err, p.text)
		}
	}
	if wrong > 5 {
		t.Errorf("%s: %d differences in all", name, wrong)
	}
}

// TestValues compares values of every type with what a server prints.
func TestValues(t *testing.T) {
	c := newDatabase(t, "pgwdump_value")
	var types value.Types
	compared, kinds := 0, 0
	var kept []byte
	for _, col := range builtIn(t, c) {
		pairs := col.pairs(t, c, randomValues)
		for _, p := range pairs[:min(len(col.sample.edges)+keptValues, len(pairs))] {
			kept = fmt.Appendf(kept, "%d %x %q\n", col.oid, p.binary, p.text)
		}
		compare(t, &types, col.cast, col.oid, pairs)
		compared += len(pairs)
		kinds++
	}
	t.Logf("%d values of %d types compared", compared, kinds)
	if *update && !t.Failed() {
		if err := os.WriteFile("../value/testdata/values.txt", kept, 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// styles are the settings that dates and times are printed in.
func styles() []map[string]string {
	zones := []string{"UTC", "America/New_York", "Asia/Kolkata", "America/St_Johns", "Africa/Monrovia", "Europe/Dublin", "Europe/Amsterdam",
		"Australia/Lord_Howe", "Asia/Kathmandu", "America/Sao_Paulo", "<+05:30>-05:30", "<-03:30>+03:30", "Pacific/Apia"}
	var all []map[string]string
	for i, zone := range zones {
		for _, style := range []string{"ISO", "SQL", "Postgres", "German"} {
			for _, order := range []string{"MDY", "DMY", "YMD"} {
				interval := []string{"postgres", "postgres_verbose", "sql_standard", "iso_8601"}[i%4]
				all = append(all, map[string]string{"DateStyle": style + ", " + order, "IntervalStyle": interval, "TimeZone": zone})
			}
		}
	}
	return all
}

// apply makes settings those of the session and of the types.
func apply(t *testing.T, c *client, types *value.Types, settings map[string]string) {
	t.Helper()
	for name, v := range settings {
		shown := c.rows("select set_config('" + name + "', '" + v + "', false)")[0][0]
		if err := types.Settings.Set(name, shown); err != nil {
			t.Fatal(err)
		}
	}
}

// reprint asks the server for the text of values in its present settings.
func (c column) reprint(t *testing.T, s *client, pairs []pair) []pair {
	t.Helper()
	values := make([][]byte, len(pairs))
	for i, p := range pairs {
		values[i] = p.binary
	}
	printed := slices.Clone(pairs)
	for i, a := range s.each("select $1::"+c.cast, values, message.BinaryFormat, message.TextFormat) {
		if a.err != nil {
			t.Fatalf("%s: %x: %v", c.cast, values[i], a.err)
		}
		printed[i].text = a.rows[0][0]
	}
	return printed
}

// TestValueSettings compares values in all settings that change how they are printed.
func TestValueSettings(t *testing.T) {
	// The zones as this server knows them: others may have another edition of their
	// history.
	t.Setenv("ZONEINFO", filepath.Join(os.Getenv("PG18_BIN"), "../share/postgresql/timezone"))
	c := newDatabase(t, "pgwdump_value_settings")
	dates := styles()
	var floats, byteas []map[string]string
	for n := -15; n <= 3; n++ {
		floats = append(floats, map[string]string{"extra_float_digits": strconv.Itoa(n)})
	}
	for _, v := range []string{"hex", "escape"} {
		byteas = append(byteas, map[string]string{"bytea_output": v})
	}
	changing := map[string][]map[string]string{
		"date": dates, "time": dates[:12], "timetz": dates[:12], "timestamp": dates[:12], "timestamptz": dates, "interval": dates[:48],
		"_date": dates[:12], "_timestamptz": dates[:12], "daterange": dates[:12], "tstzrange": dates[:24], "_interval": dates[:48],
		"float4": floats, "float8": floats, "point": floats, "_float8": floats, "bytea": byteas, "_bytea": byteas,
	}
	compared := 0
	for _, col := range builtIn(t, c) {
		settings := changing[strings.TrimPrefix(col.cast, "pg_catalog.")]
		if settings == nil {
			continue
		}
		apply(t, c, new(value.Types), dates[0])
		pairs := col.pairs(t, c, randomValues)
		for _, s := range settings {
			var types value.Types
			apply(t, c, &types, s)
			compare(t, &types, fmt.Sprint(col.cast, s), col.oid, col.reprint(t, c, pairs))
			compared += len(pairs)
		}
	}
	t.Logf("%d values compared", compared)
}

// userTypes is a database with types of every kind that can be made.
const userTypes = `
create extension citext;
create extension ltree;
create type mood as enum ('sad', 'so so', 'ha,ppy', '');
create domain age as int check (value > -1000000000);
create domain corner as box;
create domain numbers as int[];
create domain nested as numbers;
create type inner_row as (n int, t text, m mood);
create type outer_row as (a inner_row, b inner_row[], c age, d corner[], e nested, f timestamptz, g jsonb, h citext, i numbers[]);
create type textrange as range (subtype = text, multirange_type_name = textmultirange);
create table plain (id bigint, dropped int, name varchar(20));
alter table plain drop column dropped;
create domain whole as outer_row;
`

// userSamples are ways to write those types.
func userSamples() map[string]sample {
	label := func(r *rand.Rand) string { return "a." + strconv.FormatUint(word(r, 40), 36) }
	mood := oneOf("sad", "so so", "ha,ppy", "")
	quoted := func(part random) random {
		return func(r *rand.Rand) string {
			if r.IntN(5) == 0 {
				return ""
			}
			return `"` + strings.NewReplacer(`"`, `""`, `\`, `\\`).Replace(part(r)) + `"`
		}
	}
	row := func(columns ...random) random {
		for i := range columns {
			columns[i] = quoted(columns[i])
		}
		return format("("+strings.Repeat("%s,", len(columns)-1)+"%s)", columns...)
	}
	box := samples["box"].random
	numbers := arrayOf(integer(32), ",")
	inner := row(integer(32), text, mood)
	outer := row(inner, arrayOf(inner, ","), integer(30), arrayOf(box, ";"), numbers, samples["timestamptz"].random, document, text, arrayOf(numbers, ","))
	ranges := rangeOf(text)
	return map[string]sample{
		"citext":         {stringEdges, text},
		"ltree":          {[]string{"", "a.b.c"}, label},
		"lquery":         {[]string{"a.*.b", "!a{2}"}, format("*.%s|b", oneOf("a", "x_1@"))},
		"ltxtquery":      {[]string{"a & b", "!a | b*@"}, format("%s & (x | !y)", oneOf("a", "b%"))},
		"mood":           {[]string{"sad", "so so", "ha,ppy", ""}, mood},
		"age":            {nil, integer(30)},
		"corner":         {nil, box},
		"numbers":        {[]string{"{}"}, numbers},
		"nested":         {[]string{"{}"}, numbers},
		"inner_row":      {[]string{"(,,)", `(1,"",)`}, inner},
		"outer_row":      {[]string{"(,,,,,,,,)"}, outer},
		"whole":          {[]string{"(,,,,,,,,)"}, outer},
		"plain":          {[]string{"(,)"}, row(integer(64), lexeme)},
		"textrange":      {[]string{"empty", "(,)", `["",""]`}, ranges},
		"textmultirange": {[]string{"{}"}, multirangeOf(ranges)},
	}
}

// TestValuesOfUserTypes compares values of types that are learned from the catalog of
// the server, with the query that the documentation gives.
func TestValuesOfUserTypes(t *testing.T) {
	c := newDatabase(t, "pgwdump_value_types")
	c.rows(userTypes)
	c.rows(`create table t as select n % 5 as a, n % 7 as b, n % 10 as c, n % 2 as d from generate_series(1, 1000) n;
		alter table t alter a set default 5;
		create statistics s (ndistinct, dependencies, mcv) on a, b, c, d from t; analyze t;
		create cast (bytea as pg_node_tree) without function`)
	types := load(t, "pgwdump_value_types")
	compared := 0
	for _, col := range userColumns(t, c) {
		pairs := col.pairs(t, c, randomValues)
		compare(t, types, col.cast, col.oid, pairs)
		compared += len(pairs)
	}
	t.Logf("%d values compared", compared)

	// An anonymous record cannot be written as text, but made of a row.
	outer := column{2249, "outer_row::record", userSamples()["outer_row"]}
	compare(t, types, outer.cast, outer.oid, outer.pairs(t, c, randomValues))

	// What cannot be written is what the server has of it.
	const values = `select stavalues1, stavalues1 from pg_statistic join pg_attribute on attrelid = starelid and attnum = staattnum
		where stavalues1 is not null and atttypid not in ('aclitem[]'::regtype, 'regproc'::regtype) and $1::int > 0`
	for oid, sql := range map[uint32]string{
		3361: "select stxdndistinct, stxdndistinct from pg_statistic_ext_data where $1::int > 0",
		3402: "select stxddependencies, stxddependencies from pg_statistic_ext_data where $1::int > 0",
		5017: "select stxdmcv, stxdmcv from pg_statistic_ext_data where $1::int > 0",
		194:  "select adbin, adbin from pg_attrdef where $1::int > 0 limit 10",
		2277: values,
		2278: "select pg_notify('a', 'b'), pg_notify('a', 'b') where $1::int > 0",
		2287: "select array[row(1, 'a b', null), row(2, $1::text, now())], array[row(1, 'a b', null), row(2, $1::text, now())]",
	} {
		a := c.each(sql, [][]byte{[]byte("1")}, message.TextFormat, message.BinaryFormat, message.TextFormat)[0]
		if a.err != nil || len(a.rows) == 0 {
			t.Errorf("%s: %d rows, %v", sql, len(a.rows), a.err)
		}
		for _, row := range a.rows {
			if row[0] == nil {
				t.Errorf("%s: a NULL", sql)
			}
			compare(t, types, value.TypeName(oid), oid, []pair{{row[0], row[1]}})
		}
	}

	// Every built-in type has a name.
	for _, row := range c.rows("select oid, oid::regtype, encode(int4send(oid::int), 'hex') from pg_type where oid < 10000 and typrelid = 0 or oid >= 16384") {
		b, err := hex.DecodeString(row[2])
		if err != nil {
			t.Fatal(err)
		}
		compare(t, types, "regtype", 2206, []pair{{b, []byte(row[1])}})
	}
}

// userColumns returns the types of userTypes and the arrays of them.
func userColumns(t *testing.T, c *client) []column {
	var columns []column
	known := userSamples()
	for _, row := range c.rows(`select t.oid, t.typname, quote_ident(t.typname), t.typarray, t.typdelim, quote_ident(a.typname)
		from pg_type t join pg_type a on a.oid = t.typarray where t.oid >= 16384 order by t.oid`) {
		s, ok := known[row[1]]
		if !ok {
			continue
		}
		columns = append(columns, column{number32(row[0]), row[2], s},
			column{number32(row[3]), row[5], sample{[]string{"{}", "{NULL}"}, arrayOf(s.random, row[4])}})
	}
	return columns
}

// load runs psql with the query of the documentation of Types.Load, and loads what it
// writes.
func load(t *testing.T, database string) *value.Types {
	t.Helper()
	psql := command(t, false, os.Getenv("PG18_PORT"), "psql", "-X", "--csv", "-c", documentedQuery(t), database)
	types := new(value.Types)
	if err := types.Load(strings.NewReader(output(t, psql))); err != nil {
		t.Fatal(err)
	}
	return types
}

// documentedQuery returns the query in the documentation of Types.Load.
func documentedQuery(t *testing.T) string {
	t.Helper()
	source, err := os.ReadFile("../value/load.go")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(source)) {
		if code, ok := strings.CutPrefix(line, "//\t"); ok {
			return code
		}
	}
	t.Fatal("there is no query in the documentation of Types.Load")
	return ""
}
