package message

// Query is a simple query: one or more SQL statements, or a replication command.
type Query struct{ SQL Text }

func (m *Query) walk(w *Walker) { w.sql("sql", &m.SQL) }

// A Format is how a value is represented: a format code.
type Format int16

// The format codes. Any other is passed on as it is.
const (
	TextFormat   Format = 0
	BinaryFormat Format = 1
)

// String returns "text" or "binary", and nothing for an unknown code.
func (f Format) String() string {
	switch f {
	case TextFormat:
		return "text"
	case BinaryFormat:
		return "binary"
	}
	return ""
}

func (f *Format) walk(w *Walker) { w.format("", f) }

// formats is a counted list of format codes.
func (w *Walker) formats(name string, p *[]Format) { list(w, name, p, 2, 2, (*Format).walk) }

// An OID is an object identifier of the server's catalogs.
type OID uint32

func (o *OID) walk(w *Walker) { w.oid("", o) }

func (w *Walker) oid(name string, p *OID) { w.uint32(name, FieldOID, (*uint32)(p)) }

// oids is a list of type OIDs with a 16-bit count.
func (w *Walker) oids(name string, p *[]OID) { list(w, name, p, 2, 4, (*OID).walk) }

// RowDescription describes the columns of the rows that follow.
type RowDescription struct{ Columns []Column }

// A Column is one column of a RowDescription.
type Column struct {
	Name         Text
	Table        OID   // the table it comes from, or 0
	Attribute    int16 // number of the column in that table, or 0
	Type         OID   // its data type
	Size         int16 // bytes of the data type; negative for one of variable width
	TypeModifier int32
	Format       Format // always text where it answers a Describe of a statement
}

func (m *RowDescription) walk(w *Walker) { list(w, "columns", &m.Columns, 2, 19, (*Column).walk) }

func (c *Column) walk(w *Walker) {
	opened := w.open("", FieldObject)
	w.text("name", &c.Name)
	w.bare()
	w.oid("table", &c.Table)
	w.detail()
	w.int16("attribute", &c.Attribute)
	w.detail()
	w.oid("type", &c.Type)
	w.bare()
	w.int16("size", &c.Size)
	w.detail()
	w.int32("modifier", &c.TypeModifier)
	w.detail()
	w.format("format", &c.Format)
	w.close(opened, 0)
}

// DataRow is one row.
type DataRow struct{ Values Values }

func (m *DataRow) walk(w *Walker) { w.values("values", &m.Values) }

// CommandComplete ends one SQL statement. The tag names the command and, for
// most, the number of rows.
type CommandComplete struct{ Tag Text }

func (m *CommandComplete) walk(w *Walker) { w.text("tag", &m.Tag) }

// EmptyQueryResponse takes the place of CommandComplete after an empty query.
type EmptyQueryResponse struct{ empty }

// FunctionCall calls a function by its OID, without SQL.
type FunctionCall struct {
	Function        OID
	ArgumentFormats []Format // none: all text; one: for all; else one each
	Arguments       Values
	ResultFormat    Format
}

func (m *FunctionCall) walk(w *Walker) {
	w.oid("function", &m.Function)
	w.formats("argument_formats", &m.ArgumentFormats)
	w.values("arguments", &m.Arguments)
	w.format("result_format", &m.ResultFormat)
}

// FunctionCallResponse is the result of a FunctionCall; nil is NULL.
type FunctionCallResponse struct{ Value []byte }

func (m *FunctionCallResponse) walk(w *Walker) { w.value("value", &m.Value) }
