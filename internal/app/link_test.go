package app_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/tunnel"
)

func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !condition(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("waited in vain until " + what)
		}
	}
}

// reaches waits until the tunnel is in a state that it was not in after change number seq.
func reaches(t *testing.T, a *app.App, state tunnel.State) app.TunnelStatus {
	t.Helper()
	eventually(t, "the tunnel is "+string(state), func() bool { return a.Status().Tunnel.State == state })
	return a.Status().Tunnel
}

// states are what the tunnel went through since a change.
func states(a *app.App, seq int) (all []string) {
	for _, c := range a.TunnelChanges(seq) {
		all = append(all, string(c.State))
	}
	return slices.Compact(all)
}

func tunnelled(t *testing.T, w *wire, o app.Options) *app.App {
	t.Helper()
	o.Tunnel = w
	return running(t, o.Hurried())
}

func noticed(a *app.App, words string) bool {
	return slices.ContainsFunc(a.Status().Notices, func(n app.Notice) bool { return strings.Contains(n.Text, words) })
}

func TestATunnelIsOnlineOnceAProbeCameBack(t *testing.T) {
	t.Parallel()
	for _, inside := range []bool{true, false} {
		w := newWire()
		w.inside = inside
		a := tunnelled(t, w, app.Options{})
		s := reaches(t, a, tunnel.Online)
		if !s.Proved || s.RoundTrip <= 0 || s.URL != w.url() || s.Why != "" || s.Name != "command" {
			t.Errorf("inside %v: it is %+v", inside, s)
		}
		if diff := cmp.Diff([]string{"connecting", "online"}, states(a, 0)); diff != "" {
			t.Error(diff)
		}
		eventually(t, "the URL is given out", func() bool { return a.CallbackURL() == w.url()+webhook.DeliveryReportPath })
		sent, err := a.Send(within(t), app.SendRequest{Draft: plivo.Draft{From: "+14155550100", To: []string{"+14155550199"}, Text: "hi"}})
		if err != nil {
			t.Fatal(err)
		}
		ms, err := follow(t, a, sent.IDs, plivo.Delivered)
		if err != nil || ms[0].Signature.Outcome != signature.Valid {
			t.Fatalf("%+v, %v", ms, err)
		}
		cs, err := a.CallbacksOf(within(t), ms[0].UUID, 0)
		if err != nil || len(cs) != 3 || cs[0].URL != w.url()+webhook.DeliveryReportPath {
			t.Errorf("%d callbacks, %v", len(cs), err)
		}
		if err := a.Inbound(within(t), "+14155550123", "", "hello"); err != nil {
			t.Error(err)
		}
		h := health(t, a.Status().ListenURL)
		if h.Tunnel == nil || h.Tunnel.State != "online" || h.Tunnel.URL != w.url() || h.Tunnel.RoundTrip <= 0 {
			t.Errorf("health: %+v", h)
		}
	}
}

type healthAnswer struct {
	Status string
	Tunnel *webhook.TunnelHealth
}

func health(t *testing.T, url string) (h healthAnswer) {
	t.Helper()
	resp, err := http.Get(url + webhook.HealthPath)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(&h); err != nil {
		t.Fatal(err)
	}
	return h
}

// A tunnel that is cut comes back, and the span is kept for who asks why callbacks are missing.
func TestACutTunnelIsReconnecting(t *testing.T) {
	t.Parallel()
	w := newWire()
	a := tunnelled(t, w, app.Options{HistoryPath: t.TempDir() + "/h.db"})
	reaches(t, a, tunnel.Online)
	seq := len(a.TunnelChanges(0))
	first := w.url()
	w.cut()
	w.say(tunnel.Event{State: tunnel.Reconnecting, URL: first, Why: "The line was cut.", Code: "E_CUT"})
	s := reaches(t, a, tunnel.Reconnecting)
	if s.Why != "The line was cut." || s.Code != "E_CUT" || s.URL != first {
		t.Errorf("it is %+v", s)
	}
	if got := a.CallbackURL(); got != first+webhook.DeliveryReportPath {
		t.Errorf("meanwhile callbacks are asked to %s: Plivo tries again until it is back", got)
	}
	s = reaches(t, a, tunnel.Reconnecting)
	w.open()
	eventually(t, "it is back", func() bool {
		return a.Status().Tunnel.State == tunnel.Online && a.CallbackURL() == w.url()+webhook.DeliveryReportPath
	})
	if diff := cmp.Diff([]string{"reconnecting", "online"}, states(a, seq)); diff != "" {
		t.Error(diff)
	}
	eventually(t, "both are told", func() bool {
		return noticed(a, "is down: The line was cut.") && noticed(a, "The public URL has changed: it is "+w.url()+" now, and was "+first)
	})
	stored, err := store.Open(within(t), store.Options{Path: a.Status().HistoryPath})
	if err != nil {
		t.Fatal(err)
	}
	defer stored.Close()
	eventually(t, "other processes are told of the URL", func() bool {
		lease, live, err := stored.Lease(within(t))
		return err == nil && live && lease.PublicURL == w.url()
	})
	outages, err := stored.Outages(within(t), time.Time{})
	if err != nil || len(outages) != 1 || outages[0].Why != "The line was cut." || outages[0].To.Before(outages[0].From) {
		t.Errorf("outages %+v, %v", outages, err)
	}
}

// What was sent with another URL than the present one is marked, and told by number.
func TestMessagesInFlightWhenTheURLChanges(t *testing.T) {
	t.Parallel()
	w := newWire()
	a := tunnelled(t, w, app.Options{Mode: app.Simulator, Speed: 50, Fate: "none"})
	reaches(t, a, tunnel.Online)
	eventually(t, "the URL is given out", func() bool { return strings.HasPrefix(a.CallbackURL(), w.url()) })
	first := a.CallbackURL()
	sent, err := a.Send(within(t), app.SendRequest{Draft: plivo.Draft{From: "+14155550100", To: []string{"+14155550199", "+14155550198"}, Text: "hi"}})
	if err != nil {
		t.Fatal(err)
	}
	stranded := func() (all []bool) {
		ms, err := a.MessagesByID(within(t), sent.IDs)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range ms {
			all = append(all, a.Stranded(m))
		}
		return all
	}
	if got := stranded(); slices.Contains(got, true) {
		t.Errorf("before: %v", got)
	}
	w.move("Moved.")
	eventually(t, "the new URL is given out", func() bool { return strings.HasPrefix(a.CallbackURL(), w.url()) })
	if got := stranded(); slices.Contains(got, false) || a.CallbackURL() == first {
		t.Errorf("after: %v at %s", got, a.CallbackURL())
	}
	eventually(t, "it is told", func() bool { return noticed(a, "2 messages in flight were sent with another") })
}

// An edge that takes requests and passes nothing on calls itself online for ever. The probe finds it, here after
// a sleep, and the tunnel is started anew.
func TestAFrozenEdgeIsFoundByTheProbe(t *testing.T) {
	t.Parallel()
	w := newWire()
	w.metered = true
	var slept atomic.Int64
	a := tunnelled(t, w, app.Options{Now: func() time.Time { return time.Now().Add(time.Duration(slept.Load())) }})
	reaches(t, a, tunnel.Online)
	w.freeze(true)
	slept.Store(int64(time.Hour))
	s := reaches(t, a, tunnel.Reconnecting)
	if !strings.Contains(s.Why, "never answers") {
		t.Errorf("it is %+v", s)
	}
	eventually(t, "it is started anew", func() bool { _, runs := w.count(); return runs == 2 })
	reaches(t, a, tunnel.Online)
}

func TestAProbeIsSentAfterASleepAndInSilence(t *testing.T) {
	t.Parallel()
	w := newWire()
	w.metered = true
	var slept atomic.Int64
	a := tunnelled(t, w, app.Options{Mode: app.Simulator, Speed: 50, Fate: "none", Now: func() time.Time { return time.Now().Add(time.Duration(slept.Load())) }})
	reaches(t, a, tunnel.Online)
	before, _ := w.count()
	if before != 1 {
		t.Fatalf("%d connections came through a metered tunnel, want that of the probe", before)
	}
	slept.Store(int64(time.Hour))
	eventually(t, "a probe is sent after the sleep", func() bool { n, _ := w.count(); return n == 2 })
	eventually(t, "the URL is given out", func() bool { return strings.HasPrefix(a.CallbackURL(), w.url()) })
	if _, err := a.Send(within(t), app.SendRequest{Draft: plivo.Draft{From: "+14155550100", To: []string{"+14155550199"}, Text: "hi"}}); err != nil {
		t.Fatal(err)
	}
	at := a.Status().Tunnel.ProvedAt
	eventually(t, "a probe is sent in the silence", func() bool { return a.Status().Tunnel.ProvedAt.After(at.Add(50 * time.Millisecond)) })
}

func TestProbesOnATimerWhereTheyCostNothing(t *testing.T) {
	t.Parallel()
	w := newWire()
	tunnelled(t, w, app.Options{})
	eventually(t, "several probes came through", func() bool { n, _ := w.count(); return n > 3 })
}

// A tunnel that cannot come back is said to be gone, and the program goes on with what it has.
func TestATunnelThatFails(t *testing.T) {
	t.Parallel()
	w := newWire()
	w.inside = true
	a := tunnelled(t, w, app.Options{})
	reaches(t, a, tunnel.Online)
	if err := a.TunnelFailure(); err != nil {
		t.Errorf("online it has failed: %v", err)
	}
	final := &tunnel.Error{Why: "The token was revoked.", Code: "ERR_NGROK_300", Credentials: true}
	w.fails <- final
	s := reaches(t, a, tunnel.Failed)
	var got *tunnel.Error
	if err := a.TunnelFailure(); !errors.As(err, &got) || !got.Credentials || s.Why != final.Why || s.Code != final.Code {
		t.Errorf("it is %+v, %v", s, err)
	}
	if got, want := a.CallbackURL(), a.Status().ListenURL+webhook.DeliveryReportPath; got != want {
		t.Errorf("callbacks are asked to %s, want %s", got, want)
	}
	sent, err := a.Send(within(t), app.SendRequest{Draft: plivo.Draft{From: "+14155550100", To: []string{"+14155550199"}, Text: "hi"}})
	if err != nil {
		t.Fatal(err)
	}
	if ms, err := follow(t, a, sent.IDs, plivo.Delivered); err != nil || ms[0].Signature.Outcome != signature.Valid {
		t.Errorf("%+v, %v", ms, err)
	}
}

// A tunnel that comes and goes all the time is told once in a while; its changes are all there.
func TestAFlappingTunnel(t *testing.T) {
	t.Parallel()
	const flaps = 30
	w := newWire()
	a := tunnelled(t, w, app.Options{})
	reaches(t, a, tunnel.Online)
	for i := range flaps {
		why := fmt.Sprintf("Gone for time %d.", i)
		w.say(tunnel.Event{State: tunnel.Reconnecting, URL: w.url(), Why: why})
		eventually(t, "it is told", func() bool { return a.Status().Tunnel.Why == why })
		w.say(tunnel.Event{State: tunnel.Online, URL: w.url()})
		reaches(t, a, tunnel.Online)
	}
	n := 0
	for _, c := range a.TunnelChanges(0) {
		if c.State == tunnel.Reconnecting && c.Why != "" {
			n++
		}
	}
	if told := len(a.Status().Notices); n < flaps || told > 6 {
		t.Errorf("%d changes, %d notices", n, told)
	}
}

// A public URL that was given is probed; what does not come back is a warning, for from outside it may work.
func TestAGivenURLIsProbed(t *testing.T) {
	t.Parallel()
	a := running(t, app.Options{PublicURL: "https://name.example"}.Hurried())
	eventually(t, "it is told", func() bool { return noticed(a, "It is not proved that https://name.example leads here") })
	if s := a.Status(); s.Tunnel.State != app.Unproved || s.Tunnel.Proved || s.CallbackURL != "https://name.example/sms/delivery-report" || s.Tunnel.Asked() {
		t.Errorf("it is %+v", s.Tunnel)
	}
	if err := a.TunnelFailure(); err != nil {
		t.Error(err)
	}
}

// Whom --allow keeps out is not asked to prove anything; this process is, wherever its own probe comes from.
func TestTheProbeComesPastAllow(t *testing.T) {
	t.Parallel()
	w := newWire()
	w.inside, w.names = true, true
	a := tunnelled(t, w, app.Options{Allow: []netip.Prefix{netip.MustParsePrefix("203.0.113.0/24")}})
	reaches(t, a, tunnel.Online)
	for _, header := range []string{"", "0123456789abcdef0123456789abcdef"} {
		r, err := http.NewRequest(http.MethodGet, w.url()+webhook.HealthPath, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("X-Plivoscope-Probe", header)
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusForbidden || resp.Header.Get("X-Plivoscope-Proof") != "" {
			t.Errorf("a stranger with the token %q got %s, %v", header, resp.Status, resp.Header)
		}
	}
}

// A metered tunnel that comes and goes does not use up its quota by being probed.
func TestAFlappingMeteredTunnel(t *testing.T) {
	t.Parallel()
	w := newWire()
	w.metered = true
	a := tunnelled(t, w, app.Options{})
	reaches(t, a, tunnel.Online)
	began := time.Now()
	for range 100 {
		w.say(tunnel.Event{State: tunnel.Reconnecting, URL: w.url(), Why: "Gone."})
		w.say(tunnel.Event{State: tunnel.Online, URL: w.url()})
	}
	eventually(t, "it waits with the next probe", func() bool { return strings.Contains(a.Status().Tunnel.Why, "each probe counts") })
	reaches(t, a, tunnel.Online)
	if n, _ := w.count(); n > 10+2+int(time.Since(began)/(200*time.Millisecond)) {
		t.Errorf("%d probes went through it", n)
	}
}
