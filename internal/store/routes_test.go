package store_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
)

// TestRoutes keeps how far a route is over a restart.
func TestRoutes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.db")
	s := openStore(t, store.Options{Path: path})
	for i := range 5 {
		if err := s.Record(t.Context(), report(fmt.Sprint("m", i), plivo.Sent, 0)); err != nil {
			t.Fatal(err)
		}
	}
	c, err := s.ClaimRoute(t.Context(), "http://a")
	if want := (webhook.Claim{Progress: webhook.Progress{Route: "http://a", Read: 5}, Newest: 5}); err != nil || !cmp.Equal(c, want) {
		t.Fatalf("%+v, %v", c, err)
	}
	p := webhook.Progress{Route: "http://a", Read: 300, Open: []int64{1, 2, 4, 200, 299}}
	if err := s.KeepProgress(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = openStore(t, store.Options{Path: path})
	c, err = s.ClaimRoute(t.Context(), "http://a")
	if want := (webhook.Claim{Progress: p, Known: true, Newest: 5}); err != nil || !cmp.Equal(c, want) {
		t.Errorf("%+v, %v", c, err)
	}
	if c, err := s.ClaimRoute(t.Context(), "http://b"); err != nil || c.Known {
		t.Errorf("another one: %+v, %v", c, err)
	}
	if err := s.KeepProgress(t.Context(), webhook.Progress{Route: "http://c"}); !errors.Is(err, webhook.ErrRouteTaken) {
		t.Errorf("one that was never claimed: %v", err)
	}
}

// TestRouteOfAnother lets process 1, which always runs, have a route: it is let go when it says nothing for
// a while.
func TestRouteOfAnother(t *testing.T) {
	now := time.Now()
	s := openStore(t, store.Options{Path: filepath.Join(t.TempDir(), "history.db"), Now: func() time.Time { return now }})
	if _, err := s.ClaimRoute(t.Context(), "http://a"); err != nil {
		t.Fatal(err)
	}
	sqlExec(t, s.Path(), "UPDATE routes SET pid = 1")
	if _, err := s.ClaimRoute(t.Context(), "http://a"); !errors.Is(err, webhook.ErrRouteTaken) {
		t.Errorf("claimed: %v", err)
	}
	if err := s.KeepProgress(t.Context(), webhook.Progress{Route: "http://a"}); !errors.Is(err, webhook.ErrRouteTaken) {
		t.Errorf("kept: %v", err)
	}
	now = now.Add(6 * time.Second)
	if _, err := s.ClaimRoute(t.Context(), "http://a"); err != nil {
		t.Error(err)
	}
}

// TestCallbackHeads gives what callbacks are chosen by.
func TestCallbackHeads(t *testing.T) {
	s := openStore(t, store.Options{Path: filepath.Join(t.TempDir(), "history.db")})
	for i := range 4 {
		c := report(fmt.Sprint("m", i), plivo.Sent, 0)
		c.Truncated = i == 2
		if err := s.Record(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	heads, err := s.CallbackHeads(t.Context(), 1, 2)
	if err != nil || len(heads) != 2 {
		t.Fatalf("%d, %v", len(heads), err)
	}
	whole, _, err := s.Callback(t.Context(), 3)
	if err != nil {
		t.Fatal(err)
	}
	h := heads[1]
	if h.ID != 3 || !h.Omitted || !h.Truncated || h.Report.MessageUUID() != "m2" || h.Kind != whole.Kind || h.URL != whole.URL ||
		!h.ReceivedAt.Equal(whole.ReceivedAt) || h.Verdict.Outcome != whole.Verdict.Outcome {
		t.Errorf("%+v\nof %+v", h, whole)
	}
}

// TestSetAnswers writes answers that came late.
func TestSetAnswers(t *testing.T) {
	s := openStore(t, store.Options{Path: filepath.Join(t.TempDir(), "history.db")})
	c := report("m", plivo.Sent, 0)
	if err := s.Record(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	want := webhook.Answer{Status: 504, At: time.UnixMicro(1_700_000_000_000_000).UTC()}
	if err := s.SetAnswers(t.Context(), map[int64]webhook.Answer{c.ID: want, 99: want}); err != nil {
		t.Fatal(err)
	}
	if got, _, err := s.Callback(t.Context(), c.ID); err != nil || got.Answer != want {
		t.Errorf("%+v, %v", got.Answer, err)
	}
}
