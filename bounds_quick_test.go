//go:build !soak

package main

// What TestBounds does without the build tag soak: all is smaller.
const (
	mostHostile = 4
	mostMemory  = 128
)

var (
	boundedViews  = []string{""}
	boundedLimits = []string{"--max-held", "4000000", "--max-connections", "1024", "--max-message", "100000", "--jobs", "1"}
)
