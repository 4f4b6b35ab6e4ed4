package render

import (
	"encoding/binary"
	"fmt"

	"github.com/pgwdump/pgwdump/message"
	"github.com/pgwdump/pgwdump/session"
)

// perLine is how many octets stand on a line.
const perLine = 16

// A row is a part of a message: where it stands, its octets, and what they are.
type row struct {
	at     int
	octets []byte
	label  string
	part   []message.Field // nil where the label says all
}

// appendOctets appends the octets of a message, part by part.
func (r *Text) appendOctets(dst []byte, e *session.Event, fields []message.Field) []byte {
	f := &e.Frame
	if f.Tag != 0 {
		dst = r.appendRow(dst, row{0, []byte{f.Tag}, "type", []message.Field{{Type: message.FieldChar, Int: int64(f.Tag)}}})
	}
	if word := f.Head - 4; word >= 0 {
		dst = r.appendRow(dst, row{word, binary.BigEndian.AppendUint32(nil, f.Length), "length", number(int(f.Length))})
	}
	next := 0
	coded := f.Kind
	if e.Payload != message.KindUnknown {
		coded = e.Payload
	}
	if n := coded.CodeSize(); n > 0 {
		next = min(n, len(f.Body))
		dst = r.appendRow(dst, row{f.Head, f.Body[:next], "code", nil})
	}
	r.eachPart(members(fields), "", func(path string, part []message.Field) {
		p := &part[0]
		if p.Size == 0 {
			return
		}
		next = int(p.Offset + p.Size)
		at := row{f.Head + int(p.Offset), f.Body[p.Offset:next], path, part}
		switch p.Type {
		case message.FieldEnd:
			at.label, at.part = path+" end", nil
		case message.FieldList:
			at.label, at.part = path+" count", number(int(p.Int))
		case message.FieldKey:
			at.label, at.part = path+" name", nil
		}
		dst = r.appendRow(dst, at)
	})
	return r.appendRow(dst, row{f.Head + next, f.Body[next:], "not understood", nil})
}

func number(n int) []message.Field {
	return []message.Field{{Type: message.FieldInt, Int: int64(n)}}
}

// appendRow appends a row, on as many lines as its octets need.
func (r *Text) appendRow(dst []byte, w row) []byte {
	shown := len(w.octets)
	if r.MaxValue > 0 && shown > r.MaxValue+perLine {
		shown = (r.MaxValue + perLine - 1) / perLine * perLine
	}
	for i := 0; i < shown; i += perLine {
		line := w.octets[i:min(i+perLine, shown)]
		dst = append(dst, indent...)
		dst = append(dst, r.palette.aside.on...)
		dst = fmt.Appendf(dst, "%04x ", w.at+i)
		dst = append(dst, r.palette.aside.off...)
		for _, c := range line {
			if len(w.part) > 0 && w.part[0].Secret && !r.ShowSecrets {
				dst = append(dst, " **"...)
			} else {
				dst = append(dst, ' ', hexDigits[c>>4], hexDigits[c&15])
			}
		}
		if i == 0 {
			dst = appendSpaces(dst, 3*(perLine-len(line))+2)
			if w.part == nil {
				dst = r.palette.name.append(dst, w.label)
			} else {
				dst = r.appendValue(r.appendLabel(dst, w.label), w.part)
			}
		}
		dst = append(dst, '\n')
	}
	if shown < len(w.octets) {
		dst = append(dst, indent...)
		dst = r.palette.aside.append(dst, fmt.Sprintf("…     (%d bytes)", len(w.octets)))
		dst = append(dst, '\n')
	}
	return dst
}
