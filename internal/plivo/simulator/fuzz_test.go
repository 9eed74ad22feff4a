package simulator_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/plivo/simulator"
)

// FuzzAPI throws methods, paths and bodies at the API: it answers each as Plivo would, and never breaks.
func FuzzAPI(f *testing.F) {
	sim, err := simulator.New(simulator.Options{
		Seed: 1, Stopped: true, Keep: 100, Limits: simulator.Limits{Lists: -1}, GeoBlocked: []string{"DE"}, MPS: simulator.MPSByType,
		Subaccounts: []simulator.Subaccount{{Name: "shop", AuthID: "SASHOP00000000000001"}},
	})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(sim.Close)
	account := "/v1/Account/" + sim.AuthID() + "/"
	for _, r := range append(callRefusals, sendRefusals...) {
		if method, target, ok := strings.Cut(r.line, " "); ok && len(r.body) < 10_000 {
			target = strings.TrimPrefix(strings.ReplaceAll(target, "{a}/", account), account)
			path, query, _ := strings.Cut(target, "?")
			f.Add(method, path, query, r.body)
		}
	}
	f.Add("POST", "Message/", "", "{"+goodSend+"}")
	f.Add("GET", "Message/", "callback_url=http://127.0.0.1:1/&limit=1", "")
	f.Add("POST", "Application/", "", `{"app_name":"a","message_method":"get"}`)
	f.Add("POST", "Number/14155550100", "", `{"alias":"a","app_id":null}`)
	statuses := []int{200, 201, 202, 204, 400, 404, 405, 413, 429, 500, 501}
	f.Fuzz(func(t *testing.T, method, path, query, body string) {
		r := &http.Request{
			Method: method, URL: &url.URL{Path: account + path, RawQuery: query}, Host: "127.0.0.1", RemoteAddr: "127.0.0.1:1",
			Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
		}
		r.SetBasicAuth(sim.AuthID(), sim.AuthToken())
		w := httptest.NewRecorder()
		sim.Handler().ServeHTTP(w, r.WithContext(t.Context()))
		if magic := strings.Contains(body, "15005559401") && w.Code == http.StatusUnauthorized; !magic && !slices.Contains(statuses, w.Code) {
			t.Errorf("%s %s?%s with %q is answered %d %s", method, path, query, body, w.Code, w.Body)
		}
		if w.Code != http.StatusNoContent && w.Code != http.StatusUnauthorized && !json.Valid(w.Body.Bytes()) {
			t.Errorf("%s %s is answered %d %q, which is no JSON", method, path, w.Code, w.Body)
		}
	})
}
