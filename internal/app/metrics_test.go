package app_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/webhook/tunnel"
)

// scraped is what a running app's metrics say: the sum of the values of each metric whose labels hold the words
// behind its name, as in "plivoscope_tunnel_state online".
func scraped(t *testing.T, a *app.App) func(name string) float64 {
	t.Helper()
	resp, err := http.Get(a.Status().MetricsURL)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("answered %d, %v", resp.StatusCode, err)
	}
	return func(name string) (sum float64) {
		words := strings.Fields(name)
		if families["plivoscope_"+words[0]] == nil {
			return -1
		}
	values:
		for _, m := range families["plivoscope_"+words[0]].Metric {
			for _, word := range words[1:] {
				found := false
				for _, l := range m.Label {
					found = found || l.GetValue() == word
				}
				if !found {
					continue values
				}
			}
			sum += m.GetCounter().GetValue() + m.GetGauge().GetValue() + float64(m.GetHistogram().GetSampleCount())
		}
		return sum
	}
}

// TestMetrics sends on the simulator, forwards to one application that takes what comes, to one that refuses it and
// to one that is not there, and reads what the metrics make of that.
func TestMetrics(t *testing.T) {
	t.Parallel()
	good := httptest.NewServer(http.NotFoundHandler())
	defer good.Close()
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	taken := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer taken.Close()
	a := running(t, app.Options{Metrics: "127.0.0.1:0", Version: "v1", Routes: routes(t, "delivery_report="+taken.URL, "other="+good.URL, "inbound="+gone.URL)})
	if now := scraped(t, a); now("build_info v1 simulator") != 1 || now("tunnel_state none") != 1 || now("tunnel_state") != 1 || now("forward_up") != -1 || now("tunnel_round_trip_seconds") != -1 {
		t.Error("what the metrics say at the beginning is not what is so")
	}
	ctx := within(t)
	draft := plivo.Draft{From: "+14155550100", To: []string{"+14155550198", "+15005550030"}, Text: "a secret text"}
	sent, err := a.Send(ctx, app.SendRequest{Draft: draft})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := follow(t, a, sent.IDs[:1], plivo.Delivered); err != nil {
		t.Fatal(err)
	}
	if _, err := follow(t, a, sent.IDs[1:], plivo.Undelivered); err != nil {
		t.Fatal(err)
	}
	if err := a.Inbound(ctx, "+14155550177", "+14155550100", "hello there"); err != nil {
		t.Fatal(err)
	}
	for _, form := range []url.Values{{"a": {"b"}}, {"Status": {"delivered"}}} {
		resp, err := http.PostForm(a.Status().ListenURL+"/elsewhere", form)
		if err != nil || resp.StatusCode != http.StatusOK {
			t.Fatal(resp, err)
		}
		_ = resp.Body.Close()
	}
	eventually(t, "all is forwarded that can be", func() bool {
		now := scraped(t, a)
		return now("forward_callbacks_total 1 forwarded") == 6 && now("forward_callbacks_total 2 forwarded") == 2 && now("forward_retrying 3") == 1
	})
	now := scraped(t, a)
	for name, want := range map[string]float64{
		"callbacks_received_total": 9, "callbacks_stored_total": 9, "callbacks_stored_total delivery_report": 6, "callbacks_stored_total inbound": 1,
		"signatures_total valid": 7, "signatures_total unsigned": 2, "signatures_total": 9,
		"message_status_total queued": 2, "message_status_total sent": 2, "message_status_total delivered": 1, "message_status_total undelivered": 1,
		"error_codes_total 30": 1, "error_codes_total": 1, "delivery_seconds": 1, "acknowledgement_seconds": 9,
		"forward_up 1": 1, "forward_up 2": 1, "forward_up 3": 0, "forward_queue_length": 1, "forward_queue_length 3": 1, "forward_refused_total 2": 2, "forward_refused_total 1": 0,
		"forward_seconds 1": 6, "forward_seconds 3": 0, "forward_paused": 0,
		"api_calls_total": 1, "api_seconds": 1, "api_failures_total": 0, "lease_held": 1, "sends_in_flight": 0,
		"simulator_accepted_total": 2, "simulator_posted_total": 6, "simulator_unanswered_total": 0, "simulator_inbound_total": 1,
		"history_messages": 3, "history_callbacks valid": 7,
	} {
		if got := now(name); got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}

	page := fetched(t, a.Status().MetricsURL)
	st := a.Status()
	for _, private := range []string{"14155550", "15005550", "secret", "hello", st.SimulatorToken, st.AuthID, "127.0.0.1", "elsewhere", sent.UUIDs[0]} {
		if strings.Contains(page, private) {
			t.Errorf("the metrics hold %q", private)
		}
	}
	if page := fetched(t, st.ListenURL+"/metrics"); strings.Contains(page, "plivoscope_") {
		t.Errorf("the callback server gives the metrics: %s", page)
	}
}

func fetched(t *testing.T, url string) string {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// TestMetricsOfATunnel has a tunnel come, go and come back, and asks for the metrics through it.
func TestMetricsOfATunnel(t *testing.T) {
	t.Parallel()
	w := newWire()
	a := tunnelled(t, w, app.Options{Metrics: "127.0.0.1:0"})
	is := func(state tunnel.State) {
		t.Helper()
		eventually(t, "the metrics say "+string(state), func() bool {
			now := scraped(t, a)
			return now("tunnel_state "+string(state)) == 1 && now("tunnel_state") == 1
		})
	}
	is(tunnel.Online)
	if trip := scraped(t, a)("tunnel_round_trip_seconds"); trip <= 0 {
		t.Errorf("the round trip took %v s", trip)
	}
	if page := fetched(t, w.url()+"/metrics"); strings.Contains(page, "plivoscope_") {
		t.Errorf("the tunnel leads to the metrics: %s", page)
	}
	w.say(tunnel.Event{State: tunnel.Reconnecting, URL: w.url(), Why: "the network is gone"})
	is(tunnel.Reconnecting)
	w.say(tunnel.Event{State: tunnel.Online, URL: w.url()})
	is(tunnel.Online)
}

// TestMetricsWantAnAddressOfTheirOwn asks for one that is taken.
func TestMetricsWantAnAddressOfTheirOwn(t *testing.T) {
	t.Parallel()
	a := running(t, app.Options{Metrics: "127.0.0.1:0"})
	taken := strings.TrimPrefix(a.Status().ListenURL, "http://")
	b, err := app.Open(context.Background(), app.Options{Mode: app.Simulator, Addr: "127.0.0.1:0", AddrGiven: true, Metrics: taken})
	if err == nil {
		_ = b.Close()
	}
	if err == nil || !strings.Contains(err.Error(), "cannot serve metrics on "+taken) || !strings.Contains(err.Error(), "--metrics") {
		t.Errorf("got %v", err)
	}
	if page := fetched(t, a.Status().MetricsURL); !strings.Contains(page, "plivoscope_build_info") {
		t.Error(page)
	}
}
