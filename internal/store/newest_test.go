package store_test

import (
	"testing"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/store"
)

// TestNewestCallback is the greatest ID, whatever was stored with it.
func TestNewestCallback(t *testing.T) {
	s := openStore(t, store.Options{})
	if id, err := s.NewestCallback(t.Context()); id != 0 || err != nil {
		t.Errorf("of an empty history it is %d, %v", id, err)
	}
	record(t, s, report("a", plivo.Queued, 1), report("b", plivo.Queued, 1))
	record(t, s, report("a", plivo.Sent, 2))
	all, err := s.Callbacks(t.Context(), store.Window{})
	if err != nil || len(all) != 3 {
		t.Fatalf("%d callbacks, %v", len(all), err)
	}
	if id, err := s.NewestCallback(t.Context()); id != all[0].ID || err != nil {
		t.Errorf("it is %d, %v; want %d", id, err, all[0].ID)
	}
}
