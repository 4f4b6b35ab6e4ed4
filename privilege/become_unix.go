//go:build unix

package privilege

import (
	"fmt"
	"os/user"
	"strconv"
	"syscall"
)

// become makes root the user of that name, in all threads. Who is not root stays who
// they are.
func become(name string) (who string, err error) {
	if syscall.Geteuid() != 0 {
		if name != "" {
			return "", fmt.Errorf("only root can become user %s", name)
		}
		return current(), nil
	}
	if name == "" {
		name = DefaultUser()
	}
	uid, gid, err := ids(name)
	if err != nil {
		return "", err
	}
	for _, step := range []func() error{
		func() error { return syscall.Setgroups([]int{gid}) },
		func() error { return syscall.Setregid(gid, gid) },
		func() error { return syscall.Setreuid(uid, uid) },
	} {
		if err := step(); err != nil {
			return "", fmt.Errorf("cannot become user %s: %w", name, err)
		}
	}
	if uid != 0 && syscall.Setuid(0) == nil {
		return "", fmt.Errorf("user %s can become root again", name)
	}
	return name, nil
}

// current returns the name of the user.
func current() string {
	if u, err := user.Current(); err == nil && u.Username != "" {
		return u.Username
	}
	return strconv.Itoa(syscall.Geteuid())
}
