package render

import "github.com/pgwdump/pgwdump/session"

// A Check reads messages and shows nothing of them: it is for who only wants to know
// whether they can be read.
type Check struct{ reader session.Reader }

// Append reads the message that e tells of, and returns dst.
func (c *Check) Append(dst []byte, e *session.Event) []byte {
	if e.Type == session.Message {
		c.reader.Read(e)
	}
	return dst
}
