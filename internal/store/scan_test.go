package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/store/storetest"
	"dev.internal/plivoscope/internal/webhook"
)

// scanAll goes through the history in steps of no time at all, and checks that they leave nothing out.
func scanAll(t *testing.T, scan func(context.Context, store.Window, time.Duration) (store.Scan, error), w store.Window) []int64 {
	t.Helper()
	up := w.Oldest || w.After > 0 && w.Before <= 0
	w.Oldest = up
	from, to := w.After+1, w.Before-1
	var all []int64
	for steps := 0; ; steps++ {
		sc, err := scan(t.Context(), w, 0)
		if err != nil {
			t.Fatal(err)
		}
		if to < 0 || to > sc.Newest {
			to = sc.Newest
		}
		if len(sc.IDs) > w.Limit {
			t.Fatalf("%d rows, more than %d", len(sc.IDs), w.Limit)
		}
		for _, id := range sc.IDs {
			if id < sc.From || id > sc.To {
				t.Fatalf("%d is not in %d..%d", id, sc.From, sc.To)
			}
		}
		if up && sc.From != from || !up && sc.To != to {
			t.Fatalf("step %d looked at %d..%d of %d..%d", steps, sc.From, sc.To, from, to)
		}
		all = append(all, sc.IDs...)
		if up {
			from, w.After = sc.To+1, sc.To
		} else {
			to, w.Before = sc.From-1, sc.From
		}
		if sc.End {
			if from <= to {
				t.Fatalf("the end came with %d..%d left", from, to)
			}
			return all
		}
	}
}

// TestScanFindsWhatAWindowHas holds that what is found step by step is what is found at once, in both
// directions, between bounds, for words with an index and without.
func TestScanFindsWhatAWindowHas(t *testing.T) {
	s := openStore(t, store.Options{Path: storetest.Large(t, 1000), Now: func() time.Time { return time.UnixMicro(1780000000000000).Add(50 * time.Minute) }})
	for i, words := range []string{
		"status:failed", "status:failed,undelivered,read", "-status:delivered", "sig:slash", "dir:in", "to:+33", "thousandth", "nowhere", "since:15m", "since:15m to:+33",
		"uuid:5", "uuid:5,6 order", "uuid:5 status:failed", "code:30 order",
	} {
		if testing.Short() && i%4 != 0 {
			continue // one goroutine compares: few show the races that all would
		}
		f := filter(t, words)
		for _, w := range []store.Window{{Limit: 7}, {Limit: 5000}, {Limit: 7, Oldest: true}, {Limit: 100, After: 150}, {Limit: 20, After: 50, Before: 270}} {
			w.Filter = f
			whole := w
			whole.Limit = 5000
			want := messages(t, s, whole)
			got := scanAll(t, s.ScanMessages, w)
			if d := cmp.Diff(idsOf(want, func(m plivo.Message) int64 { return m.ID }), got); d != "" {
				t.Fatalf("messages %q %+v: %s", words, w, d)
			}
			cs, err := s.Callbacks(t.Context(), whole)
			if err != nil {
				t.Fatal(err)
			}
			got = scanAll(t, s.ScanCallbacks, w)
			if d := cmp.Diff(idsOf(cs, func(c webhook.Callback) int64 { return c.ID }), got); d != "" {
				t.Fatalf("callbacks %q %+v: %s", words, w, d)
			}
		}
		all := messages(t, s, store.Window{Filter: f, Limit: 5000})
		matching, err := s.MatchingMessages(t.Context(), f, seq(1, 1000))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(all, matching); d != "" {
			t.Fatalf("%q of all IDs: %s", words, d)
		}
	}
}

func TestScanOfAnEmptyHistoryAndOfOneThatIsGone(t *testing.T) {
	s := openStore(t, store.Options{})
	for _, w := range []store.Window{{}, {Oldest: true}, {After: 3}, {Before: 3}} {
		w.Filter = filter(t, "hello")
		if sc, err := s.ScanMessages(t.Context(), w, time.Second); err != nil || !sc.End || len(sc.IDs) > 0 {
			t.Errorf("%+v: %+v, %v", w, sc, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.ScanMessages(ctx, store.Window{Filter: filter(t, "hello")}, time.Second); !errors.Is(err, context.Canceled) {
		t.Errorf("a search that was ended gives %v", err)
	}
	if ms, err := s.MatchingMessages(t.Context(), store.Filter{}, nil); err != nil || len(ms) > 0 {
		t.Errorf("of no IDs %v, %v", ms, err)
	}
}

func idsOf[T any](rows []T, id func(T) int64) []int64 {
	var ids []int64
	for _, r := range rows {
		ids = append(ids, id(r))
	}
	return ids
}

func seq(from, to int64) []int64 {
	var ids []int64
	for id := from; id <= to; id++ {
		ids = append(ids, id)
	}
	return ids
}
