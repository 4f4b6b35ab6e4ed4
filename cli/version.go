package cli

import "runtime/debug"

// release is the version of a released binary, set when it is linked.
var release string

// version returns the version, the commit it was built from where that is known,
// and the version of Go.
func version() string {
	v := release
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	if v == "" {
		v = info.Main.Version
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			v += " (" + s.Value + ")"
		}
	}
	return v + " " + info.GoVersion
}
