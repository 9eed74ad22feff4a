package siege

import (
	"context"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/figures"
)

// TestKilledInAFlood: what was acknowledged before kill -9 is in the history, once.
func TestKilledInAFlood(t *testing.T) {
	t.Parallel()
	kills := 3
	if figures.Collecting() {
		kills = 100
	}
	h := newHouse(t)
	var next atomic.Int64
	var mu sync.Mutex
	acknowledged := map[string]bool{}
	survived := 0
	for range kills {
		r := h.listen(t)
		ctx, cancel := context.WithCancel(t.Context())
		client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}
		var callers sync.WaitGroup
		for range 16 {
			callers.Go(func() {
				for ctx.Err() == nil {
					i := int(next.Add(1))
					if status, err := post(ctx, client, r.url, i); err == nil && status == http.StatusOK {
						mu.Lock()
						acknowledged[uuid(i)] = true
						mu.Unlock()
					}
				}
			})
		}
		time.Sleep(time.Duration(20+rand.IntN(80)) * time.Millisecond) // at any moment of the flood
		r.kill()
		cancel()
		callers.Wait()
		client.CloseIdleConnections()
		survived++
	}
	found, lost := h.exported(t), 0
	for id := range acknowledged {
		if found[id] != 1 {
			lost++
			t.Errorf("message %s has %d callbacks", id, found[id])
		}
	}
	t.Logf("%d acknowledged, %d in the history", len(acknowledged), len(found))
	if len(acknowledged) < kills {
		t.Errorf("only %d were acknowledged at all", len(acknowledged))
	}
	figures.Tell(t, figures.Attack{What: "kill -9 in a flood", Tries: kills, Survived: survived, Lost: lost})
}
