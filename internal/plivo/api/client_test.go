package api_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/api"
)

const (
	authID    = "MATESTACCOUNT0000001"
	authToken = "a-token-that-must-never-show"
	someUUID  = "5b40a428-bfc7-4daf-9d06-726c558bf3b8"
	otherUUID = "3f2b0c1e-5b40-4a28-bfc7-9d06726c558b"
)

func newClient(t *testing.T, baseURL string, change func(*api.Config)) *api.Client {
	t.Helper()
	config := api.Config{AuthID: authID, AuthToken: authToken, BaseURL: baseURL}
	if change != nil {
		change(&config)
	}
	c, err := api.New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// limit is what nothing here may take.
const limit = time.Minute

// serve answers every request with handler.
func serve(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(func() { stop(server) })
	return server.URL
}

// stop ends a server without waiting for its clients: Close alone waits for their connections.
func stop(server *httptest.Server) {
	server.CloseClientConnections()
	server.Close()
}

// answering serves one fixed answer.
func answering(t *testing.T, status int, contentType, body string) string {
	t.Helper()
	return serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	})
}

func draft(to ...string) plivo.Draft {
	return plivo.Draft{From: "+14155550100", To: to, Text: "hello", CallbackURL: "http://127.0.0.1:4141/sms/delivery-report?a=b", Method: "GET"}
}

func apiError(t *testing.T, err error) *api.Error {
	t.Helper()
	var e *api.Error
	if !errors.As(err, &e) {
		t.Fatalf("error is %T (%v), want *api.Error", err, err)
	}
	if strings.Contains(e.Error(), authToken) {
		t.Errorf("the error shows the token: %v", e)
	}
	return e
}

func TestSendOverTheWire(t *testing.T) {
	var got *http.Request
	var body map[string]any
	base := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = r
		_ = json.NewDecoder(r.Body).Decode(&body)
		w.WriteHeader(http.StatusAccepted)
		_, _ = io.WriteString(w, `{"api_id":"id-1","message":"message(s) queued","message_uuid":["u1","u2"],"invalid_number":["x"]}`)
	})
	c := newClient(t, base+"/", func(c *api.Config) { c.UserAgent = "plivoscope/1" })
	a, err := c.Send(t.Context(), draft("+14155550123", "+14155550124", "x"), http.Header{"x-plivoscope-fate": {"failed"}})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"src": "+14155550100", "dst": "+14155550123<+14155550124<x", "text": "hello", "type": "sms",
		"url": "http://127.0.0.1:4141/sms/delivery-report?a=b", "method": "GET",
	}
	if diff := cmp.Diff(want, body); diff != "" {
		t.Errorf("request body (-want +got):\n%s", diff)
	}
	if got.Method != "POST" || got.URL.Path != "/v1/Account/"+authID+"/Message/" {
		t.Errorf("request is %s %s", got.Method, got.URL.Path)
	}
	if id, token, _ := got.BasicAuth(); id != authID || token != authToken {
		t.Errorf("credentials are %q, %q", id, token)
	}
	if fate := got.Header.Get("X-Plivoscope-Fate"); fate != "failed" {
		t.Errorf("extra header is %q", fate)
	}
	if agent := got.UserAgent(); !strings.HasPrefix(agent, "plivoscope/1 plivo-go/7.60.2") {
		t.Errorf("User-Agent is %q", agent)
	}
	wantAccepted := api.Accepted{APIID: "id-1", Message: "message(s) queued", UUIDs: []string{"u1", "u2"}, Invalid: []string{"x"}, Status: 202}
	if diff := cmp.Diff(wantAccepted, a); diff != "" {
		t.Errorf("accepted (-want +got):\n%s", diff)
	}
}

func TestSendWithoutCallbackNamesNoMethod(t *testing.T) {
	var body map[string]any
	base := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_ = json.NewDecoder(r.Body).Decode(&body)
		w.WriteHeader(http.StatusAccepted)
		_, _ = io.WriteString(w, `{"message_uuid":["u1"]}`)
	})
	if _, err := newClient(t, base, nil).Send(t.Context(), plivo.Draft{From: "+14155550100", To: []string{"+14155550123"}, Text: "x", Method: "POST"}, nil); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"url", "method"} {
		if v, ok := body[name]; ok {
			t.Errorf("%s is %v, want it left out", name, v)
		}
	}
}

func TestAcceptedAnswers(t *testing.T) {
	tests := []struct {
		name, body string
		to         []string
		want       api.Accepted
		doubt      bool
	}{
		{
			name: "one UUID as a plain string", body: `{"api_id":"i","message_uuid":"u1"}`, to: []string{"1"},
			want: api.Accepted{APIID: "i", UUIDs: []string{"u1"}},
		},
		{
			name: "all numbers invalid", body: `{"message_uuid":[],"invalid_number":["a","b"]}`, to: []string{"a", "b"},
			want: api.Accepted{Invalid: []string{"a", "b"}},
		},
		{
			name: "fewer UUIDs than destinations", body: `{"message_uuid":["u1"]}`, to: []string{"1", "2"},
			want: api.Accepted{UUIDs: []string{"u1"}}, doubt: true,
		},
		{
			name: "a destination given twice", body: `{"message_uuid":["u1"]}`, to: []string{"1", "1"},
			want: api.Accepted{UUIDs: []string{"u1"}},
		},
		{
			name: "an api_id that is a number", body: `{"api_id":7,"message_uuid":["u1"],"new_field":{"x":1}}`, to: []string{"1"},
			want: api.Accepted{APIID: "7", UUIDs: []string{"u1"}},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a, err := newClient(t, answering(t, 202, "application/json", test.body), nil).Send(t.Context(), draft(test.to...), nil)
			if err != nil {
				t.Fatal(err)
			}
			if (a.Doubt != "") != test.doubt {
				t.Errorf("doubt is %q, want one: %v", a.Doubt, test.doubt)
			}
			a.Doubt, test.want.Status = "", 202
			if diff := cmp.Diff(test.want, a); diff != "" {
				t.Errorf("accepted (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNewNeedsCredentialsAndAnAddress(t *testing.T) {
	t.Setenv("PLIVO_AUTH_ID", "MAFROMENVIRONMENT001")
	t.Setenv("PLIVO_AUTH_TOKEN", "from-the-environment")
	for name, config := range map[string]api.Config{
		"no auth id":         {AuthToken: authToken},
		"no auth token":      {AuthID: authID},
		"a path as auth id":  {AuthID: "MA/../SA", AuthToken: authToken},
		"a space in auth id": {AuthID: authID + " ", AuthToken: authToken},
		"no URL":             {AuthID: authID, AuthToken: authToken, BaseURL: "api.plivo.com"},
		"another scheme":     {AuthID: authID, AuthToken: authToken, BaseURL: "ftp://api.plivo.com"},
		"a path":             {AuthID: authID, AuthToken: authToken, BaseURL: "https://api.plivo.com/v1"},
		"a port":             {AuthID: authID, AuthToken: authToken, BaseURL: "https://api.plivo.com:65536"},
		"a password":         {AuthID: authID, AuthToken: authToken, BaseURL: "https://a:" + authToken + "@api.plivo.com"},
	} {
		if _, err := api.New(config); err == nil {
			t.Errorf("%s: no error", name)
		} else if strings.Contains(err.Error(), authToken) {
			t.Errorf("%s: the error shows the token: %v", name, err)
		}
	}
}

func TestTokenNeverShows(t *testing.T) {
	c := newClient(t, "", nil)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		for _, v := range []any{c, *c} {
			if said := fmt.Sprintf(verb, v); strings.Contains(said, authToken) || strings.Contains(said, fmt.Sprintf("%x", authToken)) {
				t.Errorf("%s shows the token: %s", verb, said)
			}
		}
	}
	if !strings.Contains(c.String(), authID) || !strings.Contains(c.String(), "https://api.plivo.com") {
		t.Errorf("String is %q", c)
	}
}

// TestConnectionIsUsedAgain shows that bodies are closed: else each call would need its own connection.
func TestConnectionIsUsedAgain(t *testing.T) {
	var conns atomic.Int32
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(500)
		_, _ = io.WriteString(w, `{"error":"x"}`)
	}))
	server.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			conns.Add(1)
		}
	}
	server.Start()
	defer stop(server)
	c := newClient(t, server.URL, nil)
	for range 20 {
		if _, err := c.Send(t.Context(), draft("1"), nil); err == nil {
			t.Fatal("no error")
		}
	}
	if n := conns.Load(); n != 1 {
		t.Errorf("20 calls in a row used %d connections, want 1", n)
	}
}

func TestCallsAtOnceKeepApart(t *testing.T) {
	base := serve(t, func(w http.ResponseWriter, r *http.Request) {
		fate := r.Header.Get("X-Plivoscope-Fate")
		if strings.HasSuffix(fate, "3") {
			w.WriteHeader(429)
			return
		}
		w.WriteHeader(202)
		_, _ = io.WriteString(w, `{"message_uuid":["`+fate+`"]}`)
	})
	c := newClient(t, base, nil)
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			name := fmt.Sprint(i)
			a, err := c.Send(t.Context(), draft("1"), http.Header{"X-Plivoscope-Fate": {name}})
			if strings.HasSuffix(name, "3") {
				if err == nil || apiError(t, err).Kind != api.RateLimited {
					t.Errorf("call %s: error is %v", name, err)
				}
			} else if err != nil || len(a.UUIDs) != 1 || a.UUIDs[0] != name {
				t.Errorf("call %s: accepted %v, error %v", name, a.UUIDs, err)
			}
		})
	}
	wg.Wait()
}

func TestNothingIsPrinted(t *testing.T) {
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	printed := make(chan []byte, 1)
	go func() { // beside: a full pipe would hold up whoever prints
		said, _ := io.ReadAll(read)
		printed <- said
	}()
	stdout := os.Stdout
	os.Stdout = write
	func() {
		defer func() { os.Stdout = stdout }()
		for _, status := range []int{200, 202, 401, 404, 500} {
			for _, body := range []string{"", "{}", "<html>", `{"error":"x"}`} {
				c := newClient(t, answering(t, status, "", body), nil)
				_, _ = c.Send(t.Context(), draft("1"), nil)
				_, _ = c.Message(t.Context(), someUUID)
			}
		}
	}()
	_ = write.Close()
	select {
	case said := <-printed:
		if len(said) > 0 {
			t.Errorf("printed %q", said)
		}
	case <-time.After(limit):
		t.Error("something still holds standard output")
	}
}
