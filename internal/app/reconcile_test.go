package app_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/config"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/simulator"
	"dev.internal/plivoscope/internal/store"
)

// TestReconcileAGap sends 100 messages while nothing can come in by the public URL, and has them all after it.
func TestReconcileAGap(t *testing.T) {
	t.Parallel()
	n := 100
	if testing.Short() {
		n = 10
	}
	var c clock
	history := filepath.Join(t.TempDir(), "a.db")
	v := newValve(t)
	a := watched(t, &c, app.Options{HistoryPath: history, PublicURL: v.url()})
	v.leadTo(a)
	s, err := store.Open(within(t), store.Options{Path: history, Now: c.now})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()

	through := sendOne(t, a, "+4915123456789", "")
	if _, err := follow(t, a, []int64{through}, plivo.Delivered); err != nil {
		t.Fatal(err)
	}
	v.turn(true)
	down := c.now()
	if err := s.NoteOutage(within(t), down, time.Time{}, "the tunnel's service did not answer"); err != nil {
		t.Fatal(err)
	}
	to := make([]string, n)
	for i := range to {
		to[i] = fmt.Sprintf("+49151234%05d", i)
	}
	sent, err := a.Send(within(t), app.SendRequest{Draft: plivo.Draft{From: "+14155550100", To: to, Text: "hi"}})
	if err != nil {
		t.Fatal(err)
	}
	ids := sent.IDs
	m := watchedUntil(t, &c, a, ids[0], causeAfterAsking(plivo.Down))
	if words := m.Silence.Words(time.UTC); !strings.Contains(words, "nothing could come in by the public URL from "+down.UTC().Format("15:04:05")+" on (the tunnel's service") {
		t.Errorf("while it lasts it says %q", words)
	}
	watchedUntil(t, &c, a, ids[0], func(plivo.Message) bool { return a.Status().Watch == (app.WatchStatus{Silent: n, Lost: n}) })
	v.turn(false)
	if err := s.NoteOutage(within(t), down, c.now(), "the tunnel's service did not answer"); err != nil {
		t.Fatal(err)
	}

	var mu sync.Mutex
	got := map[string]string{}
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		mu.Lock()
		defer mu.Unlock()
		got[r.PostForm.Get("MessageUUID")] = r.PostForm.Get("Status") + r.PostForm.Get("Sequence") + r.Header.Get(app.SyntheticHeader)
	}))
	t.Cleanup(target.Close)
	all := app.ReconcilePlan{To: target.URL}
	dry := all
	dry.DryRun = true
	var requests int
	sum, err := a.Reconciler().Run(within(t), dry, func(r app.Reconciled) error {
		if r.Request != nil && r.Attempt == nil {
			requests++
		}
		return nil
	})
	if err != nil || requests != n || len(got) != 0 || sum.Sent != 0 || sum.Lost != n {
		t.Fatalf("dry: %v; %d requests, %d came, %+v", err, requests, len(got), sum)
	}
	sum, err = a.Reconciler().Run(within(t), all, func(r app.Reconciled) error {
		m := r.Message
		if !m.CallbackLost() || m.Status != plivo.Queued || m.Provider.Status != plivo.Delivered || m.Silence.Cause != plivo.Down || !r.Taken() {
			t.Errorf("%v; one is %+v", r.Err, r)
		}
		return nil
	})
	want := app.ReconcileSummary{Messages: n, Asked: n, Known: n, Lost: n, Sent: n, Taken: n}
	if err != nil || sum != want {
		t.Fatalf("%v; the summary is %+v", err, sum)
	}
	for _, uuid := range sent.UUIDs {
		if got[uuid] != "delivered31" {
			t.Errorf("of %s the application got %q", uuid, got[uuid])
		}
	}
	// What was taken is not sent again, unless that is asked for.
	again, err := a.Reconciler().Run(within(t), all, func(r app.Reconciled) error { return nil })
	want.Sent, want.Taken, want.Before = 0, 0, n
	if err != nil || again != want {
		t.Errorf("%v; the second time the summary is %+v", err, again)
	}
	watchedUntil(t, &c, a, ids[0], func(plivo.Message) bool { return a.Status().Watch == (app.WatchStatus{}) })
	attempts, err := a.Attempts(within(t), 0, 200)
	if err != nil || len(attempts) != n || attempts[0].Scenario != "reconcile" || attempts[0].Header.Get(app.SyntheticHeader) != "1" {
		t.Errorf("%v; %d attempts are kept", err, len(attempts))
	}
}

// TestReconcileAfterTheServerEnded says that nobody was there to take a callback, and does not blame that for what
// was missed long before.
func TestReconcileAfterTheServerEnded(t *testing.T) {
	t.Parallel()
	var c clock
	sim, apiURL := provider(t, simulator.Options{})
	v := newValve(t)
	o := app.Options{
		Mode: app.Live, AuthID: sim.AuthID(), AuthToken: config.NewSecret(sim.AuthToken()), APIURL: apiURL, Now: c.now,
		HistoryPath: filepath.Join(t.TempDir(), "a.db"), PublicURL: v.url(), Addr: "127.0.0.1:0", AddrGiven: true,
	}
	var long, late int64
	var ended time.Time
	t.Run("served", func(t *testing.T) {
		a := running(t, o)
		v.leadTo(a)
		v.turn(true)
		long = sendOne(t, a, "+4915123456789", "")
		c.forward(5 * time.Hour)
		late = sendOne(t, a, "+4915123456780", "")
		ended = c.now()
	})
	c.forward(20 * time.Minute)
	r, err := app.OpenReconciler(within(t), o)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	found := map[int64]plivo.Silence{}
	if _, err := r.Run(within(t), app.ReconcilePlan{}, func(r app.Reconciled) error {
		found[r.Message.ID] = r.Message.Silence
		return r.Err
	}); err != nil {
		t.Fatal(err)
	}
	s := found[late]
	if words := s.Words(time.UTC); s.Cause != plivo.Down || s.Detail != plivo.NotRunning || !strings.HasPrefix(words, "no server of this history was running from ") || s.From.Before(ended.Add(-time.Minute)) || s.From.After(c.now()) {
		t.Errorf("of what was sent at the end it says %q, %+v", words, s)
	}
	if s, there := found[long]; !there || s.Detail == plivo.NotRunning {
		t.Errorf("of what was missed for hours it says %q", s.Words(time.UTC))
	}
}

// TestReconcileKnowsAPortThatIsGone blames no outage for what was asked to a free port of a process that ended, as that
// of a send that waits for nothing, whether a server with another one runs now or none.
func TestReconcileKnowsAPortThatIsGone(t *testing.T) {
	t.Parallel()
	var c clock
	sim, apiURL := provider(t, simulator.Options{Fate: "none"})
	o := app.Options{
		Mode: app.Live, AuthID: sim.AuthID(), AuthToken: config.NewSecret(sim.AuthToken()), APIURL: apiURL, Now: c.now,
		HistoryPath: filepath.Join(t.TempDir(), "a.db"), Addr: "127.0.0.1:0", AddrGiven: true,
	}
	var id int64
	t.Run("sent", func(t *testing.T) { id = sendOne(t, running(t, o), "+4915123456789", "") })
	c.forward(time.Minute)
	judged := func() (found plivo.Silence) {
		t.Helper()
		beside := o
		beside.Addr = ""
		r, err := app.OpenReconciler(within(t), beside)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		if _, err := r.Run(within(t), app.ReconcilePlan{IDs: []int64{id}}, func(r app.Reconciled) error { found = r.Message.Silence; return r.Err }); err != nil {
			t.Fatal(err)
		}
		return found
	}
	if s := judged(); s.Cause != plivo.OtherURL || !strings.HasPrefix(s.Detail, "http://127.0.0.1:") {
		t.Errorf("while nothing runs it is %+v", s)
	}
	running(t, o)
	if s := judged(); s.Cause != plivo.OtherURL {
		t.Errorf("beside a server it is %+v", s)
	}
}

// TestReconcileSaysWhatTheAPIDoesNotKnow tells a message of another account from one that is in flight.
func TestReconcileSaysWhatTheAPIDoesNotKnow(t *testing.T) {
	t.Parallel()
	var c clock
	a := watched(t, &c, app.Options{Fate: "none"})
	known := sendOne(t, a, "+4915123456789", "")
	history := a.Status().HistoryPath
	s, err := store.Open(within(t), store.Options{Path: history, Now: c.now})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ids, err := s.BeginSend(within(t), []plivo.Message{{From: "+14155550100", To: "+4915123456780", CallbackURL: a.CallbackURL()}})
	if err != nil {
		t.Fatal(err)
	}
	const stranger = "5b40a428-bfc7-4daf-9d06-726c558bf3b8"
	if err := s.FinishSend(within(t), []store.SendOutcome{{ID: ids[0], UUID: stranger}}); err != nil {
		t.Fatal(err)
	}
	c.forward(time.Minute)
	watchedUntil(t, &c, a, known, func(m plivo.Message) bool { return m.Provider.Status == plivo.Delivered })
	r, err := app.OpenReconciler(within(t), app.Options{Mode: app.Simulator, HistoryPath: history, Now: c.now})
	// The lease is as old as the clock was put forward until it is renewed.
	for deadline := time.Now().Add(time.Minute); errors.Is(err, app.ErrNoSimulator) && time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		r, err = app.OpenReconciler(within(t), app.Options{Mode: app.Simulator, HistoryPath: history, Now: c.now})
	}
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var said []string
	sum, err := r.Run(within(t), app.ReconcilePlan{}, func(r app.Reconciled) error {
		said = append(said, string(r.Message.Provider.Status)+" "+fmt.Sprint(r.Err != nil))
		return nil
	})
	if err != nil || sum.Messages != 2 || sum.Asked != 1 || sum.Lost != 1 || sum.Unknown != 1 || strings.Join(said, ", ") != "delivered false,  true" {
		t.Errorf("%v; %+v; %q", err, sum, said)
	}
	if _, err := r.Run(within(t), app.ReconcilePlan{UUIDs: []string{"x"}}, nil); err == nil || !strings.Contains(err.Error(), "no message \"x\"") {
		t.Errorf("an unknown UUID: %v", err)
	}
	if _, err := r.Run(within(t), app.ReconcilePlan{To: a.Status().ListenURL}, nil); err == nil || !strings.Contains(err.Error(), "listens there") {
		t.Errorf("to itself: %v", err)
	}
}

// TestReconcileNeedsASimulatorThatRuns refuses a history whose simulator is gone.
func TestReconcileNeedsASimulatorThatRuns(t *testing.T) {
	t.Parallel()
	history := filepath.Join(t.TempDir(), "a.db")
	if _, err := app.OpenReconciler(within(t), app.Options{Mode: app.Simulator, HistoryPath: history}); err == nil || !strings.Contains(err.Error(), "no history") {
		t.Errorf("without a history: %v", err)
	}
	s, err := store.Open(within(t), store.Options{Path: history})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := app.OpenReconciler(within(t), app.Options{Mode: app.Simulator, HistoryPath: history}); err == nil || !strings.Contains(err.Error(), app.ErrNoSimulator.Error()) {
		t.Errorf("without a simulator: %v", err)
	}
}
