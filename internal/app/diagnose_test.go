package app

import (
	"context"
	"testing"

	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
)

// TestDiagnoserPassesOverWhatIsOld begins with the newest of what earlier runs left, however much it is.
func TestDiagnoserPassesOverWhatIsOld(t *testing.T) {
	s, err := store.Open(t.Context(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	a := &App{store: s, publicURL: "https://name.example"}
	for _, want := range []int64{0, 30} {
		d := diagnoser{a: a}
		if err := d.begin(t.Context()); err != nil || d.after != want {
			t.Errorf("it begins after %d, want %d; %v", d.after, want, err)
		}
		for range 30 + unexplainedMost {
			c := webhook.Callback{Method: "POST", Verdict: signature.Result{Outcome: signature.Invalid, Header: signature.V3.Header()}}
			if err := s.Record(context.Background(), &c); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestSameHost(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"https://name.example/x", "https://NAME.example", true},
		{"https://name.example:8443/x", "https://name.example", false},
		{"http://127.0.0.1:4141/%zz?a", "http://localhost:4141", true},
		{"http://[::1]:4141", "http://127.0.0.1:4141/x", true},
		{"http://[::1]/x", "http://localhost", true},
		{"http://127.0.0.1:4141", "http://127.0.0.1:4142", false},
		{"", "http://127.0.0.1:4142", false},
		{"https://a.example", "https://b.example", false},
	} {
		if got := sameHost(c.a, c.b); got != c.same {
			t.Errorf("%q and %q: %v", c.a, c.b, got)
		}
	}
}
