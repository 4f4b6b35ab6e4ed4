package message

// Parse makes a prepared statement. The name is empty for the unnamed one.
type Parse struct {
	Statement      Text
	SQL            Text
	ParameterTypes []OID // 0, or missing at the end: left to the server
}

func (m *Parse) walk(w *Walker) {
	w.text("statement", &m.Statement)
	w.sql("sql", &m.SQL)
	w.bare()
	w.oids("parameter_types", &m.ParameterTypes)
}

// Bind makes a portal of a prepared statement and its parameters.
type Bind struct {
	Portal           Text
	Statement        Text
	ParameterFormats []Format // none: all text; one: for all; else one each
	Parameters       Values
	ResultFormats    []Format // as ParameterFormats
}

func (m *Bind) walk(w *Walker) {
	w.text("portal", &m.Portal)
	w.text("statement", &m.Statement)
	w.formats("parameter_formats", &m.ParameterFormats)
	w.values("parameters", &m.Parameters)
	w.formats("result_formats", &m.ResultFormats)
}

// A Target is what Describe and Close name.
type Target byte

// The targets of Describe and Close.
const (
	Statement Target = 'S'
	Portal    Target = 'P'
)

// String returns "statement" or "portal", and nothing for an unknown target.
func (t Target) String() string {
	switch t {
	case Statement:
		return "statement"
	case Portal:
		return "portal"
	}
	return ""
}

func (t *Target) walk(w *Walker) {
	w.char("target", (*byte)(t))
	w.meaning("target", byte(*t), t.String())
}

// Describe asks for the description of a prepared statement or portal.
type Describe struct {
	Target Target
	Name   Text
}

// Close closes a prepared statement or portal.
type Close struct {
	Target Target
	Name   Text
}

func (m *Describe) walk(w *Walker) {
	m.Target.walk(w)
	w.bare()
	w.text("name", &m.Name)
}

func (m *Close) walk(w *Walker) {
	m.Target.walk(w)
	w.bare()
	w.text("name", &m.Name)
}

// Execute runs a portal, up to MaxRows rows of it; 0 is all.
type Execute struct {
	Portal  Text
	MaxRows int32
}

func (m *Execute) walk(w *Walker) {
	w.text("portal", &m.Portal)
	w.int32("max_rows", &m.MaxRows)
}

// ParameterDescription gives the types of a prepared statement's parameters.
type ParameterDescription struct{ Types []OID }

func (m *ParameterDescription) walk(w *Walker) { w.oids("types", &m.Types) }

// The messages of the extended protocol without fields.
type (
	// Flush asks the server to send what it holds back.
	Flush struct{ empty }
	// Sync ends a batch and asks for ReadyForQuery.
	Sync struct{ empty }
	// ParseComplete answers Parse.
	ParseComplete struct{ empty }
	// BindComplete answers Bind.
	BindComplete struct{ empty }
	// CloseComplete answers Close.
	CloseComplete struct{ empty }
	// NoData answers Describe where there are no rows to describe.
	NoData struct{ empty }
	// PortalSuspended ends an Execute that reached its MaxRows.
	PortalSuspended struct{ empty }
)
