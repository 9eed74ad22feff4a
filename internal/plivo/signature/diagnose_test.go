package signature_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/plivo/signature"
)

// sentTwice gives a request the V3 and the V2 signature, as Plivo does.
func sentTwice(t testing.TB, s signing) signature.Case {
	s.scheme = signature.V2
	v2 := s.header(t)
	s.scheme = signature.V3
	c := s.asSent(t)
	http.Header(c.Header).Set(signature.V2.Header(), v2)
	http.Header(c.Header).Set(signature.V2.NonceHeader(), s.nonce)
	return c
}

func first(t *testing.T, d signature.Diagnosis) signature.Finding {
	t.Helper()
	if len(d.Findings) == 0 {
		t.Fatalf("nothing found: %+v", d)
	}
	return d.Findings[0]
}

func TestSaysSchemeAndSlash(t *testing.T) {
	s := newSigning(signature.V3)
	s.url = "https://h/cb/"
	c := sentTwice(t, s)
	c.URL = "http://h/cb"
	for _, headers := range [][]signature.Scheme{{signature.V2, signature.V3}, {signature.V3}, {signature.V2}} {
		for _, scheme := range []signature.Scheme{signature.V2, signature.V3} {
			given := c.Header[scheme.Header()]
			if !slices.Contains(headers, scheme) {
				delete(c.Header, scheme.Header())
			}
			defer func() { c.Header[scheme.Header()] = given }()
		}
		d := signature.Diagnose(c)
		f := first(t, d)
		if !d.Explained() || f.Cause() != "scheme+slash" || d.Cause() != "scheme+slash" || f.Detail != `matches if the scheme is https, and the URL ends in "/"` {
			t.Errorf("%v: %s %s: %s", headers, f.Confidence, f.Cause(), f.Detail)
		}
		want := []signature.Change{{Part: signature.PartURL, Given: "http://h/cb", Signed: "https://h/cb/"}}
		if diff := cmp.Diff(want, f.Changes); diff != "" {
			t.Error(diff)
		}
		if !strings.Contains(f.Remedy, "https") || !strings.Contains(f.Remedy, `"/"`) || len(f.Settings) == 0 {
			t.Errorf("the remedy is %q, settings %v", f.Remedy, f.Settings)
		}
		s.scheme = headers[len(headers)-1]
		if f.Signature != s.header(t) || f.Scheme != s.scheme || f.Header != s.scheme.Header() || f.Token != "account" {
			t.Errorf("%+v", f)
		}
		c = sentTwice(t, s)
		c.URL = "http://h/cb"
	}
}

// What V2 tells of the URL leaves V3's search only what V3 covers beside it: then three changes at once
// are found.
func TestV2HelpsV3(t *testing.T) {
	s := newSigning(signature.V3)
	s.url = "https://example.com/cb/"
	s.params = append(s.params, signature.Param{Name: "PowerpackUUID"})
	c := sentTwice(t, s)
	c.URL = "http://example.com/cb"
	c.Params = slices.Clone(delivered)
	d := signature.Diagnose(c)
	f := first(t, d)
	if want := []string{"scheme-https", "slash-added", "empty-dropped"}; !d.Explained() || !slices.Equal(f.Hypotheses, want) {
		t.Errorf("%s %v: %s", f.Confidence, f.Hypotheses, f.Detail)
	}
}

// The headers of the two versions may be keyed by different accounts: then what V2 tells of the URL
// holds, and what it tells of the token does not.
func TestV2HelpsV3OfAnotherOwner(t *testing.T) {
	s := newSigning(signature.V2)
	s.url, s.token = "https://example.com/cb/", "sub-token"
	s.params = append(s.params, signature.Param{Name: "PowerpackUUID"})
	c := s.asSent(t)
	s.scheme, s.token = signature.MaV3, "main-token"
	http.Header(c.Header).Set(signature.MaV3.Header(), s.header(t))
	http.Header(c.Header).Set(signature.V3.NonceHeader(), s.nonce)
	c.Params = slices.Clone(delivered)
	c.URL = "http://example.com/cb"
	c.Tokens = []signature.Token{other, main, signature.NewToken("sub", "sub-token")}
	if f := first(t, signature.Diagnose(c)); !slices.Equal(f.Hypotheses, []string{"scheme-https", "slash-added", "empty-dropped"}) || f.Token != "main account" {
		t.Errorf("%s %v: %s", f.Confidence, f.Hypotheses, f.Detail)
	}
}

// What V2 tells of the token holds for V3 too, where the same account keys both.
func TestV2HelpsWithTheToken(t *testing.T) {
	s := newSigning(signature.V3)
	s.params = append(s.params, signature.Param{Name: "PowerpackUUID"})
	c := sentTwice(t, s)
	c.Params = slices.Clone(delivered)
	c.URL = strings.Replace(c.URL, "https", "http", 1)
	c.Tokens = []signature.Token{main, signature.NewToken("sub", s.token+"\n")}
	d := signature.Diagnose(c)
	if f := first(t, d); !d.Explained() || !slices.Equal(f.Hypotheses, []string{"token-newline", "scheme-https", "empty-dropped"}) {
		t.Errorf("%s %v: %s", f.Confidence, f.Hypotheses, f.Detail)
	}
}

// Where the body is too large for V3 to be tried often, V2 is explained all the same, and where it
// matches, what is tried of V3 is what V2 does not cover.
func TestLargeBody(t *testing.T) {
	s := newSigning(signature.V3)
	s.url = "https://example.com/cb"
	s.params = append(s.params, signature.Param{Name: "Text", Value: strings.Repeat("x", 60<<10)})
	c := sentTwice(t, s)
	with("X-Forwarded-Host", "a.example.com, b.example.com", "X-Forwarded-Port", "8443", "X-Original-Url", "/a/b/c/d")(&c)
	known("https://c.example.com/a/b", "https://d.example.com/c/d?e", "https://f.example.com:81/g/h?i")(&c)
	c.Params = append(c.Params, signature.Param{Name: "trace", Value: "1"})
	d := signature.Diagnose(c)
	if f := first(t, d); !d.Explained() || !slices.Equal(f.Hypotheses, []string{"param-added"}) {
		t.Errorf("%s %v: %s", f.Confidence, f.Hypotheses, f.Detail)
	}
	c.Params = slices.Clone(s.params)
	c.Params[len(c.Params)-1].Value = strings.Repeat("y", 60<<10)
	c.URL = "http://example.com/cb"
	d = signature.Diagnose(c)
	if f := first(t, d); f.Confidence != signature.Likely || !slices.Equal(f.Hypotheses, []string{"scheme-https"}) {
		t.Errorf("%s %v: %s", f.Confidence, f.Hypotheses, f.Detail)
	}
}

// Where V3 cannot be explained but V2 can, the finding says so and claims no more.
func TestWhatV2TellsIsLikely(t *testing.T) {
	s := newSigning(signature.V3)
	s.url = "https://example.com/cb"
	c := sentTwice(t, s)
	c.Params = slices.Clone(delivered)
	c.Params[4].Value = "altered beyond recognition"
	d := signature.Diagnose(c)
	f := first(t, d)
	if f.Confidence != signature.Likely || f.Cause() != "params" || f.Scheme != signature.V2 || d.Explained() || d.Cause() != "params" {
		t.Errorf("%+v", f)
	}
	c.URL = "http://example.com/cb"
	f = first(t, signature.Diagnose(c))
	if f.Confidence != signature.Likely || f.Cause() != "scheme" || !strings.Contains(f.Detail, "matches if the scheme is https, as the V2 signature of the same request does, and if") {
		t.Errorf("%+v", f)
	}
}

// No word about a token shows any piece of it.
func TestWordsNeverShowAToken(t *testing.T) {
	secret := newSigning(signature.V3).token
	for _, r := range singles {
		_, c, d := diagnose(t, signature.V3, r)
		text := fmt.Sprintf("%+v %#v", d, c.Tokens)
		for i := range len(secret) - 6 {
			if strings.Contains(text, secret[i:i+6]) {
				t.Fatalf("%s: %s", r.name, text)
			}
		}
	}
}

func TestDiagnosisIsTheSameEachTime(t *testing.T) {
	for _, r := range append(slices.Clone(singles[:40]), likeliest...) {
		_, c, d := diagnose(t, signature.V3, r)
		for range 3 {
			if diff := cmp.Diff(d, signature.Diagnose(c)); diff != "" {
				t.Fatalf("%s: %s", r.name, diff)
			}
		}
	}
	c := inexplicable(t)
	c.Header["x-forwarded-host"] = []string{"lower.example.com"}
	for range 5 {
		if diff := cmp.Diff(signature.Diagnose(c), signature.Diagnose(c)); diff != "" {
			t.Fatal(diff)
		}
	}
}

func TestWithoutTokensOthersAreTried(t *testing.T) {
	s := newSigning(signature.V3)
	c := s.asSent(t)
	c.Others, c.Tokens = c.Tokens, nil
	f := first(t, signature.Diagnose(c))
	if f.Cause() != "token" || f.Token != "account" || f.Detail != `matches if the key is the token "account"` {
		t.Errorf("%+v", f)
	}
}

// Every signature of a header's list counts, in whatever encoding it is.
func TestEachEntryOfAListIsExplained(t *testing.T) {
	s := newSigning(signature.V3)
	c := s.asSent(t)
	c.Header[s.scheme.Header()] = []string{wrong + ", " + c.Header[s.scheme.Header()][0]}
	c.URL = strings.Replace(c.URL, "https", "http", 1)
	if f := first(t, signature.Diagnose(c)); f.Cause() != "scheme" {
		t.Errorf("%+v", f)
	}
}

func TestVerifyingRequestHasNoDiagnosis(t *testing.T) {
	c := newSigning(signature.V3).asSent(t)
	if diff := cmp.Diff(signature.Diagnosis{}, signature.Diagnose(c)); diff != "" {
		t.Error(diff)
	}
}

// What cannot be explained is searched within the bound, and says that the bound was reached.
func TestSearchIsBounded(t *testing.T) {
	d := signature.Diagnose(inexplicable(t))
	if d.Explained() || d.Cause() != signature.UnknownCause || d.Tried < 1000 || d.Tried > 4000 || !d.Cut || len(d.RuledOut) == 0 || len(d.Remains) == 0 {
		t.Errorf("%+v", d)
	}
}
