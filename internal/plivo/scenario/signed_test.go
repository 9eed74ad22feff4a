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
		Keys:   scenario.KeysOf(token("account"), token("main")),
		Forged: scenario.KeysOf(token("wrong"), token("wrong")),
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

// TestSignLists has a signature by each active token in a header, and the headers of the families that are asked for.
func TestSignLists(t *testing.T) {
	keys := scenario.Keys{
		Account: []signature.Token{token("old"), token("new")},
		Main:    []signature.Token{token("main"), token("next"), token("last")},
	}
	for list, want := range map[string]map[signature.Scheme]int{
		"v2,ma-v2,v3,ma-v3": {signature.V2: 2, signature.MaV2: 3, signature.V3: 2, signature.MaV3: 3},
		"v2":                {signature.V2: 2},
		" MA-V3 , v3":       {signature.V3: 2, signature.MaV3: 3},
		"ma-v2,v3":          {signature.MaV2: 3, signature.V3: 2},
	} {
		families, err := scenario.ParseFamilies(list)
		if err != nil {
			t.Fatal(err)
		}
		nonces := 0
		s, err := scenario.Signer{Keys: keys, Families: families}.Sign("", "POST", "http://localhost/a", nil, func() string { nonces++; return strings.Repeat(strconv.Itoa(nonces), 20) })
		if err != nil {
			t.Fatal(err)
		}
		nonced := map[string]string{}
		for _, scheme := range []signature.Scheme{signature.V2, signature.MaV2, signature.V3, signature.MaV3} {
			got := s.Header.Get(scheme.Header())
			n := 0
			if got != "" {
				n = strings.Count(got, ",") + 1
				nonced[scheme.NonceHeader()] = map[bool]string{true: strings.Repeat("1", 20), false: strings.Repeat("2", 20)}[scheme.NonceHeader() == signature.V2.NonceHeader()]
			}
			if n != want[scheme] {
				t.Errorf("%q: %s has %d signatures, want %d", list, scheme.Header(), n, want[scheme])
			}
		}
		for _, name := range []string{signature.V2.NonceHeader(), signature.V3.NonceHeader()} {
			if got := s.Header.Get(name); got != nonced[name] {
				t.Errorf("%q: %s is %q, want %q", list, name, got, nonced[name])
			}
		}
		if len(want) < 4 {
			continue
		}
		for _, any := range []string{"old", "new", "main", "next", "last"} {
			v := signature.Verify(signature.Request{Method: "POST", URL: "http://localhost/a", Header: s.Header}, []signature.Token{token(any)})
			if v.Outcome != signature.Valid {
				t.Errorf("with the token %s it is %s", any, v.Outcome)
			}
		}
	}
}

func TestParseFamilies(t *testing.T) {
	for list, says := range map[string]string{
		"":          "no family of signatures: name one or more of v2,ma-v2,v3,ma-v3",
		" ":         "no family of signatures",
		",":         `the family ""`,
		"v2,":       `the family ""`,
		"v1":        `the family "v1": use one or more of v2,ma-v2,v3,ma-v3`,
		"v2,v3,V2":  "v2 twice",
		"v2 v3":     `"v2 v3"`,
		"none":      `"none"`,
		"v2,\x1b[m": "",
	} {
		if _, err := scenario.ParseFamilies(list); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: the error is %v, want %q in it", list, err, says)
		}
	}
	f, err := scenario.ParseFamilies("MA-v3, v2")
	if err != nil || f.String() != "v2,ma-v3" {
		t.Errorf("it is %q (%v)", f, err)
	}
	if all := scenario.Families(0).String(); all != "v2,ma-v2,v3,ma-v3" {
		t.Errorf("the zero one is %q", all)
	}
}
