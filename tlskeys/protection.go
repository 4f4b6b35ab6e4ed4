package tlskeys

// A protection opens the records of one direction under one set of keys.
type protection interface {
	// open decrypts a record into dst, which has room for its body, and returns its
	// content and content type. Under which of the sequence numbers from first to
	// last it was sealed is returned too; that none of them authenticates it is
	// false, and nothing of it is returned.
	open(dst []byte, r record, first, last uint64) (content []byte, kind ContentType, seq uint64, ok bool)
	// shortest is how many bytes of the stream a record takes at least.
	shortest() int
	// after says which record comes before the next one. It is the zero record where
	// that was not opened.
	after(r record)
}

// sealed is how many bytes are authenticated before those of a record itself up to
// TLS 1.2: sequence number, type, version and length (RFC 5246, section 6.2.3).
const sealed = 13

// appendSealed appends them.
func appendSealed(dst []byte, seq uint64, r record, length int) []byte {
	return append(dst,
		byte(seq>>56), byte(seq>>48), byte(seq>>40), byte(seq>>32), byte(seq>>24), byte(seq>>16), byte(seq>>8), byte(seq),
		r.raw[0], r.raw[1], r.raw[2], byte(length>>8), byte(length))
}
