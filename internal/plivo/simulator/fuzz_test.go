package simulator_test

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/plivo/scenario"
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
	statuses := []int{200, 201, 202, 204, 400, 404, 405, 413, 429, 501}
	f.Fuzz(func(t *testing.T, method, path, query, body string) {
		w := serveFuzzed(t, sim, method, account+path, query, body, nil)
		if !slices.Contains(statuses, w.Code) && !slices.Contains(asked(body), w.Code) {
			t.Errorf("%s %s?%s with %q is answered %d %s", method, path, query, body, w.Code, w.Body)
		}
		if w.Code != http.StatusNoContent && w.Code != http.StatusUnauthorized && !json.Valid(w.Body.Bytes()) {
			t.Errorf("%s %s is answered %d %q, which is no JSON", method, path, w.Code, w.Body)
		}
	})
}

// serveFuzzed makes a request in the account's name, of a program of this machine.
func serveFuzzed(t *testing.T, sim *simulator.Simulator, method, path, query, body string, header http.Header) *httptest.ResponseRecorder {
	t.Helper()
	r := &http.Request{
		Method: method, URL: &url.URL{Path: path, RawQuery: query}, Host: "127.0.0.1", RemoteAddr: "127.0.0.1:1",
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
	}
	maps.Copy(r.Header, header)
	r.SetBasicAuth(sim.AuthID(), sim.AuthToken())
	w := httptest.NewRecorder()
	sim.Handler().ServeHTTP(w, r.WithContext(t.Context()))
	return w
}

// asked are the statuses that the magic destinations of a send ask for.
func asked(body string) []int {
	var send struct {
		Dst any `json:"dst"`
	}
	if json.Unmarshal([]byte(body), &send) != nil {
		return nil
	}
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, fmt.Sprint(send.Dst))
	var statuses []int
	for _, status := range []int{401, 500} {
		if strings.Contains(digits, fmt.Sprint("15005559", status)) {
			statuses = append(statuses, status)
		}
	}
	return statuses
}

// FuzzRules throws rules files at the control API and a send at what they make of it, and asks for all that can be asked
// of the messages: nothing breaks, and nothing holds the next call up.
func FuzzRules(f *testing.F) {
	sim, err := simulator.New(simulator.Options{Seed: 1, Stopped: true, Keep: 100, Limits: simulator.Limits{Lists: -1}})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(sim.Close)
	for _, seed := range [][3]string{
		{"rules: [{messages: 1}]", "sms", ""},
		{"rules: [{fate: {messages: {m: {type: whatsapp}}, steps: [{status: read}]}}]", "sms", ""},
		{"rules: [{type: whatsapp, fate: {steps: [{status: read}]}}, {fate: read}]", "whatsapp", ""},
		{"rules: [{to: +1*, nth: 1, refuse: {status: 503, error: later}}, {every: 2, fate: 'failed:450'}]", "sms", ""},
		{"rules: [{text: '(?i)x', chance: 50%, fate: {variables: {a: sent}, steps: [{status: '{{a}}', after: 1s, repeat: 3, params: {X: '{{to}}'}}]}}]\nchaos: {callbacks: {lost: 50%, reorder: 1, duplicate: 1}}", "sms", ""},
		{`{"chaos":{"api":{"errors":{"500":"100%"}}}}`, "mms", "duplicate"},
		{"rules: []", "sms", "undelivered:30"},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}
	f.Fuzz(func(t *testing.T, file, kind, fate string) {
		if err := sim.Reset(t.Context()); err != nil {
			t.Fatal(err)
		}
		put := serveFuzzed(t, sim, "PUT", "/_simulator/rules", "", file, http.Header{"Content-Type": {"application/yaml"}})
		if put.Code != http.StatusOK && put.Code != http.StatusBadRequest && put.Code != http.StatusRequestEntityTooLarge {
			t.Fatalf("the rules %q are answered %d %s", file, put.Code, put.Body)
		}
		told := []int{202, 400, 429}
		for _, rule := range sim.Rules().List {
			if rule.Refuse != nil {
				told = append(told, rule.Refuse.Status)
			}
		}
		chaos := sim.Chaos()
		chaos.Latency, chaos.Errors = scenario.Delay{}, nil // they would only slow this down, or refuse what is asked
		if err := sim.SetChaos(chaos); err != nil {
			t.Fatal(err)
		}
		body, err := json.Marshal(map[string]string{"src": "14155550100", "dst": "14155550123<4915123456789", "text": "x", "type": kind, "url": "http://127.0.0.1:1/"})
		if err != nil {
			t.Fatal(err)
		}
		account := "/v1/Account/" + sim.AuthID() + "/Message/"
		header := http.Header{}
		if fate != "" {
			header.Set(simulator.FateHeader, fate)
		}
		w := serveFuzzed(t, sim, "POST", account, "", string(body), header)
		if !slices.Contains(told, w.Code) {
			t.Fatalf("a send under %q is answered %d %s", file, w.Code, w.Body)
		}
		var sent struct {
			UUIDs []string `json:"message_uuid"`
		}
		if w.Code == http.StatusAccepted && json.Unmarshal(w.Body.Bytes(), &sent) != nil {
			t.Fatalf("a send is answered %s", w.Body)
		}
		paths := []string{account, "/_simulator/messages", "/_simulator/callbacks", "/_simulator/state", "/_simulator/rules"}
		for _, uuid := range sent.UUIDs {
			paths = append(paths, account+uuid+"/", "/_simulator/messages/"+uuid)
		}
		for _, path := range paths {
			if w := serveFuzzed(t, sim, "GET", path, "", "", nil); w.Code != http.StatusOK || !json.Valid(w.Body.Bytes()) {
				t.Errorf("under %q GET %s is answered %d %s", file, path, w.Code, w.Body)
			}
		}
	})
}
