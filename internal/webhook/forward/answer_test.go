package forward_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/forward"
)

// serving is a callback server whose answers come from the application at to.
func serving(t *testing.T, s *store.Store, to string, policy webhook.Policy) (*running, *httptest.Server) {
	t.Helper()
	first := route(t, to)
	first.Answers = true
	r := runWith(t, s, []forward.Route{first}, nil, 300*time.Millisecond)
	server, err := webhook.New(webhook.Config{
		PublicURLs: []string{"https://public.example"}, Tokens: []signature.Token{token}, Recorder: s, Answerer: r.Answer, OnInvalid: policy,
	})
	if err != nil {
		t.Fatal(err)
	}
	at := httptest.NewServer(server.Handler())
	t.Cleanup(at.Close)
	return r, at
}

func post(t *testing.T, at *httptest.Server, c *webhook.Callback) (status int, contentType, body string) {
	t.Helper()
	req, err := http.NewRequest("POST", at.URL+"/sms/delivery-report?env=dev", bytes.NewReader(c.Body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header = c.Header
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, resp.Header.Get("Content-Type"), string(b)
}

// TestAnswer makes the application's answer the answer to Plivo: it is passed on as it is, or 504 stands for
// it. Each callback is sent once, and the history has what was answered.
func TestAnswer(t *testing.T) {
	t.Parallel()
	s := history(t)
	answers := map[string]func(w http.ResponseWriter, r *http.Request){
		"xml": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/xml")
			_, _ = w.Write([]byte("<Response/>"))
		},
		"none":   func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) },
		"fails":  func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "it broke", 500) },
		"hidden": func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusForbidden) },
		"slow":   func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"huge":   func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 1<<20)) },
		"half": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			_, _ = w.Write([]byte("half"))
		},
	}
	a := app(t, "", func(w http.ResponseWriter, r *http.Request, _ int, g got) { answers[g.uuid](w, r) })
	r, at := serving(t, s, a.URL, webhook.Accept)
	want := map[string]int{}
	for _, c := range []struct {
		uuid   string
		status int
		typ    string
		body   string
	}{
		{"xml", 200, "application/xml", "<Response/>"},
		{"none", 204, "", ""},
		{"fails", 500, "text/plain; charset=utf-8", "it broke\n"},
		{"hidden", 403, "text/plain; charset=utf-8", "no\n"},
		{"slow", 504, "text/plain; charset=utf-8", "The app did not answer in time, or not as HTTP wants it.\n"},
		{"huge", 504, "text/plain; charset=utf-8", "The app did not answer in time, or not as HTTP wants it.\n"},
		{"half", 504, "text/plain; charset=utf-8", "The app did not answer in time, or not as HTTP wants it.\n"},
	} {
		status, typ, body := post(t, at, callback(c.uuid, 1))
		if status != c.status || typ != c.typ || body != c.body {
			t.Errorf("%s: answered %d %q %q", c.uuid, status, typ, body)
		}
		want[c.uuid] = c.status
	}
	st := r.until("all are counted", func(s forward.Stats) bool { return s.Came == 7 && s.Waiting == 0 })
	if st.Forwarded != 4 || st.Unanswered != 3 || st.Refused != 2 || st.InFlight != 0 {
		t.Errorf("%+v", st)
	}
	r.stop()
	cs, err := s.Callbacks(t.Context(), store.Window{})
	if err != nil || len(cs) != 7 {
		t.Fatalf("%d callbacks, %v", len(cs), err)
	}
	for _, c := range cs {
		if uuid := c.Report.MessageUUID(); c.Answer.Status != want[uuid] || c.Answer.At.IsZero() {
			t.Errorf("%s was answered %+v as the history has it", uuid, c.Answer)
		}
	}
	if n := len(a.all()); n != 7 {
		t.Errorf("%d requests", n)
	}
}

// TestAnswerOfNobody is what is answered while the application is not there, or forwarding is paused.
func TestAnswerOfNobody(t *testing.T) {
	t.Parallel()
	s := history(t)
	r, at := serving(t, s, "http://"+nowhere(t), webhook.Accept)
	if status, _, _ := post(t, at, callback("m", 1)); status != 504 {
		t.Errorf("answered %d", status)
	}
	r.Pause(true)
	if status, _, body := post(t, at, callback("m", 2)); status != 504 || !strings.Contains(body, "paused") {
		t.Errorf("answered %d %q", status, body)
	}
	st := r.until("both are counted", func(s forward.Stats) bool { return s.Came == 2 && s.Waiting == 0 })
	if st.Unanswered != 2 || st.Health.State != forward.Down {
		t.Errorf("%+v", st)
	}
}

// TestAnswerStaysRefused keeps the server's own refusal; the application gets the callback all the same.
func TestAnswerStaysRefused(t *testing.T) {
	t.Parallel()
	s, a := history(t), app(t, "", nil)
	r, at := serving(t, s, a.URL, webhook.Reject)
	if status, _, _ := post(t, at, unsigned(callback("m", 1))); status != 400 {
		t.Errorf("answered %d", status)
	}
	r.forwarded(1)
	if all := a.all(); len(all) != 1 || all[0].outcome != signature.Missing {
		t.Errorf("%+v", all)
	}
}
