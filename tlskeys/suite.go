package tlskeys

import (
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/tls"
	"hash"
)

// A bulk is how records are encrypted.
type bulk uint8

const (
	aesGCM bulk = iota
	chaCha20Poly1305
	aesCBC
	tripleDES
)

// A digest is a hash function.
type digest = func() hash.Hash

// A suite is what the cipher suites of one row have in common: all but how keys are
// exchanged and peers are authenticated, which is over when records are encrypted.
type suite struct {
	bulk bulk
	key  int    // bytes
	mac  digest // of CBC
	hash digest // that keys are derived with, from TLS 1.2 on
	from uint16 // the first version that has it; TLS 1.3 has those of its own only
	ids  []uint16
}

// suites are the cipher suites that can be decrypted, by their numbers at IANA: all
// with AES-GCM, ChaCha20-Poly1305, AES-CBC or 3DES-CBC.
var suites = []suite{
	{bulk: aesGCM, key: 16, hash: sha256.New, from: tls.VersionTLS13, ids: []uint16{0x1301}},
	{bulk: aesGCM, key: 32, hash: sha512.New384, from: tls.VersionTLS13, ids: []uint16{0x1302}},
	{bulk: chaCha20Poly1305, key: 32, hash: sha256.New, from: tls.VersionTLS13, ids: []uint16{0x1303}},

	// RFC 5288, RFC 5289, RFC 5487, RFC 8442
	{bulk: aesGCM, key: 16, hash: sha256.New, from: tls.VersionTLS12, ids: []uint16{
		0x009c, 0x009e, 0x00a0, 0x00a2, 0x00a4, 0x00a6, 0x00a8, 0x00aa, 0x00ac,
		0xc02b, 0xc02d, 0xc02f, 0xc031, 0xd001}},
	{bulk: aesGCM, key: 32, hash: sha512.New384, from: tls.VersionTLS12, ids: []uint16{
		0x009d, 0x009f, 0x00a1, 0x00a3, 0x00a5, 0x00a7, 0x00a9, 0x00ab, 0x00ad,
		0xc02c, 0xc02e, 0xc030, 0xc032, 0xd002}},
	// RFC 7905
	{bulk: chaCha20Poly1305, key: 32, hash: sha256.New, from: tls.VersionTLS12, ids: []uint16{
		0xcca8, 0xcca9, 0xccaa, 0xccab, 0xccac, 0xccad, 0xccae}},

	// RFC 5246, RFC 8422, RFC 4279, RFC 5054, RFC 5489
	{bulk: aesCBC, key: 16, mac: sha1.New, hash: sha256.New, from: tls.VersionTLS10, ids: []uint16{
		0x002f, 0x0030, 0x0031, 0x0032, 0x0033, 0x0034, 0x008c, 0x0090, 0x0094,
		0xc004, 0xc009, 0xc00e, 0xc013, 0xc018, 0xc01d, 0xc01e, 0xc01f, 0xc035}},
	{bulk: aesCBC, key: 32, mac: sha1.New, hash: sha256.New, from: tls.VersionTLS10, ids: []uint16{
		0x0035, 0x0036, 0x0037, 0x0038, 0x0039, 0x003a, 0x008d, 0x0091, 0x0095,
		0xc005, 0xc00a, 0xc00f, 0xc014, 0xc019, 0xc020, 0xc021, 0xc022, 0xc036}},
	{bulk: tripleDES, key: 24, mac: sha1.New, hash: sha256.New, from: tls.VersionTLS10, ids: []uint16{
		0x000a, 0x000d, 0x0010, 0x0013, 0x0016, 0x001b, 0x008b, 0x008f, 0x0093,
		0xc003, 0xc008, 0xc00d, 0xc012, 0xc017, 0xc01a, 0xc01b, 0xc01c, 0xc034}},
	// RFC 5246, RFC 5289, RFC 5487, RFC 5489; those with a pre-shared key and ECDHE
	// are for earlier versions too
	{bulk: aesCBC, key: 16, mac: sha256.New, hash: sha256.New, from: tls.VersionTLS10, ids: []uint16{
		0x003c, 0x003e, 0x003f, 0x0040, 0x0067, 0x006c, 0x00ae, 0x00b2, 0x00b6,
		0xc023, 0xc025, 0xc027, 0xc029, 0xc037}},
	{bulk: aesCBC, key: 32, mac: sha256.New, hash: sha256.New, from: tls.VersionTLS12, ids: []uint16{
		0x003d, 0x0068, 0x0069, 0x006a, 0x006b, 0x006d}},
	{bulk: aesCBC, key: 32, mac: sha512.New384, hash: sha512.New384, from: tls.VersionTLS10, ids: []uint16{
		0x00af, 0x00b3, 0x00b7, 0xc024, 0xc026, 0xc028, 0xc02a, 0xc038}},
}

// names are those of common cipher suites that crypto/tls has no name for.
var names = map[uint16]string{
	0x0033: "TLS_DHE_RSA_WITH_AES_128_CBC_SHA",
	0x0039: "TLS_DHE_RSA_WITH_AES_256_CBC_SHA",
	0x003d: "TLS_RSA_WITH_AES_256_CBC_SHA256",
	0x0067: "TLS_DHE_RSA_WITH_AES_128_CBC_SHA256",
	0x006b: "TLS_DHE_RSA_WITH_AES_256_CBC_SHA256",
	0x009e: "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",
	0x009f: "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384",
	0x1304: "TLS_AES_128_CCM_SHA256",
	0x1305: "TLS_AES_128_CCM_8_SHA256",
	0xc024: "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384",
	0xc028: "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384",
	0xc0ac: "TLS_ECDHE_ECDSA_WITH_AES_128_CCM",
	0xc0ad: "TLS_ECDHE_ECDSA_WITH_AES_256_CCM",
	0xccaa: "TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
}

// SuiteName returns the name of a cipher suite at IANA, or its number.
func SuiteName(id uint16) string {
	if name, ok := names[id]; ok {
		return name
	}
	return tls.CipherSuiteName(id)
}

// findSuite returns how records are encrypted under a cipher suite of a version, nil
// where that is not known here.
func findSuite(version, id uint16) *suite {
	for i := range suites {
		s := &suites[i]
		for _, one := range s.ids {
			if one == id && version >= s.from && (version == tls.VersionTLS13) == (s.from == tls.VersionTLS13) {
				return s
			}
		}
	}
	return nil
}
