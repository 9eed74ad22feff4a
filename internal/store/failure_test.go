package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/store"
)

// TestBadRow stores all callbacks of a batch but the one that cannot be stored.
func TestBadRow(t *testing.T) {
	s := openStore(t, store.Options{})
	sqlExec(t, s.Path(), `CREATE TRIGGER poison BEFORE INSERT ON callbacks WHEN NEW.message_uuid = 'poison'
		BEGIN SELECT raise(ABORT, 'poisoned'); END`)
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() {
			uuid := fmt.Sprint("m", i)
			if i == 50 {
				uuid = "poison"
			}
			if err := s.Record(context.Background(), report(uuid, plivo.Sent, 1)); (err != nil) != (i == 50) {
				t.Errorf("callback %d: %v", i, err)
			}
		})
	}
	wg.Wait()
	if n := totals(t, s); n.Callbacks != 99 || n.Messages != 99 {
		t.Errorf("totals %+v, want 99", n)
	}
	if ms := messages(t, s, store.Window{Filter: filter(t, "uuid:poison")}); len(ms) != 0 {
		t.Errorf("the message of the callback that failed is there: %v", ms)
	}
}

// TestFullDisk refuses callbacks while there is no room, and goes on when there is.
func TestFullDisk(t *testing.T) {
	s := openStore(t, store.Options{})
	record(t, s, report("a", plivo.Queued, 1))
	if err := store.LimitPages(s, 1); err != nil { // never less than the file has
		t.Fatal(err)
	}
	stored := 1
	big := strings.Repeat("x", 40_000)
	var err error
	for range 10 {
		if err = s.Record(t.Context(), report("a", plivo.Sent, 2, "Text", big)); err != nil {
			break
		}
		stored++
	}
	if !errors.Is(err, store.ErrDiskFull) || !strings.Contains(err.Error(), s.Path()) {
		t.Fatalf("without room: %v", err)
	}
	if n := totals(t, s).Callbacks; n != int64(stored) {
		t.Errorf("%d callbacks, %d were acknowledged", n, stored)
	}
	if err := store.LimitPages(s, 1<<30); err != nil {
		t.Fatal(err)
	}
	record(t, s, report("a", plivo.Sent, 2, "Text", big))
}

// TestQueueFull refuses at once what it cannot take, while the writer stands still.
func TestQueueFull(t *testing.T) {
	s := openStore(t, store.Options{})
	release := store.HoldWriter(s)
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	answers := make(chan error, 10_000)
	for i := range 10_000 {
		wg.Go(func() { answers <- s.Record(ctx, report(fmt.Sprint(i), plivo.Sent, 1)) })
	}
	if err := <-answers; !errors.Is(err, store.ErrQueueFull) {
		t.Errorf("with a full queue: %v", err)
	}
	cancel() // those who wait are let go, and what they asked is not done
	wg.Wait()
	release()
	for len(answers) > 0 {
		if err := <-answers; !errors.Is(err, store.ErrQueueFull) && !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
	}
	eventually(t, "room in the queue", func() bool {
		err := s.Record(t.Context(), report("after", plivo.Sent, 1))
		if err != nil && !errors.Is(err, store.ErrQueueFull) {
			t.Fatal(err)
		}
		return err == nil
	})
	if n := totals(t, s).Callbacks; n != 1 {
		t.Errorf("%d callbacks are stored, want only the last", n)
	}
}

// TestCloseStoresWhatIsQueued answers all who asked before Close, and all who asked after.
func TestCloseStoresWhatIsQueued(t *testing.T) {
	path := t.TempDir() + "/history.db"
	s := openStore(t, store.Options{Path: path})
	var wg sync.WaitGroup
	var mu sync.Mutex
	stored := 0
	for i := range 500 {
		wg.Go(func() {
			err := s.Record(context.Background(), report(fmt.Sprint(i), plivo.Sent, 1))
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				stored++
			case !errors.Is(err, store.ErrClosed):
				t.Error(err)
			}
		})
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	wg.Wait()
	if n := totals(t, openStore(t, store.Options{Path: path})).Callbacks; n != int64(stored) {
		t.Errorf("%d callbacks, %d were acknowledged", n, stored)
	}
}

// TestSlowFilterEnds gives up a query with its context.
func TestSlowFilterEnds(t *testing.T) {
	s := openStore(t, store.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Messages(ctx, store.Window{Filter: filter(t, "nowhere")}); !errors.Is(err, context.Canceled) {
		t.Errorf("Messages: %v", err)
	}
	if err := s.Record(ctx, report("a", plivo.Sent, 1)); !errors.Is(err, context.Canceled) {
		t.Errorf("Record: %v", err)
	}
	sqlExec(t, s.Path(), `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
		INSERT INTO messages SELECT i, i, 0, 'outbound', '', '', 'sent', '', 'valid', 0, 0, 0, 0, 0, 0, '', '', '', '', '', '', '', 'ü' || hex(zeroblob(5000)), NULL, '', 0, 0, 0, 0, '', '' FROM n`)
	ctx, cancel = context.WithTimeout(t.Context(), 5*time.Millisecond)
	defer cancel()
	if _, err := s.Messages(ctx, store.Window{Filter: filter(t, "größe")}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Messages: %v", err)
	}
}

// TestSentences has what was tried stand in a sentence.
func TestSentences(t *testing.T) {
	path := t.TempDir() + "/history.db"
	s := openStore(t, store.Options{Path: path})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, open := store.Open(ctx, store.Options{Path: path})
	_, note := s.BeginSend(ctx, []plivo.Message{{}})
	for want, err := range map[string]error{
		"cannot open the history " + path + ": ":              open,
		"cannot note a message in the history " + path + ": ": note,
	} {
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("the error is %v, want %q", err, want)
		}
	}
}

func TestSubscribe(t *testing.T) {
	s := openStore(t, store.Options{})
	one, endOne := s.Subscribe()
	two, endTwo := s.Subscribe()
	defer endTwo()
	for i := range 20 { // nobody reads: nothing blocks
		record(t, s, report("a", plivo.Sent, i))
	}
	for _, ch := range []<-chan struct{}{one, two} {
		select {
		case <-ch:
		case <-time.After(time.Minute):
			t.Fatal("no wake")
		}
	}
	endOne()
	endOne()
	begin(t, s, "+14155550123")
	select {
	case <-two:
	case <-time.After(time.Minute):
		t.Fatal("no wake for a send")
	}
	// What was in the slot before the end stays; nothing comes after it.
	select {
	case <-one:
	default:
	}
	record(t, s, report("a", plivo.Sent, 1))
	if len(one) != 0 {
		t.Error("a wake after the end of the subscription")
	}
}
