package render

import (
	"github.com/pgwdump/pgwdump/message"
	"github.com/pgwdump/pgwdump/session"
)

// A parameter is one of a statement's parameters.
type parameter struct {
	oid    message.OID // of its type; 0 where that is not known
	format message.Format
	value  []byte // nil for NULL
	text   []byte // the value as PostgreSQL prints it; nil where that is not known. Valid for one call
}

// parameters read the parameters of statements.
type parameters struct {
	walker message.Walker
	bind   message.Bind
	call   message.FunctionCall
	text   []byte
	one    parameter // the one that is at hand
}

// each calls f for each parameter of a statement. It returns false where not all of
// them could be read.
func (r *parameters) each(s *session.Statement, f func(i int, p *parameter)) bool {
	if s.Arguments == nil {
		return true
	}
	var values message.Values
	var formats []message.Format
	var err error
	types := s.Types
	if s.Protocol == session.Function {
		err = r.walker.Decode(&r.call, s.Arguments)
		values, formats = r.call.Arguments, r.call.ArgumentFormats
		types = functions[r.call.Function].types
	} else {
		err = r.walker.Decode(&r.bind, s.Arguments)
		values, formats = r.bind.Parameters, r.bind.ParameterFormats
	}
	p := &r.one
	for i, v := range values.All() {
		*p = parameter{value: v, format: formatOf(formats, i)}
		if i < len(types) {
			p.oid = types[i]
		}
		if v != nil {
			text, err := s.Login.Values.Append(append(r.text[:0], "."...), uint32(p.oid), int16(p.format), v)
			if r.text = text; err == nil {
				p.text = text[1:] // never nil
			}
		}
		f(i, p)
	}
	return err == nil
}

// formatOf returns the format of the i-th value: of none, all are text; of one, all
// are of it.
func formatOf(formats []message.Format, i int) message.Format {
	switch {
	case len(formats) == 1:
		return formats[0]
	case i < len(formats):
		return formats[i]
	}
	return message.TextFormat
}
