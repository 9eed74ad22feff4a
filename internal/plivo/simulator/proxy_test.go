package simulator_test

import (
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"dev.internal/plivoscope/internal/plivo/simulator"
)

// TestMishapsByProxy: what chaos does to a connection goes by the proxy that all else goes by.
func TestMishapsByProxy(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var came []string
	proxy := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, err := io.ReadAll(r.Body)
		how := "whole"
		if errors.Is(err, io.ErrUnexpectedEOF) {
			how = "broken"
		}
		mu.Lock()
		came = append(came, r.Method+" "+r.URL.Host+r.Host+" "+r.Header.Get("Proxy-Authorization")+" "+how)
		mu.Unlock()
		w.WriteHeader(http.StatusBadGateway)
	}))
	proxy.Config.ErrorLog = log.New(io.Discard, "", 0)
	proxy.Start()
	t.Cleanup(proxy.Close)
	address, err := url.Parse(strings.Replace(proxy.URL, "http://", "http://me:word@", 1))
	if err != nil {
		t.Fatal(err)
	}
	for target, want := range map[string]string{
		"http://elsewhere.invalid/sms":  "POST elsewhere.invalidelsewhere.invalid Basic bWU6d29yZA== broken",
		"https://elsewhere.invalid/sms": "CONNECT elsewhere.invalid:443elsewhere.invalid:443 Basic bWU6d29yZA== whole",
	} {
		mu.Lock()
		came = nil
		mu.Unlock()
		b := newBench(t, simulator.Options{AllowRemote: true, Stopped: true, Speed: 1, Fate: "sent", Chaos: chaosOf(t, "truncated=1")})
		b.UseProxy(address)
		d := b.draft("+14155550123")
		d.CallbackURL = target
		b.send(d, "")
		b.advance(0)
		mu.Lock()
		if len(came) != 1 || came[0] != want {
			t.Errorf("%s: the proxy got %q, want %q", target, came, want)
		}
		mu.Unlock()
	}
}
