package cli

import (
	"fmt"
	"os"
	_ "time/tzdata" // for the times of sessions, on machines that have no zones

	"github.com/pgwdump/pgwdump/value"
)

// loadTypes reads the file of --types; there may be none.
func loadTypes(name string) (*value.Types, error) {
	if name == "" {
		return nil, nil
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("--types: %w", named(err))
	}
	defer file.Close()
	types := new(value.Types)
	if err := types.Load(file); err != nil {
		return nil, fmt.Errorf("%s: %w", name, bare(err))
	}
	return types, nil
}
