package signature_test

import (
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/plivo/signature/sdk"
)

// TestLeftOpenByPlivo holds what Plivo's own schemes do not tell apart, so that it verifies here as it does with its
// SDKs: the base strings have no marks between what they are put together from, V2 covers no parameters, and no scheme
// has a time. Each of these needs a callback that Plivo signed, and somebody who kept it.
func TestLeftOpenByPlivo(t *testing.T) {
	const origin = "https://example.com/sms"
	type request struct {
		method, url, nonce string
		params             []signature.Param
	}
	for name, c := range map[string]struct {
		by           signature.Scheme // of what was signed
		as           signature.Scheme // of what verifies
		signed, kept request
	}{
		"an end of a name in its value": {
			signature.V3, signature.V3,
			request{"POST", origin, "1", []signature.Param{{Name: "a", Value: "1"}, {Name: "b", Value: "2"}}},
			request{"POST", origin, "1", []signature.Param{{Name: "a1", Value: "b2"}}},
		},
		"two parameters as one": {
			signature.V3, signature.V3,
			request{"POST", origin, "1", []signature.Param{{Name: "ErrorCode", Value: "000"}, {Name: "Status", Value: "delivered"}}},
			request{"POST", origin, "1", []signature.Param{{Name: "ErrorCode", Value: "000Statusdelivered"}}},
		},
		"a text as a status": {
			signature.V3, signature.V3,
			request{"POST", origin, "1", []signature.Param{{Name: "MessageUUID", Value: "uStatusfailed"}}},
			request{"POST", origin, "1", []signature.Param{{Name: "MessageUUID", Value: "u"}, {Name: "Status", Value: "failed"}}},
		},
		"a nameless empty parameter": {
			signature.V3, signature.V3,
			request{"POST", origin, "1", []signature.Param{{Name: "a", Value: "1"}}},
			request{"POST", origin, "1", []signature.Param{{Name: "a", Value: "1"}, {}}},
		},
		"two parameters of the query as one": {
			signature.V3, signature.V3,
			request{"GET", origin + "?a=1&b=2", "1", nil},
			request{"GET", origin + "?a=1%26b%3D2", "1", nil},
		},
		"a GET as a POST without a body": {
			signature.V3, signature.V3,
			request{"GET", origin + "?a=1&b=2", "1", nil},
			request{"POST", origin + "?b=2&a=1", "1", nil},
		},
		"a PUT": {
			signature.V3, signature.V3,
			request{"POST", origin, "1", []signature.Param{{Name: "a", Value: "1"}}},
			request{"PUT", origin, "1", []signature.Param{{Name: "a", Value: "1"}}},
		},
		"a nonce with the end of the path": {
			signature.V2, signature.V2,
			request{"POST", origin + "/in", "123", nil},
			request{"POST", origin + "/", "in123", nil},
		},
		"V2 with other parameters and another query": {
			signature.V2, signature.V2,
			request{"POST", origin, "1", []signature.Param{{Name: "Status", Value: "delivered"}}},
			request{"POST", origin + "?x=y", "1", []signature.Param{{Name: "Status", Value: "failed"}}},
		},
		"V3 as V2 with its parameters in the nonce": {
			signature.V3, signature.V2,
			request{"POST", origin, "123", []signature.Param{{Name: "Status", Value: "delivered"}}},
			request{"POST", origin, "?Statusdelivered.123", []signature.Param{{Name: "Status", Value: "failed"}}},
		},
	} {
		given, err := signature.Sign(account, c.by, c.signed.method, c.signed.url, c.signed.nonce, c.signed.params)
		if err != nil {
			t.Fatal(err)
		}
		kept := signature.Request{Method: c.kept.method, URL: c.kept.url, Params: c.kept.params, Header: map[string][]string{
			c.as.Header(): {given}, c.as.NonceHeader(): {c.kept.nonce},
		}}
		v := signature.Verify(kept, []signature.Token{account})
		if v.Outcome != signature.Valid {
			t.Errorf("%s: %s over %q", name, v.Outcome, v.Base)
		}
		var accept []string
		for _, a := range sdk.Ask(kept, v, []signature.Token{account}) {
			if a.Accepts {
				accept = append(accept, a.SDK)
			}
		}
		if len(accept) == 0 {
			t.Errorf("%s: no SDK accepts it, so it is not Plivo's to leave open", name)
		}
		t.Logf("%s: accepted by %s", name, strings.Join(accept, ", "))
	}
}
