package bench

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// flooded is how many callbacks come at once; before them some come, so that there is a list to move in.
const flooded, before = 10_000, 60

// BenchmarkFlood posts 10,000 signed callbacks of as many messages to the UI, as fast as it acknowledges
// them, until the screen shows all of them counted, while keys are pressed. Beside it in the same run: the
// same keys on a still screen, and the same flood on listen and on a bare net/http handler, each a process
// of its own.
func BenchmarkFlood(b *testing.B) {
	for _, c := range []struct {
		name string
		keys func(b *testing.B, u ui) *keyer
	}{
		{"move", mover},
		{"type", func(_ *testing.B, u ui) *keyer { return typist(u) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			var took, counted, headless, least time.Duration
			var still, during keyer
			for b.Loop() {
				least += onServer(b, bare(b))
				headless += onServer(b, listen(b))

				u := openUI(b)
				call(b, order{u.url, 0, before, 0}).post(b)
				u.waitCounted(b, before)
				keys := c.keys(b, u)
				keys.during(b, 3*time.Second)
				still.took = append(still.took, keys.took...)
				keys.took = nil

				flood := call(b, order{u.url, before, flooded, 0})
				done, ended := make(chan struct{}), make(chan string)
				go func() { ended <- keys.until(done) }()
				took += flood.post(b)
				acknowledged := time.Now()
				u.waitCounted(b, before+flooded)
				counted += time.Since(acknowledged)
				close(done)
				if why := <-ended; why != "" {
					b.Fatalf("a key was not answered: %s:\n%s", why, u.Text())
				}
				during.took = append(during.took, keys.took...)
				u.close()
			}
			still.report(b, "still-key")
			during.report(b, "key")
			total := float64(flooded * b.N)
			b.ReportMetric(ms(counted)/float64(b.N), "ms/last-ack-to-counted")
			b.ReportMetric(total/took.Seconds(), "acks/s")
			b.ReportMetric(total/headless.Seconds(), "listen-acks/s")
			b.ReportMetric(total/least.Seconds(), "bare-acks/s")
			b.ReportMetric(headless.Seconds()/took.Seconds(), "of-listen")
			b.ReportMetric(least.Seconds()/took.Seconds(), "of-bare")
			b.ReportMetric(0, "ns/op") // of all together: no number to compare
		})
	}
}

// onServer is how long the flood takes on a server without a screen.
func onServer(b *testing.B, s server) time.Duration {
	b.Helper()
	defer s.close()
	call(b, order{s.url, 0, before, 0}).post(b)
	return call(b, order{s.url, before, flooded, 0}).post(b)
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
