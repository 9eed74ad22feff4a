package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"

	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
)

// TestDiagnoserPassesOverWhatIsOld begins with the newest of what earlier runs left, however much it is.
func TestDiagnoserPassesOverWhatIsOld(t *testing.T) {
	s, err := store.Open(t.Context(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	a := &App{store: s, urls: addresses{public: "https://name.example"}}
	for _, want := range []int64{0, 30} {
		d := diagnoser{a: a}
		if err := d.begin(t.Context()); err != nil || d.after != want {
			t.Errorf("it begins after %d, want %d; %v", d.after, want, err)
		}
		for range 30 + unexplainedMost {
			c := webhook.Callback{Method: "POST", Verdict: signature.Result{Outcome: signature.Invalid, Header: signature.V3.Header()}}
			if err := s.Record(context.Background(), &c); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestSameHost(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"https://name.example/x", "https://NAME.example", true},
		{"https://name.example:8443/x", "https://name.example", false},
		{"http://127.0.0.1:4141/%zz?a", "http://localhost:4141", true},
		{"http://[::1]:4141", "http://127.0.0.1:4141/x", true},
		{"http://[::1]/x", "http://localhost", true},
		{"http://127.0.0.1:4141", "http://127.0.0.1:4142", false},
		{"", "http://127.0.0.1:4142", false},
		{"https://a.example", "https://b.example", false},
	} {
		if got := sameHost(c.a, c.b); got != c.same {
			t.Errorf("%q and %q: %v", c.a, c.b, got)
		}
	}
}

// signedAs records a callback to a URL that was judged invalid, signed over another URL by a token.
func signedAs(t *testing.T, s *store.Store, url, over, token string) int64 {
	t.Helper()
	const nonce = "05429567804466091622"
	signed, err := signature.Sign(signature.NewToken("", token), signature.V3, "POST", over, nonce, nil)
	if err != nil {
		t.Fatal(err)
	}
	c := webhook.Callback{
		Method: "POST", URL: url, Header: map[string][]string{signature.V3.Header(): {signed}, signature.V3.NonceHeader(): {nonce}},
		Verdict: signature.Result{Outcome: signature.Invalid, Scheme: signature.V3, Header: signature.V3.Header()},
	}
	if err := s.Record(t.Context(), &c); err != nil {
		t.Fatal(err)
	}
	return c.ID
}

// onStore is a diagnoser whose work is not kept back, on a store of its own.
func onStore(t *testing.T) (*diagnoser, *store.Store) {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	d := newDiagnoser(&App{
		store: s, urls: addresses{public: "https://name.example"}, tokens: []signature.Token{signature.NewToken("account", "own")},
		log: slog.New(slog.DiscardHandler),
	})
	d.work = NewShare(1, time.Hour)
	for _, l := range []*rate.Limiter{d.looks, d.count} {
		l.SetLimit(rate.Inf)
	}
	return d, s
}

func causes(t *testing.T, s *store.Store, ids ...int64) []string {
	t.Helper()
	var all []string
	for _, id := range ids {
		c, ok, err := s.Callback(t.Context(), id)
		if err != nil || !ok {
			t.Fatalf("callback %d: %v, %v", id, ok, err)
		}
		all = append(all, c.Cause)
	}
	return all
}

// lookAll has d look until there is nothing more, and tells how often it did.
func lookAll(t *testing.T, d *diagnoser) (looks int) {
	t.Helper()
	for {
		more, err := d.look(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if looks++; !more {
			return looks
		}
		if looks > 100 {
			t.Fatal("it looks for ever")
		}
	}
}

// TestBacklogIsExplained explains all of what several batches hold, also when more comes in between.
func TestBacklogIsExplained(t *testing.T) {
	const backlog = 2*diagnosisBatch + 10
	d, s := onStore(t)
	var ids []int64
	add := func() { ids = append(ids, signedAs(t, s, "https://name.example/x", "https://name.example/x/", "own")) }
	for range backlog {
		add()
	}
	if more, err := d.look(t.Context()); err != nil || !more {
		t.Fatalf("after a batch: more %v, %v", more, err)
	}
	if got := causes(t, s, ids[0], ids[backlog-diagnosisBatch-1], ids[backlog-diagnosisBatch], ids[backlog-1]); !slices.Equal(got, []string{"", "", "slash", "slash"}) {
		t.Errorf("the first batch is not the newest: %q", got)
	}
	add()
	if more, err := d.look(t.Context()); err != nil || !more {
		t.Fatalf("after one that came since: more %v, %v", more, err)
	}
	if got := causes(t, s, ids[0], ids[backlog]); !slices.Equal(got, []string{"", "slash"}) {
		t.Errorf("what came since was not looked at first: %q", got)
	}
	lookAll(t, d)
	for i, c := range causes(t, s, ids...) {
		if c != "slash" {
			t.Errorf("callback %d of %d has the cause %q", i+1, len(ids), c)
		}
	}
	if last := ids[len(ids)-1]; d.after != last {
		t.Errorf("all was looked at up to %d, of %d", d.after, last)
	}
}

// TestOthersCallbacksArePassedOver leaves what came to another process's server to it, reads it once,
// and finds its own behind it.
func TestOthersCallbacksArePassedOver(t *testing.T) {
	d, s := onStore(t)
	old := signedAs(t, s, "https://gone.example/x", "https://gone.example/x/", "own")
	d.a.newest = old // of an earlier run: nobody else explains it
	own := signedAs(t, s, "https://name.example/x", "https://name.example/x/", "own")
	var strange int64
	for range unexplainedMost + 10 {
		strange = signedAs(t, s, "https://other.example/x", "https://other.example/x/", "own")
	}
	lookAll(t, d)
	if got := causes(t, s, old, own, strange); !slices.Equal(got, []string{"slash", "slash", ""}) {
		t.Errorf("the causes are %q", got)
	}
	if d.after != strange {
		t.Errorf("all was looked at up to %d, of %d", d.after, strange)
	}
	next := signedAs(t, s, "https://name.example/x", "https://name.example/x/", "own")
	if n := lookAll(t, d); n != 1 {
		t.Errorf("for one more it looked %d times", n)
	}
	if got := causes(t, s, next); got[0] != "slash" {
		t.Errorf("the next has the cause %q", got)
	}
}

// TestTokenThatWasNotConfigured is the cause of a callback that verifies by now.
func TestTokenThatWasNotConfigured(t *testing.T) {
	d, s := onStore(t)
	id := signedAs(t, s, "https://name.example/x", "https://name.example/x", "own")
	lookAll(t, d)
	if got := causes(t, s, id); got[0] != "token" {
		t.Errorf("the cause is %q", got)
	}
}

// TestSearchIsChargedWhole owes for the whole of a search, however long it took.
func TestSearchIsChargedWhole(t *testing.T) {
	d, s := onStore(t)
	d.work = NewShare(1e-6, time.Microsecond) // less than any search takes
	id := signedAs(t, s, "https://name.example/x", "https://name.example/y", "another's")
	c, _, err := s.Callback(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.explain(t.Context(), []webhook.Callback{c}); err != nil {
		t.Fatal(err)
	}
	if owed := d.work.Owed(time.Now()); owed == 0 {
		t.Error("a search longer than the burst owes nothing")
	}
}

// TestFailuresAreLoggedOnce says that the history cannot be written, and that it can be again.
func TestFailuresAreLoggedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		d := diagnoser{a: &App{log: slog.New(slog.NewTextHandler(&log, nil))}}
		var steps []time.Duration
		began := time.Now()
		d.try(t.Context(), func(context.Context) error {
			if steps = append(steps, time.Since(began)); len(steps) < 7 {
				return errors.New("the disk is full")
			}
			return nil
		})
		if got := fmt.Sprint(steps); got != "[0s 1s 3s 7s 15s 25s 35s]" {
			t.Errorf("it was tried at %s", got)
		}
		if n := strings.Count(log.String(), "the disk is full"); n != 1 || strings.Count(log.String(), "\n") != 2 {
			t.Errorf("of one failure it says\n%s", log.String())
		}
		d.try(t.Context(), func(context.Context) error { return nil })
		if n := strings.Count(log.String(), "\n"); n != 2 {
			t.Errorf("of what works it says\n%s", log.String())
		}
	})
}
