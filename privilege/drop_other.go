//go:build !unix

package privilege

import (
	"errors"
	"os/user"
)

// Drop takes nothing from the process where there is no such thing. It returns who
// the process is.
func Drop(name string) (who string, err error) {
	if name != "" {
		return "", errors.New("this system does not let a process become another user")
	}
	u, err := user.Current()
	if err != nil {
		return "", err
	}
	return u.Username, nil
}
