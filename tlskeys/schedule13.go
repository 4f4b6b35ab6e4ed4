package tlskeys

import (
	"crypto/hkdf"
	"encoding/binary"
)

// keys13 returns what opens the records that a traffic secret of TLS 1.3 protects
// (RFC 8446, section 7.3).
func (s *suite) keys13(secret []byte) protection {
	return newAEAD(s.bulk, s.expandLabel(secret, "key", s.key), s.expandLabel(secret, "iv", nonceSize), true)
}

// update13 returns the traffic secret that follows on a KeyUpdate (RFC 8446, section
// 7.2).
func (s *suite) update13(secret []byte) []byte {
	return s.expandLabel(secret, "traffic upd", len(secret))
}

// expandLabel is HKDF-Expand-Label with an empty context, which is all that follows
// from a traffic secret (RFC 8446, section 7.1).
func (s *suite) expandLabel(secret []byte, name string, size int) []byte {
	name = "tls13 " + name
	info := binary.BigEndian.AppendUint16(nil, uint16(size))
	info = append(append(info, byte(len(name))), name...)
	info = append(info, 0)
	out, err := hkdf.Expand(s.hash, secret, string(info), size)
	if err != nil {
		panic(err) // more is asked for than 255 hashes
	}
	return out
}
