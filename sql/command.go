package sql

import "bytes"

// A Verb is what a statement does to the prepared statements and cursors of a
// session, as far as its words tell; most do nothing.
type Verb uint8

// The verbs.
const (
	Other       Verb = iota
	Prepare          // PREPARE name AS statement
	Execute          // EXECUTE name
	Deallocate       // DEALLOCATE name
	Forget           // DEALLOCATE ALL, DISCARD ALL
	Copy             // COPY
	Replication      // a command of the streaming replication protocol
)

// A Command is what the first words of a statement say.
type Command struct {
	Verb Verb
	Name []byte // of the prepared statement, as the server knows it
	Body []byte // of PREPARE: the statement
}

// Parse reads the first words of a statement.
func Parse(text []byte, backslashes bool) Command {
	l := Lexer{Text: text, Backslashes: backslashes}
	first := l.Next()
	if first.Kind != Word {
		return Command{}
	}
	verb, ok := verbs(text[first.Start:first.End])
	if !ok {
		return Command{}
	}
	c := Command{Verb: verb}
	switch verb {
	case Prepare:
		c.Name = name(text, l.Next())
		if c.Body = l.body(); c.Body == nil { // PREPARE TRANSACTION among others
			return Command{}
		}
	case Execute:
		c.Name = name(text, l.Next())
	case Deallocate:
		t := l.Next()
		if t.Kind == Word && Is(text[t.Start:t.End], "prepare") {
			t = l.Next()
		}
		if t.Kind == Word && Is(text[t.Start:t.End], "all") {
			return Command{Verb: Forget}
		}
		c.Name = name(text, t)
	case Forget:
		if t := l.Next(); !Is(text[t.Start:t.End], "all") {
			return Command{}
		}
	}
	return c
}

// verbs finds the verb of a first word.
func verbs(word []byte) (Verb, bool) {
	switch c := word[0] | 0x20; {
	case c == 'p' && Is(word, "prepare"):
		return Prepare, true
	case c == 'e' && Is(word, "execute"):
		return Execute, true
	case c == 'd' && Is(word, "deallocate"):
		return Deallocate, true
	case c == 'd' && Is(word, "discard"):
		return Forget, true
	case c == 'c' && Is(word, "copy"):
		return Copy, true
	}
	for _, w := range replication {
		if Is(word, w) {
			return Replication, true
		}
	}
	return Other, false
}

// replication are the words that commands of the chapter "Streaming Replication
// Protocol" begin with; SHOW is SQL as well.
var replication = [...]string{"identify_system", "timeline_history", "create_replication_slot", "alter_replication_slot",
	"drop_replication_slot", "read_replication_slot", "start_replication", "base_backup", "upload_manifest"}

// body returns what follows AS, behind the types of the parameters, or nil.
func (l *Lexer) body() []byte {
	for depth := 0; ; {
		t := l.Next()
		switch text := l.Text[t.Start:t.End]; {
		case t.Kind == End:
			return nil
		case t.Kind == Symbol && text[0] == '(':
			depth++
		case t.Kind == Symbol && text[0] == ')':
			depth--
		case t.Kind == Word && depth == 0 && Is(text, "as"):
			l.skip()
			return bytes.TrimRight(l.Text[l.pos:], "; \t\n\v\f\r")
		case t.Kind == Word && depth == 0:
			return nil
		}
	}
}

// name returns an identifier as the server knows it: in lower case, or as it stands
// between its quotation marks.
func name(text []byte, t Token) []byte {
	b := text[t.Start:t.End]
	switch t.Kind {
	case Word:
		return bytes.ToLower(b)
	case Quoted:
		if len(b) > 1 && b[0] == '"' && b[len(b)-1] == '"' {
			return bytes.ReplaceAll(b[1:len(b)-1], []byte(`""`), []byte(`"`))
		}
	}
	return b
}
