package app_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/config"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/tunnel"
	"dev.internal/plivoscope/internal/webhook/tunnel/ngroktest"
)

const (
	liveID    = "MATESTTESTTESTTEST00"
	liveToken = "0123456789012345678901234567890123456789"
)

func ngrokService(t *testing.T) *ngroktest.Service {
	t.Helper()
	s, err := ngroktest.Start(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// overNgrok are options of a live account, whose API is nowhere, behind a tunnel to the stand-in.
func overNgrok(t *testing.T, server, ca string, roots *ngroktest.Service) app.Options {
	t.Helper()
	tun, err := tunnel.Parse("ngrok", tunnel.Settings{NgrokToken: config.NewSecret("made-up"), NgrokServer: server, NgrokCA: ca})
	if err != nil {
		t.Fatal(err)
	}
	o := app.Options{Mode: app.Live, AuthID: liveID, AuthToken: config.NewSecret(liveToken), APIURL: "http://127.0.0.1:9", Tunnel: tun, ProbeRoots: roots.Roots()}
	return o.Hurried()
}

// postReport posts a delivery report to a public URL, signed over another one where signedFor says so.
func postReport(t *testing.T, client *http.Client, base, host, signedFor, uuid string) {
	t.Helper()
	params := []signature.Param{{Name: "MessageUUID", Value: uuid}, {Name: "Status", Value: "delivered"}, {Name: "To", Value: "14155550199"}}
	form := url.Values{}
	for _, p := range params {
		form.Set(p.Name, p.Value)
	}
	r, err := http.NewRequest(http.MethodPost, base+webhook.DeliveryReportPath, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	const nonce = "05429567804466091622"
	token := signature.NewToken("account", liveToken)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	value, err := signature.Sign(token, signature.V3, http.MethodPost, signedFor+webhook.DeliveryReportPath, nonce, params)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set(signature.V3.NonceHeader(), nonce)
	r.Header.Set(signature.V3.Header(), value)
	r.Header.Set("X-Forwarded-For", "203.0.113.66") // the caller's own word
	if host != "" {
		r.Host = host
	}
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("answered %s", resp.Status)
	}
}

func lastCallback(t *testing.T, a *app.App) webhook.Callback {
	t.Helper()
	cs, err := a.Callbacks(within(t), store.Window{Limit: 1})
	if err != nil || len(cs) != 1 {
		t.Fatalf("%d callbacks, %v", len(cs), err)
	}
	return cs[0]
}

// The real client of ngrok, against a stand-in of its service that speaks its protocol.
func TestNgrok(t *testing.T) {
	t.Parallel()
	service := ngrokService(t)
	a := running(t, overNgrok(t, service.Addr(), service.CAFile(), service))
	s := reaches(t, a, tunnel.Online)
	if s.Name != "ngrok" || !s.Metered || !s.Proved || !strings.HasPrefix(s.URL, "https://127.0.0.1:") {
		t.Errorf("it is %+v", s)
	}
	first := s.URL
	eventually(t, "the URL is given out", func() bool { return a.CallbackURL() == first+webhook.DeliveryReportPath })

	postReport(t, service.Client(), first, "", first, "5b40a428-bfc7-4daf-9d06-726c558bf301")
	if c := lastCallback(t, a); c.Verdict.Outcome != signature.Valid || c.URL != first+webhook.DeliveryReportPath || !strings.HasPrefix(c.RemoteAddr, "127.0.0.1:") {
		t.Errorf("%+v from %s over %s", c.Verdict, c.RemoteAddr, c.URL)
	}

	seq := len(a.TunnelChanges(0))
	service.Cut()
	eventually(t, "it is cut and back", func() bool { all := states(a, seq); return len(all) > 1 && all[len(all)-1] == "online" })
	if diff := cmp.Diff([]string{"reconnecting", "online"}, states(a, seq)); diff != "" {
		t.Error(diff)
	}

	// Another URL: what is signed over the one before, and asks for its host, is still ours.
	service.Move()
	service.Cut()
	eventually(t, "it has another URL", func() bool { s := a.Status().Tunnel; return s.State == tunnel.Online && s.URL != first })
	second := a.Status().Tunnel.URL
	eventually(t, "the URL is given out", func() bool { return a.CallbackURL() == second+webhook.DeliveryReportPath })
	oldHost := strings.TrimPrefix(first, "https://")
	postReport(t, service.Client(), second, oldHost, first, "5b40a428-bfc7-4daf-9d06-726c558bf302")
	if c := lastCallback(t, a); c.Verdict.Outcome != signature.Valid || c.URL != first+webhook.DeliveryReportPath {
		t.Errorf("by the old name: %+v over %s", c.Verdict, c.URL)
	}
	eventually(t, "the change is told", func() bool { return noticed(a, "The public URL has changed: it is "+second) })
}

// An edge that takes requests for ever, and answers none.
func TestNgrokFrozen(t *testing.T) {
	t.Parallel()
	service := ngrokService(t)
	service.Silence(true)
	a := running(t, overNgrok(t, service.Addr(), service.CAFile(), service))
	eventually(t, "the probe finds it", func() bool { return strings.Contains(a.Status().Tunnel.Why, "never answers") })
	if s := a.Status(); s.Tunnel.State != tunnel.Connecting || s.PublicURL != s.ListenURL {
		t.Errorf("it is %+v, and %s is given out", s.Tunnel, s.PublicURL)
	}
	service.Silence(false)
	reaches(t, a, tunnel.Online)
}

func TestNgrokRefuses(t *testing.T) {
	t.Parallel()
	for code, credentials := range map[string]bool{"ERR_NGROK_107": true, "ERR_NGROK_120": false} {
		service := ngrokService(t)
		service.RefuseLogin(code)
		a := running(t, overNgrok(t, service.Addr(), service.CAFile(), service))
		s := reaches(t, a, tunnel.Failed)
		var final *tunnel.Error
		if err := a.TunnelFailure(); !errors.As(err, &final) || final.Credentials != credentials || s.Code != code || s.Why == "" {
			t.Errorf("%s: %+v, %v", code, s, err)
		}
	}
}

// With no network at all the program has its own address, and says what is missing.
func TestNgrokOutOfReach(t *testing.T) {
	t.Parallel()
	service := ngrokService(t)
	o := overNgrok(t, "127.0.0.1:1", service.CAFile(), service)
	a := running(t, o)
	eventually(t, "it says why", func() bool { return a.Status().Tunnel.Why != "" })
	if s := a.Status(); s.Tunnel.State != tunnel.Connecting || s.CallbackURL == "" || a.TunnelFailure() != nil {
		t.Errorf("it is %+v", s.Tunnel)
	}
	if h := health(t, a.Status().ListenURL); h.Status != "ok" || h.Tunnel.State != "connecting" {
		t.Errorf("health: %+v", h)
	}
	postReport(t, http.DefaultClient, a.Status().ListenURL, "", a.Status().ListenURL, "5b40a428-bfc7-4daf-9d06-726c558bf303")
	if c := lastCallback(t, a); c.Verdict.Outcome != signature.Valid {
		t.Errorf("%+v", c.Verdict)
	}
}
