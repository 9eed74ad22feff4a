package tunnel_test

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/tunnel"
)

// recorder keeps callbacks.
type recorder struct {
	mu  sync.Mutex
	all []webhook.Callback
}

func (r *recorder) Record(_ context.Context, c *webhook.Callback) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, *c)
	return nil
}

func (r *recorder) last() webhook.Callback {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.all[len(r.all)-1]
}

// TestCallbackThroughNgrok: what is signed over the public URL, as Plivo does, verifies in the server behind the
// tunnel, before and after the URL has changed.
func TestCallbackThroughNgrok(t *testing.T) {
	t.Parallel()
	s := service(t)
	account := signature.NewToken("account", "a-token-for-tests-only")
	kept := &recorder{}
	server, err := webhook.New(webhook.Config{Recorder: kept, Tokens: []signature.Token{account}, PublicURLs: []string{"https://not-yet.example"}, OnInvalid: webhook.Reject})
	if err != nil {
		t.Fatal(err)
	}
	r := startNgrok(t, s, ngrokOptions{local: &tunnel.Local{Addr: "127.0.0.1:4141", Serve: server.Serve}})
	post := func(public string) {
		t.Helper()
		target := public + webhook.DeliveryReportPath + "?tag=a%20b&path=x%2Fy"
		params := []signature.Param{{Name: "MessageUUID", Value: "5b40a428-bfc7-4daf-9d06-726c558bf3b8"}, {Name: "Status", Value: "delivered"}, {Name: "To", Value: "14155550123"}}
		body := url.Values{}
		for _, p := range params {
			body.Set(p.Name, p.Value)
		}
		request, err := http.NewRequest(http.MethodPost, target, strings.NewReader(body.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		for _, scheme := range []signature.Scheme{signature.V2, signature.V3} {
			value, err := signature.Sign(account, scheme, http.MethodPost, target, "12345678901234567890", params)
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set(scheme.Header(), value)
			request.Header.Set(scheme.NonceHeader(), "12345678901234567890")
		}
		answer, err := s.Client().Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		text, _ := io.ReadAll(answer.Body)
		c := kept.last()
		if answer.StatusCode != http.StatusOK || c.Verdict.Outcome != signature.Valid || c.URL != target {
			t.Errorf("%d %q, the signature is %s over %s, want %s", answer.StatusCode, text, c.Verdict.Outcome, c.URL, target)
		}
		if !strings.HasPrefix(c.RemoteAddr, "127.0.0.1:") {
			t.Errorf("the caller is %s", c.RemoteAddr)
		}
	}
	first := r.state(t, tunnel.Online).URL
	if err := server.SetPublicURLs(first); err != nil {
		t.Fatal(err)
	}
	post(first)
	s.Move()
	s.Cut()
	second := r.until(t, "another URL", func(e tunnel.Event) bool { return e.State == tunnel.Online && e.URL != first }).URL
	if err := server.SetPublicURLs(second, first); err != nil {
		t.Fatal(err)
	}
	post(second)
	if err := r.stop(t); err != nil {
		t.Errorf("Run: %v", err)
	}
}

// TestWriteTimeout: a server that sets deadlines for writing does not spoil the connections of the tunnel.
func TestWriteTimeout(t *testing.T) {
	t.Parallel()
	s := service(t)
	local := serving(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		control := http.NewResponseController(w)
		_ = control.SetWriteDeadline(time.Unix(1, 0))
		_, _ = io.WriteString(w, strings.Repeat("x", 1<<20))
	}))
	r := startNgrok(t, s, ngrokOptions{local: &local})
	url := r.state(t, tunnel.Online).URL
	var work sync.WaitGroup
	for range 10 {
		work.Go(func() {
			answer, err := s.Client().Get(url)
			if err != nil {
				t.Error(err)
				return
			}
			defer answer.Body.Close()
			if body, err := io.ReadAll(answer.Body); err != nil || len(body) != 1<<20 {
				t.Errorf("%d bytes, %v", len(body), err)
			}
		})
	}
	work.Wait()
}
