package value

import (
	"encoding/binary"
	"encoding/hex"
	"strconv"
)

// appendText appends what is text on the wire as well.
func (p printer) appendText(dst, b []byte) ([]byte, error) {
	if convert := p.types.Settings.ToUTF8; convert != nil {
		return convert(dst, b)
	}
	return append(dst, b...), nil
}

// appendVersioned is jsonb_send and jsonpath_send: a version, then the text.
func (p printer) appendVersioned(dst, b []byte) ([]byte, error) {
	if len(b) == 0 || b[0] != 1 {
		return dst, ErrInvalid
	}
	return p.appendText(dst, b[1:])
}

func (p printer) appendBool(dst, b []byte) ([]byte, error) {
	if len(b) != 1 {
		return dst, ErrInvalid
	}
	if b[0] == 0 {
		return append(dst, 'f'), nil
	}
	return append(dst, 't'), nil
}

// appendVoid is void_out: a function that returns nothing returns nothing.
func (p printer) appendVoid(dst, b []byte) ([]byte, error) {
	if len(b) != 0 {
		return dst, ErrInvalid
	}
	return dst, nil
}

// appendChar is charout in char.c, for the type "char": one byte, zero for none.
func (p printer) appendChar(dst, b []byte) ([]byte, error) {
	switch {
	case len(b) != 1:
		return dst, ErrInvalid
	case b[0] == 0:
		return dst, nil
	case b[0] >= 0x80:
		return appendOctal(dst, b[0]), nil
	}
	return append(dst, b[0]), nil
}

// appendBytea is byteaout in varlena.c.
func (p printer) appendBytea(dst, b []byte) ([]byte, error) {
	if !p.types.Settings.ByteaEscape {
		return hex.AppendEncode(append(dst, `\x`...), b), nil
	}
	for _, c := range b {
		switch {
		case c == '\\':
			dst = append(dst, `\\`...)
		case c < ' ' || c > '~':
			dst = appendOctal(dst, c)
		default:
			dst = append(dst, c)
		}
	}
	return dst, nil
}

// appendOctal appends a byte as a backslash and three octal digits.
func appendOctal(dst []byte, c byte) []byte {
	return append(dst, '\\', '0'+c>>6, '0'+c>>3&7, '0'+c&7)
}

// appendBit is varbit_recv and varbit_out in varbit.c, for bit and bit varying: the
// number of bits, then the bits from the highest down.
func (p printer) appendBit(dst, b []byte) ([]byte, error) {
	w := wire{b: b}
	n := w.int32()
	bits := w.take((n + 7) / 8)
	if n < 0 || w.end() != nil {
		return dst, ErrInvalid
	}
	for i := range n {
		dst = append(dst, '0'+bits[i/8]>>(7-i%8)&1)
	}
	return dst, nil
}

// appendUUID is uuid_out in uuid.c.
func (p printer) appendUUID(dst, b []byte) ([]byte, error) {
	if len(b) != 16 {
		return dst, ErrInvalid
	}
	dst = hex.AppendEncode(dst, b[:4])
	for i := 4; i < 10; i += 2 {
		dst = hex.AppendEncode(append(dst, '-'), b[i:i+2])
	}
	return hex.AppendEncode(append(dst, '-'), b[10:]), nil
}

// appendLSN is pg_lsn_out in pg_lsn.c.
func (p printer) appendLSN(dst, b []byte) ([]byte, error) {
	if len(b) != 8 {
		return dst, ErrInvalid
	}
	start := len(dst)
	dst = strconv.AppendUint(dst, uint64(binary.BigEndian.Uint32(b)), 16)
	dst = strconv.AppendUint(append(dst, '/'), uint64(binary.BigEndian.Uint32(b[4:])), 16)
	for i := start; i < len(dst); i++ {
		if dst[i] >= 'a' {
			dst[i] -= 'a' - 'A'
		}
	}
	return dst, nil
}
