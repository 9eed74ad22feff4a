package api_test

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/plivo/api"
)

func TestRefusals(t *testing.T) {
	const jsonType, plain, html = "application/json", "text/plain", "text/html"
	tests := []struct {
		name        string
		status      int
		contentType string
		body        string
		kind        api.Kind
		apiID       string
		says        string
		unclear     bool
	}{
		{"401 in plain text", 401, plain, "no such account\n", api.Credentials, "", "no such account", false},
		{"401 with an empty body", 401, plain, "", api.Credentials, "", "PLIVO_AUTH_TOKEN", false},
		{"403", 403, jsonType, `{"api_id":"i","error":"ip not allowed"}`, api.Credentials, "i", "allow-list", false},
		{"429", 429, jsonType, `{"api_id":"i","error":"too many requests"}`, api.RateLimited, "i", "longer pauses", false},
		{"429 with an empty body", 429, jsonType, "", api.RateLimited, "", "429", false},
		{"400", 400, jsonType, `{"api_id":"i","error":"dst is wrong"}`, api.BadRequest, "i", "dst is wrong", false},
		{"400 with an object", 400, jsonType, `{"error":{"dst":["bad"]}}`, api.BadRequest, "", "dst", false},
		{"400 with a global error", 400, jsonType, `{"error":null,"errors":{"global_error":"no geo-permission"}}`, api.BadRequest, "", "no geo-permission", false},
		{"400 for want of credit", 400, jsonType, `{"error":"Insufficient Credit"}`, api.BadRequest, "", "add credit", false},
		{"402", 402, jsonType, `{"error":"pay"}`, api.BadRequest, "", "add credit", false},
		{"404 with an empty object", 404, jsonType, `{}`, api.BadRequest, "", "404 Not Found", false},
		{"405", 405, jsonType, `{"error":"method not allowed"}`, api.BadRequest, "", "(405 Method Not Allowed)", false},
		{"500 of the API", 500, jsonType, `{"api_id":"i","error":"internal server error"}`, api.Upstream, "i", "(500 Internal Server Error)", false},
		{"500 with an empty object", 500, jsonType, `{}`, api.Upstream, "", "500", true},
		{"500 with an empty body", 500, jsonType, "", api.Upstream, "", "empty body", true},
		{"502 of a gateway", 502, html, "<html><h1>Bad Gateway</h1>", api.Upstream, "", "web page", true},
		{"202 with an empty body", 202, jsonType, "", api.Upstream, "", "empty body", true},
		{"202 without a UUID", 202, jsonType, `{"api_id":"i","message":"async api spawned"}`, api.Upstream, "i", "async api spawned", true},
		{"202 with empty UUIDs", 202, jsonType, `{"message_uuid":["",null]}`, api.Upstream, "", "without a message UUID", true},
		{"200 with a web page", 200, html, "<html>captive portal", api.Upstream, "", "PLIVO_API_URL", true},
		{"200 with an array", 200, jsonType, `["x"]`, api.Upstream, "", "JSON object", true},
		{"hostile words", 400, jsonType, `{"error":"red \u001b[31m and \u202e"}`, api.BadRequest, "", "red", false},
		{"a very long word", 400, plain, strings.Repeat("x", 5000), api.BadRequest, "", "xxx…", false},
		{"an endless answer", 202, jsonType, strings.Repeat(" ", 2<<20), api.Upstream, "", "1048576 bytes", true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := newClient(t, answering(t, test.status, test.contentType, test.body), nil)
			a, err := c.Send(t.Context(), draft("+14155550123"), nil)
			e := apiError(t, err)
			if e.Kind != test.kind || e.Status != test.status || e.APIID != test.apiID || e.Unclear != test.unclear {
				t.Errorf("error is kind %s, status %d, api_id %q, unclear %v; want %s, %d, %q, %v",
					e.Kind, e.Status, e.APIID, e.Unclear, test.kind, test.status, test.apiID, test.unclear)
			}
			said := e.Error()
			if !strings.HasPrefix(said, "cannot send the message: ") || !strings.Contains(said, test.says) {
				t.Errorf("error says %q, want %q in it", said, test.says)
			}
			if e.Unclear && strings.Contains(said, "try again") {
				t.Errorf("of what may have been accepted it says %q", said)
			}
			if strings.ContainsAny(said, "\x1b\u202e\n") || len(said) > 1000 {
				t.Errorf("error is not safe to show: %q", said)
			}
			if len(a.UUIDs) != 0 {
				t.Errorf("a refused send has the UUIDs %v", a.UUIDs)
			}
		})
	}
}

func TestRedirectIsNotFollowed(t *testing.T) {
	var reached atomic.Bool
	elsewhere := serve(t, func(http.ResponseWriter, *http.Request) { reached.Store(true) })
	base := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, elsewhere, http.StatusTemporaryRedirect)
	})
	_, err := newClient(t, base, nil).Send(t.Context(), draft("1"), nil)
	if e := apiError(t, err); e.Kind != api.Upstream || e.Status != 307 || !strings.Contains(e.Error(), "redirects are not followed") {
		t.Errorf("error is %v", e)
	}
	if reached.Load() {
		t.Error("the redirect was followed")
	}
}

func TestNetworkFailures(t *testing.T) {
	t.Run("nobody listens", func(t *testing.T) {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		base := "http://" + ln.Addr().String()
		_ = ln.Close()
		_, err = newClient(t, base, nil).Send(t.Context(), draft("1"), nil)
		if e := apiError(t, err); e.Kind != api.Network || e.Unclear || e.Status != 0 {
			t.Errorf("error is %+v", e)
		}
	})
	t.Run("an unknown certificate", func(t *testing.T) {
		server := httptest.NewUnstartedServer(http.NotFoundHandler())
		server.Config.ErrorLog = log.New(io.Discard, "", 0)
		server.StartTLS()
		defer stop(server)
		_, err := newClient(t, server.URL, nil).Send(t.Context(), draft("1"), nil)
		if e := apiError(t, err); e.Kind != api.Network || e.Unclear || !strings.Contains(e.Error(), "certificates") {
			t.Errorf("error is %v", e)
		}
	})
	t.Run("the connection ends without an answer", func(t *testing.T) {
		base := serve(t, func(w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) })
		_, err := newClient(t, base, nil).Send(t.Context(), draft("1"), nil)
		if e := apiError(t, err); e.Kind != api.Network || !e.Unclear {
			t.Errorf("error is %+v", e)
		}
	})
	t.Run("the answer breaks off", func(t *testing.T) {
		base := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			w.WriteHeader(202)
			_, _ = io.WriteString(w, `{"message_uuid":["u1"`)
		})
		_, err := newClient(t, base, nil).Send(t.Context(), draft("1"), nil)
		if e := apiError(t, err); e.Kind != api.Network || !e.Unclear || e.Status != 202 {
			t.Errorf("error is %+v", e)
		}
	})
}

// stuck serves a handler that does not answer before the caller is gone, or the test ends, and tells when
// it was reached.
func stuck(t *testing.T) (base string, reached <-chan struct{}) {
	t.Helper()
	in, end := make(chan struct{}, 1), make(chan struct{})
	base = serve(t, func(_ http.ResponseWriter, r *http.Request) {
		select {
		case in <- struct{}{}:
		default:
		}
		select {
		case <-end:
		case <-r.Context().Done():
		case <-time.After(limit):
		}
	})
	t.Cleanup(func() { close(end) })
	return base, in
}

func TestCallerGivesUp(t *testing.T) {
	base, reached := stuck(t)
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	go func() {
		select {
		case <-reached:
			cancel()
		case <-ctx.Done():
		}
	}()
	_, err := newClient(t, base, nil).Send(ctx, draft("1"), nil)
	if e := apiError(t, err); e.Kind != api.Cancelled || !e.Unclear || !errors.Is(err, context.Canceled) {
		t.Errorf("error is %+v", e)
	}
}

func TestTimeout(t *testing.T) {
	base, _ := stuck(t)
	c := newClient(t, base, func(c *api.Config) { c.Timeout = 50 * time.Millisecond })
	_, err := c.Send(t.Context(), draft("1"), nil)
	if e := apiError(t, err); e.Kind != api.Network || !e.Unclear || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error is %+v", e)
	}
	_, err = c.Message(t.Context(), someUUID)
	if e := apiError(t, err); e.Unclear {
		t.Error("a lookup that got no answer is called unclear, but it changes nothing")
	}
}
