package sql

import (
	"bytes"

	"github.com/pgwdump/pgwdump/copydata"
)

// A CopyStatement is what a COPY says of the data that goes to and fro.
type CopyStatement struct {
	From    bool     // FROM: the data comes from the client; else TO
	Table   []byte   // as it stands in the statement; nil where it is a query that is copied
	Columns [][]byte // as the server knows them; nil where the statement names none
	Header  bool     // the first row has the names of the columns
	Options copydata.Options
}

// ParseCopy reads a COPY statement (chapter COPY of the manual), with its options in
// the form of today and in those of before PostgreSQL 9.0 and 7.3. It returns false
// for any other statement.
func ParseCopy(text []byte, backslashes bool) (c CopyStatement, ok bool) {
	r := copyReader{Lexer: Lexer{Text: text, Backslashes: backslashes}}
	if r.next(); !r.take("copy") {
		return c, false
	}
	binary := r.take("binary")
	if r.symbol('(') {
		r.group()
	} else {
		c.Table = r.path()
		c.Columns = r.list()
	}
	switch c.From = r.take("from"); {
	case !c.From && !r.take("to"):
		return c, false
	}
	if !r.take("stdin") && !r.take("stdout") {
		return c, false
	}
	r.options = map[string][]byte{}
	if binary {
		r.options["format"] = []byte("binary")
	}
	r.readOptions()
	c.Options = copydata.Defaults(formatNamed(r.options["format"]))
	character := func(to *byte, name string) {
		if v := r.options[name]; len(v) > 0 {
			*to = v[0]
		}
	}
	character(&c.Options.Delimiter, "delimiter")
	character(&c.Options.Quote, "quote")
	c.Options.Escape = c.Options.Quote
	character(&c.Options.Escape, "escape")
	if v, ok := r.options["null"]; ok {
		c.Options.Null = string(v)
	}
	header, ok := r.options["header"]
	c.Header = ok && !isFalse(header)
	return c, true
}

func formatNamed(name []byte) copydata.Format {
	switch {
	case Is(name, "csv"):
		return copydata.CSV
	case Is(name, "binary"):
		return copydata.Binary
	}
	return copydata.Text
}

// isFalse tells whether a boolean option is switched off. HEADER MATCH is on.
func isFalse(v []byte) bool { return Is(v, "false") || Is(v, "off") || string(v) == "0" }

// A copyReader reads a COPY statement token by token.
type copyReader struct {
	Lexer
	token   Token
	options map[string][]byte
}

func (r *copyReader) next() { r.token = r.Next() }

func (r *copyReader) text() []byte { return r.Text[r.token.Start:r.token.End] }

// take goes on if the next token is that word.
func (r *copyReader) take(word string) bool {
	if r.token.Kind != Word || !Is(r.text(), word) {
		return false
	}
	r.next()
	return true
}

// symbol goes on if the next token is that character.
func (r *copyReader) symbol(c byte) bool {
	if r.token.Kind != Symbol || r.text()[0] != c {
		return false
	}
	r.next()
	return true
}

// group goes to the end of a group in parentheses, of which the first was taken.
func (r *copyReader) group() {
	for depth := 1; depth > 0 && r.token.Kind != End; {
		switch {
		case r.symbol('('):
			depth++
		case r.symbol(')'):
			depth--
		default:
			r.next()
		}
	}
}

// path takes the name of a table, with a schema or without.
func (r *copyReader) path() []byte {
	start, end := r.token.Start, r.token.End
	for r.next(); r.symbol('.'); r.next() {
		end = r.token.End
	}
	return r.Text[start:end]
}

// list takes names in parentheses, or nothing.
func (r *copyReader) list() (names [][]byte) {
	if !r.symbol('(') {
		return nil
	}
	for r.token.Kind != End && !r.symbol(')') {
		if r.token.Kind == Word || r.token.Kind == Quoted {
			names = append(names, name(r.Text, r.token))
		}
		r.next()
	}
	return names
}

// readOptions takes the options: WITH (FORMAT csv, DELIMITER ';'), or words such as
// CSV HEADER DELIMITER AS ';'.
func (r *copyReader) readOptions() {
	r.take("with")
	if r.symbol('(') {
		for r.token.Kind == Word {
			r.option(string(bytes.ToLower(r.text())))
			if !r.symbol(',') {
				return
			}
		}
		return
	}
	r.take("using") // USING DELIMITERS, of before 7.3
	for r.token.Kind == Word {
		switch word := string(bytes.ToLower(r.text())); word {
		case "csv", "binary":
			r.options["format"] = []byte(word)
			r.next()
		case "header":
			r.options[word] = nil
			r.next()
		case "delimiters":
			r.option("delimiter")
		case "delimiter", "null", "quote", "escape":
			r.option(word)
		case "force": // [NOT] NULL or QUOTE, and columns
			r.next()
			r.take("not")
			r.next()
			r.columns()
		default:
			return
		}
	}
}

// columns takes names with commas between them, or a star.
func (r *copyReader) columns() {
	for more := !r.symbol('*'); more; more = r.symbol(',') {
		r.next()
	}
}

// option takes the name of an option, and its value if it has one.
func (r *copyReader) option(option string) {
	r.next()
	r.take("as")
	r.options[option] = nil
	switch r.token.Kind {
	case String:
		r.options[option] = constant(r.text(), r.Backslashes)
		r.next()
	case Word, Quoted:
		r.options[option] = name(r.Text, r.token)
		r.next()
	case Number:
		r.options[option] = r.text()
		r.next()
	case Symbol:
		switch c := r.text()[0]; {
		case c == '(':
			r.next()
			r.group()
		case c != ',' && c != ')':
			r.options[option] = r.text()
			r.next()
		}
	}
}

// constant returns what a string constant stands for: without its quotation marks, and
// with the escapes of E'…' that are of use for a delimiter.
func constant(text []byte, backslashes bool) []byte {
	open := bytes.IndexByte(text, '\'')
	if open < 0 { // in dollar quotes
		mark := bytes.IndexByte(text[1:], '$') + 2
		return text[mark:max(len(text)-mark, mark)]
	}
	escaped := backslashes || open > 0 && text[0]|0x20 == 'e'
	inside := bytes.TrimSuffix(text[open+1:], []byte("'"))
	var value []byte
	for i := 0; i < len(inside); i++ {
		c := inside[i]
		switch {
		case c == '\'' && i+1 < len(inside):
			i++
		case c == '\\' && escaped && i+1 < len(inside):
			i++
			c = inside[i]
			if n := bytes.IndexByte([]byte("btnvfr"), c); n >= 0 {
				c = "\b\t\n\v\f\r"[n]
			}
		}
		value = append(value, c)
	}
	return value
}
