package simulator_test

import (
	"fmt"
	"net/http/httptest"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/plivo/simulator"
)

// TestUpcomingIsTheSoonest of what is on its way, due and waiting, however many are asked for.
func TestUpcomingIsTheSoonest(t *testing.T) {
	c := &crowd{awaited: 2, enough: make(chan struct{}), all: make(chan struct{})}
	slow := httptest.NewServer(c)
	t.Cleanup(slow.Close)
	t.Cleanup(func() { close(c.all) })
	b := newBench(t, simulator.Options{Start: start, Stopped: true, Speed: 1, Seed: 1, AtOnce: 2, MPS: 7})
	for i := range 30 {
		d := b.draft(numbers(i%5 + 1)...)
		if i%3 == 0 {
			d.CallbackURL = slow.URL + "/sms"
		}
		b.send(d, []string{"", "failed:300"}[i%2])
	}
	<-c.enough
	wait(t, func() bool { return b.Stats().Posted == 60 && len(b.Upcoming(1000)) == 90 }) // what is due and not held: the first of each
	all := b.Upcoming(1000)
	if !slices.IsSortedFunc(all, func(a, b simulator.Scheduled) int { return a.Due.Compare(b.Due) }) {
		t.Error("they are not in the order of their times")
	}
	for _, most := range []int{0, 1, 2, 3, 10, 29, 30, 31, 60, 89, 90, 91} {
		if diff := cmp.Diff(all[:min(most, len(all))], b.Upcoming(most)); diff != "" {
			t.Errorf("the first %d (-want +got):\n%s", most, diff)
		}
	}
	for _, to := range []string{"14150000000", "14150000004"} {
		var want, got []string
		for _, u := range all {
			if u.To == to && len(want) < 3 {
				want = append(want, fmt.Sprint(u.MessageUUID, " ", u.Sequence))
			}
		}
		_, answer := b.control("GET", "callbacks?limit=3&to="+to, "")
		upcoming, _ := at(answer, "upcoming").([]any)
		for i := range upcoming {
			got = append(got, fmt.Sprint(at(answer, "upcoming", i, "message_uuid"), " ", at(answer, "upcoming", i, "sequence")))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("those to %s (-want +got):\n%s", to, diff)
		}
	}
}

// TestUpcomingCopiesNoQueue has a look at what comes next take no more memory for what comes after.
func TestUpcomingCopiesNoQueue(t *testing.T) {
	b := newBench(t, simulator.Options{Start: start, Stopped: true, Speed: 1, Pace: simulator.Pace{Queued: time.Second, Sent: time.Minute, Final: time.Hour}})
	for range 40 {
		b.send(b.draft(numbers(100)...), "")
	}
	var before, after runtime.MemStats
	const looks = 50
	runtime.ReadMemStats(&before)
	for range looks {
		if got := b.Upcoming(5); len(got) != 5 {
			t.Fatalf("%d are told", len(got))
		}
	}
	runtime.ReadMemStats(&after)
	if each := (after.TotalAlloc - before.TotalAlloc) / looks; each > 16<<10 {
		t.Errorf("a look at 5 of %d allocates %d bytes", b.Pending(), each)
	}
}
