//go:build soak

package main

// What TestBounds does with the build tag soak: the sizes and the limits are those that
// docs/limits.md speaks of.
const (
	mostHostile = 256
	mostMemory  = 512
)

var (
	boundedViews  = []string{"", "queries", "sessions"}
	boundedLimits []string
)
