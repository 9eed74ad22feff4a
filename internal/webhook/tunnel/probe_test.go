package tunnel_test

import (
	"context"
	"crypto/x509"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/webhook/tunnel"
)

const health = "/health"

// public is a server that stands at a public URL.
func public(t *testing.T, h http.HandlerFunc) (url string, roots *x509.CertPool) {
	t.Helper()
	s := httptest.NewUnstartedServer(h)
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	roots = x509.NewCertPool()
	roots.AddCert(s.Certificate())
	return s.URL, roots
}

func TestProbe(t *testing.T) {
	prover := tunnel.NewProver()
	var mu sync.Mutex
	var got http.Header
	url, roots := public(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/under"+health {
			t.Errorf("it asked for %s", r.URL)
		}
		mu.Lock()
		got = r.Header
		mu.Unlock()
		prover.Stamp(w, r)
		w.WriteHeader(http.StatusServiceUnavailable) // what else the answer says is no matter
	})
	prober := tunnel.Prober{Prover: prover, Path: health, Roots: roots}
	for range 3 {
		took, err := prober.Probe(t.Context(), url+"/under/")
		if err != nil || took <= 0 {
			t.Fatalf("%s, %v", took, err)
		}
	}
	mu.Lock()
	defer mu.Unlock()
	if got.Get("User-Agent") != tunnel.UserAgent || got.Get("Ngrok-Skip-Browser-Warning") == "" {
		t.Errorf("it sent %v", got)
	}
}

func TestProbeRefused(t *testing.T) {
	t.Parallel()
	prover := tunnel.NewProver()
	answer := func(status int, header, value, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			if header != "" {
				w.Header().Set(header, value)
			}
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		}
	}
	const ours = `{"status":"ok","program":"plivoscope"}` + "\n"
	var (
		mu     sync.Mutex
		cached http.Header
	)
	for name, c := range map[string]struct {
		serve http.HandlerFunc
		kind  tunnel.RefusalKind
		code  string
		want  []string
	}{
		"offline at ngrok": {answer(404, "Ngrok-Error-Code", "ERR_NGROK_3200", "<html>"), tunnel.EdgeRefused, "ERR_NGROK_3200", []string{"404 (ERR_NGROK_3200)", "No tunnel is online"}},
		"no upstream":      {answer(502, "Ngrok-Error-Code", "ERR_NGROK_8012", ""), tunnel.EdgeRefused, "ERR_NGROK_8012", []string{"nothing listens"}},
		"unknown code":     {answer(418, "Ngrok-Error-Code", "ERR_NGROK_4242", ""), tunnel.EdgeRefused, "ERR_NGROK_4242", []string{"https://ngrok.com/docs/errors/err_ngrok_4242"}},
		"ngrok's page":     {answer(200, "Ngrok-Error-Code", "ERR_NGROK_6024", "<html>"), tunnel.Interstitial, "ERR_NGROK_6024", []string{"page for browsers"}},
		"another page":     {answer(200, "Content-Type", "text/html", "<html>"), tunnel.Interstitial, "", []string{"web page"}},
		"502":              {answer(502, "Content-Type", "text/html", "<html>"), tunnel.EdgeRefused, "", []string{"502", "does not reach"}},
		"503":              {answer(503, "", "", "no tunnel here"), tunnel.EdgeRefused, "", []string{"503"}},
		"530":              {answer(530, "", "", "error code: 1033"), tunnel.EdgeRefused, "", []string{"530"}},
		"redirect":         {answer(308, "Location", "https://www.example.dev/health", ""), tunnel.Redirected, "", []string{"redirects to https://www.example.dev/health"}},
		"another server":   {answer(200, "Content-Type", "text/plain", "nginx\x1b[2J\nmore"), tunnel.WrongHost, "", []string{`“nginx\x1b[2J”`}},
		"another instance": {answer(200, "Content-Type", "application/json", ours), tunnel.AnotherInstance, "", []string{"leads to another plivoscope"}},
		"drops headers": {func(w http.ResponseWriter, r *http.Request) {
			r.Header.Del("X-Plivoscope-Probe")
			prover.Stamp(w, r)
			_, _ = w.Write([]byte(ours))
		}, tunnel.AnotherInstance, "", []string{"not the proof that it is this one", "drops the header X-Plivoscope-Probe", "keeps answers to /health in a cache"}},
		"another's health": {answer(200, "Content-Type", "application/json", `{"status":"ok"}`), tunnel.WrongHost, "", []string{"another server"}},
		"a guessed proof":  {answer(200, "X-Plivoscope-Proof", strings.Repeat("0", 64), ""), tunnel.WrongHost, "", nil},
		"a cache": {func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			if cached == nil {
				prover.Stamp(w, r)
				cached = w.Header().Clone()
				w.Header().Del("X-Plivoscope-Proof")
			}
			for k, v := range cached {
				w.Header()[k] = v
			}
		}, "", "", nil},
		"hangs up": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, tunnel.NotReached, "", []string{"cannot be reached"}},
	} {
		t.Run(name, func(t *testing.T) {
			url, roots := public(t, c.serve)
			prober := tunnel.Prober{Prover: prover, Path: health, Roots: roots}
			_, err := prober.Probe(t.Context(), url)
			if name == "a cache" { // the first answer was ours, and is given to the second probe as well
				_, err = prober.Probe(t.Context(), url)
				c.kind, c.want = tunnel.WrongHost, []string{"keeps answers"}
			}
			refused(t, err, c.kind, c.code, url, c.want...)
		})
	}
}

func refused(t *testing.T, err error, kind tunnel.RefusalKind, code, url string, want ...string) {
	t.Helper()
	var r *tunnel.Refusal
	if !errors.As(err, &r) {
		t.Fatalf("the probe says %v", err)
	}
	if r.Kind != kind || r.Code != code {
		t.Errorf("it is %q %q (%s), want %q %q", r.Kind, r.Code, r.Why, kind, code)
	}
	for _, w := range append(want, url) {
		if !strings.Contains(r.Why, w) {
			t.Errorf("it says %q, want %q in it", r.Why, w)
		}
	}
	if strings.ContainsAny(r.Why, "\x1b\n") {
		t.Errorf("it says %q", r.Why)
	}
}

func TestProbeUnanswered(t *testing.T) {
	t.Parallel()
	prover := tunnel.NewProver()
	probe := func(url string, timeout time.Duration) error {
		_, err := (&tunnel.Prober{Prover: prover, Path: health, Timeout: timeout}).Probe(t.Context(), url)
		return err
	}
	url, roots := public(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done(); panic(http.ErrAbortHandler) })
	refused(t, probe(url, 0), tunnel.BadCertificate, "", url, "does not verify", "proxy")
	prober := &tunnel.Prober{Prover: prover, Path: health, Roots: roots, Timeout: 3 * time.Second}
	_, err := prober.Probe(t.Context(), url)
	refused(t, err, tunnel.TimedOut, "", url, "takes requests and never answers")

	silent, err := net.Listen("tcp", "127.0.0.1:0") // accepts and says nothing, not even TLS
	if err != nil {
		t.Fatal(err)
	}
	at := "https://" + silent.Addr().String()
	refused(t, probe(at, 200*time.Millisecond), tunnel.TimedOut, "", at, "No connection")
	silent.Close()
	refused(t, probe(at, 0), tunnel.NotReached, "", at)
	refused(t, probe("https://a b", 0), tunnel.BadURL, "", "https://a b")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := prober.Probe(ctx, url); !errors.Is(err, context.Canceled) {
		t.Errorf("with an ended context: %v", err)
	}
}

// TestProbeUnknownHost makes up what the resolver says: a real question would leave this machine.
func TestProbeUnknownHost(t *testing.T) {
	const at = "https://gone.example.dev"
	for _, c := range []struct {
		err  net.DNSError
		want string
	}{
		{net.DNSError{Err: "no such host", Name: "gone.example.dev", IsNotFound: true}, "is not known to the DNS"},
		{net.DNSError{Err: "server misbehaving", Name: "gone.example.dev", IsTemporary: true}, "could not be looked up: dial tcp: lookup gone.example.dev: server misbehaving"},
	} {
		wrapped := &url.Error{Op: "Get", URL: at + health, Err: &net.OpError{Op: "dial", Net: "tcp", Err: &c.err}}
		refused(t, tunnel.Unanswered(at, wrapped, false, time.Second), tunnel.UnknownHost, "", at, c.want)
	}
}

func TestProver(t *testing.T) {
	p := tunnel.NewProver()
	token := p.Issue()
	proof, ok := p.Answer(token)
	if !ok || len(proof) != 64 || strings.Contains(proof, token) {
		t.Errorf("%q, %t", proof, ok)
	}
	if again, ok := p.Answer(token); ok {
		t.Errorf("a second time it answered %q", again)
	}
	if got, ok := p.Answer("made-up"); ok {
		t.Errorf("to a token of its own making it answered %q", got)
	}
	// Tokens that nobody answers do not pile up.
	first := p.Issue()
	for range 1_000 {
		p.Issue()
	}
	if _, ok := p.Answer(first); ok {
		t.Error("it keeps every token that it ever issued")
	}
	// Nobody learns which process this is who was not given a token.
	stamp := func(token string) (http.Header, bool) {
		w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, health, nil)
		if token != "" {
			r.Header.Set("X-Plivoscope-Probe", token)
		}
		ok := p.Stamp(w, r)
		return w.Header(), ok
	}
	for _, stranger := range []string{"", "made-up", tunnel.NewProver().Issue()} {
		if header, ok := stamp(stranger); ok || len(header) != 0 {
			t.Errorf("with the token %q a stranger is answered %v", stranger, header)
		}
	}
	token = p.Issue()
	if header, ok := stamp(token); !ok || header.Get("X-Plivoscope-Instance") == "" || header.Get("X-Plivoscope-Proof") == "" {
		t.Errorf("its own token is answered %v", header)
	}
	if header, ok := stamp(token); ok || header.Get("X-Plivoscope-Instance") == "" || header.Get("X-Plivoscope-Proof") != "" {
		t.Errorf("its own token that comes twice is answered %v", header)
	}
}

func TestMeaning(t *testing.T) {
	for code, want := range map[string]string{
		"ERR_NGROK_107": "NGROK_AUTHTOKEN", "ERR_NGROK_334": "already online", "ERR_NGROK_999999": "https://ngrok.com/docs/errors/err_ngrok_999999",
	} {
		if got := tunnel.Meaning(code); !strings.Contains(got, want) {
			t.Errorf("Meaning(%s) = %q, want %q in it", code, got, want)
		}
	}
}
