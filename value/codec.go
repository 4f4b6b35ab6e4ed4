package value

// A codec appends the text of a value in binary format.
type codec func(p printer, dst, b []byte) ([]byte, error)

// codecOf returns the codec of a built-in type by its OID, or nil: for types made
// from others and for those without a known binary form.
//
// It is a switch and not a map because values contain values: a map would have to be
// initialised by code that refers to it.
func codecOf(oid uint32) codec {
	switch oid {
	case 16: // bool
		return printer.appendBool
	case 17, 5017: // bytea, pg_mcv_list
		return printer.appendBytea
	case 18: // "char"
		return printer.appendChar
	case 19, 25, 114, 142, 194, 705, 1042, 1043, 1790, 2275:
		// name, text, json, xml, pg_node_tree, unknown, bpchar, varchar, refcursor, cstring
		return printer.appendText
	case 20: // int8
		return printer.appendInt8
	case 21: // int2
		return printer.appendInt2
	case 22, 30: // int2vector, oidvector
		return printer.appendVector
	case 23: // int4
		return printer.appendInt4
	case 26, 28, 29, 2203, 2204: // oid, xid, cid, regoper, regoperator
		return printer.appendOID
	case 24, 2202, 2205, 3734, 3769, 4089, 4096, 4191:
		// regproc, regprocedure, regclass, regconfig, regdictionary, regnamespace, regrole, regcollation
		return printer.appendReg
	case 27: // tid
		return printer.appendTID
	case 600: // point
		return printer.appendPoint
	case 601: // lseg
		return printer.appendLseg
	case 602: // path
		return printer.appendPath
	case boxOID:
		return printer.appendBox
	case 604: // polygon
		return printer.appendPolygon
	case 628: // line
		return printer.appendLine
	case 650: // cidr
		return printer.appendCidr
	case 700: // float4
		return printer.appendFloat4
	case 701: // float8
		return printer.appendFloat8
	case 718: // circle
		return printer.appendCircle
	case 774: // macaddr8
		return printer.appendMacaddr8
	case 790: // money
		return printer.appendMoney
	case 829: // macaddr
		return printer.appendMacaddr
	case 869: // inet
		return printer.appendInet
	case 1082: // date
		return printer.appendDate
	case 1083: // time
		return printer.appendTime
	case 1114: // timestamp
		return printer.appendTimestamp
	case 1184: // timestamptz
		return printer.appendTimestamptz
	case 1186: // interval
		return printer.appendInterval
	case 1266: // timetz
		return printer.appendTimetz
	case 1560, 1562: // bit, varbit
		return printer.appendBit
	case 1700: // numeric
		return printer.appendNumeric
	case 2206: // regtype
		return printer.appendRegtype
	case 2278: // void
		return printer.appendVoid
	case 2950: // uuid
		return printer.appendUUID
	case 2970, 5038: // txid_snapshot, pg_snapshot
		return printer.appendSnapshot
	case 3220: // pg_lsn
		return printer.appendLSN
	case 3361: // pg_ndistinct
		return printer.appendNDistinct
	case 3402: // pg_dependencies
		return printer.appendDependencies
	case 3614: // tsvector
		return printer.appendTSVector
	case 3615: // tsquery
		return printer.appendTSQuery
	case 3802, 4072: // jsonb, jsonpath
		return printer.appendVersioned
	case 5069: // xid8
		return printer.appendXID8
	}
	return nil
}
