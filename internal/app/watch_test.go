package app_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/config"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/api"
	"dev.internal/plivoscope/internal/plivo/scenario"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/plivo/simulator"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
)

// TestWatchNamesTheCause injects what keeps callbacks away, one after the other, and reads what is said of it.
func TestWatchNamesTheCause(t *testing.T) {
	t.Parallel()
	const german = "+4915123456789"
	elsewhere := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(elsewhere.Close)
	for name, test := range map[string]struct {
		o     app.Options
		to    string
		fate  string
		url   string
		cause plivo.SilenceCause
		says  string // of the long words
		short string
		lost  bool
	}{
		"nothing is known": {to: german, fate: "none", cause: plivo.UnknownSilence, says: "Plivo says delivered", short: "Plivo: delivered", lost: true},
		"in the queue": {
			o: app.Options{Pace: simulator.Pace{Sent: time.Hour, Final: time.Hour}}, to: german,
			cause: plivo.ProviderQueued, says: "Plivo has it in its queue still", short: "no final report",
		},
		"sent, and no word since": {to: german, fate: "sent", cause: plivo.ProviderSent, says: "the carrier has reported nothing since", short: "no final report"},
		"sent in America":         {to: "+14155550199", fate: "sent", cause: plivo.SentFinal, says: "carriers there (United States) often report no delivery", short: "sent may be final"},
		"answered 403":            {o: app.Options{OnInvalid: webhook.Reject}, to: "+15005550005", cause: plivo.AnsweredBadly, says: "callbacks were answered 403"},
		"not verified":            {to: "+15005550005", cause: plivo.NotVerified, says: "none of them verifies"},
		"another URL":             {to: german, url: elsewhere.URL + "/sms", cause: plivo.OtherURL, says: "its callbacks go to " + elsewhere.URL, lost: true},
		"refused, and not kept":   {o: app.Options{Allow: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}}, to: german, cause: plivo.AnsweredBadly, says: "callbacks were answered 403", lost: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var c clock
			a := watched(t, &c, test.o)
			sent, err := a.Send(within(t), app.SendRequest{
				Draft: plivo.Draft{From: "+14155550100", To: []string{test.to}, Text: "hi", CallbackURL: test.url}, Fate: test.fate,
			})
			if err != nil {
				t.Fatal(err)
			}
			m := watchedUntil(t, &c, a, sent.IDs[0], causeAfterAsking(test.cause))
			short, long := m.SilenceWords(time.UTC)
			if !strings.Contains(long+m.Silence.Words(time.UTC), test.says) || m.CallbackLost() != test.lost || test.short != "" && short != test.short {
				t.Errorf("it says %q, %q; lost %v; the message is %+v", short, long, m.CallbackLost(), m)
			}
		})
	}
}

// TestRefusedByAnotherProcess has a process that serves nothing know that the server did not let a callback in.
func TestRefusedByAnotherProcess(t *testing.T) {
	t.Parallel()
	history := filepath.Join(t.TempDir(), "a.db")
	server := running(t, app.Options{Mode: app.Simulator, Pace: quick, HistoryPath: history, Allow: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}})
	joined, err := app.Open(within(t), app.Options{Mode: app.Simulator, HistoryPath: history, Join: true})
	if err != nil {
		t.Fatal(err)
	}
	defer joined.Close()
	id := sendOne(t, joined, "+4915123456789", "")
	eventually(t, "the cause is known", func() bool {
		var s plivo.Silence
		_, err := joined.Reconciler().Run(within(t), app.ReconcilePlan{IDs: []int64{id}}, func(r app.Reconciled) error { s = r.Message.Silence; return r.Err })
		return err == nil && s.Cause == plivo.AnsweredBadly && s.Detail == "403" && !s.From.IsZero() && s.To.After(s.From)
	})
	if n := server.Status().Server.Barred; n == 0 {
		t.Error("nothing was kept out")
	}
}

// TestASilenceThatLastsKeepsItsTime has the API say the same of a message again and again: the silence is no newer.
func TestASilenceThatLastsKeepsItsTime(t *testing.T) {
	t.Parallel()
	var c clock
	a := watched(t, &c, app.Options{})
	id := sendOne(t, a, "+4915123456789", "sent")
	first := watchedUntil(t, &c, a, id, causeAfterAsking(plivo.ProviderSent))
	again := watchedUntil(t, &c, a, id, func(m plivo.Message) bool { return m.Provider.Asked > first.Provider.Asked+1 })
	if again.Silence != first.Silence || !again.Silent() {
		t.Errorf("it was judged %+v, and after two more answers %+v", first.Silence, again.Silence)
	}
	var asked plivo.Message
	c.forward(time.Minute)
	if _, err := a.Reconciler().Run(within(t), app.ReconcilePlan{IDs: []int64{id}}, func(r app.Reconciled) error { asked = r.Message; return nil }); err != nil || asked.Silence != first.Silence {
		t.Errorf("%v; it was judged %+v, and when it was asked for by hand %+v", err, first.Silence, asked.Silence)
	}
}

// TestWatchWithoutURL asks about a message that was sent without a callback URL, as live where no tunnel is open.
func TestWatchWithoutURL(t *testing.T) {
	t.Parallel()
	var c clock
	history := filepath.Join(t.TempDir(), "a.db")
	a := watched(t, &c, app.Options{HistoryPath: history})
	st := a.Status()
	client, err := api.New(api.Config{AuthID: st.AuthID, AuthToken: st.SimulatorToken, BaseURL: st.APIURL})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	accepted, err := client.Send(within(t), plivo.Draft{From: "+14155550100", To: []string{"+4915123456789"}, Text: "hi"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(within(t), store.Options{Path: history, Now: c.now})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ids, err := s.BeginSend(within(t), []plivo.Message{{From: "+14155550100", To: "+4915123456789", Text: "hi"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.FinishSend(within(t), []store.SendOutcome{{ID: ids[0], UUID: accepted.UUIDs[0]}}); err != nil {
		t.Fatal(err)
	}
	m := watchedUntil(t, &c, a, ids[0], causeAfterAsking(plivo.NoURL))
	if _, long := m.SilenceWords(time.UTC); m.CallbackLost() || !m.Ahead() || m.Status != plivo.Queued ||
		!strings.HasPrefix(long, "Plivo says delivered since ") || !strings.HasSuffix(long, "; no callback URL was given with it.") {
		t.Errorf("it says %q of %+v", long, m)
	}
	// What no callback told of satisfies nobody who waits for one.
	if ok, err := app.Reached([]plivo.Message{m}, plivo.Delivered); ok || err != nil {
		t.Errorf("reached: %v, %v", ok, err)
	}
}

// TestWatchKnowsWhatTheProbesFound names the outage that the probes of the public URL noticed.
func TestWatchKnowsWhatTheProbesFound(t *testing.T) {
	t.Parallel()
	var c clock
	v := newValve(t)
	a := watched(t, &c, app.Options{PublicURL: v.url()}.Hurried())
	v.leadTo(a)
	through := sendOne(t, a, "+4915123456789", "")
	if _, err := follow(t, a, []int64{through}, plivo.Delivered); err != nil {
		t.Fatal(err)
	}
	watchedUntil(t, &c, a, through, func(plivo.Message) bool { return a.Status().Tunnel.Proved })
	v.turn(true)
	id := sendOne(t, a, "+4915123456789", "")
	m := watchedUntil(t, &c, a, id, causeAfterAsking(plivo.Down))
	if words := m.Silence.Words(time.UTC); !strings.HasPrefix(words, "nothing could come in by the public URL from ") || m.Silence.Detail == "" || !m.CallbackLost() {
		t.Errorf("it says %q of %+v", words, m)
	}
}

// TestWatchGoesOnAfterARestart asks no question twice, and knows that nobody was there.
func TestWatchGoesOnAfterARestart(t *testing.T) {
	t.Parallel()
	var c clock
	sim, simURL := provider(t, simulator.Options{})
	var target atomic.Pointer[string]
	target.Store(&simURL)
	apiURL, asked := counting(t, &target)
	v := newValve(t)
	o := app.Options{
		Mode: app.Live, AuthID: sim.AuthID(), AuthToken: config.NewSecret(sim.AuthToken()), APIURL: apiURL, Now: c.now,
		HistoryPath: filepath.Join(t.TempDir(), "a.db"), PublicURL: v.url(), Addr: "127.0.0.1:0", AddrGiven: true,
	}
	var id, later int64
	t.Run("first", func(t *testing.T) {
		a := running(t, o)
		v.leadTo(a)
		id = sendOne(t, a, "+4915123456789", "")
		if _, err := follow(t, a, []int64{id}, plivo.Delivered); err != nil {
			t.Fatal(err)
		}
		v.turn(true)
		id = sendOne(t, a, "+4915123456789", "")
		watchedUntil(t, &c, a, id, func(m plivo.Message) bool { return m.Provider.Status == plivo.Delivered })
		later = sendOne(t, a, "+4915123456780", "")
	})
	v.turn(false)
	c.forward(time.Hour)
	a := running(t, o)
	v.leadTo(a)
	m := watchedUntil(t, &c, a, later, func(m plivo.Message) bool { return m.Provider.Asked > 0 })
	if m.Silence.Cause != plivo.Down || m.Silence.Detail != plivo.NotRunning || !strings.HasPrefix(m.Silence.Words(time.UTC), "no server of this history was running from ") {
		t.Errorf("after the restart the cause is %+v", m.Silence)
	}
	total := int64(0)
	asked.Range(func(path, n any) bool {
		if n := n.(*atomic.Int64).Load(); n != 1 {
			t.Errorf("%s was asked for %d times", path, n)
		}
		total++
		return true
	})
	if total != 2 {
		t.Errorf("%d messages were asked for", total)
	}
}

// TestWatchWhileTheAPIIsAway holds its questions back, says why, and asks once it is there.
func TestWatchWhileTheAPIIsAway(t *testing.T) {
	t.Parallel()
	var c clock
	sim, simURL := provider(t, simulator.Options{Fate: "none"})
	var target atomic.Pointer[string]
	target.Store(&simURL)
	apiURL, asked := counting(t, &target)
	a := running(t, app.Options{
		Mode: app.Live, AuthID: sim.AuthID(), AuthToken: config.NewSecret(sim.AuthToken()), APIURL: apiURL, Now: c.now,
		HistoryPath: filepath.Join(t.TempDir(), "a.db"),
	})
	id := sendOne(t, a, "+4915123456789", "")
	nowhere := "http://127.0.0.1:1"
	target.Store(&nowhere)
	m := watchedUntil(t, &c, a, id, func(m plivo.Message) bool { return m.Provider.Problem != "" })
	if m.Provider.Asked != 0 || !strings.Contains(m.Provider.Problem, "502") || !m.Silent() {
		t.Errorf("while the API is away the message is %+v", m)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for wake, _ := a.Subscribe(); a.Status().Watch.Problem == ""; {
		select {
		case <-wake:
		case <-ctx.Done():
			t.Fatal("the status does not say so")
		}
	}
	target.Store(&simURL)
	m = watchedUntil(t, &c, a, id, func(m plivo.Message) bool { return m.Provider.Status == plivo.Delivered })
	if m.Provider.Asked != 1 || m.Provider.Problem != "" || !m.CallbackLost() {
		t.Errorf("when it is back the message is %+v", m)
	}
	n := 0
	asked.Range(func(_, v any) bool { n += int(v.(*atomic.Int64).Load()); return true })
	if n > 20 {
		t.Errorf("it was asked %d times", n)
	}
}

// TestWatchWhereTheAPIRefuses leaves an account alone that the API refuses, and tells the user where only he can
// help.
func TestWatchWhereTheAPIRefuses(t *testing.T) {
	t.Parallel()
	for status, told := range map[int]bool{401: true, 403: true, 429: false, 500: false} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			var c clock
			sim, simURL := provider(t, simulator.Options{Fate: "none"})
			var questions atomic.Int64
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodPost {
					http.Redirect(w, r, simURL+r.URL.Path, http.StatusTemporaryRedirect)
					return
				}
				questions.Add(1)
				w.WriteHeader(status)
			}))
			t.Cleanup(s.Close)
			history := filepath.Join(t.TempDir(), "a.db")
			o := app.Options{
				Mode: app.Live, AuthID: sim.AuthID(), AuthToken: config.NewSecret(sim.AuthToken()), APIURL: simURL, Now: c.now, HistoryPath: history,
			}
			var ids []int64
			t.Run("send", func(t *testing.T) {
				a := running(t, o)
				for range 20 {
					ids = append(ids, sendOne(t, a, "+4915123456789", ""))
				}
			})
			o.APIURL = s.URL
			a := running(t, o)
			watchedUntil(t, &c, a, ids[0], func(plivo.Message) bool { return a.Status().Watch.Problem != "" })
			m := watchedUntil(t, &c, a, ids[19], func(m plivo.Message) bool { return m.Silent() })
			if m.Provider.Asked != 0 || m.Provider.Status != "" {
				t.Errorf("the last message is %+v", m)
			}
			// Half a minute passes each 50 ms: of 20 messages no more than a question a pause.
			if n := questions.Load(); n == 0 || n > 15 {
				t.Errorf("the API was asked %d times", n)
			}
			said := false
			for _, n := range a.Status().Notices {
				said = said || strings.Contains(n.Text, "What became of messages without callbacks cannot be told: ")
			}
			if said != told {
				t.Errorf("the user was told: %v; %+v", said, a.Status().Notices)
			}
		})
	}
}

// TestCallbackThatCameLate ends what was said of its message, and nothing of it is left in the status.
func TestCallbackThatCameLate(t *testing.T) {
	t.Parallel()
	var c clock
	a := watched(t, &c, app.Options{Fate: "none"})
	id := sendOne(t, a, "+4915123456789", "")
	m := watchedUntil(t, &c, a, id, plivo.Message.CallbackLost)
	if !m.Silent() || m.Status != plivo.Queued || m.Callbacks != 0 {
		t.Errorf("before it came the message is %+v", m)
	}
	token := signature.NewToken("account", a.SimulatorToken())
	params := scenario.Report{MessageUUID: m.UUID, From: "14155550100", To: "4915123456789", Type: "sms", Status: plivo.Undelivered, ErrorCode: "30", Units: 1, Sequence: 3}.Params()
	nonce := 0
	signed, err := scenario.KeysOf(token, token).Sign(http.MethodPost, m.CallbackURL, params, func() string { nonce++; return fmt.Sprint(nonce) })
	if err != nil {
		t.Fatal(err)
	}
	request, err := signed.Request(within(t))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	ms, err := follow(t, a, []int64{id}, plivo.Undelivered)
	if err != nil {
		t.Fatal(err)
	}
	m = ms[0]
	short, long := m.SilenceWords(time.UTC)
	if m.CallbackLost() || m.Silent() || short != "" || long != "" || m.Provider.Status != plivo.Delivered || m.ErrorCode != "30" {
		t.Errorf("after it came it says %q, %q of %+v", short, long, m)
	}
	watchedUntil(t, &c, a, id, func(plivo.Message) bool { return a.Status().Watch == (app.WatchStatus{}) })
}
