package app_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/simulator"
	"dev.internal/plivoscope/internal/plivo/simulator/control"
)

// never posts nothing of a message but that it is queued.
var never = simulator.Pace{Queued: 0, Sent: 24 * time.Hour, Final: 24 * time.Hour}

func forgotten(m plivo.Message) bool { return m.Silence.Cause == plivo.Forgotten }

// TestWatchOfAnEarlierSimulator asks no simulator about messages of an earlier one, which are gone with it, and says so;
// also where it is asked by hand, beside a server that cannot tell since when it runs.
func TestWatchOfAnEarlierSimulator(t *testing.T) {
	t.Parallel()
	var c clock
	o := app.Options{HistoryPath: filepath.Join(t.TempDir(), "a.db"), Metrics: "127.0.0.1:0"}
	var id, byHand, unverified int64
	t.Run("before", func(t *testing.T) {
		a := watched(t, &c, o)
		unverified = sendOne(t, a, "+15005550005", "")
		eventually(t, "its callbacks came", func() bool {
			ms, err := a.MessagesByID(within(t), []int64{unverified})
			return err == nil && len(ms) == 1 && ms[0].Status == plivo.Delivered
		})
		id, byHand = sendOne(t, a, "+4915123456789", "sent"), sendOne(t, a, "+4915123456780", "sent")
		if _, err := follow(t, a, []int64{id, byHand}, plivo.Sent); err != nil {
			t.Fatal(err)
		}
	})
	c.forward(time.Second)
	a := watched(t, &c, o)
	m := watchedUntil(t, &c, a, id, func(m plivo.Message) bool { return m.Silence.Cause != "" })
	m = watchedUntil(t, &c, a, id, func(plivo.Message) bool { return c.now().Sub(m.Silence.At) > 6*time.Minute })
	if _, long := m.SilenceWords(time.UTC); !forgotten(m) || !m.Silent() || !m.Provider.AskedAt.IsZero() || m.Provider.Problem != "" ||
		long != "No final report yet: its simulator has ended or was reset, and has forgotten it: nothing more will come." {
		t.Errorf("it says %q of %+v", long, m)
	}
	if n := scraped(t, a)("api_failures_total"); n > 0 {
		t.Errorf("%v questions failed", n)
	}
	m = watchedUntil(t, &c, a, unverified, func(m plivo.Message) bool { return m.Silence.Cause != "" })
	if !m.Unverified || m.Silence.Cause != plivo.NotVerified || !m.Provider.AskedAt.IsZero() {
		t.Errorf("of one whose callbacks do not verify it says %q: %+v", m.Silence.Words(time.UTC), m)
	}
	ask := func(r *app.Reconciler) (one app.Reconciled, sum app.ReconcileSummary) {
		t.Helper()
		sum, err := r.Run(within(t), app.ReconcilePlan{IDs: []int64{byHand}}, func(r app.Reconciled) error { one = r; return nil })
		if err != nil {
			t.Fatal(err)
		}
		return one, sum
	}
	one, sum := ask(a.Reconciler())
	if sum.Unknown != 1 || sum.Failed != 0 || !forgotten(one.Message) || one.Err == nil || strings.Contains(one.Err.Error(), "account") {
		t.Errorf("asked by hand: %+v, %v, %+v", sum, one.Err, one.Message)
	}
	var r *app.Reconciler
	eventually(t, "the lease is renewed", func() (ok bool) {
		var err error
		r, err = app.OpenReconciler(within(t), app.Options{Mode: app.Simulator, HistoryPath: o.HistoryPath, Now: c.now})
		return err == nil
	})
	defer r.Close()
	one, sum = ask(r)
	if said := one.Message.Provider.Problem; sum.Unknown != 1 || !forgotten(one.Message) || !strings.HasPrefix(said, "its simulator has ended") {
		t.Errorf("asked beside it: %+v, %v, %+v", sum, one.Err, one.Message)
	}
}

// TestWatchOfASimulatorThatWasReset asks once about what the simulator has forgotten.
func TestWatchOfASimulatorThatWasReset(t *testing.T) {
	t.Parallel()
	var c clock
	a := watched(t, &c, app.Options{Pace: never})
	id := sendOne(t, a, "+4915123456789", "")
	if _, err := follow(t, a, []int64{id}, plivo.Queued); err != nil {
		t.Fatal(err)
	}
	client, err := control.New(a.Status().APIURL)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if _, err := client.Call(within(t), "POST", "reset", nil); err != nil {
		t.Fatal(err)
	}
	m := watchedUntil(t, &c, a, id, forgotten)
	m = watchedUntil(t, &c, a, id, func(plivo.Message) bool { return c.now().Sub(m.Silence.At) > 6*time.Minute })
	if !forgotten(m) || m.Provider.Asked != 1 || strings.Contains(m.Provider.Problem, "account") {
		t.Errorf("it is %+v", m)
	}
}
