//go:build freebsd || netbsd || openbsd || dragonfly

package capture

import "unsafe"

// alignment is that of packets in a buffer of bpf: BPF_ALIGNMENT, a long.
const alignment = int(unsafe.Sizeof(uintptr(0)))
