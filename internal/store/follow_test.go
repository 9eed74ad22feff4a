package store_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/redact"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
)

// answered is a callback of which the caller was told something.
func answered(c *webhook.Callback) *webhook.Callback {
	c.Answer = webhook.Answer{Status: 200, At: time.Now()}
	return c
}

// TestFollow gives each callback once, in order and as the history has it, whoever wrote it and however it came.
func TestFollow(t *testing.T) {
	const secret = "0123456789012345678901234567890123456789"
	path := filepath.Join(t.TempDir(), "history.db")
	here := openStore(t, store.Options{Path: path, Hide: redact.New(secret)})
	there := openStore(t, store.Options{Path: path})
	f, stop := here.Follow()
	defer stop()
	wakes, end := here.Subscribe()
	defer end()
	var followed []webhook.Callback
	after := func() int64 {
		if len(followed) == 0 {
			return 0
		}
		return followed[len(followed)-1].ID
	}
	read := func() int {
		rows, err := f.Callbacks(t.Context(), after(), 3)
		if err != nil {
			t.Fatal(err)
		}
		followed = append(followed, rows...)
		return len(rows)
	}
	kinds := []func(n int) (*store.Store, *webhook.Callback){
		func(n int) (*store.Store, *webhook.Callback) {
			return here, answered(report(fmt.Sprint("a", n), plivo.Sent, 1))
		},
		func(n int) (*store.Store, *webhook.Callback) {
			c := answered(report("again", plivo.Sent, 1))
			c.Verdict.Outcome = signature.Invalid
			return here, c
		},
		func(n int) (*store.Store, *webhook.Callback) { return here, report("unanswered", plivo.Sent, n) },
		func(n int) (*store.Store, *webhook.Callback) { return there, answered(report("theirs", plivo.Sent, n)) },
		func(n int) (*store.Store, *webhook.Callback) {
			c := answered(report("cut", plivo.Sent, n))
			c.Truncated, c.Problem = true, "It is cut."
			return here, c
		},
		func(n int) (*store.Store, *webhook.Callback) {
			return here, answered(report("token", plivo.Sent, n, "Text", secret))
		},
		func(n int) (*store.Store, *webhook.Callback) {
			return here, answered(report("again", plivo.Delivered, n))
		},
	}
	total := 0
	for i := range 60 {
		for range i % 4 { // at times nothing is read for a while
			s, c := kinds[(i*i+total)%len(kinds)](total)
			record(t, s, c)
			total++
		}
		if i%3 == 0 {
			read()
		}
	}
	for late := time.After(time.Minute); len(followed) < total; {
		if read() == 0 {
			select { // what is not there yet has a wake to come
			case <-wakes:
			case <-late:
				t.Fatalf("%d of %d callbacks came", len(followed), total)
			}
		}
	}
	all, err := here.Callbacks(t.Context(), store.Window{Oldest: true, Limit: total + 1})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(all, followed); diff != "" {
		t.Errorf("what was followed is not what the history has (-history +followed):\n%s", diff)
	}
	if text := fmt.Sprint(followed); strings.Contains(text, secret) {
		t.Error("a token was given")
	}
}

// TestFollowInAFlood gives more than is held for one who reads too late, each once and in order.
func TestFollowInAFlood(t *testing.T) {
	s := openStore(t, store.Options{})
	f, stop := s.Follow()
	defer stop()
	const flood = 2500
	var callers sync.WaitGroup
	for g := range 50 {
		callers.Go(func() {
			for i := range flood / 50 {
				if err := s.Record(t.Context(), answered(report(fmt.Sprint(g, "-", i), plivo.Sent, 1))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	callers.Wait()
	last := int64(0)
	for last < flood {
		rows, err := f.Callbacks(t.Context(), last, 400)
		if err != nil || len(rows) == 0 {
			t.Fatalf("after %d came %d, %v", last, len(rows), err)
		}
		for _, c := range rows {
			if c.ID != last+1 {
				t.Fatalf("after %d came %d", last, c.ID)
			}
			last = c.ID
		}
	}
}
