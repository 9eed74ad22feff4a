package webhook_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
)

// TestJudgement asks for the verdict on signed requests: each is judged as a callback is, and none is kept or
// counted.
func TestJudgement(t *testing.T) {
	s := start(t, webhook.Config{
		PublicURLs: []string{"https://public.example/prefix"}, Tokens: []signature.Token{account}, OnInvalid: webhook.Reject,
		Limits: webhook.Limits{Rate: 1, Burst: 3},
	})
	public := "https://public.example/prefix" + webhook.SignaturePath
	ask := func(token signature.Token, signedFor, body string) (int, webhook.Judgement) {
		t.Helper()
		req, err := http.NewRequest(http.MethodPost, s.url+"/prefix"+webhook.SignaturePath, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if !token.Empty() {
			value, err := signature.Sign(token, signature.V3, http.MethodPost, signedFor, "1", []signature.Param{{Name: "To", Value: "ü"}})
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set(signature.V3.Header(), value)
			req.Header.Set(signature.V3.NonceHeader(), "1")
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		var j webhook.Judgement
		if resp.StatusCode == http.StatusOK {
			if err := json.NewDecoder(resp.Body).Decode(&j); err != nil {
				t.Fatal(err)
			}
		}
		return resp.StatusCode, j
	}
	for name, c := range map[string]struct {
		token          signature.Token
		signedFor      string
		want           signature.Outcome
		wantParameters int
	}{
		"as Plivo signs":     {account, public, signature.Valid, 1},
		"with another token": {another, public, signature.Invalid, 1},
		"for another URL":    {account, public + "/", signature.Invalid, 1},
		"not at all":         {signature.NewToken("none", ""), public, signature.Missing, 1},
	} {
		status, j := ask(c.token, c.signedFor, "To=%C3%BC")
		want := webhook.Judgement{Signature: c.want, URL: public, Method: http.MethodPost, Params: c.wantParameters}
		if status != http.StatusOK || cmp.Diff(want, j) != "" {
			t.Errorf("%s: %d, %s", name, status, cmp.Diff(want, j))
		}
	}
	if status, _ := ask(another, public, "To=x"); status != http.StatusTooManyRequests {
		t.Errorf("a fourth that does not verify is answered %d", status)
	}
	if status, j := ask(account, public, "To=%C3%BC"); status != http.StatusOK || j.Signature != signature.Valid {
		t.Errorf("one that verifies is answered %d after that: %+v", status, j)
	}
	if got := s.Stats(); got.Received != 0 || len(s.recorder.callbacks()) != 0 {
		t.Errorf("they count as callbacks: %+v", got)
	}
	resp, err := http.Get(s.url + "/prefix" + webhook.SignaturePath)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if got := s.Stats(); got.Received != 1 {
		t.Errorf("a GET there is no callback like any other: %+v", got)
	}
}
