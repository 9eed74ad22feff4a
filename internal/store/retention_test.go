package store_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/store"
)

// TestRetention keeps the newest valid callbacks and the newest others, and of the messages without
// callbacks no more than that.
func TestRetention(t *testing.T) {
	s := openStore(t, store.Options{Keep: 20, KeepUnverified: 5})
	ids := begin(t, s, "+14155550123")
	finish(t, s, store.SendOutcome{ID: ids[0], UUID: "forged-0"})
	for i := range 60 {
		good := report(fmt.Sprint("good-", i), plivo.Delivered, 1)
		bad := report(fmt.Sprint("forged-", i), plivo.Delivered, 1)
		bad.Verdict = signature.Result{Outcome: []signature.Outcome{signature.Invalid, signature.Missing, signature.Unchecked}[i%3]}
		record(t, s, good, bad)
	}
	eventually(t, "20 valid callbacks, 5 others and 25 messages", func() bool {
		n := totals(t, s)
		return n.Valid == 20 && n.Callbacks == 25 && n.Messages == 25
	})
	cs, err := s.Callbacks(t.Context(), store.Window{Filter: filter(t, "sig:valid"), Oldest: true})
	if err != nil || len(cs) != 20 || cs[0].Report.MessageUUID() != "good-40" {
		t.Errorf("%d valid callbacks are left, the first of %s; %v", len(cs), cs[0].Report.MessageUUID(), err)
	}
	cs, err = s.Callbacks(t.Context(), store.Window{Filter: filter(t, "-sig:valid"), Oldest: true})
	if err != nil || len(cs) != 5 || cs[0].Report.MessageUUID() != "forged-55" {
		t.Errorf("%d other callbacks are left; %v", len(cs), err)
	}
	if n := totals(t, s); n.Invalid+n.Missing+n.Unchecked != 5 || int64(len(messages(t, s, store.Window{}))) != n.Messages {
		t.Errorf("totals %+v do not count what is there", n)
	}
	// IDs go on, also where the newest rows are gone.
	c := report("last", plivo.Sent, 1)
	record(t, s, c)
	if c.ID != 121 {
		t.Errorf("the next callback has ID %d, want 121", c.ID)
	}
}

// TestRetentionKeepsMessages keeps a sent or verified message whose callbacks are gone.
func TestRetentionKeepsMessages(t *testing.T) {
	s := openStore(t, store.Options{Keep: 3, KeepUnverified: 2})
	ids := begin(t, s, "+14155550123")
	finish(t, s, store.SendOutcome{ID: ids[0], UUID: "sent"})
	forged := report("sent", plivo.Delivered, 1)
	forged.Verdict.Outcome = signature.Missing
	record(t, s, forged, report("verified", plivo.Delivered, 1))
	for i := range 6 {
		c := report("busy", plivo.Sent, i)
		d := report("noise", plivo.Sent, i)
		d.Verdict.Outcome = signature.Missing
		record(t, s, c, d)
	}
	eventually(t, "5 callbacks", func() bool { return totals(t, s).Callbacks == 5 })
	ms, err := s.MessagesByUUID(t.Context(), []string{"sent", "verified", "busy", "noise"})
	if err != nil || len(ms) != 4 {
		t.Errorf("%d messages are left, want 4; %v", len(ms), err)
	}
}

// TestRetentionInFlood holds that the bounds are kept while so many store at once that always somebody waits.
func TestRetentionInFlood(t *testing.T) {
	const keep = 500
	each := 10_000
	if testing.Short() {
		each = 4000 // more than may be there, still
	}
	for _, callers := range []int{250, 1000} {
		t.Run(fmt.Sprint(callers), func(t *testing.T) {
			s := openStore(t, store.Options{Keep: keep, KeepUnverified: 10})
			var wg sync.WaitGroup
			for i := range callers {
				wg.Go(func() {
					for n := range each / callers {
						if err := s.Record(t.Context(), report(fmt.Sprint(i, "-", n), plivo.Delivered, 1)); err != nil {
							t.Error(err)
							return
						}
					}
				})
			}
			wg.Wait()
			if n := totals(t, s); n.Valid > keep+2000 || n.Messages > keep+2500 {
				t.Errorf("of %d there are %d callbacks and %d messages, %d are to be kept", each, n.Valid, n.Messages, keep)
			}
			eventually(t, "what is to be kept", func() bool {
				n := totals(t, s)
				return n.Valid <= keep+keep/100 && n.Messages <= keep+10+(keep+10)/100
			})
		})
	}
}

// TestRetentionOnASlowDisk has each commit take long for the disk's sake: that makes no chunk smaller, for it would take as long
// with fewer rows. Whatever the disk, more goes in a flood than came.
func TestRetentionOnASlowDisk(t *testing.T) {
	const ms = time.Millisecond
	for name, c := range map[string]struct {
		row         time.Duration
		commits     []time.Duration
		least, most int64
	}{
		"a slow disk":                      {ms / 100, []time.Duration{50 * ms, 50 * ms}, 512, 512},
		"a slow disk, a large history":     {ms / 10, []time.Duration{50 * ms, 50 * ms}, 40, 80},
		"a fast disk":                      {ms / 100, []time.Duration{ms, ms}, 400, 512},
		"a fast disk, a large history":     {ms, []time.Duration{ms, ms}, 16, 16},
		"a fast disk that was slow once":   {ms, []time.Duration{ms, ms, 90 * ms}, 16, 16},
		"a fast disk that was slow before": {ms, []time.Duration{ms, 90 * ms, 90 * ms, ms}, 16, 16},
	} {
		if rows := store.Chunk(20, c.row, c.commits...); rows < c.least || rows > c.most {
			t.Errorf("%s: %d rows go at once, want %d to %d", name, rows, c.least, c.most)
		}
	}
	for came := int64(1); came <= store.MostBetweenChunks; came++ {
		if rows := store.ChunkInFlood(came); rows < 2*came {
			t.Fatalf("%d rows go when %d came", rows, came)
		}
	}
}

// TestRetentionAfterCutLog has the oldest callbacks come back with a log that is cut: they are the first to go again.
func TestRetentionAfterCutLog(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the system keeps open files from being cut")
	}
	path := filepath.Join(t.TempDir(), "h.db")
	old := openStore(t, store.Options{Path: path})
	for i := range 5 {
		record(t, old, report(fmt.Sprint("old-", i), plivo.Sent, 1))
	}
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	said := make(chan string, 10)
	s := openStore(t, store.Options{Path: path, Keep: 5, OnProblem: func(text string) { said <- text }})
	for i := range 30 {
		record(t, s, report(fmt.Sprint("log-", i), plivo.Sent, 1))
	}
	eventually(t, "5 callbacks", func() bool { return totals(t, s).Callbacks == 5 })
	if err := errors.Join(store.Forget(s), os.Truncate(path+"-wal", 0)); err != nil {
		t.Fatal(err)
	}
	select {
	case text := <-said:
		if !strings.Contains(text, "may be missing") {
			t.Fatalf("it said %q", text)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("nothing is said of the log")
	}
	for i := range 7 {
		record(t, s, report(fmt.Sprint("new-", i), plivo.Sent, 1))
	}
	eventually(t, "5 callbacks", func() bool { return totals(t, s).Callbacks == 5 })
	cs, err := s.Callbacks(t.Context(), store.Window{Oldest: true})
	if err != nil || len(cs) != 5 || cs[0].Report.MessageUUID() != "new-2" {
		t.Errorf("%d callbacks are left, the oldest of %s; %v", len(cs), cs[0].Report.MessageUUID(), err)
	}
}
