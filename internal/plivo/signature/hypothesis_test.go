package signature

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// drawSeen is a request as an application may see it, with what may be known beside it.
func drawSeen(t *rapid.T) Case {
	value := rapid.OneOf(
		rapid.StringMatching(`[ -~]{0,12}`),
		rapid.SampledFrom([]string{
			"", "null", "True", " 14155550100", "+14155550199", "4", "0", "0.0025", "1.4155550199e+10", "a%20b", "a+b", " x\r\ny\n",
			"000", "0.00250", "GrÃ¼ÃŸe", "Grüße", "Gr\xfc\xdfe", "&lt;3 &amp; &#39;", `it\'s`, `"x"`, "a\\nb",
		}),
	)
	params := rapid.SliceOfNDistinct(rapid.Custom(func(t *rapid.T) Param {
		name := rapid.SampledFrom(slices.Concat(documented, []string{"Media0", "Media2", "Media10", "env", "action", "_token", "message_uuid", "to[]", "sms[Status]"})).Draw(t, "name")
		return Param{name, value.Draw(t, "value")}
	}), 0, 12, func(p Param) string { return p.Name })
	host := rapid.SampledFrom([]string{"example.com", "Example.com", "www.example.com:8443", "127.0.0.1:3000", "[::1]:4141", "app.internal", "example.com:443"})
	url := rapid.Custom(func(t *rapid.T) string {
		u := rapid.SampledFrom([]string{"http", "https"}).Draw(t, "scheme") + "://" + rapid.SampledFrom([]string{"", "", "user:pw@"}).Draw(t, "user") + host.Draw(t, "host")
		u += rapid.SampledFrom([]string{"", "/", "/sms", "/sms/", "/api//sms", "/a%2Fb/%c3%a9", "/a+b", "/ü x/~%7e", "/a/../b;v=1"}).Draw(t, "path")
		u += rapid.SampledFrom([]string{"", "", "?env=dev", "?b=2&a=1&env=%20+", "?flag"}).Draw(t, "query")
		return u + rapid.SampledFrom([]string{"", "", "#top"}).Draw(t, "fragment")
	})
	token := rapid.SampledFrom([]string{"account-token", " account-token\n", `"account-token"`, "PLIVO_AUTH_TOKEN=account-token", "\ufeffaccount-token", "account\u200b-token", "YWNjb3VudC10b2tlbg==", "MAXXXXXXXXXXXXXXXXXX:account-token", "account-tokenaccount-token"})
	c := Case{
		Request: Request{
			Method: rapid.SampledFrom([]string{"POST", "POST", "GET"}).Draw(t, "method"),
			URL:    url.Draw(t, "url"),
			Header: http.Header{},
			Params: params.Draw(t, "params"),
		},
		Tokens: []Token{NewToken("other", "other-token"), NewToken("account", token.Draw(t, "token"))},
	}
	if rapid.Bool().Draw(t, "more") {
		c.Others = []Token{NewToken("main account", "main-token")}
		c.AuthIDs = []string{"MAXXXXXXXXXXXXXXXXXX"}
		c.ReceivedURL = url.Draw(t, "received")
		c.KnownURLs = []string{url.Draw(t, "known"), "https://old.example.net/v2/sms#x"}
		c.Header = http.Header{
			"X-Forwarded-Host": {host.Draw(t, "forwarded")}, "X-Forwarded-Proto": {"https"}, "X-Forwarded-Port": {"8443"},
			"X-Forwarded-Prefix": {"/api"}, "X-Original-Url": {"/outer/sms?env=dev"},
		}
	}
	switch rapid.IntRange(0, 3).Draw(t, "body") {
	case 1:
		c.Body = []byte("Text=+a%20b&Status=sent&Media0=1&Media0=2")
	case 2:
		c.Body = []byte(`{"Text":" a","Units":1,"ErrorCode":0,"MNC":4,"PartInfo":null,"a":[1,{"b":true}]}`)
	case 3:
		c.Body = []byte(base64.StdEncoding.EncodeToString([]byte("Text=+a&Status=sent")))
	}
	return c
}

// TestEveryHypothesisFindsItsOwn signs what a hypothesis makes of a random request: the diagnosis then
// has to name that base string, under this name or one that comes to the same.
func TestEveryHypothesisFindsItsOwn(t *testing.T) {
	tried := make(map[string]int, len(hypotheses))
	rapid.Check(t, func(t *rapid.T) {
		c := drawSeen(t)
		form := rapid.SampledFrom([]Scheme{V3, MaV3, V2, V1}).Draw(t, "form")
		at := rapid.Uint8().Draw(t, "at")
		for i := range hypotheses {
			h := &hypotheses[i]
			k := c
			k.Header = http.Header(c.Header).Clone()
			k.Header[form.Header()] = []string{base64.StdEncoding.EncodeToString(make([]byte, 32))}
			for _, n := range []Scheme{V2, V3} {
				k.Header[n.NonceHeader()] = []string{" 0542956780" + string(n), "2"}
			}
			s := newSearch(&k)
			check := Verify(k.Request, k.Tokens).Checks[:1]
			s.aim(check)
			var made []input
			for to := range s.rewrite(h, s.root(check)) {
				made = append(made, to)
			}
			if len(made) == 0 {
				continue
			}
			to := made[int(at)%len(made)]
			if to.key == nil {
				to.key = s.keys[len(s.keys)-1]
			}
			base, err := s.appendInput(nil, to)
			if err != nil {
				continue
			}
			old := to.recipe.sha1 != (to.recipe.form == V1)
			k.Header[form.Header()] = []string{base64.StdEncoding.EncodeToString(to.key.sum(nil, old, base))}
			if Verify(k.Request, k.Tokens).Outcome == Valid {
				continue // a change that the scheme does not see
			}
			tried[h.name]++
			d := Diagnose(k)
			if !d.Explained() {
				t.Fatalf("%s by %s of %+v is not found in %d tries; cut %t", h.name, form, to, d.Tried, d.Cut)
			}
			if f := d.Findings[0]; f.Base != string(base) || len(f.Hypotheses) != 1 {
				t.Fatalf("%s by %s: %v explains another base\n%q, not\n%q", h.name, form, f.Hypotheses, f.Base, base)
			}
		}
	})
	for i := range hypotheses {
		if tried[hypotheses[i].name] == 0 {
			t.Logf("%s was never tried", hypotheses[i].name)
		}
	}
}

func TestHypothesesAreWhole(t *testing.T) {
	seen := map[string]bool{}
	for i := range hypotheses {
		h := &hypotheses[i]
		if h.name == "" || seen[h.name] || strings.ToLower(h.name) != h.name || strings.Contains(h.name, " ") {
			t.Errorf("the name %q", h.name)
		}
		seen[h.name] = true
		if h.cause == "" || h.rewrite == nil || h.say == nil || !strings.HasSuffix(h.about, ".") || !strings.HasSuffix(h.advice, ".") {
			t.Errorf("%s is not whole: %q %q %q", h.name, h.cause, h.about, h.advice)
		}
	}
	if len(high1252) != 0x20 {
		t.Errorf("Windows-1252 has %d characters from 0x80 to 0x9f", len(high1252))
	}
}
