package app_test

import (
	"database/sql"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/config"
	"dev.internal/plivoscope/internal/plivo"
)

// apiThat answers each send with status and body after it was played.
func apiThat(t *testing.T, play func(), status int, body string) app.Options {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			http.NotFound(w, r)
			return
		}
		_, _ = io.ReadAll(r.Body)
		play()
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	return app.Options{
		Mode: app.Live, AuthID: standInID, AuthToken: config.NewSecret("a token"), APIURL: server.URL,
		HistoryPath: filepath.Join(t.TempDir(), "h.db"),
	}
}

// unwritable makes the history refuse every change of a message.
func unwritable(t *testing.T, path string) {
	db, err := sql.Open("sqlite", "file:"+path+"?_busy_timeout=5000")
	if err != nil {
		t.Error(err)
		return
	}
	defer func() { _ = db.Close() }()
	if _, err := db.Exec("CREATE TRIGGER broken BEFORE UPDATE ON messages BEGIN SELECT raise(ABORT, 'broken'); END"); err != nil {
		t.Error(err)
	}
}

// TestAnswerThatTheHistoryDoesNotTake has the history break while Plivo answers: what it said is not lost.
func TestAnswerThatTheHistoryDoesNotTake(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status int
		body   string
		uuid   string
		taken  bool
		says   []string
	}{
		"accepted": {202, `{"api_id":"i","message_uuid":["` + standInUUID + `"]}`, standInUUID, true, []string{standInUUID + " to +14155550199", "do not send it again"}},
		"invalid":  {202, `{"api_id":"i","message_uuid":[],"invalid_number":["14155550199"]}`, "", false, []string{"took none"}},
		"refused":  {400, `{"error":"no"}`, "", false, []string{"refused", "lacks this answer"}},
		"unclear":  {502, `<html>`, "", true, []string{"may have been accepted", "lacks this answer"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var path string
			o := apiThat(t, func() { unwritable(t, path) }, test.status, test.body)
			path = o.HistoryPath
			a := running(t, o)
			sent, err := a.Send(within(t), app.SendRequest{Draft: plivo.Draft{From: "+14155550100", To: []string{"+14155550199"}, Text: "hi"}})
			var unnoted *app.UnnotedError
			if !errors.As(err, &unnoted) || len(sent.IDs) != 1 || len(sent.UUIDs) != 1 || sent.UUIDs[0] != test.uuid {
				t.Fatalf("%+v, %v", sent, err)
			}
			m := unnoted.Messages[0]
			if unnoted.Taken() != test.taken || m.ID != sent.IDs[0] || m.UUID != test.uuid || m.To != "+14155550199" || (m.Status == plivo.Failed) == test.taken {
				t.Errorf("%v: %+v", unnoted.Taken(), m)
			}
			for _, words := range append(test.says, "broken") {
				if !strings.Contains(err.Error(), words) {
					t.Errorf("%q is not in: %v", words, err)
				}
			}
		})
	}
}

// TestSendGivesSignsOfLife has a send wait for its answer until its row shows one.
func TestSendGivesSignsOfLife(t *testing.T) {
	t.Parallel()
	beaten := make(chan struct{})
	a := running(t, apiThat(t, func() {
		select {
		case <-beaten:
		case <-time.After(20 * time.Second):
		}
	}, 202, `{"api_id":"i","message_uuid":["`+standInUUID+`"]}`))
	app.QuickenSends(a, 20*time.Millisecond)
	wake, stop := a.Subscribe()
	defer stop()
	ended := make(chan error, 1)
	go func() {
		_, err := a.Send(within(t), app.SendRequest{Draft: plivo.Draft{From: "+14155550100", To: []string{"+14155550199"}, Text: "hi"}})
		ended <- err
	}()
	for {
		ms, err := a.MessagesByID(within(t), []int64{1})
		if err != nil {
			t.Fatal(err)
		}
		if len(ms) == 1 && ms[0].Status == plivo.Sending && ms[0].UpdatedAt.After(ms[0].CreatedAt) {
			break
		}
		select {
		case <-wake:
		case <-within(t).Done():
			t.Fatal("no sign of life")
		}
	}
	close(beaten)
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// TestSendThatReachesNobody is no refusal of the API's.
func TestSendThatReachesNobody(t *testing.T) {
	t.Parallel()
	o := apiThat(t, func() {}, 500, "")
	gone := httptest.NewServer(http.NotFoundHandler())
	o.APIURL = gone.URL
	gone.Close()
	a := running(t, o)
	sent, err := a.Send(within(t), app.SendRequest{Draft: plivo.Draft{From: "+14155550100", To: []string{"+14155550199"}, Text: "hi"}})
	if err == nil {
		t.Fatal("no error")
	}
	ms, err := a.MessagesByID(within(t), sent.IDs)
	if err != nil || ms[0].Status != plivo.Failed || !ms[0].NotTaken || ms[0].Unclear || !strings.Contains(ms[0].Refusal, "connection") {
		t.Errorf("%+v, %v", ms, err)
	}
}
