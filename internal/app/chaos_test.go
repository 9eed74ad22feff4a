package app_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/api"
	"dev.internal/plivoscope/internal/plivo/scenario"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/plivo/simulator"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
)

// chaotic is a callback server with its history, and a simulator that posts to it.
type chaotic struct {
	sim    *simulator.Simulator
	store  *store.Store
	client *api.Client
	url    string
}

func newChaotic(t *rapid.T, o simulator.Options) *chaotic {
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	ctx := context.Background()
	history, err := store.Open(ctx, store.Options{})
	must(err)
	t.Cleanup(func() { _ = history.Close() })
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	must(err)
	url := "http://" + ln.Addr().String()
	server, err := webhook.New(webhook.Config{
		PublicURLs: []string{url}, Tokens: []signature.Token{signature.NewToken("account", testToken)}, Recorder: history,
		Limits: webhook.Limits{RateLimitOff: true},
	})
	must(err)
	ctx, cancel := context.WithCancel(ctx)
	served := make(chan error, 1)
	go func() { served <- server.Serve(ctx, ln) }()
	t.Cleanup(func() { cancel(); <-served })

	o.AuthID, o.AuthToken, o.Speed, o.Stopped = testAuthID, testToken, 1, true
	o.Start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	sim, err := simulator.New(o)
	must(err)
	t.Cleanup(sim.Close)
	provider := httptest.NewServer(sim.Handler())
	t.Cleanup(provider.Close)
	client, err := api.New(api.Config{AuthID: testAuthID, AuthToken: testToken, BaseURL: provider.URL})
	must(err)
	t.Cleanup(client.Close)
	return &chaotic{sim, history, client, url + webhook.DeliveryReportPath}
}

// TestChaosIsExplained: whatever chaos does, the message that the history folds from what arrives is the one that the
// simulator meant, or it carries what explains the difference. Nothing arrives that was not sent, and nothing that was
// acknowledged is missing.
func TestChaosIsExplained(t *testing.T) {
	t.Parallel()
	chance := rapid.SampledFrom([]float64{0, 0, 0.1, 0.5, 0.9, 1})
	rapid.Check(t, func(t *rapid.T) {
		c := scenario.Chaos{
			Duplicate: chance.Draw(t, "duplicate"), Reorder: chance.Draw(t, "reorder"), Lost: chance.Draw(t, "lost"),
			Late: chance.Draw(t, "late"), WrongSignature: chance.Draw(t, "wrong signature"), WrongHost: chance.Draw(t, "wrong host"),
			Truncated: chance.Draw(t, "truncated"), Cut: chance.Draw(t, "cut"),
			Delay: rapid.SampledFrom([]scenario.Delay{{}, {Most: 3 * time.Second}, {Mean: time.Minute}}).Draw(t, "delay"),
		}
		fates := rapid.SampledFrom([]string{
			"delivered", "undelivered:30", "failed:450", "sent", "none", "out-of-order", "duplicate", "late", "get",
			"wrong-token", "unsigned", "unknown-status", "contradiction:80",
		})
		w := newChaotic(t, simulator.Options{Seed: rapid.Uint64Min(1).Draw(t, "seed"), Chaos: c})
		for range rapid.IntRange(1, 4).Draw(t, "messages") {
			fate := fates.Draw(t, "fate")
			accepted, err := w.client.Send(context.Background(), plivo.Draft{
				From: simulator.DefaultNumber, To: []string{"+4915123456789"}, Text: "hi", CallbackURL: w.url,
				Method: rapid.SampledFrom([]string{"POST", "GET"}).Draw(t, "method"),
			}, http.Header{simulator.FateHeader: {fate}})
			if err != nil {
				t.Fatal(err)
			}
			if err := w.sim.Advance(context.Background(), 3*time.Hour); err != nil {
				t.Fatal(err)
			}
			w.check(t, accepted.UUIDs[0], fate)
		}
	})
}

// check compares what the simulator meant and did with what the history has of a message.
func (w *chaotic) check(t *rapid.T, uuid, fate string) {
	ctx := context.Background()
	record, err := w.client.Message(ctx, uuid)
	if err != nil {
		t.Fatal(err)
	}
	posted, _ := w.sim.CallbacksOf(uuid)
	arrived, err := w.store.CallbacksOf(ctx, uuid, 1000)
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(arrived, func(a, b webhook.Callback) int { return int(a.ID - b.ID) })
	acknowledged := 0
	for _, p := range posted {
		for _, a := range p.Attempts {
			switch {
			case a.Answered == http.StatusOK:
				acknowledged++
			case a.Answered != 0 || !strings.Contains(a.Problem, "by chaos"):
				t.Fatalf("an attempt has come to nothing without chaos: %+v", a)
			}
		}
		if lost := strings.Contains(p.Cause, "lost"); lost && len(p.Attempts) != 1 || !p.Next.IsZero() {
			t.Fatalf("it is to go still, or was lost and went: %+v", p)
		}
	}
	if acknowledged != len(arrived) {
		t.Fatalf("%d callbacks were acknowledged, %d are in the history", acknowledged, len(arrived))
	}
	found, err := w.store.MessagesByUUID(ctx, []string{uuid})
	if err != nil {
		t.Fatal(err)
	}
	if len(arrived) == 0 {
		if len(found) != 0 {
			t.Fatalf("nothing has arrived, and the history has %+v", found)
		}
		return // it is silent, and the one who sent it is told of that
	}
	if len(found) != 1 {
		t.Fatalf("the history has %d messages", len(found))
	}
	explained(t, found[0], record, arrived, fate)
}

// explained holds that a message is what was meant, or says why not.
func explained(t *rapid.T, m plivo.Message, meant api.Record, arrived []webhook.Callback, fate string) {
	has := func(a plivo.Anomaly) bool { return slices.Contains(m.Anomalies, a) }
	var told, invalid, unsigned, twice, overtaken bool
	seen, last := map[string]bool{}, 0
	for _, c := range arrived {
		n, _ := c.Report.Sequence()
		switch c.Verdict.Outcome {
		case signature.Invalid:
			invalid = true
		case signature.Missing:
			unsigned = true
		case signature.Valid:
			told = told || c.Report.Status() == meant.Status
			key := string(c.Report.Status()) + c.Report.ErrorCode()
			twice, overtaken = twice || seen[key], overtaken || n < last && !seen[key]
			seen[key], last = true, max(last, n)
		}
	}
	if has(plivo.InvalidSigned) != invalid || has(plivo.Unsigned) != unsigned {
		t.Fatalf("the anomalies are %v, and some are invalid: %v, unsigned: %v", m.Anomalies, invalid, unsigned)
	}
	if twice && !m.Arrival.Duplicate || overtaken && !m.Arrival.OutOfOrder {
		t.Fatalf("the arrival is %+v, and some came twice: %v, out of order: %v", m.Arrival, twice, overtaken)
	}
	switch {
	case m.Status == meant.Status && !m.Unverified && m.ErrorCode == meant.ErrorCode:
	case m.Status == meant.Status && m.Unverified && (invalid || unsigned):
	case has(plivo.Contradiction):
	case told:
		t.Fatalf("it was told to be %s %s, and is %s %s, %v", meant.Status, meant.ErrorCode, m.Status, m.ErrorCode, m.Anomalies)
	case m.Status.Terminal() && !m.Unverified && fate != "contradiction:80": // of which one half may be lost
		t.Fatalf("it is %s, and %s was meant; nobody has said so", m.Status, meant.Status)
	}
}
