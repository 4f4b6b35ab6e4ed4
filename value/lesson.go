package value

import (
	"strconv"
	"strings"
)

// A role is what a column says of a data type.
type role uint8

const (
	roleOID        role = iota
	roleName            // without a schema, or as format_type has it
	roleKind            // typtype
	roleCategory        // typcategory
	roleElement         // the OID of the elements of an array
	roleBase            // of what a domain is made of
	roleSubtype         // of the bounds of a range
	roleArray           // of the array of the type
	roleMultirange      // of the multirange of a range
	roleLabels          // of an enum
	roleColumns         // of a row
	roles
)

// headings are how columns are called that say something of data types: in the
// catalogs pg_type and pg_range, and in the queries of drivers that ask for it.
var headings = map[string]role{
	"oid":           roleOID,
	"typname":       roleName,
	"name":          roleName, // asyncpg, psycopg
	"typtype":       roleKind, // npgsql has an a for arrays
	"kind":          roleKind, // asyncpg
	"typcategory":   roleCategory,
	"typelem":       roleElement,
	"elemtype":      roleElement, // asyncpg
	"elemtypoid":    roleElement, // npgsql: of anything that is made from another type
	"typbasetype":   roleBase,
	"basetype":      roleBase, // asyncpg
	"rngsubtype":    roleSubtype,
	"range_subtype": roleSubtype, // asyncpg
	"subtype_oid":   roleSubtype, // psycopg
	"typarray":      roleArray,
	"array_oid":     roleArray, // psycopg
	"rngmultitypid": roleMultirange,
	"labels":        roleLabels,  // psycopg
	"field_types":   roleColumns, // psycopg
}

// A Lesson is a table whose rows tell of data types, with what its columns mean. The
// zero value has none that means anything.
type Lesson struct {
	columns [roles]int // the index of each, counted from 1; 0 for none
}

// NewLesson returns the Lesson in a table with these headings. Where a heading is
// there twice, the first counts.
func NewLesson(names []string) (l Lesson) {
	for i, name := range names {
		if r, ok := headings[name]; ok && l.columns[r] == 0 {
			l.columns[r] = i + 1
		}
	}
	return l
}

// Useful tells whether the rows of the table say something of types: besides an OID,
// which may also be known otherwise.
func (l *Lesson) Useful() bool {
	return l.columns[roleName]|l.columns[roleKind]|l.columns[roleElement] != 0
}

// HasOID tells whether the rows say of which type they speak.
func (l *Lesson) HasOID() bool { return l.columns[roleOID] != 0 }

// maxName is longer than a name is with its schema, each of 63 bytes that are quoted.
const maxName = 256

// LearnRow learns from a row of the table, of which each column is text and empty for
// NULL: the type itself, and its array and multirange where they are named. The OID is
// for tables that do not have it. What the row leaves open stays as it was known. It tells
// whether anything of that is new.
func (t *Types) LearnRow(l *Lesson, oid uint32, row []string) (news bool) {
	if l.HasOID() {
		oid = l.oid(row, roleOID)
	}
	if oid == 0 {
		return false
	}
	typ := t.lookup(oid)
	if name := l.text(row, roleName); name != "" && len(name) <= maxName {
		typ.Name = name
	}
	switch kind := l.text(row, roleKind); {
	case l.isArray(row, kind):
		typ.Kind, typ.Element = Array, l.oid(row, roleElement)
		if element, ok := strings.CutPrefix(typ.Name, "_"); ok {
			typ.Name = element + "[]"
		}
	case kind == "d":
		typ.Kind, typ.Element = Domain, l.either(row, roleBase, typ.Element)
	case kind == "r" || l.oid(row, roleSubtype) != 0:
		typ.Kind, typ.Element = Range, l.either(row, roleSubtype, typ.Element)
	case kind == "m":
		typ.Kind, typ.Element = Multirange, l.either(row, roleElement, typ.Element)
	case kind == "c" || l.text(row, roleColumns) != "":
		typ.Kind = Composite
	case kind == "e" || l.text(row, roleLabels) != "":
		typ.Kind = Enum
	case kind == "b":
		typ.Kind, typ.Element = Base, sameForm[typ.Name]
	}
	news = t.Learn(oid, typ)
	if array := l.oid(row, roleArray); array != 0 {
		news = t.Learn(array, Type{typ.Name + "[]", Array, oid}) || news
	}
	if multirange := l.oid(row, roleMultirange); multirange != 0 {
		name := t.lookup(multirange).Name
		news = t.Learn(multirange, Type{name, Multirange, oid}) || news
	}
	return news
}

// sameForm are types of widespread extensions that are sent as a built-in type is.
var sameForm = map[string]uint32{
	"citext":    25,   // text
	"ltree":     4072, // jsonpath: a version and text
	"lquery":    4072,
	"ltxtquery": 4072,
}

// isArray tells whether a row is of an array type. In pg_type its kind is that of a
// base type, and some of those have a typelem that are no arrays.
func (l *Lesson) isArray(row []string, kind string) bool {
	switch {
	case kind == "a":
		return true
	case kind != "b" && kind != "" || l.oid(row, roleElement) == 0:
		return false
	case l.columns[roleCategory] != 0:
		return l.text(row, roleCategory) == "A"
	}
	return true
}

// text returns a column of a row, empty where there is none.
func (l *Lesson) text(row []string, r role) string {
	if i := l.columns[r]; i > 0 && i <= len(row) {
		return row[i-1]
	}
	return ""
}

// oid returns a column of a row as an OID, 0 where there is none.
func (l *Lesson) oid(row []string, r role) uint32 {
	n, _ := strconv.ParseUint(l.text(row, r), 10, 32)
	return uint32(n)
}

// either returns the OID that the row has for a role or, where all are in one column,
// as that of the elements; else what was known.
func (l *Lesson) either(row []string, r role, known uint32) uint32 {
	for _, r := range [...]role{r, roleElement} {
		if n := l.oid(row, r); n != 0 {
			return n
		}
	}
	return known
}
