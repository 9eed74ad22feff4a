package replay_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/replay"
)

// TestDifferencesOfAnAttempt says of an attempt what was said of its request before it went, in every mode.
func TestDifferencesOfAnAttempt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cb := anyCallback(t)
		o := options(func(o *replay.Options) {
			o.To = anyTarget(t)
			o.Mode = rapid.SampledFrom([]webhook.Mode{webhook.Resigned, webhook.AsCaptured, webhook.Faulty}).Draw(t, "mode")
			if o.Mode == webhook.Faulty {
				o.Fault = rapid.SampledFrom(replay.Faults()).Draw(t, "fault").Name
			}
		})
		r, err := replay.Build(cb, o)
		if err != nil {
			return // refused, as others hold
		}
		a := webhook.Attempt{Method: r.Method, URL: r.URL, Host: r.Host, Header: r.Header, Body: r.Body}
		if diff := cmp.Diff(r.Changes, replay.Differences(cb, a)); diff != "" {
			t.Fatalf("(-of the request +of the attempt):\n%s", diff)
		}
	})
}
