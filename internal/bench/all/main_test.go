package main

import (
	"bytes"
	"strings"
	"testing"
)

// TestList: what -run would choose is listed as it is matched, and nothing is run.
func TestList(t *testing.T) {
	var out bytes.Buffer
	if err := run(t.Context(), &out, "Flood$|store/", false, true); err != nil {
		t.Fatal(err)
	}
	if got, want := out.String(), "bench/Flood\nstore/Commit\nstore/Growth\nstore/Trim\n"; got != want {
		t.Errorf("it lists %q, want %q", got, want)
	}
	if err := run(t.Context(), &out, "nosuch", false, false); err == nil || !strings.Contains(err.Error(), `no benchmark matches "nosuch"; -list lists them`) {
		t.Errorf("of none it says %v", err)
	}
}
