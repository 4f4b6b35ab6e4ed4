package value_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/pgwdump/pgwdump/value"
)

// TestLearnRow learns from what drivers ask the catalog, and prints values of what was
// learned.
func TestLearnRow(t *testing.T) {
	const (
		mood     = "68617079"                                                         // happy
		moods    = "00000001 00000000 00004001 00000001 00000001 00000005 6861707079" // of 16385
		point    = "00000002 00000017 00000004 00000001 00000019 00000001 78"         // (1,x)
		ages     = "00000001 00000000 00004002 00000001 00000001 00000004 0000002a"   // of 16386
		interval = "02 00000004 00000001 00000004 00000005"                           // [1,5)
		several  = "00000001 00000011 02 00000004 00000001 00000004 00000005"         // {[1,5)}
		wide     = "00000001 00000000 00000017 00000001 00000001 00000004 0000002a"   // of int4
	)
	for _, c := range []struct {
		name   string
		heads  string
		rows   []string
		given  uint32 // the OID, where the rows do not have it
		oid    uint32
		digits string
		want   string // the name, and the value
	}{
		{"psycopg, an enum and its array", "name oid array_oid labels", []string{"mood 16385 16384 {}"}, 0, 16384, moods, "mood[] {happy}"},
		{"asyncpg, a row", "oid ns name kind basetype elemtype elemdelim range_subtype", []string{"16390 public spot c - - , -"}, 0, 16390, point, "spot (1,x)"},
		{"asyncpg, a domain and its array", "oid ns name kind basetype elemtype", []string{"16386 public age d 23 -", "16387 public _age b - 16386"}, 0, 16387, ages, "age[] {42}"},
		{"npgsql, arrays marked", "nspname oid typname typtype typnotnull elemtypoid", []string{"public 16385 mood e f -", "public 16384 _mood a f 16385"}, 0, 16384, moods, "mood[] {happy}"},
		{"npgsql, a range", "nspname oid typname typtype typnotnull elemtypoid", []string{"public 16400 span r f 23"}, 0, 16400, interval, "span [1,5)"},
		{"a multirange by its range", "oid typname typtype rngsubtype rngmultitypid", []string{"16401 spans m - -", "16400 span r 23 16401"}, 0, 16401, several, "spans {[1,5)}"},
		{"tokio-postgres, the OID given", "typname typtype typelem rngsubtype typbasetype nspname typrelid", []string{"mood e 0 - 0 public 0"}, 16385, 16385, mood, "mood hapy"},
		{"pgx, kind and base alone", "typtype typbasetype", []string{"d 1007"}, 16386, 16386, wide, " {42}"},
		{"a name alone", "typname", []string{"mood"}, 16385, 16385, "", "mood unknown"},
		{"an extension's type", "oid typname typtype", []string{"16500 citext b"}, 0, 16500, "41", "citext A"},
		{"built-in types stay", "oid typname typtype typelem", []string{"23 mine e 0"}, 0, 23, "00000007", "int4 7"},
		{"a base type with elements is no array", "oid typname typtype typcategory typelem", []string{"16600 vec b U 701"}, 0, 16600, "00", "vec unknown"},
	} {
		var types value.Types
		l := value.NewLesson(strings.Fields(c.heads))
		if !l.Useful() || l.HasOID() == (c.given != 0) {
			t.Errorf("%s: useful %v, has an OID %v", c.name, l.Useful(), l.HasOID())
		}
		for _, row := range c.rows {
			columns := strings.Fields(row)
			for i := range columns {
				columns[i] = strings.TrimPrefix(columns[i], "-")
			}
			types.LearnRow(&l, c.given, columns)
		}
		got, err := types.Append(nil, c.oid, 1, bytesOf(t, c.digits))
		if err == value.ErrUnknownType {
			got = []byte("unknown")
		}
		if s := types.Name(c.oid) + " " + string(got); s != c.want {
			t.Errorf("%s: %q, %v, want %q", c.name, s, err, c.want)
		}
	}
}

func TestInherit(t *testing.T) {
	var all value.Types
	all.Learn(16385, value.Type{Name: "mood", Kind: value.Enum})
	one, other := all.Inherit(), all.Inherit()
	one.Learn(16386, value.Type{Name: "age", Kind: value.Domain, Element: 23})
	clone := *one
	clone.Learn(16387, value.Type{Name: "spot", Kind: value.Composite})
	if clone.Name(16385) != "mood" || clone.Name(16386) != "age" || one.Name(16387) != "" {
		t.Error("a copy does not know the same, or shares what it learns")
	}
	if one.Name(16385) != "mood" || one.Name(16386) != "age" || other.Name(16386) != "" || all.Name(16386) != "" {
		t.Error("types are not where they were learned")
	}
}

// TestCopies has copies of Types learn, and copies of those, and holds each to a map.
func TestCopies(t *testing.T) {
	type copied struct {
		types value.Types
		known map[uint32]string
	}
	r := rand.New(rand.NewPCG(1, 2))
	copies := []copied{{known: map[uint32]string{}}}
	const first = 1 << 20 // no type is built in there
	for n := range 5000 {
		of := &copies[r.IntN(len(copies))]
		c := copied{of.types, maps.Clone(of.known)}
		oid, name := first+r.Uint32N(1<<r.IntN(32))%(1<<32-1-first), fmt.Sprint(n%3)
		if before, known := c.known[oid]; c.types.Learn(oid, value.Type{Name: name}) == (known && before == name) {
			t.Fatalf("%d: %q is new or not, behind %q", oid, name, before)
		}
		c.known[oid] = name
		if copies = append(copies, c); len(copies) > 50 {
			copies = slices.Delete(copies, 0, 1)
		}
		if c.types.Learned() != len(c.known) {
			t.Fatalf("%d types are known, want %d", c.types.Learned(), len(c.known))
		}
		for _, c := range []copied{copies[0], c} {
			for oid, name := range c.known {
				if got := c.types.Name(oid); got != name || c.types.Name(oid^1) != c.known[oid^1] {
					t.Fatalf("%d is %q, want %q", oid, got, name)
				}
			}
		}
	}
}

func TestLoad(t *testing.T) {
	const file = "oid,typname,typlen,typtype,typelem,typarray,typbasetype,rngsubtype\n" +
		"16385,mood,4,e,0,16384,0,\n" +
		"16384,_mood,-1,b,16385,0,0,\n"
	var types value.Types
	if err := types.Load(strings.NewReader(file)); err != nil || types.Name(16384) != "mood[]" {
		t.Errorf("%v, %q", err, types.Name(16384))
	}
	for file, want := range map[string]string{
		"":                                  "types: headings: EOF",
		"a,b\n":                             `no column "oid" in the first line; psql --csv writes such a file`,
		"oid,typname,typtype\nx,y,z\n":      `types: line 2: "x" is not an OID`,
		"oid,typname,typtype\n16385,mood\n": "line 2: wrong number of fields",
	} {
		var types value.Types
		if err := types.Load(strings.NewReader(file)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", file, err, want)
		}
	}
}
