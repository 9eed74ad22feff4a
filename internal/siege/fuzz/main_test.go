package main

import (
	"bytes"
	"strings"
	"testing"
)

// TestNoTarget: who names none is told where their names are.
func TestNoTarget(t *testing.T) {
	var out bytes.Buffer
	err := run(t.Context(), &out, 0, "nosuch", 0, false)
	if err == nil || !strings.Contains(err.Error(), `no target matches "nosuch"; -list lists them`) {
		t.Errorf("it says %v and printed %q", err, out.String())
	}
}
