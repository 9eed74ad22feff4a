package signature_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/plivo/signature"
)

// likeliest are the causes that meet most often, written so that any two go together: each edits one
// piece of the URL, whatever stands in the others.
var likeliest = []covered{
	{name: "scheme-https", also: []string{"url-forwarded", "known-origin"}, seen: edited(func(u *url.URL) { u.Scheme = "http" })},
	{name: "slash-added", sent: edits(func(u *url.URL) { u.Path += "/" }), seen: edited(func(u *url.URL) { u.Path = strings.TrimSuffix(u.Path, "/") })},
	{name: "port-dropped", also: []string{"url-forwarded", "host-forwarded", "known-origin"}, sent: edits(func(u *url.URL) { u.Host = u.Hostname() }), seen: edited(func(u *url.URL) { u.Host = u.Hostname() + ":3000" })},
	{
		name: "host-forwarded", also: []string{"url-forwarded"},
		seen: all(edited(func(u *url.URL) { u.Host = strings.Replace(u.Host, "example.com", "app.internal", 1) }), with("X-Forwarded-Host", "example.com")),
	},
	{name: "known-origin", also: []string{"known-url", "url-forwarded"}, seen: all(
		edited(func(u *url.URL) { u.Host = strings.Replace(u.Host, "example.com", "new.example.net", 1) }),
		known("https://new.example.net", "https://example.com/", "https://example.com:8443/sms/inbound"),
	)},
	{name: "prefix-added", also: []string{"url-forwarded"}, sent: edits(func(u *url.URL) { u.Path = "/api" + u.Path }), seen: all(
		edited(func(u *url.URL) { u.Path = strings.TrimPrefix(u.Path, "/api") }), with("X-Forwarded-Prefix", "/api"),
	)},
	{name: "query-dropped", schemes: inV3, sent: edits(func(u *url.URL) { u.RawQuery = "" }), seen: edited(func(u *url.URL) { u.RawQuery = "trace=1" })},
	{name: "token-newline", also: []string{"token-cleaned"}, seen: func(c *signature.Case) {
		c.Tokens = []signature.Token{other, signature.NewToken("account", newSigning(signature.V3).token+"\n")}
	}},
	{name: "token-other", seen: func(c *signature.Case) {
		c.Tokens, c.Others = c.Tokens[:1:1], []signature.Token{main, c.Tokens[1]}
	}},
	{name: "nonce-other-version", seen: func(c *signature.Case) {
		for _, h := range []string{signature.V3.NonceHeader(), signature.V2.NonceHeader()} {
			if values, ok := c.Header[h]; ok {
				c.Header[h] = []string{"11111111111111111111"}
				with(otherNonceHeader(h), values[0])(c)
				return
			}
		}
	}},
	{name: "method-post", schemes: inV3, seen: func(c *signature.Case) { c.Method = "GET" }},
	{name: "empty-dropped", schemes: inV3, sent: func(s *signing) {
		s.params = append(s.params, signature.Param{Name: "PowerpackUUID"})
	}, seen: func(c *signature.Case) {
		c.Params = slices.DeleteFunc(c.Params, func(p signature.Param) bool { return p.Value == "" })
	}},
}

// exclusive are pairs that cannot be: both say what one piece was.
var exclusive = [][2]string{
	{"host-forwarded", "known-origin"},
}

func edits(f func(*url.URL)) func(*signing) {
	return func(s *signing) { s.url = edit(s.url, f) }
}

func edited(f func(*url.URL)) func(*signature.Case) {
	return func(c *signature.Case) { c.URL = edit(c.URL, f) }
}

func edit(raw string, f func(*url.URL)) string {
	u, err := url.Parse(raw)
	if err != nil {
		panic(err)
	}
	f(u)
	return u.String()
}

// Any two of the likeliest causes at once are found by name, also where no weaker signature helps.
func TestCoverageOfPairs(t *testing.T) {
	found, tried, most := 0, 0, 0
	for i, a := range likeliest {
		for _, b := range likeliest[i+1:] {
			if slices.Contains(exclusive, [2]string{a.name, b.name}) {
				continue
			}
			for _, scheme := range both {
				if scheme == signature.MaV2 && (a.schemes != nil || b.schemes != nil) {
					continue
				}
				tried++
				s, c, d := diagnose(t, scheme, a, b)
				most = max(most, d.Tried)
				if signature.Verify(c.Request, c.Tokens).Outcome == signature.Valid {
					t.Errorf("%s and %s, %s: it verifies", a.name, b.name, scheme)
					continue
				}
				if !d.Explained() {
					t.Logf("%s and %s, %s: nothing found in %d signatures: %s as %s", a.name, b.name, scheme, d.Tried, s.url, c.URL)
					continue
				}
				f := d.Findings[0]
				base, err := signature.Base(s.scheme, s.method, s.url, s.nonce, s.params)
				if err != nil || f.Base != base || !a.namedBy(f) || !b.namedBy(f) {
					t.Logf("%s and %s, %s: found %v: %s; %q, %v", a.name, b.name, scheme, f.Hypotheses, f.Detail, f.Base, err)
					continue
				}
				found++
			}
		}
	}
	t.Logf("pairs: found %d / tried %d (%.0f %%), at most %d signatures", found, tried, 100*float64(found)/float64(tried), most)
	if found*100 < tried*95 {
		t.Errorf("fewer than 95 %% of the pairs were found")
	}
}

// Pairs that depend on which of the two comes first, or that each alone change nothing.
func TestPairsThatDependOnEachOther(t *testing.T) {
	whole := func(s signing) string { return mac(s.token, s.url+s.nonce) }
	for _, c := range []struct {
		want   []string
		scheme signature.Scheme
		sent   func(*signing)
		seen   func(*signature.Case)
	}{
		{[]string{"known-url", "slash-added"}, signature.V2, func(s *signing) { s.url = "https://old.example.com/cb/" }, func(c *signature.Case) {
			c.URL, c.KnownURLs = "http://localhost:3000/", []string{"https://old.example.com/cb"}
		}},
		{[]string{"host-received", "port-dropped"}, signature.V3, sentTo(":8443", ""), all(urlAs("example.com", "inner"), received("http://example.com:3000/"))},
		{[]string{"query-added", "whole-url"}, signature.V2, func(s *signing) { s.make = whole }, all(urlAs("?env=dev&n=1", ""), known(sentURL))},
		{[]string{"slash-added", "param-added"}, signature.V3, func(s *signing) { s.method, s.url, s.params = "GET", "https://h/cb/?Status=sent&To=1", nil }, urlAs("cb/?", "cb?trace=1&")},
		{[]string{"fragment-dropped", "whole-url"}, signature.V2, func(s *signing) { s.make = whole }, urlAs("n=1", "n=1#top")},
	} {
		_, _, d := diagnose(t, c.scheme, covered{sent: c.sent, seen: c.seen})
		if f := first(t, d); !d.Explained() || !slices.Equal(f.Hypotheses, c.want) {
			t.Errorf("want %v, found %v: %s", c.want, f.Hypotheses, f.Detail)
		}
	}
}
