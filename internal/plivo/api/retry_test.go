package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/api"
)

// told collects what a client says.
type told struct {
	mu  sync.Mutex
	all []string
}

func (s *told) add(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = append(s.all, text)
}

func (s *told) list() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all
}

// again is a client that tries so many times again, with short pauses.
func again(t *testing.T, base string, times int, said *told) *api.Client {
	t.Helper()
	return newClient(t, base, func(c *api.Config) {
		c.Retry = api.Retry{Times: times, First: time.Millisecond}
		c.Told = said.add
	})
}

const accepted = `{"api_id":"i","message":"message(s) queued","message_uuid":["` + someUUID + `"]}`

// inTurn answers the first requests with these answers, and all others as accepted; it counts them.
func inTurn(t *testing.T, count *atomic.Int32, answers ...http.HandlerFunc) string {
	t.Helper()
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadAll(r.Body)
		if n := int(count.Add(1)); n <= len(answers) {
			answers[n-1](w, r)
			return
		}
		w.WriteHeader(http.StatusAccepted)
		_, _ = io.WriteString(w, accepted)
	})
}

func status(code int, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(code)
		_, _ = io.WriteString(w, body)
	}
}

func TestTriedAgainWhereNothingCanBeAccepted(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"429":                        status(429, `{"error":"too many requests"}`),
		"429 without a body":         status(429, ""),
		"503 without a body":         status(503, ""),
		"503 in the API's own words": status(503, `{"api_id":"i","error":"service unavailable"}`),
	} {
		t.Run(name, func(t *testing.T) {
			var count atomic.Int32
			var said told
			c := again(t, inTurn(t, &count, answer, answer), 4, &said)
			a, err := c.Send(t.Context(), draft("1"), nil)
			if err != nil || len(a.UUIDs) != 1 {
				t.Fatalf("accepted %v, error %v", a, err)
			}
			if n := count.Load(); n != 3 {
				t.Errorf("%d requests, want 3", n)
			}
			if s := c.Stats(); s.Retries != 2 || s.Calls != 3 || len(s.Failures) != 0 {
				t.Errorf("stats %+v", s)
			}
			if all := said.list(); len(all) != 2 || !strings.Contains(all[0], "trying again in ") || !strings.Contains(all[1], "2 of 4") {
				t.Errorf("said %q", all)
			}
		})
	}
}

func TestNeverTriedAgain(t *testing.T) {
	cut := func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	half := status(202, `{"message_uuid":["u1"`, "Content-Length", "100")
	for name, c := range map[string]struct {
		answer  http.HandlerFunc
		unclear bool
	}{
		"cut after it was read":    {cut, true},
		"half an answer":           {half, true},
		"an empty answer":          {status(202, ""), true},
		"HTML with 200":            {status(200, "<html>"), true},
		"500 without a body":       {status(500, ""), true},
		"502 of a gateway":         {status(502, "<html>"), true},
		"503 of a gateway":         {status(503, "<html>"), true},
		"504 of a gateway":         {status(504, "upstream request timeout"), true},
		"503 of a JSON gateway":    {status(503, `{"message":"Service Unavailable"}`), true},
		"503 of another":           {status(503, `{"error":"Service Unavailable","path":"/v1/"}`), false},
		"504 of a JSON gateway":    {status(504, `{"message":"The upstream server is timing out"}`), true},
		"500 in the API's words":   {status(500, `{"error":"internal server error"}`), false},
		"500 with the API's name":  {status(500, `{"api_id":"i","message":"internal server error"}`), false},
		"401":                      {status(401, "no such account"), false},
		"402, the balance is zero": {status(402, `{"error":"Insufficient Credit"}`), false},
		"403":                      {status(403, `{"error":"ip"}`), false},
		"400":                      {status(400, `{"error":"dst"}`), false},
	} {
		t.Run(name, func(t *testing.T) {
			var count atomic.Int32
			var said told
			client := again(t, inTurn(t, &count, c.answer), 4, &said)
			_, err := client.Send(t.Context(), draft("1"), nil)
			if e := apiError(t, err); e.Unclear != c.unclear || e.Tries > 1 {
				t.Errorf("error is %+v", e)
			}
			if n := count.Load(); n != 1 || client.Stats().Retries != 0 || len(said.list()) != 0 {
				t.Errorf("%d requests, stats %+v, said %q", n, client.Stats(), said.list())
			}
		})
	}
}

// TestOnceUnclearNeverAgain has a first try that is safe to repeat and a second that is not.
func TestOnceUnclearNeverAgain(t *testing.T) {
	var count atomic.Int32
	var said told
	c := again(t, inTurn(t, &count, status(429, ""), func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }), 4, &said)
	_, err := c.Send(t.Context(), draft("1"), nil)
	if e := apiError(t, err); !e.Unclear || e.Tries != 2 || count.Load() != 2 {
		t.Errorf("%d requests, error %+v", count.Load(), e)
	}
}

func TestRefusedConnectionThenUp(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := ln.Addr().String()
	_ = ln.Close()
	var count atomic.Int32
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		count.Add(1)
		status(202, accepted)(w, nil)
	}))
	_ = server.Listener.Close()
	var up sync.Once
	var startErr error
	c := newClient(t, "http://"+addr, func(c *api.Config) {
		c.Retry = api.Retry{Times: 5, First: time.Millisecond}
		c.Told = func(string) { // the first try has failed: now the server comes up
			up.Do(func() {
				if server.Listener, startErr = net.Listen("tcp", addr); startErr == nil {
					server.Start()
				}
			})
		}
	})
	a, err := c.Send(t.Context(), draft("1"), nil)
	if startErr != nil {
		t.Skipf("the port was taken by another: %v", startErr)
	}
	defer stop(server)
	if err != nil || len(a.UUIDs) != 1 || count.Load() != 1 || c.Stats().Retries < 1 {
		t.Errorf("accepted %v, error %v, %d requests, stats %+v", a, err, count.Load(), c.Stats())
	}
}

func TestTLSFailuresBeforeAnythingWasWritten(t *testing.T) {
	var conns atomic.Int32
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	go func() { // hangs up in the middle of each handshake
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			conns.Add(1)
			_, _ = conn.Read(make([]byte, 1))
			_ = conn.Close()
		}
	}()
	var said told
	_, err = again(t, "https://"+ln.Addr().String(), 2, &said).Send(t.Context(), draft("1"), nil)
	if e := apiError(t, err); e.Unclear || e.Kind != api.Network || e.Tries != 3 || conns.Load() != 3 || !strings.Contains(e.Error(), "last of 3 tries") {
		t.Errorf("%d connections, error %+v", conns.Load(), e)
	}

	// A certificate that nobody vouches for is no better in a second.
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer stop(server)
	_, err = again(t, server.URL, 2, &said).Send(t.Context(), draft("1"), nil)
	if e := apiError(t, err); e.Tries != 1 {
		t.Errorf("an unknown certificate: %+v", e)
	}
}

func TestRetryAfterIsHonoured(t *testing.T) {
	var count atomic.Int32
	var said told
	at := time.Now().Add(90 * time.Second).UTC().Format(http.TimeFormat)
	for name, header := range map[string]string{"in seconds": "60", "as a date": at} {
		count.Store(0)
		c := again(t, inTurn(t, &count, status(429, "", "Retry-After", header)), 4, &said)
		_, err := c.Send(t.Context(), draft("1"), nil)
		e := apiError(t, err) // longer than a call may take: it is left to the caller
		if e.RetryAfter < 50*time.Second || count.Load() != 1 || !strings.Contains(e.Error(), "as it asks for") {
			t.Errorf("%s: %d requests, error %v, %s", name, count.Load(), e, e.RetryAfter)
		}
	}
	count.Store(0)
	began := time.Now()
	c := again(t, inTurn(t, &count, status(429, "", "Retry-After", "1")), 4, &said)
	if _, err := c.Send(t.Context(), draft("1"), nil); err != nil || count.Load() != 2 || time.Since(began) < time.Second {
		t.Errorf("%d requests after %s, error %v", count.Load(), time.Since(began), err)
	}
}

func TestGivenUpWhileWaiting(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var count atomic.Int32
	c := newClient(t, inTurn(t, &count, status(429, "")), func(c *api.Config) {
		c.Retry = api.Retry{Times: 4, First: limit}
		c.Retry.Total = 2 * limit
		c.Told = func(string) { cancel() }
	})
	_, err := c.Send(ctx, draft("1"), nil)
	if e := apiError(t, err); e.Kind != api.Cancelled || e.Unclear || !errors.Is(err, context.Canceled) || count.Load() != 1 {
		t.Errorf("%d requests, error %+v", count.Load(), e)
	}
}

func TestSendsOfOneSourceWait(t *testing.T) {
	var count atomic.Int32
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	c := newClient(t, inTurn(t, &count), func(c *api.Config) {
		c.Limits = api.Limits{Account: true, MPS: 1}
		c.Told = func(string) { cancel() }
	})
	if _, err := c.Send(ctx, draft("1", "2", "3"), nil); err != nil {
		t.Fatal(err)
	}
	_, err := c.Send(ctx, draft("4"), nil) // 3 s later
	if e := apiError(t, err); e.Kind != api.Cancelled || e.Unclear || count.Load() != 1 || c.Stats().Held != 1 {
		t.Errorf("%d requests, error %+v, stats %+v", count.Load(), e, c.Stats())
	}
}

func TestEveryParameterGoesOut(t *testing.T) {
	var body map[string]any
	base := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body = nil
		_ = json.NewDecoder(r.Body).Decode(&body)
		status(202, accepted)(w, r)
	})
	c := newClient(t, base, nil)
	d := draft("1")
	d.From, d.Options = "", plivo.Options{
		Type: "mms", Powerpack: someUUID, Media: []string{"https://example.org/a.png", otherUUID}, Expiry: 60, Log: "false", Trackable: true,
		DLTEntityID: "11", DLTTemplateID: "12", DLTTemplateCategory: "promotional",
	}
	if _, err := c.Send(t.Context(), d, nil); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"powerpack_uuid": someUUID, "dst": "1", "text": "hello", "type": "mms", "url": d.CallbackURL, "method": "GET",
		"media_urls": []any{"https://example.org/a.png"}, "media_ids": []any{otherUUID}, "message_expiry": 60., "log": "false", "trackable": true,
		"dlt_entity_id": "11", "dlt_template_id": "12", "dlt_template_category": "promotional",
	}
	if diff := cmp.Diff(want, body); diff != "" {
		t.Errorf("MMS (-want +got):\n%s", diff)
	}
	d = draft("1")
	d.Text, d.Options = "", plivo.Options{
		Type: "whatsapp", Template: `{"name":"order","language":"en","components":[{"type":"body","parameters":[{"type":"text","text":"7"}]}]}`,
		Interactive: `{"type":"button","action":{"buttons":[{"id":"1","title":"Yes"}]}}`, Location: `{"latitude":"1","longitude":"2"}`,
	}
	if _, err := c.Send(t.Context(), d, nil); err != nil {
		t.Fatal(err)
	}
	want = map[string]any{
		"src": "+14155550100", "dst": "1", "type": "whatsapp", "url": d.CallbackURL, "method": "GET",
		"template": map[string]any{"name": "order", "language": "en", "components": []any{
			map[string]any{"type": "body", "parameters": []any{map[string]any{"type": "text", "text": "7"}}},
		}},
		"interactive": map[string]any{"type": "button", "action": map[string]any{"buttons": []any{map[string]any{"id": "1", "title": "Yes"}}}},
		"location":    map[string]any{"latitude": "1", "longitude": "2"},
	}
	if diff := cmp.Diff(want, body); diff != "" {
		t.Errorf("WhatsApp (-want +got):\n%s", diff)
	}
	d.Template = "no JSON"
	if _, err := c.Send(t.Context(), d, nil); apiError(t, err).Kind != api.BadRequest {
		t.Errorf("a template that is no JSON: %v", err)
	}
}
