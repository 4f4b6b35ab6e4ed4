package tlskeys

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/tls"
)

// keys12 returns what opens the records of the client and those of the server up to
// TLS 1.2: the key block is the MAC keys of both, then the keys, then the IVs (RFC
// 5246, section 6.3). etm says that they agreed on encrypt-then-MAC.
func (s *suite) keys12(version uint16, master []byte, client, server random, etm bool) [2]protection {
	mac, iv := s.sizes12(version)
	seed := append(append([]byte("key expansion"), server[:]...), client[:]...)
	block := s.prf(version, master, seed, 2*(mac+s.key+iv))
	cut := func(size int) (both [2][]byte) {
		both[0], both[1], block = block[:size], block[size:2*size], block[2*size:]
		return both
	}
	macs, keys, ivs := cut(mac), cut(s.key), cut(iv)
	var both [2]protection
	for i := range both {
		if s.mac == nil {
			both[i] = newAEAD(s.bulk, keys[i], ivs[i], false)
		} else {
			both[i] = newCBC(s, version, macs[i], keys[i], ivs[i], etm)
		}
	}
	return both
}

// sizes12 returns how long a MAC key is and an IV, of which the key block has only
// that part that records do not carry.
func (s *suite) sizes12(version uint16) (mac, iv int) {
	switch {
	case s.bulk == aesGCM:
		return 0, saltSize
	case s.bulk == chaCha20Poly1305:
		return 0, nonceSize
	case version == tls.VersionTLS10:
		iv = s.bulk.blockSize()
	}
	return s.mac().Size(), iv
}

// prf is the pseudorandom function (RFC 5246, section 5). That of TLS 1.0 and 1.1
// takes both halves of the secret for themselves, and a master secret has an even
// number of bytes (RFC 4346, section 5).
func (s *suite) prf(version uint16, secret, labelAndSeed []byte, size int) []byte {
	if version >= tls.VersionTLS12 {
		return pHash(s.hash, secret, labelAndSeed, size)
	}
	half := len(secret) / 2
	out := pHash(md5.New, secret[:half], labelAndSeed, size)
	for i, b := range pHash(sha1.New, secret[half:], labelAndSeed, size) {
		out[i] ^= b
	}
	return out
}

// pHash is P_hash (RFC 5246, section 5).
func pHash(h digest, secret, seed []byte, size int) []byte {
	mac := hmac.New(h, secret)
	sum := func(parts ...[]byte) []byte {
		mac.Reset()
		for _, b := range parts {
			mac.Write(b)
		}
		return mac.Sum(nil)
	}
	var out []byte
	for a := sum(seed); len(out) < size; a = sum(a) {
		out = append(out, sum(a, seed)...)
	}
	return out[:size]
}
