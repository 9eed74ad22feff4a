package signature_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/plivo/signature"
)

// TestFindsSignaturesThatAreDamaged has a signature that matches lose or gain characters on the way.
func TestFindsSignaturesThatAreDamaged(t *testing.T) {
	for _, scheme := range []signature.Scheme{signature.V3, signature.MaV2, signature.V1} {
		s := newSigning(scheme)
		whole := s.header(t)
		for _, c := range []struct {
			name, given, want, detail string
			beside                    bool // found with another change too
		}{
			{"first eight", whole[:8], "header-cut", "it holds the first 8 of ", false},
			{"first twenty", whole[:20], "header-cut", "it holds the first 20 of ", true},
			{"all but two", whole[:len(whole)-2], "header-cut", "it holds the first ", true},
			{"the end", whole[len(whole)-18:], "header-cut", "it holds the last 18 of ", true},
			{"more behind", whole + "abc", "header-longer", "3 characters that do not belong to it", true},
			{"more around", "x<" + whole + ">", "header-longer", "3 characters that do not belong to it", true},
			{"one lost", whole[:9] + whole[10:], "header-character-lost", "it lacks its character 10", true},
			{"first lost", whole[1:], "header-cut", "it holds the last ", true},
		} {
			t.Run(string(scheme)+" "+c.name, func(t *testing.T) {
				k := s.asSent(t)
				k.Header[scheme.Header()] = []string{c.given}
				if scheme == signature.MaV2 && c.name == "all but two" || signature.Verify(k.Request, k.Tokens).Outcome == signature.Valid {
					return // without its padding it is read as it was meant
				}
				d := signature.Diagnose(k)
				f := first(t, d)
				if !d.Explained() || !slices.Equal(f.Hypotheses, []string{c.want}) || f.Cause() != "header" || d.Cause() != "header" {
					t.Fatalf("%s %v: %s", f.Confidence, f.Hypotheses, f.Detail)
				}
				if !strings.HasPrefix(f.Detail, "matches if the header ") || !strings.Contains(f.Detail, c.detail) || f.Remedy == "" || f.Signature != whole || f.Token != "account" {
					t.Errorf("%+v", f)
				}
				if diff := cmp.Diff([]signature.Change{{Part: signature.PartSignature, Given: c.given, Signed: whole}}, f.Changes); diff != "" {
					t.Error(diff)
				}
				if len(d.Remains)+len(d.RuledOut) > 0 {
					t.Errorf("remains %q, ruled out %q", d.Remains, d.RuledOut)
				}
				k.URL = strings.Replace(k.URL, "https", "http", 1)
				d = signature.Diagnose(k)
				if f := first(t, d); c.beside && !slices.Equal(f.Hypotheses, []string{"scheme-https", c.want}) || d.Explained() != c.beside {
					t.Errorf("over http: %s %v: %s", f.Confidence, f.Hypotheses, f.Detail)
				}
			})
		}
	}
}

// A few characters prove nothing, but they are a hint.
func TestFewCharactersOfASignature(t *testing.T) {
	s := newSigning(signature.V3)
	c := s.asSent(t)
	c.Header[s.scheme.Header()] = []string{s.header(t)[:5]}
	d := signature.Diagnose(c)
	if f := first(t, d); d.Explained() || !slices.Equal(f.Hypotheses, []string{"header-malformed"}) || !strings.Contains(f.Detail, "5 characters of 44, and they are the first of the one that is computed") {
		t.Errorf("%s %v: %s", f.Confidence, f.Hypotheses, f.Detail)
	}
	c.Header[s.scheme.Header()] = []string{"AAAAA"}
	if f := first(t, signature.Diagnose(c)); strings.Contains(f.Detail, "computed") {
		t.Errorf("%v: %s", f.Hypotheses, f.Detail)
	}
}

// Where the nonce is not there, what may stand in for it is tried, with one change beside, and nothing
// is said of other tokens.
func TestWithoutNonce(t *testing.T) {
	s := newSigning(signature.V3)
	at := s.scheme.NonceHeader()
	for name, c := range map[string]struct {
		change func(*signature.Case)
		want   []string
	}{
		"V2's":           {func(c *signature.Case) { http.Header(c.Header).Set(signature.V2.NonceHeader(), s.nonce) }, []string{"nonce-other-version"}},
		"PHP's name":     {func(c *signature.Case) { c.Header["HTTP_X_PLIVO_SIGNATURE_V3_NONCE"] = []string{s.nonce} }, []string{"nonce-other-version"}},
		"V2's over http": {all(with(signature.V2.NonceHeader(), s.nonce), urlAs("https", "http")), []string{"nonce-other-version", "scheme-https"}},
	} {
		k := s.asSent(t)
		delete(k.Header, at)
		c.change(&k)
		d := signature.Diagnose(k)
		if f := first(t, d); !d.Explained() || !slices.Equal(f.Hypotheses, c.want) || d.Cause()[:5] != "nonce" {
			t.Errorf("%s: %s %v: %s", name, f.Confidence, f.Hypotheses, f.Detail)
		}
	}

	c := inexplicable(t)
	delete(c.Header, at)
	c.Header[signature.V2.NonceHeader()] = nil
	d := signature.Diagnose(c)
	if f := first(t, d); len(d.Findings) != 1 || !slices.Equal(f.Hypotheses, []string{"nonce-missing"}) || d.Cause() != "nonce" || !strings.HasPrefix(f.Detail, "cannot be computed without its nonce") {
		t.Errorf("%+v", d.Findings)
	}
	if d.Tried > 1500 || d.Cut || len(d.RuledOut)+len(d.Remains) > 0 {
		t.Errorf("%d signatures, cut %t; ruled out %q, remains %q", d.Tried, d.Cut, d.RuledOut, d.Remains)
	}
}
