package simulator_test

import (
	"testing"
	"time"

	"dev.internal/plivoscope/internal/plivo/simulator"
)

// TestStandingCountsAsTheLimitsDo: what is told of a limit is what the limit goes by, whatever the clock shows.
func TestStandingCountsAsTheLimitsDo(t *testing.T) {
	for name, o := range map[string]simulator.Options{
		"a clock that stands in the past": {Start: start, Stopped: true},
		"one that stands in the future":   {Start: time.Now().AddDate(3, 0, 0), Stopped: true},
		"one that runs ahead":             {Start: time.Now().AddDate(3, 0, 0)},
	} {
		t.Run(name, func(t *testing.T) {
			o.Speed, o.Limits = 0.001, simulator.Limits{Requests: 2, Lists: 2}
			b := newBench(t, o)
			told := func(want int) {
				t.Helper()
				if st := b.Standing(); st.Requests != want || st.Lists != want {
					t.Errorf("%d requests and %d lists are told, want %d of each", st.Requests, st.Lists, want)
				}
			}
			told(0)
			for range 2 {
				b.call("GET", "Message/", "", nil)
			}
			told(2)
			if status, _, _ := b.call("GET", "Message/", "", nil); status != 429 {
				t.Fatalf("the third request is answered %d", status)
			}
			b.advance(time.Minute)
			told(0)
			if status, _, _ := b.call("GET", "Message/", "", nil); status != 200 {
				t.Errorf("a minute later it is answered %d", status)
			}
		})
	}
}
