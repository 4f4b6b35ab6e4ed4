//go:build unix && !linux

package privilege

// Drop takes all privileges from the process, for good: root becomes the user of
// that name or number, in no group but that user's first. An empty name is
// [DefaultUser] for root, and the user who is there for others. It returns who the
// process is now.
func Drop(name string) (who string, err error) { return become(name) }
