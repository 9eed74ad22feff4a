package tui

import (
	"strings"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/meter"
	"dev.internal/plivoscope/internal/webhook/forward"
)

// PauseForwarding implements Core.
func (c *fakeCore) PauseForwarding(paused bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range c.status.Routes {
		c.status.Routes[i].Paused = paused
	}
}

func init() {
	open := func(routes ...forward.Stats) func(*driver) {
		return func(d *driver) {
			busy(d)
			d.core.status.Routes = routes
			d.wake()
			d.keys("5")
		}
	}
	up, down := routeUp(), routeDown()
	scenes = append(scenes, []scene{
		{name: "activity forwarding", play: open(up)},
		{name: "activity forwarding fails", live: true, play: open(down, up)},
		{name: "forwarding paused", play: func(d *driver) {
			open(up)(d)
			d.keys("F", "1")
		}},
	}...)
}

func routeUp() forward.Stats {
	return forward.Stats{
		Name: "http://localhost:3000", Came: 12_212, Forwarded: 12_210, Waiting: 2, InFlight: 2, Refused: 3,
		Health:  forward.Health{State: forward.Up, Since: testNow.Add(-2 * time.Hour), Last: "200 OK"},
		Latency: meter.Latency{Count: 12_210, P50: 2_100 * time.Microsecond, P95: 8_300 * time.Microsecond},
	}
}

func routeDown() forward.Stats {
	return forward.Stats{
		Name: "inbound=http://localhost:4000/hooks", Came: 57, Forwarded: 12, Waiting: 40, Skipped: 4, Dropped: 1, Retries: 9, Retrying: 1,
		Health:  forward.Health{State: forward.Down, Since: testNow.Add(-42 * time.Second), Last: "Nothing listens at localhost:4000; start your app, or give the port that it listens on."},
		Latency: meter.Latency{Count: 12, P50: 2_100 * time.Microsecond, P95: 8_300 * time.Microsecond},
	}
}

// TestForwardingIsTold shows the routes, and that all of their callbacks are accounted for.
func TestForwardingIsTold(t *testing.T) {
	d := onActivityScreen(t, 120, 60, func(d *driver) {
		busy(d)
		d.core.status.Routes = []forward.Stats{routeUp(), routeDown()}
	})
	d.expect("Forwarding", "✓ works since", "✗ fails since", "Nothing listens at", "came 12,212 = forwarded 12,210 + waiting 2",
		"came 57 = forwarded 12 + waiting 40 + dropped 1 + too", "3 of the forwarded not answered 2xx", "✗ forwarding fails")
	d.core.status.Routes = []forward.Stats{routeUp()}
	d.wake()
	d.absent("forwarding fails")
}

// TestForwardingIsPausedByKey pauses from any screen, and lets go on.
func TestForwardingIsPausedByKey(t *testing.T) {
	d := staged(t, false, false, 120, 36, nil)
	d.keys("F")
	d.expect("Nothing is forwarded: start with --forward-to")
	d.core.status.Routes = []forward.Stats{routeUp()}
	d.wake()
	d.keys("F")
	d.expect("! forwarding paused", "Forwarding is paused")
	if !d.core.status.Routes[0].Paused {
		t.Error("the core was not told")
	}
	d.keys("F")
	d.expect("Forwarding goes on. 2 callbacks waited.")
	d.absent("! forwarding paused")
	if d.core.status.Routes[0].Paused {
		t.Error("the core was not told")
	}
}

// TestForwardingIsSpoken says the routes in plain lines.
func TestForwardingIsSpoken(t *testing.T) {
	d := staged(t, false, false, 80, 24, nil)
	d.core.status.Routes = []forward.Stats{routeDown()}
	d.wake()
	said := strings.Join(d.m.env.spokenRoutes(), "\n")
	for _, words := range []string{"The forwarding.", "inbound=http://localhost:4000/hooks", "fails since", "waiting 40"} {
		if !strings.Contains(said, words) {
			t.Errorf("%q is not said in:\n%s", words, said)
		}
	}
}

// TestARefusingRouteIsNoGoodSign warns of an app that answers, but not with 2xx.
func TestARefusingRouteIsNoGoodSign(t *testing.T) {
	d := newDriver(t, newStocked(), 120, 36)
	s := forward.Stats{Health: forward.Health{State: forward.Up, Last: "403 Forbidden"}}
	if sign, _, words := d.m.env.routeState(&s); sign != "! " || words != "answers: 403 Forbidden, which is no 2xx" {
		t.Errorf("%q, %q", sign, words)
	}
	s.Health.Last = "204 No Content"
	if sign, _, _ := d.m.env.routeState(&s); sign != "✓ " {
		t.Errorf("204 has the sign %q", sign)
	}
}
