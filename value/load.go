package value

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
)

// Load learns the types of a database from a CSV file with a line of headings, which
// are those of the catalogs pg_type and pg_range. Columns that say nothing of what is
// needed here may be missing, and others there; the order is free. psql --csv writes
// such a file from this query:
//
//	select t.*, r.* from pg_type t left join pg_range r on r.rngtypid = t.oid
//
// Before PostgreSQL 12 the OID is a hidden column: select t.oid, t.*, r.* … there.
//
// An error names the line; the types before it are learned.
func (t *Types) Load(r io.Reader) error {
	rows := csv.NewReader(r)
	rows.ReuseRecord = true
	names, err := rows.Read()
	if err != nil {
		return fmt.Errorf("types: headings: %w", err)
	}
	l := NewLesson(names)
	for _, need := range [...]struct {
		role
		name string
	}{{roleOID, "oid"}, {roleName, "typname"}, {roleKind, "typtype"}} {
		if l.columns[need.role] == 0 {
			return fmt.Errorf("types: no column %q in the first line; psql --csv writes such a file from \"select t.*, r.* from pg_type t left join pg_range r on r.rngtypid = t.oid\"", need.name)
		}
	}
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("types: %w", err)
		}
		if l.oid(row, roleOID) == 0 {
			line, _ := rows.FieldPos(0)
			return fmt.Errorf("types: line %d: %q is not an OID", line, l.text(row, roleOID))
		}
		t.LearnRow(&l, 0, row)
	}
}
