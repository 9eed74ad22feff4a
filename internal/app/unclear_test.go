package app_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/config"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/api"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/store"
)

const (
	standInID   = "MASTANDIN00000000001"
	standInUUID = "5b40a428-bfc7-4daf-9d06-726c558bf3b8"
)

// standIn is an API that reads a send, and hangs up instead of answering it.
type standIn struct {
	url   string
	sends atomic.Int32
	mu    sync.Mutex
	lists []url.Values
	has   []string // destinations of the messages that it took all the same
}

func newStandIn(t *testing.T, has ...string) *standIn {
	t.Helper()
	s := &standIn{has: has}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			_, _ = io.ReadAll(r.Body)
			s.sends.Add(1)
			panic(http.ErrAbortHandler)
		}
		if !strings.HasSuffix(r.URL.Path, "/Message/") {
			http.NotFound(w, r) // the account, which is looked at once
			return
		}
		s.mu.Lock()
		s.lists = append(s.lists, r.URL.Query())
		s.mu.Unlock()
		var objects []string
		for i, to := range s.has {
			objects = append(objects, fmt.Sprintf(`{"message_uuid":"%s%d","message_state":"sent","message_direction":"outbound","from_number":"14155550100","to_number":%q}`,
				standInUUID[:35], i, to))
		}
		_, _ = io.WriteString(w, `{"api_id":"i","meta":{"limit":20,"offset":0,"next":null},"objects":[`+strings.Join(objects, ",")+`]}`)
	}))
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	s.url = server.URL
	return s
}

func (s *standIn) asked() []url.Values {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lists
}

func (s *standIn) options(path string) app.Options {
	return app.Options{
		Mode: app.Live, AuthID: standInID, AuthToken: config.NewSecret("a token"), APIURL: s.url,
		HistoryPath: path, Retries: 3,
	}
}

func TestUnclearSendIsAskedFor(t *testing.T) {
	t.Parallel()
	s := newStandIn(t, "14155550199")
	a := running(t, s.options(filepath.Join(t.TempDir(), "h.db")))
	began := time.Now()
	sent, err := a.Send(within(t), app.SendRequest{Draft: plivo.Draft{From: "+14155550100", To: []string{"+14155550199", "+14155550198"}, Text: "hi"}})
	var failed *api.Error
	if !errors.As(err, &failed) || !failed.Unclear || s.sends.Load() != 1 {
		t.Fatalf("%d sends, error %v", s.sends.Load(), err)
	}
	ms, err := a.MessagesByID(within(t), sent.IDs)
	if err != nil || len(ms) != 2 || !ms[0].Unclear || ms[0].Status != plivo.Sending || app.Clarified(ms) {
		t.Fatalf("%+v, %v", ms, err)
	}
	once := false
	err = a.Follow(within(t), sent.IDs, func(m plivo.Message) error {
		if n := len(s.asked()); n < 2 && m.Status == plivo.Failed {
			t.Errorf("after %d lists it is %s: %s", n, m.Status, m.Refusal)
		}
		once = once || m.Unclear && strings.Contains(m.Refusal, "may have been accepted") && strings.Contains(m.Refusal, "did not list it yet") &&
			strings.Contains(m.Refusal, "asked again at ")
		return nil
	}, func(now []plivo.Message) (bool, error) {
		ms = now
		return app.Clarified(now), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if !once {
		t.Error("it was not said that Plivo was asked once")
	}
	if m := ms[0]; m.UUID != standInUUID[:35]+"0" || m.Status != plivo.Queued || m.Refusal != "" {
		t.Errorf("the one that Plivo has: %+v", m)
	}
	if m := ms[1]; m.UUID != "" || m.Status != plivo.Failed || !strings.Contains(m.Refusal, "most likely not accepted") {
		t.Errorf("the one that it has not: %+v", m)
	}
	lists := s.asked()
	if len(lists) != 2 || s.sends.Load() != 1 {
		t.Fatalf("%d lists, %d sends: want two and one", len(lists), s.sends.Load())
	}
	after, err := time.Parse("2006-01-02 15:04:05.000000", lists[0].Get("message_time__gte"))
	if err != nil || after.After(began) || lists[0].Get("from_number") != "14155550100" {
		t.Errorf("the list asked for %v", lists[0])
	}
}

// TestUnclearSendBesideAnother: what Plivo lists while a second send to the number waits for its answer may be that
// one's. The unclear one is asked for again then.
func TestUnclearSendBesideAnother(t *testing.T) {
	t.Parallel()
	var sends, lists atomic.Int32
	listed := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			_, _ = io.WriteString(w, `{"api_id":"i","meta":{"next":null},"objects":[{"message_uuid":"`+standInUUID+`","message_state":"queued","from_number":"14155550100","to_number":"14155550199"}]}`)
			if lists.Add(1) == 1 {
				close(listed)
			}
			return
		}
		_, _ = io.ReadAll(r.Body)
		if sends.Add(1) == 1 {
			panic(http.ErrAbortHandler)
		}
		select {
		case <-listed:
		case <-r.Context().Done():
		}
		time.Sleep(100 * time.Millisecond) // the list is likely read by now; the other order ends the same
		w.WriteHeader(http.StatusAccepted)
		_, _ = io.WriteString(w, `{"api_id":"i","message":"message(s) queued","message_uuid":["`+standInUUID+`"]}`)
	}))
	t.Cleanup(server.Close)
	a := running(t, app.Options{
		Mode: app.Live, AuthID: standInID, AuthToken: config.NewSecret("a token"), APIURL: server.URL,
		HistoryPath: filepath.Join(t.TempDir(), "h.db"),
	})
	r := app.SendRequest{Draft: plivo.Draft{From: "+14155550100", To: []string{"+14155550199"}, Text: "hi"}}
	first, err := a.Send(within(t), r)
	if err == nil {
		t.Fatal("no error")
	}
	second, err := a.Send(within(t), r)
	if err != nil || second.UUIDs[0] != standInUUID {
		t.Fatalf("%+v, %v", second, err)
	}
	var ms []plivo.Message
	err = a.Follow(within(t), slices.Concat(first.IDs, second.IDs), func(plivo.Message) error { return nil }, func(now []plivo.Message) (bool, error) {
		ms = now
		return app.Clarified(now), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if m := ms[0]; m.UUID != "" || m.Status != plivo.Failed {
		t.Errorf("after %d lists the first is %+v", lists.Load(), m)
	}
	if m := ms[1]; m.UUID != standInUUID || m.Status != plivo.Queued {
		t.Errorf("the second is %+v", m)
	}
}

// TestUnclearSendIsProvedByACallback has the callback of the send come before Plivo is asked: it is not asked then.
func TestUnclearSendIsProvedByACallback(t *testing.T) {
	t.Parallel()
	s := newStandIn(t)
	a := running(t, s.options(filepath.Join(t.TempDir(), "h.db")))
	sent, err := a.Send(within(t), app.SendRequest{Draft: plivo.Draft{From: "+14155550100", To: []string{"+14155550199"}, Text: "hi"}})
	if err == nil {
		t.Fatal("no error")
	}
	postUnclear(t, a, "a token", url.Values{
		"MessageUUID": {standInUUID}, "From": {"14155550100"}, "To": {"14155550199"}, "Status": {"delivered"}, "Sequence": {"3"},
	})
	ms, err := follow(t, a, sent.IDs, plivo.Delivered)
	if err != nil || ms[0].UUID != standInUUID || ms[0].Text != "hi" {
		t.Fatalf("%+v, %v", ms, err)
	}
	if n := a.Status().Totals.Messages; n > 1 {
		t.Errorf("%d messages", n)
	}
}

// TestUnclearSendOfAnEarlierRun is asked for at the next start. A history of another name may be of several
// accounts: what this one has not may be another's.
func TestUnclearSendOfAnEarlierRun(t *testing.T) {
	t.Parallel()
	for name, own := range map[string]bool{standInID + ".db": true, "other.db": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStandIn(t)
			path := filepath.Join(t.TempDir(), name)
			first, err := app.Open(within(t), s.options(path))
			if err != nil {
				t.Fatal(err)
			}
			sent, err := first.Send(within(t), app.SendRequest{Draft: plivo.Draft{From: "+14155550100", To: []string{"+14155550199"}, Text: "hi"}})
			if err == nil {
				t.Error("no error")
			}
			if err := first.Close(); err != nil { // before it could ask
				t.Fatal(err)
			}
			a := running(t, s.options(path))
			wake, stop := a.Subscribe()
			defer stop()
			for len(a.Status().Notices) == 0 {
				select {
				case <-wake:
				case <-within(t).Done():
					t.Fatal("nothing was said")
				}
			}
			ms, err := a.MessagesByID(within(t), sent.IDs)
			if err != nil || len(ms) != 1 || ms[0].Unclear == own {
				t.Errorf("%+v, %v", ms, err)
			}
		})
	}
}

// TestUnclearSendToAnEarlierSimulator is over: the simulator forgot it.
func TestUnclearSendToAnEarlierSimulator(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "h.db")
	s, err := store.Open(within(t), store.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	ids, err := s.BeginSend(within(t), []plivo.Message{{From: "+14155550100", To: "+14155550199", CreatedAt: time.Now().Add(-time.Hour)}})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil { // the program is killed before the answer
		t.Fatal(err)
	}
	a := running(t, app.Options{Mode: app.Simulator, HistoryPath: path})
	var last plivo.Message
	err = a.Follow(within(t), ids, func(plivo.Message) error { return nil }, func(ms []plivo.Message) (bool, error) {
		last = ms[0]
		return last.Status == plivo.Failed, nil
	})
	if err != nil || last.Unclear || !strings.Contains(last.Refusal, "simulator") {
		t.Errorf("%+v, %v", last, err)
	}
}

// postUnclear posts a delivery report to the callback URL of an app, signed with V3.
func postUnclear(t *testing.T, a *app.App, token string, form url.Values) {
	t.Helper()
	const nonce = "05429567804466091622"
	var params []signature.Param
	for name, values := range form {
		params = append(params, signature.Param{Name: name, Value: values[0]})
	}
	signed, err := signature.Sign(signature.NewToken("", token), signature.V3, "POST", a.CallbackURL(), nonce, params)
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, a.CallbackURL(), strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set(signature.V3.Header(), signed)
	request.Header.Set(signature.V3.NonceHeader(), nonce)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Fatalf("the callback was answered with %d", response.StatusCode)
	}
}
