package simulator_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	plivogo "github.com/plivo/plivo-go/v7"

	"dev.internal/plivoscope/internal/plivo/simulator"
)

// toSimulator is the HTTP client's part in pointing the Go SDK here, as docs/simulator.md has it: what the SDK counts
// as voice, applications among it, goes to a constant otherwise.
type toSimulator struct{ base *url.URL }

func (t toSimulator) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.URL.Scheme, r.URL.Host, r.Host = t.base.Scheme, t.base.Host, ""
	return http.DefaultTransport.RoundTrip(r)
}

func goSDK(t *testing.T, b *bench) *plivogo.Client {
	t.Helper()
	base, err := url.Parse(b.url)
	if err != nil {
		t.Fatal(err)
	}
	client, err := plivogo.NewClient(b.AuthID(), b.AuthToken(), &plivogo.ClientOptions{HttpClient: &http.Client{Transport: toSimulator{base}}})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// TestGoSDKValidators has the Go SDK's validators look at callbacks of many forms. What they are known to refuse of
// rightly signed ones is named.
func TestGoSDKValidators(t *testing.T) {
	b := newBench(t, simulator.Options{Seed: 6})
	client := goSDK(t, b)
	for _, method := range []string{"POST", "GET"} {
		for _, path := range []string{
			"/sms", "/sms/", "/sms?app=1&name=J%C3%BCrgen&empty=", "/sms?flag", "/sms?tag=%F0%9F%8E%89+z",
			"/caf%C3%A9", "/sms?a=2&a=1",
		} {
			if _, err := client.Messages.Create(plivogo.MessageCreateParams{
				Src: "+14155550100", Dst: "+14155550123<+15005550004<+15005550005", Text: "hello", URL: b.receiver.url + path, Method: method,
			}); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, text := range []string{"Grüße aus Köln", "🎉 héllo ✓", "a=b&c=d+e %41", "ends with a dot."} {
		if _, err := b.Inbound(t.Context(), simulator.InboundMessage{From: "+14155550123", Text: text, URL: b.receiver.url + "/inbound?q=%C3%BC&leer="}); err != nil {
			t.Fatal(err)
		}
	}
	b.settle()
	all := b.receiver.all()
	if stats := b.Stats(); int64(len(all)) != stats.Posted+stats.Inbound || stats.Inbound != 4 {
		t.Errorf("%d callbacks came, of %+v", len(all), stats)
	}
	for _, c := range all {
		params := map[string]string{}
		for _, p := range c.signed.Params {
			params[p.Name] = p.Value
		}
		right := c.get("To") != "15005550005"
		v2, v3 := right, right
		switch {
		case strings.Contains(c.url, "/caf%C3%A9"):
			v2, v3 = false, false // it signs the path decoded
		case strings.Contains(c.url, "a=2&a=1"):
			v3 = false // it signs one of two parameters of the same name
		}
		h := c.header.Get
		if got := plivogo.ValidateSignatureV2(c.url, h("X-Plivo-Signature-V2-Nonce"), h("X-Plivo-Signature-V2"), b.AuthToken()); got != v2 {
			t.Errorf("%s %s: the SDK says %t of V2, want %t", c.method, short(c.url), got, v2)
		}
		if got := plivogo.ValidateSignatureV3(c.url, h("X-Plivo-Signature-V3-Nonce"), c.method, h("X-Plivo-Signature-V3"), b.AuthToken(), params); got != v3 {
			t.Errorf("%s %s: the SDK says %t of V3, want %t", c.method, short(c.url), got, v3)
		}
	}
}

// short is a URL for a message.
func short(url string) string { return fmt.Sprintf("%.60s", url) }
