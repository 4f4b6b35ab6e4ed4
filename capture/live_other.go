//go:build !linux && !darwin && !freebsd && !netbsd && !openbsd && !dragonfly && !windows

package capture

// Devices returns what can be captured from, in the order of their numbers.
func Devices() ([]Device, error) { return addressed() }

func openDevice(*Interface, *LiveOptions) (device, error) { return nil, ErrUnsupported }
