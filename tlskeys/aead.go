package tlskeys

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"

	"golang.org/x/crypto/chacha20poly1305"
)

const (
	nonceSize = 12
	saltSize  = 4 // what the key block has of the nonce of AES-GCM; the rest is in the record
	tagSize   = 16
)

// An aead opens records under AES-GCM or ChaCha20-Poly1305.
type aead struct {
	cipher.AEAD
	tls13    bool
	explicit int             // bytes of the nonce in each record
	iv       [nonceSize]byte // the rest of it, in front

	nonce  [nonceSize]byte // memory for the current one
	sealed [sealed]byte    // memory for what is authenticated besides
}

func newAEAD(b bulk, key, iv []byte, tls13 bool) *aead {
	p := &aead{tls13: tls13, explicit: nonceSize - len(iv)}
	copy(p.iv[:], iv)
	if b == chaCha20Poly1305 {
		p.AEAD, _ = chacha20poly1305.New(key) // the only error is of a key of another size
		return p
	}
	block, _ := aes.NewCipher(key)
	p.AEAD, _ = cipher.NewGCM(block)
	return p
}

func (p *aead) open(dst []byte, r record, first, last uint64) (content []byte, kind ContentType, seq uint64, ok bool) {
	body := r.body()
	if len(body) < p.explicit+tagSize {
		return nil, 0, 0, false
	}
	p.nonce = p.iv
	copy(p.nonce[nonceSize-p.explicit:], body)
	body = body[p.explicit:]
	for seq = first; ; seq++ {
		if p.explicit == 0 { // RFC 8446, section 5.3, and RFC 7905, section 2
			binary.BigEndian.PutUint64(p.nonce[4:], binary.BigEndian.Uint64(p.iv[4:])^seq)
		}
		more := r.raw[:headerSize]
		if !p.tls13 {
			more = appendSealed(p.sealed[:0], seq, r, len(body)-tagSize)
		}
		content, err := p.Open(dst[:0], p.nonce[:], body, more)
		switch {
		case err == nil && p.tls13:
			content, kind = inner(content)
			return content, kind, seq, true
		case err == nil:
			return content, r.kind(), seq, true
		case seq == last:
			return nil, 0, 0, false
		}
	}
}

// inner takes the padding and the content type off a TLSInnerPlaintext (RFC 8446,
// section 5.4). The content type of one that is nothing but padding is 0.
func inner(b []byte) (content []byte, kind ContentType) {
	for end := len(b) - 1; end >= 0; end-- {
		if b[end] != 0 {
			return b[:end], ContentType(b[end])
		}
	}
	return nil, 0
}

func (p *aead) shortest() int {
	n := headerSize + p.explicit + tagSize
	if p.tls13 {
		n++ // the content type
	}
	return n
}

func (p *aead) after(record) {}
