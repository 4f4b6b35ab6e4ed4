package cli

import (
	"runtime/debug"
	"testing"
)

func TestVersion(t *testing.T) {
	const commit = "5de32b27d9b3bd4c4e0cba71b1ba04ae3bb9fd71"
	built := []debug.BuildSetting{{Key: "vcs.revision", Value: commit}, {Key: "vcs.modified", Value: "false"}}
	changed := []debug.BuildSetting{{Key: "vcs.revision", Value: commit}, {Key: "vcs.modified", Value: "true"}}
	for _, c := range []struct {
		name    string
		release string
		main    debug.Module
		vcs     []debug.BuildSetting
		want    string
	}{
		{"a release", "v1.2.3", debug.Module{Version: "v1.2.3"}, built, "v1.2.3, commit " + commit + ", go1.26.8"},
		{"built in a repository", "", debug.Module{Version: "v0.0.0-20261124131507-5de32b27d9b3"}, built,
			"v0.0.0-20261124131507-5de32b27d9b3, commit " + commit + ", go1.26.8"},
		{"built in a repository, with changes", "", debug.Module{Version: "v1.2.4-0.20261124131507-5de32b27d9b3+dirty"}, changed,
			"v1.2.4-0.20261124131507-5de32b27d9b3+dirty, commit " + commit + ", modified, go1.26.8"},
		{"go install of a tag", "", debug.Module{Version: "v1.2.3", Sum: "h1:abc="}, nil, "v1.2.3, module h1:abc=, go1.26.8"},
		{"go install of a commit", "", debug.Module{Version: "v1.2.4-0.20261124131507-5de32b27d9b3", Sum: "h1:abc="}, nil,
			"v1.2.4-0.20261124131507-5de32b27d9b3, commit 5de32b27d9b3, go1.26.8"},
		{"without anything", "", debug.Module{Version: "(devel)"}, nil, "(devel), go1.26.8"},
		{"without even that", "", debug.Module{}, nil, "(devel), go1.26.8"},
	} {
		info := &debug.BuildInfo{GoVersion: "go1.26.8", Main: c.main, Settings: c.vcs}
		if got := versionOf(c.release, info); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
