package bench

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/figures"
)

// flooded is how many callbacks come at once; before them some come, so that there is a list to move in.
const flooded, before = 10_000, 60

// floodRounds is how often the flood is measured: each round starts all its programs anew.
const floodRounds = 3

// BenchmarkFlood posts 10,000 signed callbacks of as many messages to the UI, as fast as it acknowledges
// them, until the screen shows all of them counted, while nobody does anything and while keys are pressed. Beside
// it in the same run: the same keys on a still screen, and the same flood on listen and on a bare net/http handler,
// each a process of its own.
func BenchmarkFlood(b *testing.B) {
	for _, c := range []struct {
		name, what string
		keys       func(b *testing.B, u ui) *keyer
	}{
		{"watch", "watching", nil},
		{"move", "moving", mover},
		{"type", "typing", func(_ *testing.B, u ui) *keyer { return typist(u) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			var open, headless, least, counted []time.Duration
			var still, during keyer
			for b.Loop() {
				for range floodRounds {
					least = append(least, onServer(b, bare(b)))
					headless = append(headless, onServer(b, listen(b)))

					u := openUI(b)
					call(b, order{u.url, 0, before, 0}).post(b)
					u.waitCounted(b, before)
					keys := &keyer{}
					if c.keys != nil {
						keys = c.keys(b, u)
						keys.during(b, 2*time.Second)
						still.took = append(still.took, keys.took...)
						keys.took = nil
					}

					flood := call(b, order{u.url, before, flooded, 0})
					done, ended := make(chan struct{}), make(chan string)
					go func() {
						if c.keys == nil {
							ended <- ""
						} else {
							ended <- keys.until(done)
						}
					}()
					open = append(open, flood.post(b).Took)
					acknowledged := time.Now()
					u.waitCounted(b, before+flooded)
					counted = append(counted, time.Since(acknowledged))
					close(done)
					if why := <-ended; why != "" {
						b.Fatalf("a key was not answered: %s:\n%s", why, u.Text())
					}
					during.took = append(during.took, keys.took...)
					u.close()
				}
			}
			tellFlood(b, c.what, open, headless, counted, &still, &during)
			b.ReportMetric(ms(median(counted)), "ms/last-ack-to-counted")
			b.ReportMetric(perSecond(flooded, median(open)), "acks/s")
			b.ReportMetric(perSecond(flooded, median(headless)), "listen-acks/s")
			b.ReportMetric(perSecond(flooded, median(least)), "bare-acks/s")
			b.ReportMetric(ratio(headless, open), "of-listen")
			b.ReportMetric(ratio(least, open), "of-bare")
			still.report(b, "still-key")
			during.report(b, "key")
			b.ReportMetric(0, "ns/op") // of all together: no number to compare
		})
	}
}

func tellFlood(b *testing.B, what string, open, headless, counted []time.Duration, still, during *keyer) {
	b.Helper()
	shown, share := median(counted), ratio(headless, open)
	figures.Tell(b, figures.Measure{
		What:     "10,000 at once, " + what + ": last acknowledgement to all counted on the screen",
		Measured: msText(shown), Goal: "<= 1000 ms", Reached: shown <= time.Second,
	})
	if len(during.took) > 0 {
		key, quiet := quantile(during.took, 0.95), quantile(still.took, 0.95)
		figures.Tell(b, figures.Measure{
			What:     "10,000 at once, " + what + ": key to screen p95 / still screen",
			Measured: msText(key), Baseline: msText(quiet), Ratio: timesText(float64(key) / float64(quiet)),
			Goal: "<= 20 ms", Reached: key <= 20*time.Millisecond,
		})
	}
	figures.Tell(b, figures.Measure{
		What:     "10,000 at once, " + what + ": acknowledged, UI open / headless",
		Measured: rateText(perSecond(flooded, median(open))), Baseline: rateText(perSecond(flooded, median(headless))), Ratio: timesText(share),
		Goal: ">= 0.90", Reached: share >= 0.90,
	})
}

// onServer is how long the flood takes on a server without a screen.
func onServer(b *testing.B, s server) time.Duration {
	b.Helper()
	defer s.close()
	call(b, order{s.url, 0, before, 0}).post(b)
	return call(b, order{s.url, before, flooded, 0}).post(b).Took
}

// waitCounted waits until the header and the list both count so many callbacks, each of a message.
func (u ui) waitCounted(b *testing.B, n int) {
	b.Helper()
	words := thousands(n)
	received, listed := "received "+words+" · stored "+words+" ", "Messages ("+words+")"
	why := u.Until(func() bool {
		// The whole screen is read only when the first line says so: keys are measured meanwhile.
		return strings.Contains(u.Line(0), received) && strings.Contains(u.Text(), listed)
	})
	if why != "" {
		b.Fatalf("%d callbacks are not counted: %s:\n%s", n, why, u.Text())
	}
}

func thousands(n int) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%d,%03d", n/1000, n%1000)
}
