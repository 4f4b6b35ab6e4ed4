package message

// CopyInResponse says that the server is ready to receive a COPY.
type CopyInResponse struct{ CopyFormat }

// CopyOutResponse says that the server begins to send a COPY.
type CopyOutResponse struct{ CopyFormat }

// CopyBothResponse says that both sides may now send, as in streaming replication.
type CopyBothResponse struct{ CopyFormat }

// A CopyFormat is the format of a COPY: as a whole, and column by column.
type CopyFormat struct {
	Format  uint8 // 0 text, 1 binary
	Columns []Format
}

func (f *CopyFormat) walk(w *Walker) {
	w.int8("format", &f.Format)
	w.symbol(Format(f.Format).String())
	w.check(f.Format <= 1, "format", 1, int64(f.Format))
	w.formats("columns", &f.Columns)
}

// CopyData is a piece of a COPY, of either side. What the server sends is a row
// each, what the client sends may be cut anywhere.
type CopyData struct{ Data []byte }

func (m *CopyData) walk(w *Walker) { w.rest("data", FieldBytes, &m.Data) }

// CopyDone ends a COPY, or one direction of one that goes both ways.
type CopyDone struct{ empty }

// CopyFail makes the COPY fail with the client's reason.
type CopyFail struct{ Reason Text }

func (m *CopyFail) walk(w *Walker) { w.text("reason", &m.Reason) }
