package capture

import (
	"net"
	"slices"
	"strconv"
	"strings"
)

// A Device is something to capture from.
type Device struct {
	Name        string
	Description string   // empty where the system has none
	Addresses   []string // with the length of the prefix: "10.0.0.1/24"
	State       []string // of "up", "running", "loopback"; nil where it is not known
}

// addressed returns the interfaces that the system has addresses for: those that are
// up before others, and loopback last.
func addressed() ([]Device, error) {
	all, err := net.Interfaces()
	if err != nil {
		return nil, err
	}
	rank := func(i net.Interface) int {
		switch {
		case i.Flags&net.FlagUp == 0:
			return 2
		case i.Flags&net.FlagLoopback != 0:
			return 1
		}
		return 0
	}
	slices.SortStableFunc(all, func(a, b net.Interface) int { return rank(a) - rank(b) })
	var devices []Device
	for _, i := range all {
		d := Device{Name: i.Name}
		for f := net.FlagUp; f <= net.FlagRunning; f <<= 1 {
			if i.Flags&f&(net.FlagUp|net.FlagRunning|net.FlagLoopback) != 0 {
				d.State = append(d.State, f.String())
			}
		}
		addresses, _ := i.Addrs()
		for _, a := range addresses {
			d.Addresses = append(d.Addresses, a.String())
		}
		devices = append(devices, d)
	}
	return devices, nil
}

// numbered returns the name of the interface that has this number in the list of
// Devices, or what it was given where it is no such number.
func numbered(name string) string {
	n, err := strconv.Atoi(name)
	if err != nil || strings.Trim(name, "0123456789") != "" {
		return name
	}
	if _, err := net.InterfaceByName(name); err == nil {
		return name
	}
	if devices, err := Devices(); err == nil && n >= 1 && n <= len(devices) {
		return devices[n-1].Name
	}
	return name
}
