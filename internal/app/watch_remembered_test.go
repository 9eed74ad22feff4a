package app_test

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/config"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/api"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/plivo/simulator"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
)

func notThere(m plivo.Message) bool {
	_, long := m.SilenceWords(time.UTC)
	return m.Silence.Cause == plivo.NotThere && m.Silent() && !strings.Contains(long, "nothing more will come")
}

// judged tells whether a cause was found with the answer of the API.
func judged(m plivo.Message) bool { return m.Provider.Asked > 0 && m.Silence.Cause != "" }

// staysFor puts the clock forward for minutes, and gives the message then.
func staysFor(t *testing.T, c *clock, a *app.App, id int64, d time.Duration) plivo.Message {
	t.Helper()
	until := c.now().Add(d)
	return watchedUntil(t, c, a, id, func(plivo.Message) bool { return c.now().After(until) })
}

// TestWatchOfWhatASimulatorRemembersNoMore asks once about a message that is older than those which the simulator
// remembers, and takes it for lost neither then nor once more has come of it: the simulator posts all of it.
func TestWatchOfWhatASimulatorRemembersNoMore(t *testing.T) {
	t.Parallel()
	var c clock
	a := watched(t, &c, app.Options{Pace: simulator.Pace{Sent: 10 * time.Hour, Final: 20 * time.Hour}})
	id := sendOne(t, a, "+4915123456789", "")
	if _, err := follow(t, a, []int64{id}, plivo.Queued); err != nil {
		t.Fatal(err)
	}
	st := a.Status()
	client, err := api.New(api.Config{AuthID: st.AuthID, AuthToken: a.SimulatorToken(), BaseURL: st.APIURL})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	to := make([]string, 100)
	for i := range to {
		to[i] = fmt.Sprintf("+49151%08d", i)
	}
	for range 101 {
		if _, err := client.Send(within(t), plivo.Draft{From: "+14155550100", To: to, Text: "hi"}, nil); err != nil {
			t.Fatal(err)
		}
	}
	m := watchedUntil(t, &c, a, id, judged)
	if !notThere(m) || !strings.Contains(m.Provider.Problem, "10,000") {
		t.Errorf("it says %q: %+v", m.Silence.Words(time.UTC), m)
	}
	if m = staysFor(t, &c, a, id, 10*time.Minute); !notThere(m) || m.Provider.Asked != 1 {
		t.Errorf("later it is %+v", m)
	}
	if err := a.ChangeSimulator(within(t), app.SimulatorChange{Advance: 12 * time.Hour}); err != nil {
		t.Fatal(err)
	}
	m = watchedUntil(t, &c, a, id, func(m plivo.Message) bool { return m.Status == plivo.Sent && m.Silent() })
	if m.Silence.Cause == plivo.Forgotten {
		t.Errorf("after the next callback it is %+v", m)
	}
	if err := a.ChangeSimulator(within(t), app.SimulatorChange{Advance: 12 * time.Hour}); err != nil {
		t.Fatal(err)
	}
	if _, err := follow(t, a, []int64{id}, plivo.Delivered); err != nil {
		t.Error(err)
	}
}

// TestReconcileWhatAnotherServerSent asks the simulator of one server about a message of another on the same history.
func TestReconcileWhatAnotherServerSent(t *testing.T) {
	t.Parallel()
	var c clock
	o := app.Options{HistoryPath: filepath.Join(t.TempDir(), "a.db"), Pace: never}
	first, second := watched(t, &c, o), watched(t, &c, o)
	id := sendOne(t, second, "+4915123456789", "")
	if _, err := follow(t, second, []int64{id}, plivo.Queued); err != nil {
		t.Fatal(err)
	}
	var one app.Reconciled
	_, err := first.Reconciler().Run(within(t), app.ReconcilePlan{IDs: []int64{id}}, func(r app.Reconciled) error { one = r; return nil })
	if m := one.Message; err != nil || m.Silence.Cause != plivo.OtherURL || !strings.Contains(m.Provider.Problem, "another server") {
		t.Errorf("%v; it is %+v", err, m)
	}
	_, err = second.Reconciler().Run(within(t), app.ReconcilePlan{IDs: []int64{id}}, func(r app.Reconciled) error { one = r; return nil })
	if m := one.Message; err != nil || m.Silence.Cause != plivo.ProviderQueued || m.Provider.Problem != "" {
		t.Errorf("%v; to the other it is %+v", err, m)
	}
}

// TestWatchOfWhatOnlyCallbacksTellOf takes a message that was triggered for none of a simulator, also after a restart.
func TestWatchOfWhatOnlyCallbacksTellOf(t *testing.T) {
	t.Parallel()
	var c clock
	o := app.Options{HistoryPath: filepath.Join(t.TempDir(), "a.db")}
	const early, late = "5b40a428-bfc7-4daf-9d06-726c558bf3b8", "5b40a428-bfc7-4daf-9d06-726c558bf3b9"
	triggered := func(a *app.App, uuid string) int64 {
		params := []signature.Param{{Name: "From", Value: "14155550100"}, {Name: "MessageUUID", Value: uuid}, {Name: "Status", Value: "sent"}, {Name: "To", Value: "4915123456789"}}
		to, form := a.Status().ListenURL+webhook.DeliveryReportPath, url.Values{}
		for _, p := range params {
			form.Set(p.Name, p.Value)
		}
		value, err := signature.Sign(signature.NewToken("", a.SimulatorToken()), signature.V3, http.MethodPost, to, "1", params)
		if err != nil {
			t.Fatal(err)
		}
		req, err := http.NewRequestWithContext(within(t), http.MethodPost, to, strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("X-Plivo-Signature-V3", value)
		req.Header.Set("X-Plivo-Signature-V3-Nonce", "1")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		var ms []plivo.Message
		eventually(t, "the callback is in the history", func() bool {
			ms, err = a.MessagesByUUID(within(t), []string{uuid})
			return err == nil && len(ms) == 1
		})
		if ms[0].Unverified {
			t.Fatalf("the callback does not verify: %+v", ms[0])
		}
		return ms[0].ID
	}
	var before int64
	t.Run("before", func(t *testing.T) {
		a := watched(t, &c, o)
		before = triggered(a, early)
		id := triggered(a, late)
		if m := watchedUntil(t, &c, a, id, judged); !notThere(m) {
			t.Errorf("it says %q: %+v", m.Silence.Words(time.UTC), m)
		}
	})
	c.forward(time.Second)
	a := watched(t, &c, o)
	if m := staysFor(t, &c, a, before, 10*time.Minute); m.Silence.Cause == plivo.Forgotten || m.Provider.Asked > 2 {
		t.Errorf("after a restart it says %q: %+v", m.Silence.Words(time.UTC), m)
	}
}

// TestWatchBesideAnotherServer does not take a message for that of a simulator which has ended, where another server ran
// when this one began, or stood still.
func TestWatchBesideAnotherServer(t *testing.T) {
	t.Parallel()
	for name, still := range map[string]time.Duration{"it runs": 0, "it stands still": time.Minute} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var c clock
			o := app.Options{HistoryPath: filepath.Join(t.TempDir(), "a.db"), Pace: never}
			var id int64
			t.Run("before", func(t *testing.T) {
				a := watched(t, &c, o)
				id = sendOne(t, a, "+4915123456789", "")
				if _, err := follow(t, a, []int64{id}, plivo.Queued); err != nil {
					t.Fatal(err)
				}
			})
			db, err := store.Open(within(t), store.Options{Path: o.HistoryPath, Now: c.now})
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			c.forward(time.Second)
			other := store.Lease{PID: os.Getppid(), ListenURL: "http://127.0.0.1:1", PublicURL: "http://127.0.0.1:1", APIURL: "http://127.0.0.1:1", SimToken: "made-up"}
			if err := db.TakeLease(within(t), other); err != nil {
				t.Fatal(err)
			}
			c.forward(still)
			a := watched(t, &c, o)
			if still == 0 {
				eventually(t, "it says that another server has the lease", func() bool {
					for _, n := range a.Status().Notices {
						if strings.Contains(n.Text, "do not use this server") {
							return true
						}
					}
					return false
				})
				if err := db.DropLease(within(t), other.PID); err != nil {
					t.Fatal(err)
				}
			}
			if m := watchedUntil(t, &c, a, id, judged); m.Silence.Cause == plivo.Forgotten || !strings.Contains(m.Provider.Problem, "another server") {
				t.Errorf("it says %q: %+v", m.Silence.Words(time.UTC), m)
			}
		})
	}
}

// TestWatchOfASimulatorThatIsThere does not take a simulator for ended whose API takes connections, whatever the lease tells of
// other servers.
func TestWatchOfASimulatorThatIsThere(t *testing.T) {
	t.Parallel()
	var c clock
	o := app.Options{HistoryPath: filepath.Join(t.TempDir(), "a.db"), Pace: never}
	var id int64
	var host string
	t.Run("before", func(t *testing.T) {
		a := watched(t, &c, o)
		id = sendOne(t, a, "+4915123456789", "")
		if _, err := follow(t, a, []int64{id}, plivo.Queued); err != nil {
			t.Fatal(err)
		}
		host = strings.TrimPrefix(a.Status().APIURL, "http://")
	})
	there, err := net.Listen("tcp", host) // as of a server that stands still
	if err != nil {
		t.Skip(err)
	}
	defer there.Close()
	c.forward(time.Second)
	a := watched(t, &c, o)
	if m := watchedUntil(t, &c, a, id, judged); m.Silence.Cause == plivo.Forgotten || !strings.Contains(m.Provider.Problem, "another server") {
		t.Errorf("it says %q: %+v", m.Silence.Words(time.UTC), m)
	}
}

// TestWatchOfAMixedHistory asks no account about messages of a simulator, and takes none of an account for one of a
// simulator.
func TestWatchOfAMixedHistory(t *testing.T) {
	t.Parallel()
	var c clock
	history := filepath.Join(t.TempDir(), "a.db")
	sim, simURL := provider(t, simulator.Options{})
	to := atomic.Pointer[string]{}
	to.Store(&simURL)
	apiURL, asked := counting(t, &to)
	live := app.Options{
		Mode: app.Live, AuthID: sim.AuthID(), AuthToken: config.NewSecret(sim.AuthToken()), APIURL: apiURL, Now: c.now, HistoryPath: history,
	}
	var simulated, real int64
	t.Run("simulator", func(t *testing.T) {
		a := watched(t, &c, app.Options{HistoryPath: history, Pace: never})
		simulated = sendOne(t, a, "+4915123456780", "")
		if _, err := follow(t, a, []int64{simulated}, plivo.Queued); err != nil {
			t.Fatal(err)
		}
	})
	c.forward(time.Second)
	t.Run("account", func(t *testing.T) {
		a := running(t, live)
		watchedUntil(t, &c, a, simulated, func(m plivo.Message) bool { return m.Silence.Cause != "" })
		m := staysFor(t, &c, a, simulated, 5*time.Minute)
		if !forgotten(m) || m.Provider != (plivo.Provider{}) {
			t.Errorf("the message of the simulator: %+v", m)
		}
		asked.Range(func(path, _ any) bool { t.Errorf("%s was asked for", path); return true })
		sent, err := a.Send(within(t), app.SendRequest{Draft: plivo.Draft{From: "+14155550100", To: []string{"+4915123456789"}, Text: "hi", CallbackURL: "http://127.0.0.1:1"}})
		if err != nil {
			t.Fatal(err)
		}
		real = sent.IDs[0]
	})
	c.forward(time.Second)
	a := watched(t, &c, app.Options{HistoryPath: history})
	if m := staysFor(t, &c, a, real, 5*time.Minute); m.Silence.Cause == "" || m.Silence.Cause == plivo.Forgotten {
		t.Errorf("the message of the account: %+v", m)
	}
}
