package store_test

import (
	"context"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
)

// folded is what folding in memory makes of a message's callbacks.
func folded(cs []*webhook.Callback) plivo.Message {
	var f plivo.Fold
	m := plivo.Message{UUID: cs[0].Report.MessageUUID(), Direction: plivo.Outbound}
	for _, c := range cs {
		f.Add(plivo.Observation{Report: c.Report, Result: c.Verdict, ReceivedAt: c.ReceivedAt})
	}
	f.Apply(&m)
	return m
}

var sameMessage = cmp.Options{cmpopts.EquateEmpty(), cmpopts.IgnoreFields(plivo.Message{}, "ID", "Arrival")}

// TestFoldingIsThatOfMemory records callbacks in any order, some at once and some twice, and finds the
// messages that folding in memory gives, and for those that came one by one the same arrivals.
func TestFoldingIsThatOfMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes seconds, most of them alone")
	}
	rapid.Check(t, func(rt *rapid.T) {
		s, err := store.Open(t.Context(), store.Options{})
		if err != nil {
			rt.Fatal(err)
		}
		defer s.Close()
		by := map[string][]*webhook.Callback{}
		var all []*webhook.Callback
		for range rapid.IntRange(1, 20).Draw(rt, "callbacks") {
			uuid := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(rt, "uuid")
			status := rapid.SampledFrom([]plivo.Status{plivo.Queued, plivo.Sent, plivo.Delivered, plivo.Undelivered, plivo.Failed, plivo.Received, "strange"}).Draw(rt, "status")
			c := report(uuid, status, rapid.IntRange(0, 3).Draw(rt, "sequence"), "Text", "hello")
			c.ReceivedAt = start.Add(time.Duration(rapid.IntRange(0, 5).Draw(rt, "at")) * time.Second)
			c.Verdict.Outcome = rapid.SampledFrom([]signature.Outcome{signature.Valid, signature.Invalid, signature.Missing}).Draw(rt, "outcome")
			by[uuid] = append(by[uuid], c)
			all = append(all, c)
		}
		if rapid.Bool().Draw(rt, "at once") {
			var wg sync.WaitGroup
			for _, c := range all {
				wg.Go(func() {
					if err := s.Record(context.Background(), c); err != nil {
						rt.Error(err)
					}
				})
			}
			wg.Wait()
		} else {
			folds := map[string]*plivo.Fold{"a": {}, "b": {}, "c": {}}
			for _, c := range all {
				if err := s.Record(context.Background(), c); err != nil {
					rt.Fatal(err)
				}
				want := folds[c.Report.MessageUUID()].Add(plivo.Observation{Report: c.Report, Result: c.Verdict, ReceivedAt: c.ReceivedAt})
				if c.Arrival != want {
					rt.Fatalf("arrival %+v, want %+v", c.Arrival, want)
				}
			}
		}
		for uuid, cs := range by {
			ms, err := s.MessagesByUUID(t.Context(), []string{uuid})
			if err != nil || len(ms) != 1 {
				rt.Fatalf("message %s: %v, %v", uuid, ms, err)
			}
			if diff := cmp.Diff(folded(cs), ms[0], sameMessage); diff != "" {
				rt.Fatalf("message %s differs (-memory +history):\n%s", uuid, diff)
			}
			var odd plivo.Arrival
			for _, c := range cs {
				odd = odd.With(c.Arrival)
			}
			if ms[0].Arrival != odd {
				rt.Fatalf("message %s came with %+v, want what its callbacks have: %+v", uuid, ms[0].Arrival, odd)
			}
		}
	})
}

// TestTwoWriters lets two stores on one file fold callbacks of the same messages at once: none is lost,
// and each sees the changes of the other.
func TestTwoWriters(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.db")
	one := openStore(t, store.Options{Path: path})
	two := openStore(t, store.Options{Path: path})
	wakes, end := two.Subscribe()
	defer end()
	record(t, one, report("woken", plivo.Queued, 1))
	select {
	case <-wakes:
	case <-time.After(time.Minute):
		t.Fatal("no wake for a change by another process")
	}

	var cs []*webhook.Callback
	for i, status := range []plivo.Status{plivo.Queued, plivo.Sent, plivo.Delivered} {
		for n := range 10 {
			c := report("both", status, i+1)
			c.ReceivedAt = start.Add(time.Duration(n) * time.Second)
			cs = append(cs, c)
		}
	}
	var wg sync.WaitGroup
	for i, c := range cs {
		wg.Go(func() {
			s := one
			if i%2 == 1 {
				s = two
			}
			if err := s.Record(context.Background(), c); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	ms, err := one.MessagesByUUID(t.Context(), []string{"both"})
	if err != nil || len(ms) != 1 {
		t.Fatal(ms, err)
	}
	if diff := cmp.Diff(folded(cs), ms[0], sameMessage); diff != "" {
		t.Errorf("message differs (-memory +history):\n%s", diff)
	}
	if n := totals(t, two).Callbacks; n != int64(len(cs)+1) {
		t.Errorf("%d callbacks, want %d", n, len(cs)+1)
	}
	seen := map[int64]bool{}
	for _, c := range cs {
		seen[c.ID] = true
	}
	if len(seen) != len(cs) {
		t.Errorf("%d IDs for %d callbacks", len(seen), len(cs))
	}
}

// TestLostFoldState makes the state of a message anew where it cannot be read.
func TestLostFoldState(t *testing.T) {
	s := openStore(t, store.Options{})
	cs := []*webhook.Callback{report("a", plivo.Queued, 1), report("a", plivo.Delivered, 3), report("a", plivo.Sent, 2)}
	record(t, s, cs[:2]...)
	sqlExec(t, s.Path(), "UPDATE messages SET fold = x'ff00ff'")
	record(t, s, cs[2])
	if diff := cmp.Diff(folded(cs), messages(t, s, store.Window{})[0], sameMessage); diff != "" {
		t.Errorf("message differs (-memory +history):\n%s", diff)
	}
}
