package api_test

import (
	"fmt"
	"strings"
	"testing"

	plivo "github.com/plivo/plivo-go/v7"
	"pgregory.net/rapid"

	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/plivo/signature/sdk"
)

// asGo computes what plivo-go computes; raised is what it panics with.
func asGo(scheme signature.Scheme, token, method, url, nonce string, params map[string]string) (signed, raised string) {
	defer func() {
		if r := recover(); r != nil {
			signed, raised = "", fmt.Sprint("panic: ", r)
		}
	}()
	switch scheme {
	case signature.V1:
		return plivo.ComputeSignature(token, url, params), ""
	case signature.V2:
		return plivo.ComputeSignatureV2(token, url, nonce), ""
	default:
		return plivo.ComputeSignatureV3(token, url, method, nonce, params), ""
	}
}

// accepts asks plivo-go's own validators.
func accepts(scheme signature.Scheme, token, method, url, nonce, header string, params map[string]string) (ok bool) {
	defer func() { _ = recover() }()
	switch scheme {
	case signature.V1:
		return plivo.ValidateSignature(token, url, params, header)
	case signature.V2:
		return plivo.ValidateSignatureV2(url, nonce, header, token)
	default:
		return plivo.ValidateSignatureV3(url, nonce, method, header, token, params)
	}
}

// checkGo holds the profile "go" against plivo-go. A URL without scheme and host is left out, as
// plivo-go signs what is no URL, too.
func checkGo(t interface {
	Helper()
	Errorf(string, ...any)
	Fatal(...any)
}, method, url, nonce string, params map[string]string,
) {
	t.Helper()
	profile, err := sdk.Lookup("go")
	if err != nil {
		t.Fatal(err)
	}
	const value = "test_auth_token_0123456789"
	token := signature.NewToken("account", value)
	var list []signature.Param
	for name, v := range params {
		list = append(list, signature.Param{Name: name, Value: v})
	}
	for _, scheme := range []signature.Scheme{signature.V1, signature.V2, signature.V3} {
		if _, err := signature.Base(scheme, method, url, nonce, list); err != nil {
			return
		}
		want, raised := asGo(scheme, value, method, url, nonce, params)
		got, err := profile.Sign(token, scheme, method, url, nonce, list)
		if raised != "" {
			if err == nil || err.Error() != "go: "+raised {
				t.Errorf("%s of %s %q: %q, %v; plivo-go has %s", scheme, method, url, got, err, raised)
			}
			continue
		}
		if base, _ := profile.Base(scheme, method, url, nonce, list); err != nil || got != want {
			t.Errorf("%s of %s %q with %q: %q, %v over %q; plivo-go has %q", scheme, method, url, params, got, err, base, want)
			continue
		}
		if nonce == "" && scheme != signature.V1 {
			continue
		}
		for _, header := range []string{want, "AAAA," + want, want + ", AAAA", "AAAA, " + want} {
			r := signature.Request{
				Method: method, URL: url, Params: list,
				Header: map[string][]string{scheme.Header(): {header}, scheme.NonceHeader(): {nonce}},
			}
			tokens := []signature.Token{token}
			answers := sdk.Ask(r, signature.Verify(r, tokens), tokens)
			if len(answers) == 0 || answers[0].SDK != "go" {
				t.Errorf("%s of %s %q: nothing is answered for go", scheme, method, url)
				continue
			}
			if ok := accepts(scheme, value, method, url, nonce, header, params); answers[0].Accepts != ok {
				t.Errorf("%s of %s %q with the header %q: accepts is %v, plivo-go says %v", scheme, method, url, header, !ok, ok)
			}
		}
	}
}

func TestGoProfileIsPlivoGo(t *testing.T) {
	params := map[string]string{"Text": "Bye...", "Media10": "x", "Media2": "é😀", "": "no name", "Amp": "&&", "a": "1"}
	for _, url := range []string{
		"https://example.com", "https://example.com/", "https://example.com/cb", "HTTPS://EXAMPLE.com:443/cb",
		"https://u:p@example.com:8443/cb#frag?x", "https://[::1]:8443/cb", "https://[fe80::1%25en0]/cb", "https://bücher.example/é",
		"https://b%C3%BCcher.example/", "https://ex%41mple.com/", "https://example.com:/cb", "https://example.com:x/cb",
		"https://example.com/my%20cb", "https://example.com/a%2Fb%3Fc", "https://example.com/a+b", "https://example.com/100%", "https://example.com/a/../b;v=1",
		"https://example.com/cb?", "https://example.com/cb??", "https://example.com/cb?&", "https://example.com/cb?flag", "https://example.com/cb?=", "https://example.com/cb?a=1&a=2&b",
		"https://example.com/cb?n=a%26&m", "https://example.com/cb?n=a%26b%3D%2B+%20", "https://example.com/cb?n=%zz&x=1;y=2&z", "https://example.com/cb?n=a%26%26&a=%26",
		"https://example.com/cb?a=So...", "https://example.com./cb?a=.", "https://exa mple.com/", "https://example.com/a b?c d", "https://example.com\x7f/", "ws://h/x",
	} {
		for _, method := range []string{"POST", "GET", "get", "PUT", ""} {
			checkGo(t, method, url, "05429567804466091622", params)
			checkGo(t, method, url, "ü", nil)
			checkGo(t, method, url, "", map[string]string{"Text": "."})
		}
	}
}

func TestGoProfileIsPlivoGoForAnything(t *testing.T) {
	piece := rapid.SampledFrom([]string{
		"a", "b", "Media2", "Media10", "é", "😀", "\uff01", "\xff", "%20", "%2F", "%26", "%3D", "%C3%A9", "%FF", "%zz", "%", "+", ".", "..", "...", "/", "/../", "//",
		"?", "&", "=", ";", "#", "@", ":", " ", "[", "]", "\\", "8443", "\t",
	})
	text := func(most int) *rapid.Generator[string] {
		return rapid.Custom(func(t *rapid.T) string { return strings.Join(rapid.SliceOfN(piece, 0, most).Draw(t, "pieces"), "") })
	}
	rapid.Check(t, func(t *rapid.T) {
		url := rapid.SampledFrom([]string{"http", "https", "HTTPS", "x"}).Draw(t, "scheme") + "://" +
			rapid.SampledFrom([]string{"h", "Example.com", "h:8443", "h:443", "u@h", "[::1]:80", ""}).Draw(t, "host") + text(2).Draw(t, "end of the host") +
			rapid.SampledFrom([]string{"", "/", "/cb", "?", "/cb?"}).Draw(t, "path") + text(8).Draw(t, "rest")
		params := rapid.MapOfN(text(3), text(3), 0, 6).Draw(t, "params")
		method := rapid.SampledFrom([]string{"POST", "GET", "get", "PUT"}).Draw(t, "method")
		checkGo(t, method, url, rapid.StringMatching(`[!-~é]{1,20}`).Draw(t, "nonce"), params)
	})
}
