package scenario_test

import (
	"strconv"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/plivo/scenario"
	"dev.internal/plivoscope/internal/plivo/signature"
)

func token(label string) signature.Token { return signature.NewToken(label, "the-token-of-"+label) }

// TestSign: what is signed wrongly verifies over what was signed, and not over what is asked for.
func TestSign(t *testing.T) {
	signer := scenario.Signer{
		Keys:   scenario.Keys{Account: token("account"), Main: token("main")},
		Forged: scenario.Keys{Account: token("wrong"), Main: token("wrong")},
	}
	params := []signature.Param{{Name: "To", Value: "14155550123"}, {Name: "Text", Value: "a+b & é"}}
	const target = "http://localhost:3000/sms?x=1#part"
	for _, method := range []string{"POST", "GET"} {
		for _, test := range []struct {
			how   scenario.Signature
			with  string // what it verifies with, and over
			over  string
			lacks bool
		}{
			{"", "account", "http://localhost:3000/sms?x=1", false},
			{scenario.Right, "account", "http://localhost:3000/sms?x=1", false},
			{scenario.WrongToken, "wrong", "http://localhost:3000/sms?x=1", false},
			{scenario.OtherURL, "account", "https://other.example/sms?x=1", false},
			{scenario.TrailingSlash, "account", "http://localhost:3000/sms/?x=1", false},
			{scenario.Unsigned, "account", "http://localhost:3000/sms?x=1", true},
		} {
			nonces := 0
			s, err := signer.Sign(test.how, method, target, params, func() string { nonces++; return strings.Repeat(strconv.Itoa(nonces), 20) })
			if err != nil {
				t.Fatal(err)
			}
			query := ""
			check := signature.Request{Method: method, Header: s.Header, Params: params}
			if method == "GET" {
				query, check.Params = "&To=14155550123&Text=a%2Bb+%26+%C3%A9", nil
			}
			if s.URL != "http://localhost:3000/sms?x=1"+query {
				t.Errorf("%s %s asks for %s", test.how, method, s.URL)
			}
			check.URL = test.over + query
			want := signature.Valid
			if test.lacks {
				want = signature.Missing
			}
			if v := signature.Verify(check, []signature.Token{token(test.with), token("main")}); v.Outcome != want {
				t.Errorf("%s %s is %s over %s", test.how, method, v.Outcome, check.URL)
			}
			check.URL = s.URL
			right := test.how == "" || test.how == scenario.Right
			if v := signature.Verify(check, []signature.Token{token("account"), token("main")}); (v.Outcome == signature.Valid) != right {
				t.Errorf("%s %s is %s as it is asked for", test.how, method, v.Outcome)
			}
		}
	}
	if _, err := signer.Sign("bad", "POST", target, params, nil); err == nil || !strings.Contains(err.Error(), `no signature "bad"`) {
		t.Errorf("the error is %v", err)
	}
	if _, err := signer.Sign("", "PUT", target, params, nil); err == nil {
		t.Error("PUT is taken")
	}
}
