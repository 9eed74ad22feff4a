package sdk_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/plivo/signature/sdk"
)

var schemes = []signature.Scheme{"V1", "V2", "Ma-V2", "V3", "Ma-V3"}

// FuzzProfiles holds whatever the request: nothing panics; without quirks the algorithm is Plivo's
// recipe; an SDK that departs from it has a reason to name.
func FuzzProfiles(f *testing.F) {
	for _, r := range readMatrix(f) {
		var body []string
		for _, p := range r.params() {
			body = append(body, p.Name+"="+p.Value)
		}
		f.Add(r.Method, r.URL, r.Nonce, strings.Join(body, "&"))
	}
	for _, s := range show {
		f.Add(or(s.method, "POST"), s.url, "N", s.params)
	}
	f.Add("GET", "https://h?%", "é", "&=&a&a=\xff")
	f.Add("", "://@:/?#", "", "")
	f.Fuzz(func(t *testing.T, method, url, nonce, body string) {
		var params []signature.Param
		if body != "" {
			for piece := range strings.SplitSeq(body, "&") {
				name, value, _ := strings.Cut(piece, "=")
				params = append(params, signature.Param{Name: name, Value: value})
			}
		}
		for _, s := range schemes {
			recipe, err := signature.Base(s, method, url, nonce, params)
			if base, ok := sdk.Recipe(s, method, url, nonce, params); base != recipe || ok != (err == nil) {
				t.Fatalf("%s: without quirks the base is %q, want %q, %v", s, base, recipe, err)
			}
			for _, p := range sdk.Profiles() {
				base, errSDK := p.Base(s, method, url, nonce, params)
				line, quirks := p.Explain(s, method, url, nonce, params)
				if base != recipe && errSDK == nil && line == "" || err == nil && errSDK != nil && len(quirks) == 0 {
					t.Errorf("%s %s: the base is %q, %v, unlike %q, for no reason", p.Name, s, base, errSDK, recipe)
				}
				if base == recipe && errSDK == nil && line != "" {
					t.Errorf("%s %s: %q although the base is the same", p.Name, s, line)
				}
				if utf8.ValidString(url+nonce+body+method) && !strings.Contains(url, "%") && !utf8.ValidString(line) {
					t.Errorf("%s %s: the line %q is cut within a character", p.Name, s, line)
				}
			}
			r := signature.Request{Method: method, URL: url, Params: params, Header: map[string][]string{s.Header(): {nonce}, s.NonceHeader(): {nonce}}}
			sdk.Ask(r, signature.Verify(r, nil), []signature.Token{token})
		}
	})
}
