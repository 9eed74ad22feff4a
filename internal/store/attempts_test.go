package store_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
)

// try is an attempt of a callback as the sender gives it.
func try(callbackID int64) *webhook.Attempt {
	return &webhook.Attempt{
		CallbackID: callbackID, Mode: webhook.Faulty, Fault: "wrong-token", At: start.Add(time.Second),
		Method: http.MethodPost, URL: "http://localhost:3000/sms/inbound", Host: "localhost:3000",
		SignedURL: "https://example.test/sms/inbound",
		Header:    http.Header{"Content-Type": {"text/plain"}, "X-Twice": {"a", "b\xff"}}, Body: []byte("Text=\x00\xff\x1b[31m"),
		Answer: webhook.TargetAnswer{
			Status: 403, Protocol: "HTTP/1.1", Header: http.Header{"Server": {"app"}}, Body: []byte("forged\n"), Truncated: true,
		},
		Timings: webhook.Timings{
			DNS: time.Microsecond, Connect: 2 * time.Microsecond, TLS: 3 * time.Microsecond,
			FirstByte: 40 * time.Microsecond, Total: time.Second, Reused: true,
		},
	}
}

func keep(t testing.TB, s *store.Store, as ...*webhook.Attempt) {
	t.Helper()
	for _, a := range as {
		if err := s.KeepAttempt(context.Background(), a); err != nil {
			t.Fatal(err)
		}
	}
}

func attemptsOf(t testing.TB, s *store.Store, callbackID int64, limit int) []webhook.Attempt {
	t.Helper()
	as, err := s.AttemptsOf(t.Context(), callbackID, limit)
	if err != nil {
		t.Fatal(err)
	}
	return as
}

// TestAttempt keeps an attempt without loss, but for what is too much of a body.
func TestAttempt(t *testing.T) {
	s := openStore(t, store.Options{})
	answered := try(7)
	failed := &webhook.Attempt{
		Scenario: "late", Step: 2, Route: "http://localhost:3000", Mode: webhook.AsCaptured, At: start, Method: "get",
		URL: "http://localhost:1/\xff", Failure: webhook.Refused, Err: "Nothing listens there.",
	}
	huge := try(7)
	huge.Body = []byte(strings.Repeat("x", 64<<10) + "y")
	keep(t, s, answered, failed, huge)
	want := []webhook.Attempt{*answered, *failed, *huge}
	want[0].Size, want[0].Answer.Size = len(answered.Body), 7
	want[1].Header, want[1].Answer.Header = http.Header{}, http.Header{}
	want[2].Body, want[2].Size, want[2].Answer.Size = huge.Body[:64<<10], 64<<10+1, 7
	for i, w := range want {
		if w.ID != int64(i+1) {
			t.Errorf("attempt %d got the ID %d", i+1, w.ID)
		}
		got, found, err := s.Attempt(t.Context(), w.ID)
		if diff := cmp.Diff(w, got); diff != "" || !found || err != nil {
			t.Errorf("attempt %d: found %v, %v (-want +got):\n%s", w.ID, found, err, diff)
		}
	}
	if _, found, err := s.Attempt(t.Context(), 4); found || err != nil {
		t.Errorf("an attempt that is not there: found %v, %v", found, err)
	}
	// A list has the small ones whole.
	want[2].Omitted, want[2].Header, want[2].Body, want[2].Answer.Header, want[2].Answer.Body = true, nil, nil, nil, nil
	if diff := cmp.Diff([]webhook.Attempt{want[2], want[0]}, attemptsOf(t, s, 7, 0)); diff != "" {
		t.Errorf("of the callback (-want +got):\n%s", diff)
	}
	for _, c := range []struct {
		before int64
		limit  int
		want   []webhook.Attempt
	}{{0, 0, []webhook.Attempt{want[2], want[1], want[0]}}, {3, 1, want[1:2]}, {1, 0, nil}} {
		got, err := s.Attempts(t.Context(), c.before, c.limit)
		if diff := cmp.Diff(c.want, got); diff != "" || err != nil {
			t.Errorf("before %d, %d of them: %v (-want +got):\n%s", c.before, c.limit, err, diff)
		}
	}
	if got := attemptsOf(t, s, 7, 1); len(got) != 1 || got[0].ID != 3 {
		t.Errorf("the newest of the callback is %v", got)
	}
	if got := attemptsOf(t, s, 0, 0); len(got) != 0 {
		t.Errorf("%d attempts are of no callback", len(got))
	}
	tried, err := s.Tried(t.Context(), []int64{7, 8, 0})
	if diff := cmp.Diff(map[int64]store.Tried{7: {Count: 2, Last: 3}}, tried); diff != "" || err != nil {
		t.Errorf("%v; how often (-want +got):\n%s", err, diff)
	}
}

// TestAttemptsAreKeptTogether stores all that wait in one transaction, callbacks first.
func TestAttemptsAreKeptTogether(t *testing.T) {
	s := openStore(t, store.Options{})
	release := store.HoldWriter(s)
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() { keep(t, s, try(1)) })
		wg.Go(func() { record(t, s, report(fmt.Sprint(i), plivo.Sent, 1)) })
	}
	eventually(t, "all wait", func() bool {
		callbacks, attempts := store.Queued(s)
		return callbacks == 100 && attempts == 100
	})
	release()
	wg.Wait()
	if callbacks, attempts, err := store.LastBatch(s); callbacks != 100 || attempts != 100 || err != nil {
		t.Errorf("the last transaction had %d callbacks and %d attempts, %v", callbacks, attempts, err)
	}
	seen := map[int64]bool{}
	for _, a := range attemptsOf(t, s, 1, 0) {
		seen[a.ID] = true
	}
	if len(seen) != 100 || totals(t, s).Callbacks != 100 {
		t.Errorf("%d attempts and %d callbacks are kept", len(seen), totals(t, s).Callbacks)
	}
}

// TestLargeAttemptsDoNotFillATransaction parts what would make callbacks wait.
func TestLargeAttemptsDoNotFillATransaction(t *testing.T) {
	s := openStore(t, store.Options{})
	release := store.HoldWriter(s)
	var wg sync.WaitGroup
	for range 40 {
		wg.Go(func() {
			a := try(1)
			a.Body, a.Answer.Body = make([]byte, 64<<10), make([]byte, 64<<10)
			keep(t, s, a)
		})
	}
	eventually(t, "all wait", func() bool { _, attempts := store.Queued(s); return attempts == 40 })
	release()
	wg.Wait()
	if _, attempts, err := store.LastBatch(s); attempts == 0 || attempts > 9 || err != nil {
		t.Errorf("the last transaction had %d attempts of 128 KiB, %v", attempts, err)
	}
	if n := len(attemptsOf(t, s, 1, 0)); n != 40 {
		t.Errorf("%d attempts are kept", n)
	}
}

// TestBadAttempt stores all of a batch but the attempt that cannot be stored, whose ID goes to another.
func TestBadAttempt(t *testing.T) {
	s := openStore(t, store.Options{})
	sqlExec(t, s.Path(), `CREATE TRIGGER poison BEFORE INSERT ON attempts WHEN NEW.route = 'poison'
		BEGIN SELECT raise(ABORT, 'poisoned'); END`)
	release := store.HoldWriter(s)
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			a := try(1)
			if i == 10 {
				a.Route = "poison"
			}
			if err := s.KeepAttempt(context.Background(), a); (err != nil) != (i == 10) || (a.ID == 0) != (i == 10) {
				t.Errorf("attempt %d with the ID %d: %v", i, a.ID, err)
			}
		})
		wg.Go(func() { record(t, s, report(fmt.Sprint(i), plivo.Sent, 1)) })
	}
	eventually(t, "all wait", func() bool {
		callbacks, attempts := store.Queued(s)
		return callbacks == 20 && attempts == 20
	})
	release()
	wg.Wait()
	if as := attemptsOf(t, s, 1, 0); len(as) != 19 || as[0].ID != 19 {
		t.Errorf("%d attempts are kept, the newest with the ID %d", len(as), as[0].ID)
	}
	if n := totals(t, s).Callbacks; n != 20 {
		t.Errorf("%d callbacks are kept", n)
	}
}

// TestAttemptsWait waits for room in place of refusing, until the context ends, and takes none from callbacks.
func TestAttemptsWait(t *testing.T) {
	s := openStore(t, store.Options{})
	release := store.HoldWriter(s)
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for range 2000 {
		wg.Go(func() {
			if err := s.KeepAttempt(ctx, try(1)); !errors.Is(err, context.Canceled) {
				t.Errorf("while the writer stands still: %v", err)
			}
		})
	}
	eventually(t, "the queue is full", func() bool { _, attempts := store.Queued(s); return attempts >= 512 })
	var kept sync.WaitGroup
	kept.Go(func() { record(t, s, report("a", plivo.Sent, 1)) })
	eventually(t, "the callback waits", func() bool { callbacks, _ := store.Queued(s); return callbacks == 1 })
	cancel()
	wg.Wait()
	release()
	kept.Wait()
	keep(t, s, try(1))
	if n := len(attemptsOf(t, s, 1, 0)); n != 1 {
		t.Errorf("%d attempts are kept, want the last alone", n)
	}
}

// TestCloseKeepsAttempts answers all who asked before Close, and all who asked after.
func TestCloseKeepsAttempts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.db")
	s := openStore(t, store.Options{Path: path})
	var wg sync.WaitGroup
	var mu sync.Mutex
	kept := 0
	for range 1000 {
		wg.Go(func() {
			err := s.KeepAttempt(context.Background(), try(1))
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				kept++
			case !errors.Is(err, store.ErrClosed):
				t.Error(err)
			}
		})
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	wg.Wait()
	if n := len(attemptsOf(t, openStore(t, store.Options{Path: path}), 1, 2000)); n != kept {
		t.Errorf("%d attempts, %d were acknowledged", n, kept)
	}
}

// TestAttemptsRetention lets the oldest attempts go, with callbacks still to come and go beside them, and
// keeps those of callbacks that went.
func TestAttemptsRetention(t *testing.T) {
	n := int64(500)
	if testing.Short() {
		n = 100
	}
	s := openStore(t, store.Options{Keep: 3, KeepAttempts: 50})
	for i := range 6 {
		record(t, s, report(fmt.Sprint(i), plivo.Sent, 1))
	}
	for i := range n {
		keep(t, s, try(i%5+1))
	}
	eventually(t, "50 attempts", func() bool {
		as, err := s.Attempts(t.Context(), 0, 1000)
		if err != nil {
			t.Fatal(err)
		}
		return len(as) == 50 && as[0].ID == n && as[49].ID == n-49
	})
	if _, found, err := s.Callback(t.Context(), 1); found || err != nil {
		t.Errorf("the first callback is there: %v, %v", found, err)
	}
	if as := attemptsOf(t, s, 1, 0); len(as) != 10 {
		t.Errorf("%d attempts are left of a callback that went", len(as))
	}
	last := try(1)
	keep(t, s, last)
	if last.ID != n+1 {
		t.Errorf("the next attempt has the ID %d", last.ID)
	}
}

// TestAttemptOfAnotherProcess wakes the readers of this one, and each gets an ID of its own.
func TestAttemptOfAnotherProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.db")
	here, there := openStore(t, store.Options{Path: path}), openStore(t, store.Options{Path: path})
	wakes, end := here.Subscribe()
	defer end()
	a, b := try(1), try(1)
	keep(t, there, a)
	select {
	case <-wakes:
	case <-time.After(time.Minute):
		t.Fatal("no wake")
	}
	keep(t, here, b)
	if a.ID != 1 || b.ID != 2 || len(attemptsOf(t, here, 1, 0)) != 2 {
		t.Errorf("the attempts have the IDs %d and %d", a.ID, b.ID)
	}
}

// TestSubscribeCallbacks wakes who reads callbacks for one of these, and not for what came of forwarding it.
func TestSubscribeCallbacks(t *testing.T) {
	s := openStore(t, store.Options{})
	all, endAll := s.Subscribe()
	defer endAll()
	wakes, end := s.SubscribeCallbacks()
	defer end()
	wait := func(of <-chan struct{}) {
		t.Helper()
		select {
		case <-of:
		case <-time.After(time.Minute):
			t.Fatal("no wake")
		}
	}
	record(t, s, report("a", plivo.Sent, 1))
	wait(all)
	wait(wakes)
	keep(t, s, try(1))
	wait(all)
	// The writer tells of one thing after the other.
	record(t, s, report("b", plivo.Sent, 1))
	wait(all)
	wait(wakes)
	keep(t, s, try(1))
	wait(all)
	if len(wakes) != 0 {
		t.Error("who reads callbacks was woken for an attempt")
	}
}

// TestMigrateFromTheThirdVersion opens a file that the third version of the format made.
func TestMigrateFromTheThirdVersion(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.db")
	sqlExec(t, path, store.Migration(1)+store.Migration(2)+store.Migration(3)+fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = 3;", store.ApplicationID))
	s := openStore(t, store.Options{Path: path})
	c := report("a", plivo.Sent, 1)
	c.Verdict.Outcome = signature.Invalid
	record(t, s, c)
	keep(t, s, try(c.ID))
	if as := attemptsOf(t, s, c.ID, 0); len(as) != 1 {
		t.Errorf("%d attempts are kept", len(as))
	}
}
