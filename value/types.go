package value

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// A Kind is what a data type is made of.
type Kind uint8

// The kinds of data types, and what [Type].Element is for them.
const (
	Base       Kind = iota // a type with functions of its own; Element: a built-in type with the same binary form, 0 if there is none
	Array                  // Element: the type of the elements, 0 for any
	Range                  // Element: the subtype
	Multirange             // Element: the range type
	Composite              // a row of columns, which carry their types with them; no Element
	Enum                   // no Element
	Domain                 // Element: the underlying type
)

// kinds are the names of the kinds in the files that [Types.Load] reads.
var kinds = map[string]Kind{
	"base":       Base,
	"array":      Array,
	"range":      Range,
	"multirange": Multirange,
	"composite":  Composite,
	"enum":       Enum,
	"domain":     Domain,
}

// A Type is what it takes to print the values of a data type.
type Type struct {
	Name    string // as SQL has it, with a schema where needed
	Kind    Kind
	Element uint32 // the OID of the type that this one is made from: see the kinds
}

// Types is the knowledge of data types and the [Settings] to print their values
// with. The zero value knows the built-in types and has the default settings. A copy
// shares what was learned and has settings of its own.
//
// Any number of goroutines may use it, also copies of it, while none calls Learn or
// Load or changes the settings.
type Types struct {
	Settings Settings
	learned  map[uint32]Type
}

// Learn adds a user-defined type, or replaces it. Built-in types stay what they are.
func (t *Types) Learn(oid uint32, typ Type) {
	if t.learned == nil {
		t.learned = make(map[uint32]Type)
	}
	t.learned[oid] = typ
}

// Load learns the types of a database from a CSV file with a line of headings. The
// columns oid, name, kind and element are read, in any order, others ignored; kind is
// one of base, array, range, multirange, composite, enum and domain, and element is
// what [Type].Element says, 0 or empty for none. psql --csv writes such a file from
// this query (PostgreSQL 14 and newer; older ones have no rngmultitypid):
//
//	select t.oid, format_type(t.oid, null) as name,
//	       case when a.oid is not null then 'array'
//	            else case t.typtype when 'c' then 'composite' when 'd' then 'domain' when 'e' then 'enum'
//	                                when 'r' then 'range' when 'm' then 'multirange' else 'base' end
//	       end as kind,
//	       coalesce(a.oid, nullif(t.typbasetype, 0), r.rngsubtype, m.rngtypid,
//	                (select min(b.oid) from pg_type b join pg_proc f on f.oid = b.typsend
//	                 where b.typtype = 'b' and b.oid < 10000 and f.prosrc = s.prosrc
//	                 and t.typtype = 'b' and f.prolang = s.prolang),
//	                0) as element
//	from pg_type t
//	left join pg_type a on a.typarray = t.oid
//	left join pg_range r on r.rngtypid = t.oid
//	left join pg_range m on m.rngmultitypid = t.oid
//	left join pg_proc s on s.oid = t.typsend
//	where t.oid >= 10000 and t.typtype <> 'p'
//	order by t.oid
//
// An error names the line; the types before it are learned.
func (t *Types) Load(r io.Reader) error {
	rows := csv.NewReader(r)
	rows.ReuseRecord = true
	headings, err := rows.Read()
	if err != nil {
		return fmt.Errorf("value: types: headings: %w", err)
	}
	var at [4]int
	for i, name := range [...]string{"oid", "name", "kind", "element"} {
		at[i] = -1
		for column, heading := range headings {
			if heading == name {
				at[i] = column
			}
		}
		if at[i] < 0 {
			return fmt.Errorf("value: types: no column %q", name)
		}
	}
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("value: types: %w", err)
		}
		line, _ := rows.FieldPos(0)
		oid, err := strconv.ParseUint(row[at[0]], 10, 32)
		if err != nil {
			return fmt.Errorf("value: types: line %d: oid: %w", line, err)
		}
		kind, ok := kinds[row[at[2]]]
		if !ok {
			return fmt.Errorf("value: types: line %d: unknown kind %q", line, row[at[2]])
		}
		typ := Type{Name: row[at[1]], Kind: kind}
		if element := row[at[3]]; element != "" {
			n, err := strconv.ParseUint(element, 10, 32)
			if err != nil {
				return fmt.Errorf("value: types: line %d: element: %w", line, err)
			}
			typ.Element = uint32(n)
		}
		t.Learn(uint32(oid), typ)
	}
}

// Name returns the name of a data type, built-in as [TypeName] has it or learned, or
// an empty string.
func (t *Types) Name(oid uint32) string { return t.lookup(oid).Name }

// lookup returns what is known of a type: of an unknown one a Base without Element.
func (t *Types) lookup(oid uint32) Type {
	if typ, ok := catalog[oid]; ok {
		return typ
	}
	return t.learned[oid]
}
