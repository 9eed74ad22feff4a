package cli

import (
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/app"
)

// TestDoctorBesideAllow looks at a server of another process that lets no request of the doctor in by its public URL:
// that is no fault of the way, and the server counts nothing of it.
func TestDoctorBesideAllow(t *testing.T) {
	t.Parallel()
	addr := freeAddr(t)
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(&url.URL{Scheme: "http", Host: addr})
		r.Out.Header["X-Forwarded-For"] = r.In.Header["X-Forwarded-For"]
		r.SetXForwarded()
	}}
	at := serving(t, proxy)
	listenCmd := command(t, "listen", "--addr", addr, "--allow", "10.0.0.0/8", "--public-url", at, "--forwarded-for", "trust", "-o", "json")
	withoutAccount(listenCmd)
	listen := start(t, listenCmd)
	cmd := command(t, "doctor", "-o", "json")
	cmd.Env, cmd.Dir = listenCmd.Env, listenCmd.Dir
	found, code, stderr := checkedBy(t, cmd)
	way, sign := found["round_trip"], found["signature"]
	proved := way.Result == app.CheckOK && strings.Contains(way.What, "its own request went out to "+at+" and came back in ")
	if code != 0 || !proved && way.Result != app.CheckSkipped || !strings.Contains(way.What, "--allow") {
		t.Errorf("it ended with %d, and the way is %+v: %s", code, way, stderr)
	}
	if sign.Result != app.CheckSkipped {
		t.Errorf("the signature is %+v", sign)
	}
	resp, err := http.Get(listen.ready.ListenURL + "/health")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var b strings.Builder
	if err := resp.Write(&b); err != nil || !strings.Contains(b.String(), `"received":0,"stored":0,"refused":0`) {
		t.Errorf("the server has noticed: %v, %s", err, b.String())
	}
}
