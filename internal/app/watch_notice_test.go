package app_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/config"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/simulator"
)

// TestWatchTellsOfSilenceOnce tells of messages that fell silent since the last start and while nothing ran, and not
// again of those that an earlier run told of.
func TestWatchTellsOfSilenceOnce(t *testing.T) {
	t.Parallel()
	var c clock
	sim, simURL := provider(t, simulator.Options{Fate: "none"})
	o := app.Options{
		Mode: app.Live, AuthID: sim.AuthID(), AuthToken: config.NewSecret(sim.AuthToken()), APIURL: simURL, Now: c.now,
		HistoryPath: filepath.Join(t.TempDir(), "a.db"),
	}
	told := func(t *testing.T, a *app.App, want ...string) {
		t.Helper()
		var all []string
		for _, n := range a.Status().Notices {
			if _, of, found := strings.Cut(n.Text, "Callbacks are missed now of "); found {
				of, _, _ = strings.Cut(of, ":")
				all = append(all, of)
			}
		}
		if fmt.Sprint(all) != fmt.Sprint(want) {
			t.Errorf("it was told of %v, want %v", all, want)
		}
	}
	missed := func(a *app.App, n int) func(plivo.Message) bool {
		return func(plivo.Message) bool { return a.Status().Watch.Silent == n }
	}
	var id int64
	t.Run("first", func(t *testing.T) {
		a := running(t, o)
		id = sendOne(t, a, "+4915123456789", "")
		watchedUntil(t, &c, a, id, missed(a, 1))
		told(t, a, "1 message")
		sendOne(t, a, "+4915123456780", "")
		sendOne(t, a, "+4915123456781", "")
	})
	c.forward(10 * time.Minute)
	t.Run("fell silent meanwhile", func(t *testing.T) {
		a := running(t, o)
		watchedUntil(t, &c, a, id, missed(a, 3))
		told(t, a, "3 messages")
	})
	t.Run("told before", func(t *testing.T) {
		a := running(t, o)
		watchedUntil(t, &c, a, id, missed(a, 3))
		told(t, a)
		another := sendOne(t, a, "+4915123456782", "")
		watchedUntil(t, &c, a, another, missed(a, 4))
		told(t, a, "4 messages")
	})
}
