package simulator_test

import (
	"errors"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/plivo/api"
)

// wait polls for a condition, up to a minute.
func wait(t *testing.T, condition func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !condition(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it did not come about within a minute")
		}
	}
}

func asAPIError(t *testing.T, err error) *api.Error {
	t.Helper()
	var e *api.Error
	if !errors.As(err, &e) {
		t.Fatalf("error is %v, want one of the API", err)
	}
	return e
}
