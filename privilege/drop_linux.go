package privilege

import (
	"fmt"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Drop takes all privileges from all threads of the process, for good: root becomes
// the user of that name or number, in no group but that user's first; nobody keeps a
// capability, and no program that is executed can get one (PR_SET_NO_NEW_PRIVS in
// prctl(2)). An empty name is [DefaultUser] for root, and the user who is there for
// others. It returns who the process is now.
func Drop(name string) (who string, err error) {
	who, err = become(name)
	if err != nil {
		return who, err
	}
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var none [2]unix.CapUserData
	_, _, errno := syscall.AllThreadsSyscall(unix.SYS_CAPSET, uintptr(unsafe.Pointer(&header)), uintptr(unsafe.Pointer(&none[0])), 0)
	if errno == 0 {
		_, _, errno = syscall.AllThreadsSyscall6(unix.SYS_PRCTL, unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0, 0)
	}
	switch errno {
	case 0:
		return who, nil
	case syscall.ENOTSUP:
		return who, ErrThreads
	}
	return who, fmt.Errorf("cannot give up the capabilities: %w", errno)
}
