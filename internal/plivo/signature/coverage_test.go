package signature_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/plivo/signature"
)

// signing is a callback as its sender made it.
type signing struct {
	scheme signature.Scheme
	method string
	url    string
	nonce  string
	token  string
	params []signature.Param

	// make is how a sender that does not follow the scheme's recipe makes the header; nil for Plivo.
	make func(signing) string
}

// covered is a hypothesis with a request that shows it: what is special about what was sent, and how
// the application sees it otherwise.
type covered struct {
	name    string             // of the hypothesis
	also    []string           // others that come to the same
	schemes []signature.Scheme // in which it makes a difference; V3 and V2 where it is nil
	sent    func(*signing)
	seen    func(*signature.Case)
}

var (
	inV3 = []signature.Scheme{signature.V3, signature.MaV3}
	inV1 = []signature.Scheme{signature.V1}
	both = []signature.Scheme{signature.V3, signature.MaV2}
)

const sentURL = "https://example.com:8443/sms/delivery-report?env=dev&n=1"

// delivered is a delivery report as Plivo posts it.
var delivered = []signature.Param{
	{Name: "MessageUUID", Value: "5b40a428-bfc7-4daf-9d06-726c558bf3b8"},
	{Name: "To", Value: "14155550123"},
	{Name: "From", Value: "14155550100"},
	{Name: "Type", Value: "sms"},
	{Name: "Status", Value: "delivered"},
	{Name: "Units", Value: "1"},
	{Name: "TotalRate", Value: "0.00250"},
	{Name: "TotalAmount", Value: "0.00250"},
	{Name: "MCC", Value: "310"},
	{Name: "MNC", Value: "004"},
	{Name: "ErrorCode", Value: "000"},
	{Name: "ParentMessageUUID", Value: "5b40a428-bfc7-4daf-9d06-726c558bf3b8"},
	{Name: "PartInfo", Value: "1 of 1"},
	{Name: "Sequence", Value: "3"},
	{Name: "MessageTime", Value: "2026-11-23 21:05:11.123456+00:00"},
	{Name: "requester_ip", Value: "203.0.113.9"},
}

func newSigning(scheme signature.Scheme) signing {
	return signing{
		scheme: scheme, method: "POST", url: sentURL, nonce: nonce,
		token: "NzAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4", params: slices.Clone(delivered),
	}
}

// header is the value of the signature's header.
func (s signing) header(t testing.TB) string {
	if s.make != nil {
		return s.make(s)
	}
	given, err := signature.Sign(signature.NewToken("", s.token), s.scheme, s.method, s.url, s.nonce, s.params)
	if err != nil {
		t.Fatal(err)
	}
	return given
}

// mac is a signature made without the package, over any base string.
func mac(key, base string) string {
	h := hmac.New(sha256.New, []byte(key))
	h.Write([]byte(base))
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

// asSent is the case of an application that sees the request just as it was sent.
func (s signing) asSent(t testing.TB) signature.Case {
	header := http.Header{s.scheme.Header(): {s.header(t)}}
	if h := s.scheme.NonceHeader(); h != "" {
		header.Set(h, s.nonce)
	}
	return signature.Case{
		Request: signature.Request{Method: s.method, URL: s.url, Header: header, Params: slices.Clone(s.params)},
		Tokens:  []signature.Token{other, signature.NewToken("account", s.token)},
	}
}

// tokenAs has the token checked with what f makes of it.
func tokenAs(f func(string) string) func(*signature.Case) {
	return func(c *signature.Case) {
		c.Tokens = []signature.Token{other, signature.NewToken("account", f("NzAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4"))}
	}
}

// urlAs has the URL seen with one text replaced by another.
func urlAs(old, new string) func(*signature.Case) {
	return func(c *signature.Case) { c.URL = strings.Replace(c.URL, old, new, 1) }
}

// sentTo has the request sent to a URL with one text replaced by another.
func sentTo(old, new string) func(*signing) {
	return func(s *signing) { s.url = strings.Replace(s.url, old, new, 1) }
}

func with(header ...string) func(*signature.Case) {
	return func(c *signature.Case) {
		for i := 0; i < len(header); i += 2 {
			http.Header(c.Header).Add(header[i], header[i+1])
		}
	}
}

func all[T any](fs ...func(*T)) func(*T) {
	return func(v *T) {
		for _, f := range fs {
			if f != nil {
				f(v)
			}
		}
	}
}

func known(urls ...string) func(*signature.Case) {
	return func(c *signature.Case) { c.KnownURLs = append(c.KnownURLs, urls...) }
}

// diagnose signs, looks and asks for the cause.
func diagnose(t testing.TB, scheme signature.Scheme, rows ...covered) (signing, signature.Case, signature.Diagnosis) {
	t.Helper()
	s := newSigning(scheme)
	for _, r := range rows {
		if r.sent != nil {
			r.sent(&s)
		}
	}
	c := s.asSent(t)
	for _, r := range rows {
		if r.seen != nil {
			r.seen(&c)
		}
	}
	return s, c, signature.Diagnose(c)
}

// names tells whether the finding names the row's hypothesis, or one that comes to the same.
func (r covered) namedBy(f signature.Finding) bool {
	return slices.ContainsFunc(f.Hypotheses, func(name string) bool {
		return name == r.name || slices.Contains(r.also, name)
	})
}

// checkSingle tells whether the first finding is certain, is the row's hypothesis and no other, and
// truly makes what was sent.
func checkSingle(t *testing.T, r covered, scheme signature.Scheme) bool {
	t.Helper()
	s, c, d := diagnose(t, scheme, r)
	if v := signature.Verify(c.Request, c.Tokens); v.Outcome == signature.Valid {
		t.Errorf("%s, %s: the request as it is seen verifies: the row shows nothing", r.name, scheme)
		return false
	}
	if !d.Explained() {
		t.Errorf("%s, %s: nothing found in %d signatures for %s", r.name, scheme, d.Tried, c.URL)
		return false
	}
	f := d.Findings[0]
	if len(f.Hypotheses) != 1 || !r.namedBy(f) {
		t.Errorf("%s, %s: the first finding is %v: %s", r.name, scheme, f.Hypotheses, f.Detail)
		return false
	}
	if s.make == nil {
		base, err := signature.Base(s.scheme, s.method, s.url, s.nonce, s.params)
		if err != nil || f.Base != base {
			t.Errorf("%s, %s: the base string is %q, was %q, %v", r.name, scheme, f.Base, base, err)
			return false
		}
	}
	if !strings.HasPrefix(f.Detail, "matches if ") || f.Remedy == "" || len(f.Changes) == 0 && !slices.Contains(f.Causes, signature.CauseRecipe) && !slices.Contains(f.Causes, signature.CauseNonce) {
		t.Errorf("%s, %s: it says %q, %q, %v", r.name, scheme, f.Detail, f.Remedy, f.Changes)
		return false
	}
	return true
}

// checkSingles checks each row under each of its schemes and prints how many were found.
func checkSingles(t *testing.T, rows []covered) {
	found, tried := 0, 0
	for _, r := range rows {
		schemes := r.schemes
		if schemes == nil {
			schemes = both
		}
		for _, scheme := range schemes {
			tried++
			if checkSingle(t, r, scheme) {
				found++
			}
		}
	}
	t.Logf("singles: found %d / tried %d (%.0f %%)", found, tried, 100*float64(found)/float64(tried))
}
