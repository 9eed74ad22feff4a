package signature_test

import (
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/plivo/signature"
)

func TestBase(t *testing.T) {
	two := []signature.Param{{Name: "b", Value: "2"}, {Name: "a", Value: "1"}}
	for _, c := range []struct {
		name   string
		scheme signature.Scheme
		method string
		url    string
		params []signature.Param
		want   string
	}{
		{"V1 takes the URL as it is", "V1", "POST", "HTTPS://u@h:80/p?q=%20#f", two, "HTTPS://u@h:80/p?q=%20#fa1b2"},
		{"V2 stops at the query", "V2", "POST", "https://h/p?q=1", two, "https://h/pN"},
		{"V2 stops at the fragment", "Ma-V2", "POST", "https://h/p#f?q", two, "https://h/pN"},
		{"V2 keeps the path as written", "V2", "POST", "https://h/a/../b//c%2Fd%20e;v=1+f", nil, "https://h/a/../b//c%2Fd%20e;v=1+fN"},
		{"V2 without a path", "V2", "POST", "https://h", nil, "https://hN"},
		{"V2 keeps a default port", "V2", "POST", "https://h:443/", nil, "https://h:443/N"},
		{"V2 and an IPv6 host", "V2", "POST", "http://[::1]:4141/p", nil, "http://[::1]:4141/pN"},
		{"V2 drops user information", "V2", "POST", "https://u:p@h/p@q", nil, "https://h/p@qN"},
		{"V2 and a query right after the host", "V2", "POST", "https://h?a=/b", nil, "https://hN"},
		{"V2 lowers the scheme, not the host", "V2", "POST", "HTTPS://Host/P", nil, "https://Host/PN"},
		{"V3 with nothing", "V3", "POST", "https://h/p", nil, "https://h/p.N"},
		{"V3 with an empty query", "V3", "POST", "https://h/p?&&", nil, "https://h/p.N"},
		{"V3 with a query", "Ma-V3", "POST", "https://h/p?b=2&a=1", nil, "https://h/p?a=1&b=2.N"},
		{"V3 with params", "V3", "POST", "https://h/p", two, "https://h/p?a1b2.N"},
		{"V3 with both", "V3", "POST", "https://h/p?z=%201+2", two, "https://h/p?z= 1 2.a1b2.N"},
		{"V3 keeps repeated names, sorted", "V3", "POST", "https://h/p?x=2&x=1&x=2", []signature.Param{{Name: "y", Value: "2"}, {Name: "y", Value: "1"}}, "https://h/p?x=1&x=2&x=2.y1y2.N"},
		{"V3 flag without =", "V3", "POST", "https://h/p?flag", nil, "https://h/p?flag=.N"},
		{"V3 = in a value", "V3", "POST", "https://h/p?n=a=b", nil, "https://h/p?n=a=b.N"},
		{"V3 & and = encoded", "V3", "POST", "https://h/p?n%3D=a%26b", nil, "https://h/p?n==a&b.N"},
		{"V3 keeps what is no encoding", "V3", "POST", "https://h/p?a=100%&b=%zz&c=%4", nil, "https://h/p?a=100%&b=%zz&c=%4.N"},
		{"V3 keeps bytes that are no text", "V3", "POST", "https://h/p?a=%ff%00", nil, "https://h/p?a=\xff\x00.N"},
		{"V3 sorts by bytes", "V3", "POST", "https://h/p", []signature.Param{{Name: "requester_ip"}, {Name: "Media2"}, {Name: "Media10"}, {Name: "To"}}, "https://h/p?Media10Media2Torequester_ip.N"},
		{"V3 keeps empty values", "V3", "POST", "https://h/p", []signature.Param{{Name: "PowerpackUUID"}}, "https://h/p?PowerpackUUID.N"},
		{"V3 keeps dots at the end", "V3", "POST", "https://h/p?a=b", []signature.Param{{Name: "Text", Value: "Bye.."}}, "https://h/p?a=b.TextBye...N"},
		{"V3 any other method", "V3", "PUT", "https://h/p?q=1", two, "https://h/p?q=1.a1b2.N"},
		{"V3 GET with nothing", "V3", "GET", "https://h/p", nil, "https://h/p.N"},
		{"V3 GET in the URL", "V3", "GET", "https://h/p?b=2&a=%31", nil, "https://h/p?a=1&b=2.N"},
		{"V3 GET in params", "V3", "GET", "https://h/p", two, "https://h/p?a=1&b=2.N"},
		{"V3 GET in both, once each", "V3", "GET", "https://h/p?a=1&c=3", two, "https://h/p?a=1&b=2&c=3.N"},
		{"V3 GET in both, contradicting", "V3", "GET", "https://h/p?a=1", []signature.Param{{Name: "a", Value: "9"}}, "https://h/p?a=1&a=9.N"},
		{"V3 GET repeated in the URL", "V3", "GET", "https://h/p?a=1&a=1", nil, "https://h/p?a=1&a=1.N"},
		{"V3 get in lower case", "V3", "get", "https://h/p", two, "https://h/p?a=1&b=2.N"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := signature.Base(c.scheme, c.method, c.url, "N", c.params)
			if err != nil || got != c.want {
				t.Errorf("Base = %q, %v\nwant   %q", got, err, c.want)
			}
		})
	}
}

func TestBaseLeavesParamsAlone(t *testing.T) {
	for _, scheme := range schemes {
		params := []signature.Param{{Name: "b", Value: "2"}, {Name: "a", Value: "1"}}
		if _, err := signature.Base(scheme, "GET", "https://h/p", "N", params); err != nil {
			t.Fatal(err)
		}
		if params[0].Name != "b" {
			t.Errorf("%s: Base sorts the caller's parameters", scheme)
		}
	}
}

func TestBaseRefuses(t *testing.T) {
	for _, url := range []string{"", "/sms/delivery-report", "example.com/cb", "https:/h", "https://", "https:///p", "https://?q", "https://:80/p", "https://u@/p", "://h", "9p://h", " https://h", "ht tp://h"} {
		for _, scheme := range schemes {
			if got, err := signature.Base(scheme, "POST", url, "N", nil); err == nil || !strings.Contains(err.Error(), "https://example.com") {
				t.Errorf("%s: Base of %q = %q, %v, want an error that shows a whole URL", scheme, url, got, err)
			}
		}
	}
	if got, err := signature.Base("V4", "POST", "https://h/p", "N", nil); err == nil || !strings.Contains(err.Error(), "V4") {
		t.Errorf("Base of an unknown scheme = %q, %v, want an error that names it", got, err)
	}
}

func TestSignRefuses(t *testing.T) {
	if got, err := signature.Sign(signature.NewToken("spare", ""), signature.V3, "POST", "https://h/p", "N", nil); err == nil || !strings.Contains(err.Error(), "spare") {
		t.Errorf("Sign with an empty token = %q, %v, want an error that names it", got, err)
	}
	if got, err := signature.Sign(signature.Token{}, signature.V1, "POST", "https://h/p", "", nil); err == nil {
		t.Errorf("Sign with the zero token = %q, want an error", got)
	}
	if got, err := signature.Sign(signature.NewToken("t", "k"), signature.V2, "POST", "h/p", "N", nil); err == nil {
		t.Errorf("Sign of no URL = %q, want an error", got)
	}
}
