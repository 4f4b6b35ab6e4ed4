package value

import (
	"encoding/binary"
	"strconv"
)

// The types of this file name things of the server: objects, rows, transactions.

// appendOID is for all that prints an OID or another unsigned number of 32 bits.
// Operators are among them: regoperout in regproc.c prints 0 for none.
func (p printer) appendOID(dst, b []byte) ([]byte, error) {
	if len(b) != 4 {
		return dst, ErrInvalid
	}
	return strconv.AppendUint(dst, uint64(binary.BigEndian.Uint32(b)), 10), nil
}

// appendReg is for the types of regproc.c that print "-" for none, and the number
// where the object has no name.
func (p printer) appendReg(dst, b []byte) ([]byte, error) {
	if len(b) == 4 && binary.BigEndian.Uint32(b) == 0 {
		return append(dst, '-'), nil
	}
	return p.appendOID(dst, b)
}

// appendRegtype is regtypeout in regproc.c.
func (p printer) appendRegtype(dst, b []byte) ([]byte, error) {
	if len(b) == 4 {
		if t := p.types.lookup(binary.BigEndian.Uint32(b)); t.Name != "" {
			return p.appendTypeName(dst, binary.BigEndian.Uint32(b), t), nil
		}
	}
	return p.appendReg(dst, b)
}

// appendTypeName appends the name of a type as format_type in format_type.c has it.
func (p printer) appendTypeName(dst []byte, oid uint32, t Type) []byte {
	if _, builtIn := catalog[oid]; builtIn && t.Kind == Array && t.Element != 0 {
		dst = p.appendTypeName(dst, t.Element, p.types.lookup(t.Element))
		return append(dst, "[]"...)
	}
	if name, ok := sqlNames[oid]; ok {
		return append(dst, name...)
	}
	return append(dst, t.Name...)
}

// sqlNames are the names in SQL of the built-in types whose name in pg_type is
// another or, without quotation marks, a word of SQL.
var sqlNames = map[uint32]string{
	16:   "boolean",
	18:   `"char"`,
	20:   "bigint",
	21:   "smallint",
	23:   "integer",
	700:  "real",
	701:  "double precision",
	1042: "character",
	1043: "character varying",
	1083: "time without time zone",
	1114: "timestamp without time zone",
	1184: "timestamp with time zone",
	1266: "time with time zone",
	1562: "bit varying",
	2276: `"any"`,
}

// appendTID is tidout in tid.c: the block of a row version and its place in there.
func (p printer) appendTID(dst, b []byte) ([]byte, error) {
	if len(b) != 6 {
		return dst, ErrInvalid
	}
	dst = strconv.AppendUint(append(dst, '('), uint64(binary.BigEndian.Uint32(b)), 10)
	dst = strconv.AppendUint(append(dst, ','), uint64(binary.BigEndian.Uint16(b[4:])), 10)
	return append(dst, ')'), nil
}

func (p printer) appendXID8(dst, b []byte) ([]byte, error) {
	if len(b) != 8 {
		return dst, ErrInvalid
	}
	return strconv.AppendUint(dst, binary.BigEndian.Uint64(b), 10), nil
}

// appendSnapshot is pg_snapshot_recv and pg_snapshot_out in xid8funcs.c: the oldest
// transaction in progress, the first not yet begun, and those in progress in between,
// in order.
func (p printer) appendSnapshot(dst, b []byte) ([]byte, error) {
	w := wire{b: b}
	n, oldest, next := w.int32(), w.uint64(), w.uint64()
	if n < 0 || uint32(oldest) == 0 || uint32(next) == 0 || next < oldest {
		return dst, ErrInvalid
	}
	dst = strconv.AppendUint(dst, oldest, 10)
	dst = strconv.AppendUint(append(dst, ':'), next, 10)
	dst = append(dst, ':')
	last := uint64(0)
	for range n {
		xid := w.uint64()
		if w.bad || xid < last || xid < oldest || xid > next {
			return dst, ErrInvalid
		}
		if xid == last {
			continue
		}
		if last != 0 {
			dst = append(dst, ',')
		}
		dst = strconv.AppendUint(dst, xid, 10)
		last = xid
	}
	return dst, w.end()
}
