package simulator_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/plivo/simulator"
)

// crowd is a callback server that notes how many ask at once. It holds them until so many as are awaited have come.
type crowd struct {
	mu          sync.Mutex
	now, most   int
	awaited     int
	enough, all chan struct{}
}

func (c *crowd) ServeHTTP(http.ResponseWriter, *http.Request) {
	c.count(1)
	<-c.all
	c.count(-1)
}

func (c *crowd) count(by int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	before := c.most
	c.now += by
	if c.most = max(c.most, c.now); before < c.awaited && c.most == c.awaited {
		close(c.enough)
	}
}

// TestAtOnce posts only so many callbacks at once to one target, and none of another's wait for these.
func TestAtOnce(t *testing.T) {
	for atOnce, want := range map[int]int{0: 6, 3: 3} {
		b := newBench(t, simulator.Options{Start: start, Stopped: true, Speed: 1, Fate: "sent", AtOnce: atOnce})
		c := &crowd{awaited: want, enough: make(chan struct{}), all: make(chan struct{})}
		server := httptest.NewServer(c)
		t.Cleanup(server.Close)
		d := b.draft(numbers(100)...)
		d.CallbackURL = server.URL + "/sms"
		b.send(d, "")
		<-c.enough
		b.send(b.draft("+14155550199"), "")
		wait(t, func() bool { return len(b.receiver.all()) == 1 })
		close(c.all)
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		if err := b.AdvanceUntilIdle(ctx); err != nil {
			t.Error(err)
		}
		if c.most != want || b.Stats().Posted != 202 || b.Stats().Unanswered != 0 {
			t.Errorf("%d came at once, want %d; %+v", c.most, want, b.Stats())
		}
	}
	if _, err := simulator.New(simulator.Options{AtOnce: 65}); err == nil {
		t.Error("65 at once are taken")
	}
}

// TestManyTargets are all served, though more than fit at once hang.
func TestManyTargets(t *testing.T) {
	b := newBench(t, simulator.Options{Start: start, Stopped: true, Speed: 1, Fate: "sent", AtOnce: 1})
	c := &crowd{awaited: 64, enough: make(chan struct{}), all: make(chan struct{})}
	const targets = 80
	for range targets {
		server := httptest.NewServer(c)
		t.Cleanup(server.Close)
		d := b.draft(numbers(3)...)
		d.CallbackURL = server.URL + "/sms"
		b.send(d, "")
	}
	<-c.enough
	close(c.all)
	b.advance(time.Second)
	if got := b.Stats(); got.Posted != targets*3*2 || got.Unanswered != 0 || got.Pending != 0 || c.most > 64 {
		t.Errorf("%d at once, %+v", c.most, got)
	}
}
