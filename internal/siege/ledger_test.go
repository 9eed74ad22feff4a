package siege

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// ledger is what callers know of the callbacks that they posted.
type ledger struct {
	client *http.Client
	next   atomic.Int64

	mu           sync.Mutex
	acknowledged map[string]bool
}

func newLedger(tb testing.TB) *ledger {
	client := &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 16}}
	tb.Cleanup(client.CloseIdleConnections)
	return &ledger{client: client, acknowledged: map[string]bool{}}
}

// post posts one more callback and gives the status of its answer, 0 where none came.
func (l *ledger) post(ctx context.Context, target string) int {
	i := int(l.next.Add(1))
	status, err := post(ctx, l.client, target, i)
	if err != nil {
		return 0
	}
	if status == http.StatusOK {
		l.mu.Lock()
		l.acknowledged[uuid(i)] = true
		l.mu.Unlock()
	}
	return status
}

// until posts until an answer has a status, and gives how many callbacks that took.
func (l *ledger) until(tb testing.TB, target string, status int) int {
	tb.Helper()
	end, n, last := time.Now().Add(time.Minute), 0, 0
	for time.Now().Before(end) {
		n++
		if last = l.post(tb.Context(), target); last == status {
			return n
		}
		if last != http.StatusOK {
			time.Sleep(20 * time.Millisecond)
		}
	}
	tb.Fatalf("no answer %d in a minute, the last one was %d", status, last)
	return n
}

// flood posts from several sides until ctx ends.
func (l *ledger) flood(ctx context.Context, target string, sides int) (wait func()) {
	var callers sync.WaitGroup
	for range sides {
		callers.Go(func() {
			for ctx.Err() == nil {
				if l.post(ctx, target) != http.StatusOK {
					time.Sleep(5 * time.Millisecond)
				}
			}
		})
	}
	return callers.Wait
}

// lost counts the acknowledged callbacks that are not in the history once.
func (l *ledger) lost(tb testing.TB, found map[string]int) int {
	tb.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	lost := 0
	for id := range l.acknowledged {
		if found[id] != 1 {
			if lost++; lost < 10 {
				tb.Errorf("the acknowledged message %s has %d callbacks", id, found[id])
			}
		}
	}
	tb.Logf("%d acknowledged, %d in the history", len(l.acknowledged), len(found))
	return lost
}

func (l *ledger) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.acknowledged)
}
