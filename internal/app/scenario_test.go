package app_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/scenario"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/replay"
)

var scenarioKeys = replay.Keys{
	Account: signature.NewToken("account", "the-token-of-the-account"),
	Main:    signature.NewToken("main account", "the-token-of-the-main-account"),
}

// checker is an app that checks a signature by itself (V2 as Plivo's guide does, V3 by the package's own
// check), and folds what it takes.
type checker struct {
	v3 bool

	mu       sync.Mutex
	statuses []string
	folds    map[string]*plivo.Fold
	texts    []string
}

func (c *checker) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	url := "http://" + r.Host + r.RequestURI
	params, _ := webhook.ParseParams(r.Method, url, r.Header.Get("Content-Type"), body)
	outcome := signature.Invalid
	if c.v3 {
		check := signature.Request{Method: r.Method, URL: url, Header: r.Header}
		if r.Method == http.MethodPost {
			check.Params = params
		}
		v := signature.Verify(check, []signature.Token{scenarioKeys.Account, scenarioKeys.Main})
		if outcome = v.Outcome; outcome == signature.Valid && len(v.Checks) != 4 {
			outcome = signature.Invalid
		}
	} else {
		base, _, _ := strings.Cut(url, "?")
		mac := hmac.New(sha256.New, []byte("the-token-of-the-account"))
		mac.Write([]byte(base + r.Header.Get("X-Plivo-Signature-V2-Nonce")))
		if r.Header.Get("X-Plivo-Signature-V2") == base64.StdEncoding.EncodeToString(mac.Sum(nil)) {
			outcome = signature.Valid
		}
	}
	report := plivo.NewReport(params)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.statuses = append(c.statuses, r.URL.Path+" "+string(report.Status()))
	c.texts = append(c.texts, report.Text())
	f := c.folds[report.MessageUUID()]
	if f == nil {
		f = &plivo.Fold{}
		c.folds[report.MessageUUID()] = f
	}
	f.Add(plivo.Observation{Report: report, Result: signature.Result{Outcome: outcome}, ReceivedAt: time.Now()})
	if outcome != signature.Valid {
		w.WriteHeader(http.StatusForbidden)
	}
}

// messages are what the callbacks folded to, each as "status code units anomalies", sorted.
func (c *checker) messages() []string {
	var list []string
	for _, f := range c.folds {
		var m plivo.Message
		f.Apply(&m)
		list = append(list, strings.TrimSpace(fmt.Sprint(m.Status, " ", m.ErrorCode, " ", m.Units, " ", m.Anomalies)))
	}
	slices.Sort(list)
	return list
}

// TestScenariosFold sends every built-in scenario to applications that check V2 and V3: what is signed rightly
// is answered 200, and the messages come to what the scenario's name says.
func TestScenariosFold(t *testing.T) {
	delivered := []string{"delivered 000 1 []"}
	refused := []string{"delivered 000 1 [invalid]"}
	want := map[string][]string{
		"delivered": delivered, "undelivered": {"undelivered 30 1 []"}, "failed": {"failed 300 1 []"},
		"sent-only": {"sent  1 []"}, "read": {"read 000 1 []"}, "lifecycle": delivered,
		"multi-segment":        {"delivered 000 3 []"},
		"several-destinations": {"delivered 000 1 []", "delivered 000 1 []", "failed 50 1 []"},
		"out-of-order":         delivered, "duplicate": delivered, "late": delivered,
		"contradiction":  {"delivered 000 1 [contradiction]"},
		"unknown-status": {"accepted_by_carrier  1 [unknown_status]"},
		"unknown-params": delivered, "missing-params": {"delivered  0 []"}, "get": delivered,
		"inbound": {"received  0 []"}, "inbound-mms": {"received  0 []"}, "inbound-stop": {"received  0 []"},
		"unicode": {"received  0 []"}, "empty-text": {"received  0 []"},
		"wrong-token": refused, "unsigned": refused, "trailing-slash": refused,
	}
	sender := replay.NewSender(replay.SenderOptions{})
	defer sender.Close()
	for _, s := range scenario.Builtin() {
		for _, v3 := range []bool{false, true} {
			c := &checker{v3: v3, folds: map[string]*plivo.Fold{}}
			server := httptest.NewServer(c)
			made, err := app.NewScenario(s, app.ScenarioOptions{To: server.URL, Keys: scenarioKeys, Now: time.Now(), Pacing: scenario.AtOnce})
			if err != nil {
				t.Fatal(err)
			}
			callbacks, err := made.Callbacks()
			if err != nil {
				t.Fatal(err)
			}
			for _, cb := range callbacks {
				right := s.SignatureOf(cb.Step) == scenario.Right
				verdict := signature.Verify(requestOf(cb), []signature.Token{scenarioKeys.Account, scenarioKeys.Main})
				if (verdict.Outcome == signature.Valid) != right {
					t.Errorf("%s: step %d as it is made is %s", s.Name, cb.Step, verdict.Outcome)
				}
				r, err := replay.Build(cb, made.Options(cb, replay.Options{To: server.URL, Keys: scenarioKeys}))
				if err != nil {
					t.Fatalf("%s: %v", s.Name, err)
				}
				a := sender.Do(t.Context(), r)
				if (a.Answer.Status == 200) != right || a.Err != "" || a.Scenario != s.Name || a.Step != cb.Step {
					t.Errorf("%s, V3 %t: step %d of %s is answered %d %s", s.Name, v3, a.Step, a.Scenario, a.Answer.Status, a.Err)
				}
			}
			got := c.messages()
			if s.Name == "unsigned" && v3 { // the other checker knows invalid alone
				want[s.Name] = []string{"delivered 000 1 [unsigned]"}
			}
			if diff := cmp.Diff(want[s.Name], got); diff != "" {
				t.Errorf("%s, V3 %t: messages (-want +got):\n%s", s.Name, v3, diff)
			}
			server.Close()
		}
	}
}

func requestOf(cb webhook.Callback) signature.Request {
	r := signature.Request{Method: cb.Method, URL: cb.URL, Header: cb.Header}
	if cb.Method == http.MethodPost {
		r.Params = cb.Report.Params
	}
	return r
}

// TestScenarioRounds has a message of its own in each round, and the same again with the same seed.
func TestScenarioRounds(t *testing.T) {
	s, _ := scenario.Find("lifecycle")
	uuids := func(seed uint64) (list []string, at []time.Duration) {
		now := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
		made, err := app.NewScenario(s, app.ScenarioOptions{To: "http://localhost:3000", Keys: scenarioKeys, Now: now, Rounds: 2, Speed: 2, Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		source := made.Source()
		for _, i := range []int{5, 4, 3, 0, 1, 2, 3} { // in any order
			cb, err := source.Load(context.Background(), i)
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, cb.Report.MessageUUID())
			at = append(at, cb.ReceivedAt.Sub(now))
		}
		return list, at
	}
	first, at := uuids(7)
	again, _ := uuids(7)
	other, _ := uuids(0)
	if !slices.Equal(first, again) || slices.Equal(first, other) {
		t.Errorf("the UUIDs are %v, %v and %v", first, again, other)
	}
	if first[0] != first[2] || first[3] != first[5] || first[0] == first[3] || first[6] != first[0] {
		t.Errorf("the UUIDs of the rounds are %v", first)
	}
	ms := time.Millisecond
	if diff := cmp.Diff([]time.Duration{1000 * ms, 600 * ms, 500 * ms, 0, 100 * ms, 500 * ms, 500 * ms}, at); diff != "" {
		t.Errorf("times (-want +got):\n%s", diff)
	}
}

func TestScenarioWithoutToken(t *testing.T) {
	s, _ := scenario.Find("delivered")
	if _, err := app.NewScenario(s, app.ScenarioOptions{To: "http://localhost:3000"}); err == nil || !strings.Contains(err.Error(), "PLIVO_AUTH_TOKEN") {
		t.Errorf("the error is %v", err)
	}
}
