package main

import (
	"bytes"
	"os"
	"testing"
)

// TestGenerated holds the file to the declarations.
func TestGenerated(t *testing.T) {
	d, err := read("..")
	if err != nil {
		t.Fatal(err)
	}
	want, err := d.generate()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile("../generated.go"); err != nil || !bytes.Equal(got, want) {
		t.Errorf("message/generated.go is not what its declarations make (go generate ./message writes it): %v", err)
	}
}
