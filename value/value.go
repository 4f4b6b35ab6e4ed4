// Package value knows the data types of PostgreSQL: what their OIDs stand for.
package value

// TypeName returns the name of a built-in data type, such as "int4" or "text[]",
// or an empty string where the OID is not one of a built-in type.
func TypeName(oid uint32) string { return names[oid] }
