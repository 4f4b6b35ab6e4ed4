package tlskeys

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"crypto/hmac"
	"crypto/tls"
	"hash"
)

// blockSize returns the block size of a block cipher in CBC mode.
func (b bulk) blockSize() int {
	if b == tripleDES {
		return des.BlockSize
	}
	return aes.BlockSize
}

// A cbc opens records under a block cipher in CBC mode with an HMAC.
type cbc struct {
	mode interface {
		cipher.BlockMode
		SetIV([]byte)
	}
	mac      hash.Hash
	etm      bool   // the MAC is of what is encrypted (RFC 7366)
	explicit bool   // each record begins with its IV
	initial  []byte // the IV of the first record, where they do not
	last     []byte // the IV of the next one: the last block of the record before
	known    bool   // that record was there

	sealed [sealed]byte // memory for what is authenticated besides
	sum    []byte       // memory for a MAC
}

func newCBC(s *suite, version uint16, mac, key, iv []byte, etm bool) *cbc {
	p := &cbc{mac: hmac.New(s.mac, mac), etm: etm, explicit: version > tls.VersionTLS10, initial: iv}
	size := s.bulk.blockSize()
	p.last = make([]byte, size)
	var block cipher.Block
	if s.bulk == tripleDES {
		block, _ = des.NewTripleDESCipher(key) // the only error is of a key of another size
	} else {
		block, _ = aes.NewCipher(key)
	}
	p.mode = cipher.NewCBCDecrypter(block, p.last).(interface {
		cipher.BlockMode
		SetIV([]byte)
	})
	return p
}

func (p *cbc) open(dst []byte, r record, first, last uint64) (content []byte, kind ContentType, seq uint64, ok bool) {
	text, size := p.text(r.body()), p.mode.BlockSize()
	switch {
	case len(text) == 0 || len(text)%size != 0:
	case p.explicit: // RFC 5246, section 6.2.3.2
		content, seq, ok = p.try(dst, r, text[:size], text[size:], first, last)
	default: // RFC 2246, section 6.2.3.2
		if first == 0 {
			content, seq, ok = p.try(dst, r, p.initial, text, 0, 0)
			first = 1
		}
		if !ok && p.known && first <= last {
			content, seq, ok = p.try(dst, r, p.last, text, first, last)
		}
	}
	return content, r.kind(), seq, ok
}

// text returns the encrypted part of a body.
func (p *cbc) text(body []byte) []byte {
	if p.etm {
		return body[:max(0, len(body)-p.mac.Size())]
	}
	return body
}

// try opens a record with a certain IV.
func (p *cbc) try(dst []byte, r record, iv, text []byte, first, last uint64) (content []byte, seq uint64, ok bool) {
	if len(text) == 0 {
		return nil, 0, false
	}
	if p.etm {
		all := p.text(r.body())
		if seq, ok = p.verify(r, all, r.body()[len(all):], first, last); !ok {
			return nil, 0, false
		}
	}
	dst = dst[:len(text)]
	p.mode.SetIV(iv)
	p.mode.CryptBlocks(dst, text)
	content, ok = unpad(dst)
	if !ok || p.etm {
		return content, seq, ok
	}
	end := len(content) - p.mac.Size()
	if end < 0 {
		return nil, 0, false
	}
	seq, ok = p.verify(r, content[:end], content[end:], first, last)
	return content[:end], seq, ok
}

// verify finds the sequence number from first to last that a MAC is right for.
func (p *cbc) verify(r record, b, mac []byte, first, last uint64) (seq uint64, ok bool) {
	for seq = first; ; seq++ {
		p.mac.Reset()
		p.mac.Write(appendSealed(p.sealed[:0], seq, r, len(b)))
		p.mac.Write(b)
		p.sum = p.mac.Sum(p.sum[:0])
		if hmac.Equal(p.sum, mac) {
			return seq, true
		}
		if seq == last {
			return 0, false
		}
	}
}

// unpad takes the padding off: bytes that all say how many others there are.
func unpad(b []byte) ([]byte, bool) {
	n := int(b[len(b)-1])
	if n >= len(b) {
		return nil, false
	}
	end := len(b) - 1 - n
	for _, other := range b[end:] {
		if int(other) != n {
			return nil, false
		}
	}
	return b[:end], true
}

// shortest counts the IV, and the fewest blocks that hold a MAC and a byte of padding.
func (p *cbc) shortest() int {
	size := p.mode.BlockSize()
	n := headerSize
	if p.explicit {
		n += size
	}
	if p.etm {
		return n + size + p.mac.Size()
	}
	return n + p.mac.Size()/size*size + size
}

func (p *cbc) after(r record) {
	if p.explicit {
		return
	}
	p.known = false
	if r.raw != nil {
		text := p.text(r.body())
		p.known = len(text) >= len(p.last) && copy(p.last, text[len(text)-len(p.last):]) > 0
	}
}
