package signature_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"dev.internal/plivoscope/internal/plivo/signature"
)

func TestPartsOfAPost(t *testing.T) {
	got, err := signature.Parts(signature.V3, "POST", "https://h/cb?b=1&a=2", "77", []signature.Param{{Name: "To", Value: "2"}, {Name: "From", Value: "1"}})
	if err != nil {
		t.Fatal(err)
	}
	want := []signature.Segment{
		{Part: signature.PartURL, Text: "https://h/cb"},
		{Part: signature.PartRecipe, Text: "?"},
		{Part: signature.PartQuery, Text: "a=2&b=1"},
		{Part: signature.PartRecipe, Text: "."},
		{Part: signature.PartParams, Text: "From1To2"},
		{Part: signature.PartRecipe, Text: "."},
		{Part: signature.PartNonce, Text: "77"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Whatever the request is, its parts are the base string, and the nonce is the last of them.
func TestPartsJoinedAreTheBase(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		scheme := rapid.SampledFrom([]signature.Scheme{signature.V1, signature.V2, signature.MaV2, signature.V3, signature.MaV3}).Draw(t, "scheme")
		method := rapid.SampledFrom([]string{"GET", "get", "POST", "PUT", ""}).Draw(t, "method")
		url := rapid.SampledFrom([]string{"https://h", "http://u:p@h:81/a%20b", "https://h/?"}).Draw(t, "url") +
			rapid.SampledFrom([]string{"", "?", "?a=1&&b", "?a=%26&a=2#f", "#f"}).Draw(t, "query")
		nonce := rapid.StringMatching(`[0-9]{0,20}`).Draw(t, "nonce")
		params := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) signature.Param {
			return signature.Param{Name: rapid.StringN(0, 3, 8).Draw(t, "name"), Value: rapid.StringN(0, 3, 8).Draw(t, "value")}
		}), 0, 3).Draw(t, "params")
		base, err := signature.Base(scheme, method, url, nonce, params)
		if err != nil {
			t.Fatal(err)
		}
		parts, err := signature.Parts(scheme, method, url, nonce, params)
		if err != nil {
			t.Fatal(err)
		}
		var joined strings.Builder
		for _, p := range parts {
			joined.WriteString(p.Text)
		}
		if joined.String() != base {
			t.Fatalf("%q, want %q", joined.String(), base)
		}
		if scheme != signature.V1 && nonce != "" && parts[len(parts)-1] != (signature.Segment{Part: signature.PartNonce, Text: nonce}) {
			t.Fatalf("the last part is %v", parts[len(parts)-1])
		}
	})
}
