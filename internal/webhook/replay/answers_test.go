package replay_test

import (
	"slices"
	"testing"

	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/replay"
)

func send(t *testing.T, s *replay.Sender, cb webhook.Callback, o replay.Options) webhook.Attempt {
	t.Helper()
	r, err := replay.Build(cb, o)
	if err != nil {
		t.Fatal(err)
	}
	a := s.Do(t.Context(), r)
	if a.Err != "" {
		t.Fatalf("%s: %s", o.To, a.Err)
	}
	return a
}

// TestAnswersOfHandlers holds every mode and fault against real handlers.
func TestAnswersOfHandlers(t *testing.T) {
	s := replay.NewSender(replay.SenderOptions{})
	defer s.Close()
	cb := capturedReport(t)
	for _, trusts := range []bool{false, true} {
		for _, to := range targets(t, trusts) {
			o := replay.Options{To: to.url, Keys: keys}
			if a := send(t, s, cb, o); a.Answer.Status != 200 {
				t.Errorf("%s, trusting its proxy %t, answers %d to a re-signed callback", to.name, trusts, a.Answer.Status)
			}
			o.Mode = webhook.AsCaptured
			want := map[bool]int{true: 200, false: 403}[trusts]
			if a := send(t, s, cb, o); a.Answer.Status != want {
				t.Errorf("%s, trusting its proxy %t, answers %d to a callback as captured, want %d", to.name, trusts, a.Answer.Status, want)
			}
			o.Mode = webhook.Faulty
			for _, f := range replay.Faults() {
				o.Fault = f.Name
				expected := f.V2
				if to.v3 {
					expected = f.V3
				}
				want := expected[0]
				if f.Name == "lower-case-method" && !to.node { // Node's parser refuses it, Go's leaves it to the handler
					want = 405
				}
				if a := send(t, s, cb, o); a.Answer.Status != want || !slices.Contains(expected, want) {
					t.Errorf("%s answers %d to %s, want %d of %v", to.name, a.Answer.Status, f.Name, want, expected)
				}
			}
		}
	}
}
