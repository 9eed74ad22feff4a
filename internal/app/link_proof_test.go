package app_test

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	neturl "net/url"
	"strings"
	"sync/atomic"
	"testing"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/config"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/tunnel"
)

// edgeOf is a public edge that a test decides about.
func edgeOf(t *testing.T, handle func(w http.ResponseWriter, r *http.Request, pass http.Handler)) (url string, to func(string)) {
	t.Helper()
	var local atomic.Pointer[string]
	pass := &httputil.ReverseProxy{ErrorLog: log.New(io.Discard, "", 0), Rewrite: func(p *httputil.ProxyRequest) {
		p.SetURL(&neturl.URL{Scheme: "http", Host: strings.TrimPrefix(*local.Load(), "http://")})
		p.Out.Host = p.In.Host
	}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if local.Load() == nil {
			http.Error(w, "nothing is there yet", http.StatusBadGateway)
			return
		}
		handle(w, r, pass)
	}))
	t.Cleanup(server.Close)
	return server.URL, func(url string) { local.Store(&url) }
}

// A proof cannot be made up by what stands between, and what was seen of one proves nothing again.
func TestAProofIsNotForged(t *testing.T) {
	t.Parallel()
	const probeHeader, proofHeader = "X-Plivoscope-Probe", "X-Plivoscope-Proof"
	var (
		honest       atomic.Bool
		token, proof atomic.Value
	)
	url, to := edgeOf(t, func(w http.ResponseWriter, r *http.Request, pass http.Handler) {
		if !honest.Load() {
			// It knows the token, and what an answer looks like.
			w.Header().Set(proofHeader, r.Header.Get(probeHeader))
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"status":"ok"}`)
			return
		}
		token.Store(r.Header.Get(probeHeader))
		pass.ServeHTTP(w, r)
		proof.Store(w.Header().Get(proofHeader))
	})
	a := running(t, app.Options{PublicURL: url}.Hurried())
	to(a.Status().ListenURL)
	eventually(t, "the forgery is found", func() bool { return strings.Contains(a.Status().Tunnel.Why, "not from here") })
	if s := a.Status().Tunnel; s.State != app.Unproved || s.Proved {
		t.Errorf("it is %+v", s)
	}
	honest.Store(true)
	reaches(t, a, tunnel.Online)
	if proof.Load() == "" || proof.Load() == token.Load() {
		t.Fatalf("the proof of %v is %v", token.Load(), proof.Load())
	}
	for range 2 {
		r, err := http.NewRequest(http.MethodGet, a.Status().ListenURL+webhook.HealthPath, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set(probeHeader, token.Load().(string))
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if got := resp.Header.Get(proofHeader); got != "" {
			t.Errorf("a token that was answered is answered again: %s", got)
		}
	}
}

// What was public in an earlier run is known in the next: what asks for its host verifies, and of what asks for
// another host it is said what it was signed for.
func TestURLsOfEarlierRuns(t *testing.T) {
	t.Parallel()
	path := t.TempDir() + "/h.db"
	o := app.Options{Mode: app.Live, AuthID: liveID, AuthToken: config.NewSecret(liveToken), APIURL: "http://127.0.0.1:9", HistoryPath: path}
	t.Run("first", func(t *testing.T) {
		o := o
		o.PublicURL = "https://first.example"
		a := running(t, o.Hurried())
		postReport(t, http.DefaultClient, a.Status().ListenURL, "", "https://first.example", "5b40a428-bfc7-4daf-9d06-726c558bf310")
		if err := a.Explained(within(t)); err != nil {
			t.Error(err)
		}
	})
	o.PublicURL = "https://second.example"
	a := running(t, o.Hurried())
	postReport(t, http.DefaultClient, a.Status().ListenURL, "first.example", "https://first.example", "5b40a428-bfc7-4daf-9d06-726c558bf311")
	if c := lastCallback(t, a); c.Verdict.Outcome != signature.Valid || c.URL != "https://first.example/sms/delivery-report" {
		t.Errorf("by its own name: %+v over %s", c.Verdict, c.URL)
	}
	postReport(t, http.DefaultClient, a.Status().ListenURL, "second.example", "https://first.example", "5b40a428-bfc7-4daf-9d06-726c558bf312")
	if err := a.Explained(within(t)); err != nil {
		t.Fatal(err)
	}
	e, err := a.ExamineCallback(within(t), lastCallback(t, a).ID)
	if err != nil || e.Verdict.Outcome != signature.Invalid || len(e.Diagnosis.Findings) == 0 || !strings.Contains(e.Diagnosis.Findings[0].Detail, "first.example") {
		t.Errorf("by the new name: %+v, %v", e.Diagnosis, err)
	}
}

// TestURLsOfOtherServers: where the reports of a send were sent to was not this server, though its path is the same.
func TestURLsOfOtherServers(t *testing.T) {
	t.Parallel()
	o := app.Options{
		Mode: app.Live, AuthID: liveID, AuthToken: config.NewSecret(liveToken), APIURL: "http://127.0.0.1:9",
		HistoryPath: t.TempDir() + "/h.db", PublicURL: "https://here.example",
	}
	t.Run("first", func(t *testing.T) {
		a := running(t, o.Hurried())
		_, err := a.Send(within(t), app.SendRequest{Draft: plivo.Draft{
			From: "+14155550100", To: []string{"+14155550123"}, Text: "hi", CallbackURL: "https://shop.example/sms/delivery-report",
		}})
		if err == nil {
			t.Error("no error")
		}
	})
	a := running(t, o.Hurried())
	postReport(t, http.DefaultClient, a.Status().ListenURL, "shop.example", "https://shop.example", "5b40a428-bfc7-4daf-9d06-726c558bf313")
	if c := lastCallback(t, a); c.Verdict.Outcome != signature.Invalid {
		t.Errorf("what was signed for another server: %+v over %s", c.Verdict, c.URL)
	}
}
