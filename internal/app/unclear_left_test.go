package app_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/config"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/store"
)

// leftUnclear makes a history of the stand-in's account in which an earlier run left a send to a number unclear,
// that long ago, and gives its path and the ID of the row.
func leftUnclear(t *testing.T, ago time.Duration) (path string, id int64) {
	t.Helper()
	path = filepath.Join(t.TempDir(), standInID+".db")
	s, err := store.Open(within(t), store.Options{Path: path, Now: func() time.Time { return time.Now().Add(-ago) }})
	if err != nil {
		t.Fatal(err)
	}
	ids, err := s.BeginSend(within(t), []plivo.Message{{From: "+14155550100", To: "+14155550199"}})
	if err == nil {
		err = s.FinishSend(within(t), []store.SendOutcome{{ID: ids[0], Unclear: true, Refusal: "The answer was cut."}})
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return path, ids[0]
}

// TestUnclearSendIsNotALaterMessage has somebody send to the numbers of an unclear send hours later, from the
// console: that is none of it, however often it is asked for.
func TestUnclearSendIsNotALaterMessage(t *testing.T) {
	t.Parallel()
	later := time.Now().Add(-3 * time.Hour)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "/Message/") {
			http.NotFound(w, r)
			return
		}
		objects := ""
		if before := r.URL.Query().Get("message_time__lt"); before >= later.UTC().Format("2006-01-02 15:04:05.000000") {
			objects = `{"message_uuid":"` + standInUUID + `","message_state":"sent","message_direction":"outbound","from_number":"14155550100","to_number":"14155550199"}`
		}
		_, _ = fmt.Fprintf(w, `{"api_id":"i","meta":{"limit":20,"offset":0,"next":null},"objects":[%s]}`, objects)
	}))
	t.Cleanup(server.Close)
	path, id := leftUnclear(t, 5*time.Hour)
	a := running(t, app.Options{Mode: app.Live, AuthID: standInID, AuthToken: config.NewSecret("a token"), APIURL: server.URL, HistoryPath: path})
	var ms []plivo.Message
	err := a.Follow(within(t), []int64{id}, func(plivo.Message) error { return nil }, func(now []plivo.Message) (bool, error) {
		ms = now
		return app.Clarified(now), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if m := ms[0]; m.UUID != "" || m.Status != plivo.Failed {
		t.Errorf("it became %+v", m)
	}
}

// TestLastWordsOfAnUnclearSend has nobody ask any more for a send that stays unclear: its row does not promise it.
func TestLastWordsOfAnUnclearSend(t *testing.T) {
	t.Parallel()
	draft := app.SendRequest{Draft: plivo.Draft{From: "+14155550100", To: []string{"+14155550199"}, Text: "hi"}}
	says := func(t *testing.T, a *app.App, ids []int64, words string) {
		t.Helper()
		err := a.Follow(within(t), ids, func(plivo.Message) error { return nil }, func(ms []plivo.Message) (bool, error) {
			return strings.Contains(ms[0].Refusal, words), nil
		})
		if err != nil {
			t.Fatalf("%q is not said: %v", words, err)
		}
	}
	t.Run("asked twice", func(t *testing.T) {
		t.Parallel()
		s := newStandIn(t)
		path := filepath.Join(t.TempDir(), "of several accounts.db")
		first, err := app.Open(within(t), s.options(path))
		if err != nil {
			t.Fatal(err)
		}
		sent, _ := first.Send(within(t), draft)
		if err := first.Close(); err != nil {
			t.Fatal(err)
		}
		a := running(t, s.options(path))
		says(t, a, sent.IDs, "asked again at ")
		says(t, a, sent.IDs, "did not list it yet, which proves nothing; it is not asked again before the next start.")
	})
	t.Run("the program ends", func(t *testing.T) {
		t.Parallel()
		s := newStandIn(t)
		path := filepath.Join(t.TempDir(), "h.db")
		a, err := app.Open(within(t), s.options(path))
		if err != nil {
			t.Fatal(err)
		}
		sent, _ := a.Send(within(t), draft)
		says(t, a, sent.IDs, "asked again at "+time.Now().Local().Format("2006-01-02 "))
		if err := a.Close(); err != nil {
			t.Fatal(err)
		}
		h, err := store.Open(within(t), store.Options{Path: path})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = h.Close() }()
		ms, err := h.MessagesByID(within(t), sent.IDs)
		if err != nil || len(ms) != 1 || !ms[0].Unclear || !strings.HasSuffix(ms[0].Refusal, "it is not asked again before the next start.") {
			t.Errorf("%+v, %v", ms, err)
		}
	})
}

// TestSendOfAnEarlierRunIsAskedForSooner holds that its age is taken off the pause, and no clock that was put back
// makes that longer.
func TestSendOfAnEarlierRunIsAskedForSooner(t *testing.T) {
	for gone, want := range map[time.Duration]time.Duration{
		0: 10 * time.Second, 4 * time.Second: 6 * time.Second, time.Hour: 0, -time.Hour: 10 * time.Second,
	} {
		if got := app.RestOf(10*time.Second, gone); got != want {
			t.Errorf("%s after the send it is asked for in %s, want %s", gone, got, want)
		}
	}
}
