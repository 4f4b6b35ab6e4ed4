package message

import "encoding/binary"

// integer is a big-endian number of size bytes.
func (w *Walker) integer(name string, size int, t FieldType, v int64) int64 {
	switch w.mode {
	case writing:
		w.appendNumber(size, v)
	case reading:
		if size > len(w.buf)-w.pos {
			w.fail(Truncated, name, int64(size))
			return 0
		}
		v = number(w.buf[w.pos : w.pos+size])
		w.pos += size
		if w.list {
			w.add(name, t, size, v, nil)
		}
	}
	return v
}

// number reads the signed number that fills b; a single byte is unsigned.
func number(b []byte) int64 {
	switch len(b) {
	case 1:
		return int64(b[0])
	case 2:
		return int64(int16(binary.BigEndian.Uint16(b)))
	case 4:
		return int64(int32(binary.BigEndian.Uint32(b)))
	}
	return int64(binary.BigEndian.Uint64(b))
}

func (w *Walker) appendNumber(size int, v int64) {
	switch size {
	case 1:
		w.buf = append(w.buf, byte(v))
	case 2:
		w.buf = binary.BigEndian.AppendUint16(w.buf, uint16(v))
	case 4:
		w.buf = binary.BigEndian.AppendUint32(w.buf, uint32(v))
	case 8:
		w.buf = binary.BigEndian.AppendUint64(w.buf, uint64(v))
	}
}

func (w *Walker) char(name string, p *byte)   { *p = byte(w.integer(name, 1, FieldChar, int64(*p))) }
func (w *Walker) int8(name string, p *uint8)  { *p = uint8(w.integer(name, 1, FieldInt, int64(*p))) }
func (w *Walker) int16(name string, p *int16) { *p = int16(w.integer(name, 2, FieldInt, int64(*p))) }
func (w *Walker) int32(name string, p *int32) { *p = int32(w.integer(name, 4, FieldInt, int64(*p))) }

// code is a byte that says what the next field is. It is not listed itself.
func (w *Walker) code(p *byte) {
	switch w.mode {
	case reading:
		if b := w.take("code", 1); b != nil {
			*p = b[0]
		}
	case writing:
		w.buf = append(w.buf, *p)
	}
}

func (w *Walker) lsn(name string, p *uint64) { *p = uint64(w.integer(name, 8, FieldLSN, int64(*p))) }
func (w *Walker) time(name string, p *int64) { *p = w.integer(name, 8, FieldTime, *p) }

// uint32 is a number that the manual calls Int32 and that has no sign, such as
// an OID, a process ID or a protocol version.
func (w *Walker) uint32(name string, t FieldType, p *uint32) {
	*p = uint32(w.integer(name, 4, t, int64(*p)))
	if f := w.last(); f != nil {
		f.Int = int64(*p)
	}
}

// format is the format code of a value; the manual knows 0 and 1.
func (w *Walker) format(name string, p *Format) {
	w.int16(name, (*int16)(p))
	if w.mode == reading {
		symbol := p.String()
		w.symbol(symbol)
		w.check(symbol != "", name, 2, int64(*p))
	}
}
