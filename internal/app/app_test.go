package app_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/config"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/api"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/store"
)

// running opens and runs an app, and stops it with the test.
func running(t *testing.T, o app.Options) *app.App {
	t.Helper()
	return runningAfter(t, o, func(*app.App) {})
}

// runningAfter is running, with something done to the app before.
func runningAfter(t *testing.T, o app.Options, before func(*app.App)) *app.App {
	t.Helper()
	if o.Addr == "" {
		o.Addr, o.AddrGiven = "127.0.0.1:0", true
	}
	if o.Mode == "" {
		o.Mode, o.Speed = app.Simulator, 50
	}
	ctx, cancel := context.WithCancel(context.Background())
	a, err := app.Open(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	app.Quicken(a)
	before(a)
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- a.Run(ctx, func() { close(ready) }) }()
	select {
	case <-ready:
	case err := <-ended:
		t.Fatalf("ended before it was ready: %v", err)
	}
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("run: %v", err)
		}
		if err := a.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return a
}

func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// follow waits until every message of ids is as done says and gives them.
func follow(t *testing.T, a *app.App, ids []int64, want plivo.Status) ([]plivo.Message, error) {
	t.Helper()
	var last []plivo.Message
	err := a.Follow(within(t), ids, func(plivo.Message) error { return nil }, func(ms []plivo.Message) (bool, error) {
		last = ms
		return app.Reached(ms, want)
	})
	return last, err
}

func TestSendToSeveral(t *testing.T) {
	t.Parallel()
	a := running(t, app.Options{})
	to := []string{"+15005550000", "+14155550199"}
	sent, err := a.Send(within(t), app.SendRequest{Draft: plivo.Draft{From: "+14155550100", To: to, Text: "hi"}})
	if err != nil {
		t.Fatal(err)
	}
	ms, err := follow(t, a, sent.IDs, plivo.Delivered)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for i, m := range ms {
		got = append(got, "+"+strings.TrimPrefix(m.To, "+"))
		if m.UUID != sent.UUIDs[i] || m.Text != "hi" || m.Signature.Outcome != signature.Valid {
			t.Errorf("message %d is %+v", i, m)
		}
	}
	if diff := cmp.Diff(to, got); diff != "" {
		t.Error(diff)
	}
	together, err := a.SentTogether(within(t), ms[1].SentWith)
	if diff := cmp.Diff(ms, together); diff != "" || err != nil {
		t.Errorf("%v; sent together (-followed +read):\n%s", err, diff)
	}
}

func TestSendIsRefused(t *testing.T) {
	t.Parallel()
	a := running(t, app.Options{})
	sent, err := a.Send(within(t), app.SendRequest{Draft: plivo.Draft{From: "+14155550100", To: []string{"+15005559401"}, Text: "hi"}})
	var refused *api.Error
	if !errors.As(err, &refused) || refused.Kind != api.Credentials {
		t.Fatalf("got %v", err)
	}
	ms, err := a.MessagesByID(within(t), sent.IDs)
	if err != nil || len(ms) != 1 {
		t.Fatalf("%d messages, %v", len(ms), err)
	}
	if m := ms[0]; m.Status != plivo.Failed || m.NotTaken || !strings.Contains(m.Refusal, "401") {
		t.Errorf("the history has %s, %q", m.Status, m.Refusal)
	}
}

func TestDraftIsRefusedBeforeAnythingIsStored(t *testing.T) {
	t.Parallel()
	a := running(t, app.Options{})
	_, err := a.Send(within(t), app.SendRequest{Draft: plivo.Draft{From: "+14155550100", To: []string{"12"}, Text: ""}})
	var bad *app.DraftError
	if !errors.As(err, &bad) || len(bad.Problems) != 2 {
		t.Fatalf("got %v", err)
	}
	ms, err := a.Messages(within(t), store.Window{})
	if err != nil || len(ms) != 0 {
		t.Errorf("the history has %d messages, %v", len(ms), err)
	}
}

func TestUnmetSaysWhy(t *testing.T) {
	t.Parallel()
	a := running(t, app.Options{})
	draft := plivo.Draft{From: "+14155550100", To: []string{"+14155550199"}, Text: "hi"}
	sent, err := a.Send(within(t), app.SendRequest{Draft: draft, Fate: "undelivered:30"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = follow(t, a, sent.IDs, plivo.Delivered)
	var unmet *app.UnmetError
	if !errors.As(err, &unmet) || !strings.Contains(err.Error(), "undelivered with error 30") {
		t.Errorf("got %v", err)
	}
	if _, err := a.Send(within(t), app.SendRequest{Draft: draft, Fate: "2403"}); err == nil {
		t.Error("a fate that does not exist was taken")
	}
}

// A status that no valid signature vouches for counts for nothing, in either direction.
func TestReached(t *testing.T) {
	for _, c := range []struct {
		status     plivo.Status
		unverified bool
		want       plivo.Status
		ok, unmet  bool
	}{
		{status: plivo.Queued, want: plivo.Delivered},
		{status: plivo.Delivered, want: plivo.Delivered, ok: true},
		{status: plivo.Delivered, want: plivo.Sent, ok: true},
		{status: plivo.Read, want: plivo.Delivered, ok: true},
		{status: plivo.Undelivered, want: plivo.Sent, ok: true},
		{status: plivo.Failed, want: plivo.Sent, unmet: true},
		{status: plivo.Failed, want: plivo.Queued, ok: true},
		{status: plivo.Undelivered, want: plivo.Delivered, unmet: true},
		{status: plivo.Delivered, unverified: true, want: plivo.Delivered},
		{status: plivo.Failed, unverified: true, want: plivo.Delivered},
		{status: plivo.Delivered, want: plivo.Read},
		{status: plivo.Failed, want: plivo.Read, unmet: true},
		{status: "unheard-of", want: plivo.Delivered},
	} {
		ok, err := app.Reached([]plivo.Message{{Status: c.status, Unverified: c.unverified}}, c.want)
		if ok != c.ok || (err != nil) != c.unmet {
			t.Errorf("%s (unverified %v) for %s: %v, %v", c.status, c.unverified, c.want, ok, err)
		}
	}
	refused := plivo.Message{Status: plivo.Failed, Refusal: "Plivo refused it."}
	if ok, err := app.Reached([]plivo.Message{refused}, plivo.Queued); ok || err == nil {
		t.Error("a message that the API refused was never queued")
	}
}

func TestInbound(t *testing.T) {
	t.Parallel()
	a := running(t, app.Options{})
	if err := a.Inbound(within(t), "+14155550177", "+14155550100", "hello there"); err != nil {
		t.Fatal(err)
	}
	ms, err := a.Messages(within(t), store.Window{})
	if err != nil || len(ms) != 1 {
		t.Fatalf("%d messages, %v", len(ms), err)
	}
	if m := ms[0]; m.Direction != plivo.Inbound || m.Status != plivo.Received || m.Text != "hello there" {
		t.Errorf("got %+v", m)
	}
}

func TestBusyPort(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	busy := ln.Addr().String()
	if _, err := app.Open(within(t), app.Options{Mode: app.Simulator, Addr: busy, AddrGiven: true}); err == nil || !strings.Contains(err.Error(), "--addr") {
		t.Errorf("an address that was asked for and is busy: %v", err)
	}
	a := running(t, app.Options{Mode: app.Simulator, Speed: 50, Addr: busy})
	st := a.Status()
	if st.ListenURL == "http://"+busy || len(st.Notices) == 0 || !strings.Contains(st.Notices[0].Text, busy) {
		t.Errorf("listens on %s with notices %v", st.ListenURL, st.Notices)
	}
	resp, err := http.Get(st.ListenURL + "/health")
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("/health answers %s", resp.Status)
	}
}

func TestPublicURL(t *testing.T) {
	for raw, ok := range map[string]bool{
		"https://name.example":     true,
		"https://name.example/x/":  true,
		"http://127.0.0.1:4141":    true,
		"http://localhost:1":       true,
		"http://[::1]:1":           true,
		"http://name.example":      false,
		"name.example":             false,
		"https://name.example?a=b": false,
		"https://u:p@name.example": false,
		"ftp://name.example":       false,
	} {
		a, err := app.Open(within(t), app.Options{Mode: app.Simulator, Addr: "127.0.0.1:0", PublicURL: raw})
		if (err == nil) != ok {
			t.Errorf("%s: %v", raw, err)
		}
		if err == nil {
			_ = a.Close()
		}
	}
}

// On a live account nothing is sent a callback URL that Plivo cannot reach, and sends cost money
// unless the API is on this machine.
func TestLiveWithoutTunnel(t *testing.T) {
	t.Parallel()
	live := app.Options{Mode: app.Live, AuthID: "MATESTTESTTESTTEST00", AuthToken: config.NewSecret("token")}
	a := running(t, live)
	if !a.Spends() || a.CallbackURL() != "" {
		t.Errorf("spends %v, callbacks to %q", a.Spends(), a.CallbackURL())
	}
	everywhere := live
	everywhere.Addr, everywhere.AddrGiven = "0.0.0.0:0", true
	if c := running(t, everywhere); c.CallbackURL() != "" {
		t.Errorf("an address that nobody named as public is given to Plivo: %s", c.CallbackURL())
	}
	if why := a.Unreachable(); why != "no public URL is known" {
		t.Errorf("without a public URL it says %q", why)
	}
	here := live
	here.PublicURL = "http://127.0.0.1:1/base"
	if c := running(t, here); c.CallbackURL() != "" || c.Unreachable() != "the public URL http://127.0.0.1:1/base is one of this machine, which Plivo cannot reach" {
		t.Errorf("with a public URL of this machine it says %q, callbacks to %q", c.Unreachable(), c.CallbackURL())
	}
	live.APIURL = "http://127.0.0.1:1"
	b := running(t, live)
	if b.Unreachable() != "" || b.Spends() || b.CallbackURL() != b.Status().ListenURL+"/sms/delivery-report" {
		t.Errorf("spends %v, callbacks to %q", b.Spends(), b.CallbackURL())
	}
}

// A second process on the same history finds the first one's server and uses it.
func TestJoin(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "simulator.db")
	first := running(t, app.Options{HistoryPath: path})
	ctx := within(t)
	joined, err := app.Open(ctx, app.Options{Mode: app.Simulator, HistoryPath: path, Join: true})
	if err != nil {
		t.Fatal(err)
	}
	defer joined.Close()
	if joined.Embedded() || joined.Status().ListenURL != first.Status().ListenURL {
		t.Error("the second app has a server or simulator of its own")
	}
	sent, err := joined.Send(ctx, app.SendRequest{Draft: plivo.Draft{From: "+14155550100", To: []string{"+14155550199"}, Text: "hi"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := follow(t, joined, sent.IDs, plivo.Delivered); err != nil {
		t.Error(err)
	}
	if got := first.Status().Server.Stored; got == 0 {
		t.Error("the first app's server stored nothing")
	}
	for name, st := range map[string]app.Status{"first": first.Status(), "second": joined.Status()} {
		if st.Joined != (name == "second") || st.Embedded == st.Joined || !st.Shared || st.ServerPID != os.Getpid() {
			t.Errorf("who serves, by the %s app: %+v", name, st)
		}
	}
}

// A lease whose server does not answer is not joined.
func TestJoinNobody(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "simulator.db")
	db, err := store.Open(within(t), store.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	lease := store.Lease{
		PID: os.Getpid(), ListenURL: "http://127.0.0.1:1", PublicURL: "http://127.0.0.1:1",
		APIURL: "http://127.0.0.1:1", AuthID: "MATESTTESTTESTTEST00", SimToken: "made-up",
	}
	if err := db.TakeLease(within(t), lease); err != nil {
		t.Fatal(err)
	}
	a := running(t, app.Options{HistoryPath: path, Join: true})
	if !a.Embedded() {
		t.Error("joined a server that is not there")
	}
}
