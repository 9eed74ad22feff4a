package simulator_test

import (
	"context"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/plivo/api"
	"dev.internal/plivoscope/internal/plivo/simulator"
)

// TestAWatcherThatHangsHoldsNothingUp has an OnEvent that does not return: sends are answered and
// callbacks posted all the same, what finds no room is counted, and told when the watcher goes on.
func TestAWatcherThatHangsHoldsNothingUp(t *testing.T) {
	held, free := make(chan struct{}, 1), make(chan struct{})
	var mu sync.Mutex
	var seen []simulator.Event
	b := newBench(t, simulator.Options{OnEvent: func(e simulator.Event) {
		select {
		case held <- struct{}{}:
		default:
		}
		<-free
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, e)
	}})
	count := func() int { mu.Lock(); defer mu.Unlock(); return len(seen) }
	const sends, to, kept = 6, 1000, 4096 + 1 // in the queue, and one in the watcher's hands
	uuid := b.send(b.draft("+15005550000"), "")[0]
	<-held
	for range sends {
		b.send(b.draft(numbers(to)...), "none")
	}
	b.settle()
	if n := len(b.receiver.of(uuid)); n != 3 {
		t.Errorf("%d callbacks came, want 3", n)
	}
	close(free)
	wait(t, func() bool { return count() == kept })
	b.send(b.draft("+14155550199"), "none")
	b.Close()
	if len(seen) != kept+2 {
		t.Fatalf("%d events came, want %d", len(seen), kept+2)
	}
	e := seen[kept]
	if want := sends*to + 1 + 3 - kept; e.Event != simulator.EventDropped || e.Count != want || e.At.IsZero() || !strings.Contains(e.Problem, "not read in time") {
		t.Errorf("what was dropped is told as %+v, want %d", e, want)
	}
	if e := seen[kept+1]; e.Event != simulator.EventAccepted || e.To != "14155550199" || e.Count != 0 {
		t.Errorf("the next event is %+v", e)
	}
}

// TestWhatWasDroppedIsToldAtTheEnd has no event come after those that were dropped.
func TestWhatWasDroppedIsToldAtTheEnd(t *testing.T) {
	free := make(chan struct{})
	var last simulator.Event
	b := newBench(t, simulator.Options{OnEvent: func(e simulator.Event) {
		<-free
		last = e
	}})
	for range 5 {
		b.send(b.draft(numbers(1000)...), "none")
	}
	close(free)
	b.Close()
	if last.Event != simulator.EventDropped || last.Count == 0 {
		t.Errorf("the last event is %+v", last)
	}
}

// TestServeEndsThoughTheWatcherHangs waits for what is queued, but not for ever; nothing is told later.
func TestServeEndsThoughTheWatcherHangs(t *testing.T) {
	free, told := make(chan struct{}), make(chan simulator.Event, 10)
	s, err := simulator.New(simulator.Options{OnEvent: func(e simulator.Event) {
		told <- e
		<-free
	}})
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, ln) }()
	client, err := api.New(api.Config{AuthID: s.AuthID(), AuthToken: s.AuthToken(), BaseURL: "http://" + ln.Addr().String()})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	b := &bench{Simulator: s, t: t, client: client, receiver: newReceiver(t)}
	b.send(b.draft("+14155550123", "+14155550124", "+14155550125"), "none")
	<-told
	cancel()
	select {
	case err := <-served:
		if err != nil {
			t.Errorf("Serve says %v", err)
		}
	case <-time.After(time.Minute):
		t.Fatal("Serve did not return")
	}
	close(free)
	s.Close()
	if n := len(told); n != 0 {
		t.Errorf("%d events were told after Serve", n)
	}
}
