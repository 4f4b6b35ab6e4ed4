// Package privilege takes from the process what it does not need any more once
// it captures: what is on the wire is written by others, and whoever reads it
// should be able to do nothing else.
package privilege

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"strconv"
)

// nobody is the user of systems that have no better idea.
const nobody = "nobody"

// ErrThreads is the error of a program that was linked with cgo, in which Go cannot
// reach all threads: the user was changed, the rest was not.
var ErrThreads = errors.New("built with cgo, the program cannot give up its capabilities in all threads; build it with CGO_ENABLED=0")

// DefaultUser returns who root becomes if nobody else is named: the one who called
// sudo, else nobody.
func DefaultUser() string {
	if name := os.Getenv("SUDO_USER"); name != "" && name != "root" {
		return name
	}
	return nobody
}

// ids returns the numbers of a user, who is given by name or number.
func ids(name string) (uid, gid int, err error) {
	u, err := user.Lookup(name)
	if err != nil {
		n, e := strconv.Atoi(name)
		if e != nil || n < 0 {
			return 0, 0, fmt.Errorf("there is no user %q", name)
		}
		if u, err = user.LookupId(name); err != nil {
			return n, n, nil
		}
	}
	if uid, err = strconv.Atoi(u.Uid); err == nil {
		gid, err = strconv.Atoi(u.Gid)
	}
	return uid, gid, err
}
