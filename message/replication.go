package message

// The payloads of CopyData while a server streams its write-ahead log, from the
// section "Streaming Replication Protocol" of the manual. Positions are those in
// the log; times are microseconds since 2000-01-01 00:00 UTC.

// XLogData is a piece of the write-ahead log, or of what an output plugin made of
// it. Newer manuals call it WALData.
type XLogData struct {
	Start  uint64 // where the data begins
	End    uint64 // where the server's log ends
	SentAt int64
	Data   []byte
}

func (m *XLogData) walk(w *Walker) {
	w.lsn("start", &m.Start)
	w.lsn("end", &m.End)
	w.time("sent_at", &m.SentAt)
	w.rest("data", FieldBytes, &m.Data)
}

// PrimaryKeepalive tells where the server's log ends.
type PrimaryKeepalive struct {
	End      uint64
	SentAt   int64
	ReplyNow uint8 // 1 asks for an immediate StandbyStatusUpdate
}

func (m *PrimaryKeepalive) walk(w *Walker) {
	w.lsn("end", &m.End)
	w.time("sent_at", &m.SentAt)
	w.int8("reply_now", &m.ReplyNow)
}

// StandbyStatusUpdate tells how far the receiver is.
type StandbyStatusUpdate struct {
	Written, Flushed, Applied uint64
	SentAt                    int64
	ReplyNow                  uint8 // 1 asks for an immediate PrimaryKeepalive
}

func (m *StandbyStatusUpdate) walk(w *Walker) {
	w.lsn("written", &m.Written)
	w.lsn("flushed", &m.Flushed)
	w.lsn("applied", &m.Applied)
	w.time("sent_at", &m.SentAt)
	w.int8("reply_now", &m.ReplyNow)
}

// HotStandbyFeedback tells which transactions the receiver still looks at.
type HotStandbyFeedback struct {
	SentAt                                 int64
	Xmin, Epoch, CatalogXmin, CatalogEpoch uint32
}

func (m *HotStandbyFeedback) walk(w *Walker) {
	w.time("sent_at", &m.SentAt)
	w.uint32("xmin", FieldInt, &m.Xmin)
	w.uint32("epoch", FieldInt, &m.Epoch)
	w.uint32("catalog_xmin", FieldInt, &m.CatalogXmin)
	w.uint32("catalog_epoch", FieldInt, &m.CatalogEpoch)
}

// Payload returns what the data of a CopyData is while the log is streamed, sent
// from that side, or KindUnknown.
func Payload(from Side, data []byte) Kind {
	if len(data) > 0 {
		for k := KindXLogData; k <= KindHotStandbyFeedback; k++ {
			if rows[k].side == from && rows[k].tag == data[0] {
				return k
			}
		}
	}
	return KindUnknown
}
