package signature_test

import (
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/plivo/signature"
)

// TestFindsSignaturesThatAreWrittenOtherwise takes a signature that matches, writes it in each of the
// ways that it is met in, alone and with a change of the URL beside.
func TestFindsSignaturesThatAreWrittenOtherwise(t *testing.T) {
	given, nonce := "", ""
	for i := 0; !strings.ContainsAny(given, "+/"); i++ { // the hash that shows what each writing does
		nonce = strings.Repeat("7", i+1)
		var err error
		if given, err = signature.Sign(account, signature.V3, "POST", callbackURL, nonce, report()); err != nil {
			t.Fatal(err)
		}
	}
	digest, err := base64.StdEncoding.DecodeString(given)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, given string }{
		{"hex", hex.EncodeToString(digest)},
		{"hex", strings.ToUpper(hex.EncodeToString(digest))},
		{"base64url", base64.URLEncoding.EncodeToString(digest)},
		{"base64url", base64.RawURLEncoding.EncodeToString(digest)},
		{"base64-without-padding", base64.RawStdEncoding.EncodeToString(digest)},
		{"base64-of-hex-digits", base64.StdEncoding.EncodeToString([]byte(hex.EncodeToString(digest)))},
		{"percent-encoded-base64", url.QueryEscape(given)},
		{"base64-in-quotation-marks", `"` + given + `"`},
		{"base64-behind-a-name", "sha256=" + given},
		{"hex-behind-a-name", "sha256=" + hex.EncodeToString(digest)},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := signature.Case{
				Request: signature.Request{
					Method: "POST", URL: callbackURL, Params: report(),
					Header: http.Header{"X-Plivo-Signature-V3": {c.given}, "X-Plivo-Signature-V3-Nonce": {nonce}},
				},
				Tokens: []signature.Token{other, account},
			}
			want := []string{c.name + "-signature"}
			if d := signature.Diagnose(k); !d.Explained() || !slices.Equal(d.Findings[0].Hypotheses, want) || d.Findings[0].Remedy == "" {
				t.Errorf("%q: %+v", c.given, d)
			}
			k.URL = strings.Replace(k.URL, "https", "http", 1)
			want = append([]string{"scheme-https"}, want...)
			if d := signature.Diagnose(k); !d.Explained() || !slices.Equal(d.Findings[0].Hypotheses, want) {
				t.Errorf("%q over http: %+v", c.given, d)
			}
		})
	}
}
