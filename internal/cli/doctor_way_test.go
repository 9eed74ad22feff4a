package cli

import (
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo/simulator"
)

// TestDoctorTriesTheWay sends through tunnels that do not do what they should.
func TestDoctorTriesTheWay(t *testing.T) {
	t.Parallel()
	silent, err := net.Listen("tcp", "127.0.0.1:0") // accepts, and nobody ever reads
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = silent.Close() })
	through := func(change func(*http.Request)) func(addr string) string {
		return func(addr string) string {
			proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
				r.SetURL(&url.URL{Scheme: "http", Host: addr})
				change(r.Out)
			}}
			return serving(t, proxy)
		}
	}
	answering := func(status int, contentType, body string) func(string) string {
		return func(string) string {
			return serving(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", contentType)
				w.WriteHeader(status)
				_, _ = io.WriteString(w, body)
			}))
		}
	}
	for name, c := range map[string]struct {
		tunnel func(addr string) string
		check  string
		result app.CheckResult
		what   string
		code   int
	}{
		"one that works":                 {through(func(*http.Request) {}), "signature", app.CheckOK, "verified", 0},
		"one that forwards nothing":      {func(string) string { return "http://" + silent.Addr().String() }, "round_trip", app.CheckFailed, "does not answer in time", 3},
		"one that is gone":               {func(string) string { return "http://" + freeAddr(t) }, "round_trip", app.CheckFailed, "cannot be reached", 3},
		"one that reaches no server":     {answering(502, "text/plain", "bad gateway"), "round_trip", app.CheckFailed, "does not reach this server", 3},
		"one with a page in between":     {answering(200, "text/html", "<html>visit site</html>"), "round_trip", app.CheckFailed, "a web page", 3},
		"one that leads elsewhere":       {answering(200, "application/json", "{}"), "round_trip", app.CheckFailed, "leads to another server", 3},
		"one that drops the headers":     {through(func(r *http.Request) { r.Header.Del("X-Plivo-Signature-V3"); r.Header.Del("X-Plivo-Signature-V2") }), "signature", app.CheckFailed, "do not arrive", 3},
		"one that adds to the query":     {through(func(r *http.Request) { r.URL.RawQuery = "via=tunnel" }), "signature", app.CheckFailed, "checked over", 3},
		"one that changes the body":      {through(rewriteBody("")), "signature", app.CheckFailed, "of 5 parameters 1 arrived", 3},
		"one that changes the body only": {through(rewriteBody("4")), "signature", app.CheckFailed, "the body was changed", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			addr := freeAddr(t)
			cmd := doctorOn(t, simulated(t, simulator.Options{}), "--addr", addr, "--public-url", c.tunnel(addr), "--timeout", "2s")
			if strings.Contains(c.what, "in time") {
				cmd.Args = append(cmd.Args, "--timeout", "300ms")
			}
			found, code, stderr := checkedBy(t, cmd)
			if f := found[c.check]; f.Result != c.result || !strings.Contains(f.What, c.what) || code != c.code {
				t.Errorf("%s is %+v and it ended with %d, want %s, %q and %d: %s", c.check, f, code, c.result, c.what, c.code, stderr)
			}
		})
	}
}

// rewriteBody puts another form in place of the one that came, with as many parameters more as there are in keep.
func rewriteBody(keep string) func(*http.Request) {
	body := "From=x"
	if keep != "" {
		body += "&To=y&Text=z&MessageUUID=u&requester_ip="
	}
	return func(r *http.Request) {
		if r.Method == http.MethodPost {
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
			r.Header.Set("Content-Length", "")
		}
	}
}

// TestDoctorUsesTheServerThatRuns looks at the server of another process, which does not notice.
func TestDoctorUsesTheServerThatRuns(t *testing.T) {
	t.Parallel()
	listenCmd := command(t, "listen", "--addr", "127.0.0.1:0", "-o", "json")
	withoutAccount(listenCmd)
	listen := start(t, listenCmd)
	cmd := command(t, "doctor", "-o", "json", "--addr", strings.TrimPrefix(listen.ready.ListenURL, "http://"))
	cmd.Env, cmd.Dir = listenCmd.Env, listenCmd.Dir
	found, code, stderr := checkedBy(t, cmd)
	if code != 0 {
		t.Errorf("ended with %d: %s", code, stderr)
	}
	for check, words := range map[string]string{
		"port": "held by process", "server": listen.ready.ListenURL, "api": listen.ready.AuthID + " are accepted", "round_trip": listen.ready.ListenURL, "signature": "verified",
	} {
		if f := found[check]; f.Result != app.CheckOK || !strings.Contains(f.What, words) {
			t.Errorf("%s is %+v, want %q", check, f, words)
		}
	}
	tried := command(t, "doctor", "-o", "json", "--tunnel", "cloudflared")
	tried.Env, tried.Dir = listenCmd.Env, listenCmd.Dir
	found, _, _ = checkedBy(t, tried)
	if f := found["server"]; f.Result != app.CheckWarning || !strings.Contains(f.What, "so --tunnel is not used") || !strings.Contains(f.Advice, "--db") {
		t.Errorf("a tunnel that is not tried: %+v", f)
	}
	history := command(t, "history", "--callbacks", "-o", "json")
	history.Env, history.Dir = listenCmd.Env, listenCmd.Dir
	if out, err := history.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("it has left a callback in the history: %v %s", err, out)
	}
}
