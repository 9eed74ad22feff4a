package store_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/store"
)

// TestOutages keeps a span that lasts, its end, and no more than the newest.
func TestOutages(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.db")
	s := openStore(t, store.Options{Path: path})
	at := func(minute int) time.Time { return start.Add(time.Duration(minute) * time.Minute) }
	note := func(from, to time.Time, why string) {
		t.Helper()
		if err := s.NoteOutage(t.Context(), from, to, why); err != nil {
			t.Fatal(err)
		}
	}
	outages := func(since time.Time) []store.Outage {
		t.Helper()
		got, err := s.Outages(t.Context(), since)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	note(at(0), time.Time{}, "dial tcp: refused")
	note(at(-9), at(-8), "earlier")
	if diff := cmp.Diff([]store.Outage{{From: at(0), Why: "dial tcp: refused"}}, outages(at(-8))); diff != "" {
		t.Errorf("while it lasts (-want +got):\n%s", diff)
	}
	note(at(0), at(3), "the service was away")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = openStore(t, store.Options{Path: path})
	want := []store.Outage{{From: at(-9), To: at(-8), Why: "earlier"}, {From: at(0), To: at(3), Why: "the service was away"}}
	if diff := cmp.Diff(want, outages(at(-100))); diff != "" {
		t.Errorf("after its end (-want +got):\n%s", diff)
	}
	if got := outages(at(3)); len(got) != 0 {
		t.Errorf("since its end there is %+v", got)
	}
	for i := range 1010 {
		note(at(10+i), at(11+i), fmt.Sprint(i))
	}
	if got := outages(time.Time{}); len(got) != 1000 || got[0].Why != "10" || got[999].Why != "1009" {
		t.Errorf("of 1012 there are %d, the first %+v", len(got), got[0])
	}
}
