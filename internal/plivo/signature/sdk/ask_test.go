package sdk_test

import (
	"fmt"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/plivo/signature/sdk"
)

var (
	token = signature.NewToken("account", "test_auth_token_0123456789")
	other = signature.NewToken("", "another_auth_token_9876543210")
)

// request signs with Plivo's recipe; header makes the header's values of the signature.
func request(t testing.TB, scheme signature.Scheme, url string, params []signature.Param, header func(signed string) []string) signature.Request {
	t.Helper()
	signed, err := signature.Sign(token, scheme, "POST", url, "N", params)
	if err != nil {
		t.Fatal(err)
	}
	return signature.Request{
		Method: "POST", URL: url, Params: params,
		Header: map[string][]string{scheme.Header(): header(signed), scheme.NonceHeader(): {"N"}},
	}
}

func plain(signed string) []string { return []string{signed} }

// answers shows who accepts and why the others do not: "+go -ruby(drops :8443)".
func answers(all []sdk.Answer) string {
	var b strings.Builder
	for _, a := range all {
		sign := "-"
		if a.Accepts {
			sign = "+"
		}
		if a.Quirk != "" {
			a.Quirk = "(" + a.Quirk + ")"
		}
		fmt.Fprintf(&b, " %s%s%s", sign, a.SDK, a.Quirk)
	}
	return strings.TrimSpace(b.String())
}

func TestAsk(t *testing.T) {
	report := []signature.Param{{Name: "Status", Value: "delivered"}, {Name: "To", Value: "14155550199"}}
	list := func(format string) func(string) []string {
		return func(signed string) []string { return []string{fmt.Sprintf(format, signed)} }
	}
	const all = "+go +node +python +php +ruby +java +dotnet"
	tests := []struct {
		name   string
		scheme signature.Scheme
		url    string
		params []signature.Param
		header func(string) []string
		want   string
	}{
		{"usual V3", "V3", "https://h/cb", report, plain, all},
		{"usual V2", "V2", "https://h/cb", report, plain, all},
		{"main account", "Ma-V3", "https://h/cb?a=1", report, plain, all},
		{"main account V2", "Ma-V2", "https://h/cb?a=1", report, plain, all},
		{
			"V1", "V1", "https://h/cb", report, plain,
			"+go +node -python(has no validator of this scheme) -php(has no validator of this scheme) " +
				"-ruby(has no validator of this scheme) -java(has no validator of this scheme) -dotnet(answers false to every request)",
		},
		{"port", "V3", "https://h:8443/cb", report, plain, "+go +node +python +php -ruby(drops :8443) -java(drops :8443) -dotnet(drops :8443)"},
		{"port of a main account", "Ma-V2", "https://h:8443/cb", report, plain, "+go +node +python +php -ruby(drops :8443) +java +dotnet"},
		{
			"two quirks", "V2", "https://EXAMPLE.com:443/a%20b", nil, plain,
			"-go(signs the decoded path /a b) +node +python +php -ruby(drops :443) +java -dotnet(lower-cases EXAMPLE.com, drops :443)",
		},
		{
			"V2 list", "V2", "https://h/cb", nil, list("%s,AAAA"),
			"-go(L) -node(L) -python(L) -php(L) -ruby(L) -java(L) -dotnet(L)",
		},
		{"V3 list", "V3", "https://h/cb", report, list("AAAA,%s"), all},
		{
			"V3 list with a space", "V3", "https://h/cb", report, list("AAAA, %s"),
			"-go(T) -node(T) -python(T) -php(T) -ruby(T) -java(T) -dotnet(T)",
		},
		{"first of a V3 list with a space", "V3", "https://h/cb", report, list("%s, AAAA"), all},
		{
			"second header", "V3", "https://h/cb", report, func(s string) []string { return []string{"AAAA", s} },
			"-go(H) -node(H) -python(H) -php(H) -ruby(H) -java(H) -dotnet(H)",
		},
		{"wrong signature", "V3", "https://h/cb", report, func(string) []string { return []string{"AAAA"} }, strings.ReplaceAll(all, "+", "-")},
	}
	words := strings.NewReplacer("(L)", "(does not split the list in the header)", "(T)", "(does not trim the list in the header)",
		"(H)", "(reads the first of several headers alone)")
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := request(t, tt.scheme, tt.url, tt.params, tt.header)
			tokens := []signature.Token{signature.NewToken("unset", ""), other, token}
			v := signature.Verify(r, tokens)
			got := sdk.Ask(r, v, tokens)
			if s := answers(got); s != words.Replace(tt.want) {
				t.Errorf("Ask says\n  %s, want\n  %s", s, words.Replace(tt.want))
			}
			for i, p := range sdk.Profiles()[:len(got)] {
				a := got[i]
				if a.SDK != p.Name || a.Version != p.Version || a.Scheme != tt.scheme {
					t.Errorf("answer %d is of %s %s about %s", i, a.SDK, a.Version, a.Scheme)
				}
				signer, label := token, "account"
				if !a.Accepts {
					signer, label = other, "token"
				}
				want, err := p.Sign(signer, tt.scheme, r.Method, r.URL, "N", r.Params)
				if a.Token != label || a.Signature != want || (a.Err == nil) != (err == nil) {
					t.Errorf("%s: the signature is %q with %q, want %q with %q", p.Name, a.Signature, a.Token, want, label)
				}
			}
		})
	}
}

// TestAskDeciding asks about the header that decided, and works it out where no verdict is at hand.
func TestAskDeciding(t *testing.T) {
	r := request(t, "V3", "https://h/cb", nil, plain)
	r.Header["X-Plivo-Signature-Ma-V3"] = r.Header["X-Plivo-Signature-V3"]
	r.Header["X-Plivo-Signature-V3"] = []string{"AAAA"}
	r.Header["X-Plivo-Signature-V2"] = []string{"AAAA"}
	tokens := []signature.Token{token}
	got := sdk.Ask(r, signature.Verify(r, tokens), tokens)
	if len(got) != 7 || got[0].Scheme != signature.MaV3 || !got[0].Accepts || got[0].Base != "https://h/cb.N" {
		t.Errorf("Ask gives %+v, want the header that matched to be accepted", got)
	}
	lower := map[string][]string{}
	for name, values := range r.Header {
		lower[strings.ToLower(name)] = values
	}
	r.Header = lower
	got = sdk.Ask(r, signature.Verdict{}, tokens)
	if len(got) != 7 || got[0].Scheme != signature.V3 || got[0].Accepts {
		t.Errorf("Ask without a verdict gives %+v, want the strongest header", got)
	}
}

func TestAskNothing(t *testing.T) {
	signed := request(t, "V3", "https://h/cb", nil, plain)
	noNonce := request(t, "V3", "https://h/cb", nil, plain)
	delete(noNonce.Header, "X-Plivo-Signature-V3-Nonce")
	for _, tt := range []struct {
		name   string
		r      signature.Request
		tokens []signature.Token
	}{
		{"no header", signature.Request{Method: "POST", URL: "https://h/cb"}, []signature.Token{token}},
		{"no nonce", noNonce, []signature.Token{token}},
		{"no token", signed, nil},
		{"empty token", signed, []signature.Token{signature.NewToken("a", "")}},
	} {
		if got := sdk.Ask(tt.r, signature.Verify(tt.r, tt.tokens), tt.tokens); len(got) != 0 {
			t.Errorf("%s: Ask gives %+v, want nothing", tt.name, got)
		}
	}
}

// TestAskWithoutURL is about a URL that Plivo cannot have been given: nobody signs it, and that is no
// quirk unless the SDK has words of its own for it.
func TestAskWithoutURL(t *testing.T) {
	r := request(t, "V2", "https://h/cb", nil, plain)
	r.URL = "h/cb"
	tokens := []signature.Token{token}
	got := sdk.Ask(r, signature.Verify(r, tokens), tokens)
	want := "-go -node -python -php -ruby -java -dotnet"
	if s := answers(got); s != want {
		t.Errorf("Ask says %s, want %s", s, want)
	}
	r.URL = ""
	for _, a := range sdk.Ask(r, signature.Verify(r, tokens), tokens) {
		if a.Err == nil || a.Err.Text != "the URL has no scheme and host" || a.Quirk != "" {
			t.Errorf("%s, of no URL: %v %q", a.SDK, a.Err, a.Quirk)
		}
	}
	for _, a := range got {
		if a.Err == nil || a.Err.SDK != a.SDK || a.Signature != "" || a.Base != "" {
			t.Errorf("%s: %+v, want an error alone", a.SDK, a)
		}
	}
}

func TestLookup(t *testing.T) {
	for _, p := range sdk.Profiles() {
		if got, err := sdk.Lookup(p.Name); got != p || err != nil {
			t.Errorf("Lookup(%q) = %v, %v", p.Name, got, err)
		}
		if len(p.Quirks()) == 0 {
			t.Errorf("%s has no quirk", p.Name)
		}
	}
	if _, err := sdk.Lookup("perl"); err == nil || !strings.Contains(err.Error(), "java@servlet") {
		t.Errorf("Lookup of an unknown SDK fails with %v, want the names", err)
	}
	if _, err := (sdk.Profile{Name: "perl"}).Base("V2", "POST", "https://h", "N", nil); err == nil {
		t.Error("an SDK that does not exist has a base string")
	}
	p, _ := sdk.Lookup("go")
	if _, err := p.Base("V9", "POST", "https://h", "N", nil); err == nil {
		t.Error("a scheme that does not exist has a base string")
	}
	if _, err := p.Sign(signature.NewToken("account", ""), "V2", "POST", "https://h", "N", nil); err == nil || !strings.Contains(err.Error(), `"account"`) {
		t.Errorf("signing without a token fails with %v, want the token's label", err)
	}
}

// TestAskWithinBounds asks nobody about what no callback comes near, and explains nothing of what is
// large.
func TestAskWithinBounds(t *testing.T) {
	many := func(n int) []signature.Param {
		params := make([]signature.Param, n)
		for i := range params {
			params[i] = signature.Param{Name: fmt.Sprintf("a%d", i%7), Value: fmt.Sprint(i)}
		}
		return params
	}
	const unexplained = "differs, which is not explained for a request of this size"
	for _, tt := range []struct {
		name, url string
		params    []signature.Param
		want      string // of Ruby
	}{
		{"explained", "https://h:8443/cb", many(500), "drops :8443, has the last alone of a0"},
		{"parameters", "https://h:8443/cb", many(501), unexplained},
		{"query", "https://h:8443/cb?" + strings.Repeat("&", 501), nil, unexplained},
		{"bytes", "https://h:8443/cb", []signature.Param{{Name: "a", Value: strings.Repeat("x", 64<<10)}}, unexplained},
		{"many parameters", "https://h/cb", many(10_001), "not asked: the request has 10001 parameters"},
		{"many pairs", "https://h/cb?" + strings.Repeat("&", 9_992), many(9), "not asked: the request has 10001 parameters"},
		{"many bytes", "https://h/cb", []signature.Param{{Name: "a", Value: strings.Repeat("x", 1<<20)}}, "not asked: the request has 1048589 bytes"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := request(t, "V3", tt.url, tt.params, plain)
			tokens := []signature.Token{token}
			got := sdk.Ask(r, signature.Verify(r, tokens), tokens)
			if len(got) != 7 || got[4].SDK != "ruby" || got[4].Quirk != tt.want || got[4].Accepts || got[4].Err != nil {
				t.Errorf("it says %+v, want %s", got, tt.want)
			}
			for _, a := range got {
				if unasked := strings.HasPrefix(tt.want, "not asked"); unasked != strings.HasPrefix(a.Quirk, "not asked") || unasked && (a.Base != "" || a.Signature != "") {
					t.Errorf("%s: %+v", a.SDK, a)
				}
			}
		})
	}
}

func BenchmarkAsk(b *testing.B) {
	var params []signature.Param
	url := ""
	for _, r := range readMatrix(b) {
		if r.ID == "v3p-query-unsorted" {
			url, params = r.URL, r.params()
		}
	}
	many := make([]signature.Param, 9_000)
	for i := range many {
		many[i] = signature.Param{Name: fmt.Sprintf("Media%d", i*7919%9_000), Value: strings.Repeat("x", 90)}
	}
	for _, bb := range []struct {
		name, url string
		params    []signature.Param
	}{
		{"usual", url, params},
		{"port", strings.Replace(url, "example.com", "example.com:8443", 1), params},
		{"differing", "https://EXAMPLE.com:8443/a%20b/../c+d?n=a%26b&n=%C3%A9&flag", params},
		{"1 MB", url, many},
		{"500 pairs", "https://h:8443/cb?" + strings.Repeat("&a=%20", 500), nil},
		{"10,000 pairs", "https://h:8443/cb?" + strings.Repeat("&", 10_000), nil},
		{"30 KiB", "https://h:8443/cb?" + strings.Repeat("&", 30<<10), nil},
	} {
		r := request(b, "V3", bb.url, bb.params, plain)
		tokens := []signature.Token{token}
		v := signature.Verify(r, tokens)
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				sdk.Ask(r, v, tokens)
			}
		})
	}
}
