package render

import (
	"encoding/binary"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/pgwdump/pgwdump/message"
)

// appendMembers appends the fields up to the end of their group as members of an
// object, and returns what is behind them. more tells that a member stands before.
func (r *JSON) appendMembers(dst []byte, fields []message.Field, more bool) ([]byte, []message.Field) {
	for len(fields) > 0 {
		f := &fields[0]
		switch {
		case f.Type == message.FieldEnd:
			return dst, fields[1:]
		case f.Type == message.FieldMap && f.Name == "":
			dst, fields = r.appendMap(dst, fields[1:], more)
			more = true
			continue
		}
		if more {
			dst = append(dst, ',')
		}
		more = true
		dst = append(dst, '"')
		dst = append(dst, f.Name...)
		dst = append(dst, '"', ':')
		dst, fields = r.appendValue(dst, fields)
	}
	return dst, nil
}

// appendValue appends the value of the first field, with all that belongs to it
// if it opens a group, and returns what is behind it.
func (r *JSON) appendValue(dst []byte, fields []message.Field) ([]byte, []message.Field) {
	f, rest := &fields[0], fields[1:]
	if f.Secret && !r.ShowSecrets && f.Type != message.FieldNull {
		dst = append(dst, `{"masked":`...)
		dst = appendNumber(dst, int64(len(f.Bytes)))
		return append(dst, '}'), rest
	}
	switch f.Type {
	case message.FieldInt, message.FieldOID:
		dst = appendNumber(dst, f.Int)
	case message.FieldChar:
		dst = appendJSONBytes(dst, []byte{byte(f.Int)})
	case message.FieldString, message.FieldSQL, message.FieldBytes:
		dst = appendJSONBytes(dst, f.Bytes)
	case message.FieldNull:
		dst = append(dst, "null"...)
	case message.FieldValues:
		dst = appendJSONValues(dst, f.Values())
	case message.FieldVersion:
		dst = append(dst, '"')
		dst = appendVersion(dst, f.Int)
		dst = append(dst, '"')
	case message.FieldLSN:
		dst = append(dst, '"')
		dst = appendLSN(dst, f.Int)
		dst = append(dst, '"')
	case message.FieldTime:
		dst = append(dst, '"')
		dst = time.UnixMicro(f.Int+postgresEpoch).UTC().AppendFormat(dst, timeFormat)
		dst = append(dst, '"')
	case message.FieldList:
		dst = append(dst, '[')
		for first := true; len(rest) > 0 && rest[0].Type != message.FieldEnd; first = false {
			if !first {
				dst = append(dst, ',')
			}
			dst, rest = r.appendValue(dst, rest)
		}
		dst = append(dst, ']')
		rest = rest[1:]
	case message.FieldObject:
		dst = append(dst, '{')
		dst, rest = r.appendMembers(dst, rest, false)
		dst = append(dst, '}')
	case message.FieldMap:
		dst = append(dst, '{')
		dst, rest = r.appendMap(dst, rest, false)
		dst = append(dst, '}')
	}
	return dst, rest
}

// appendJSONValues appends a list of values. Nearly all are a few bytes that stand for
// themselves, which therefore are copied and looked at in one go.
func appendJSONValues(dst []byte, values message.Values) []byte {
	dst = append(dst, '[')
	for _, v := range values.All() {
		if v == nil {
			dst = append(dst, "null,"...)
			continue
		}
		dst = slices.Grow(dst, len(v)+len(`"",`)+2*word)
		n := len(dst)
		to := dst[n:cap(dst)]
		to[0] = '"'
		marks := uint64(0)
		switch {
		case len(v) >= word:
			for i := 0; i < len(v)-word; i += word {
				x := binary.LittleEndian.Uint64(v[i : i+word])
				binary.LittleEndian.PutUint64(to[i+1:i+1+word], x)
				marks |= escaped(x)
			}
			x := binary.LittleEndian.Uint64(v[len(v)-word:]) // some of it once more
			binary.LittleEndian.PutUint64(to[len(v)+1-word:], x)
			marks |= escaped(x)
		case len(v) > 0:
			x, _ := lastWord(v)
			binary.LittleEndian.PutUint64(to[1:], x)
			marks = escaped(x)
		}
		at := len(v) + 1
		if marks&highs != 0 {
			dst = append(appendJSONBytes(dst, v), ',')
			continue
		}
		to[at], to[at+1] = '"', ','
		dst = dst[:n+at+2]
	}
	if dst[len(dst)-1] == ',' {
		dst = dst[:len(dst)-1]
	}
	return append(dst, ']')
}

// appendMap appends members whose names may be repeated: the values of those that
// are come in an array, in their order.
func (r *JSON) appendMap(dst []byte, fields []message.Field, more bool) ([]byte, []message.Field) {
	var names []string
	values := map[string][]*message.Field{}
	for ; len(fields) > 0 && fields[0].Type != message.FieldEnd; fields = fields[1:] {
		name := fields[0].Name
		if fields[0].Type == message.FieldKey {
			name = string(fields[0].Bytes)
			if fields = fields[1:]; fields[0].Type == message.FieldEnd {
				break // its value could not be read
			}
		}
		if values[name] == nil {
			names = append(names, name)
		}
		values[name] = append(values[name], &fields[0])
	}
	for _, name := range names {
		if more {
			dst = append(dst, ',')
		}
		more = true
		dst = append(appendJSONName(dst, name), ':')
		if len(values[name]) == 1 {
			dst = appendJSONBytes(dst, values[name][0].Bytes)
			continue
		}
		for i, f := range values[name] {
			dst = append(dst, "[,"[min(i, 1)])
			dst = appendJSONBytes(dst, f.Bytes)
		}
		dst = append(dst, ']')
	}
	return dst, fields[1:]
}

// appendJSONName appends a name that came from the wire. Where it is not valid
// UTF-8, which a name in JSON has to be, each odd byte is written as \xNN.
func appendJSONName(dst []byte, name string) []byte {
	if utf8.ValidString(name) {
		return appendJSONString(dst, name)
	}
	return appendJSONString(dst, string(appendEscaped(nil, []byte(name))))
}
