package store_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/store"
)

// TestRefusals keeps spans, each once however often it was made longer, and no more than the newest.
func TestRefusals(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.db")
	s := openStore(t, store.Options{Path: path})
	at := func(minute int) time.Time { return start.Add(time.Duration(minute) * time.Minute) }
	span := func(from, to int, status string, n int64) store.Refusal {
		return store.Refusal{From: at(from), To: at(to), Status: status, Requests: n}
	}
	for _, r := range []store.Refusal{span(0, 1, "403", 3), span(0, 1, "503", 1), span(0, 2, "403", 5), span(4, 5, "4xx", 1)} {
		if err := s.NoteRefusal(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = openStore(t, store.Options{Path: path})
	for since, want := range map[int][]store.Refusal{
		0: {span(0, 2, "403", 5), span(0, 1, "503", 1), span(4, 5, "4xx", 1)},
		1: {span(0, 2, "403", 5), span(4, 5, "4xx", 1)},
		5: nil,
	} {
		got, err := s.Refusals(t.Context(), at(since))
		if diff := cmp.Diff(want, got); err != nil || len(want)+len(got) > 0 && diff != "" {
			t.Errorf("since %d: %v (-want +got):\n%s", since, err, diff)
		}
	}
	for i := range 210 {
		if err := s.NoteRefusal(t.Context(), span(10+i, 11+i, "403", 1)); err != nil {
			t.Fatal(err)
		}
	}
	got, err := s.Refusals(t.Context(), time.Time{})
	if err != nil || len(got) != 200 || !got[0].From.Equal(at(20)) || !got[199].From.Equal(at(219)) {
		t.Errorf("%v; of 213 there are %d", err, len(got))
	}
}
