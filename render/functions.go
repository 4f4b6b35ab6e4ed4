package render

import "github.com/pgwdump/pgwdump/message"

// A function is a built-in one of the server.
type function struct {
	name  string
	types []message.OID // of its arguments
}

const (
	bytea = 17
	int8  = 20
	int4  = 23
	oid   = 26
)

// functions are those that clients call by FunctionCall, by their OIDs in pg_proc: the
// interface to large objects, as libpq and the JDBC driver have it.
var functions = map[message.OID]function{
	715:  {"lo_create", []message.OID{oid}},
	952:  {"lo_open", []message.OID{oid, int4}},
	953:  {"lo_close", []message.OID{int4}},
	954:  {"loread", []message.OID{int4, int4}},
	955:  {"lowrite", []message.OID{int4, bytea}},
	956:  {"lo_lseek", []message.OID{int4, int4, int4}},
	957:  {"lo_creat", []message.OID{int4}},
	958:  {"lo_tell", []message.OID{int4}},
	964:  {"lo_unlink", []message.OID{oid}},
	1004: {"lo_truncate", []message.OID{int4, int4}},
	3170: {"lo_lseek64", []message.OID{int4, int8, int4}},
	3171: {"lo_tell64", []message.OID{int4}},
	3172: {"lo_truncate64", []message.OID{int4, int8}},
}
