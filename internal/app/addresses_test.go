package app_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
)

// signedFor posts a delivery report to a server, as if it came by a public URL, signed over it with a scheme alone.
func signedFor(t *testing.T, listenURL, publicURL string, scheme signature.Scheme) (status int) {
	t.Helper()
	params := []signature.Param{{Name: "MessageUUID", Value: "5b40a428-0000-4000-8000-000000000001"}, {Name: "Status", Value: "sent"}}
	form := url.Values{}
	for _, p := range params {
		form.Add(p.Name, p.Value)
	}
	value, err := signature.Sign(signature.NewToken("", "token"), scheme, http.MethodPost, publicURL+webhook.DeliveryReportPath, "1", params)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, listenURL+webhook.DeliveryReportPath, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Host = strings.TrimPrefix(publicURL, "https://")
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set(scheme.Header(), value)
	r.Header.Set(scheme.NonceHeader(), "1")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	return response.StatusCode
}

// TestEveryEarlierURLVerifies holds that a signature is checked over each public URL that the history keeps, and that
// sends with URLs of their own do not make it forget one.
func TestEveryEarlierURLVerifies(t *testing.T) {
	t.Parallel()
	acc := newAccount(t)
	s, err := store.Open(t.Context(), store.Options{Path: acc.path})
	if err != nil {
		t.Fatal(err)
	}
	const n = 60
	for i := range n {
		base := fmt.Sprintf("https://n%d.example", i)
		err = errors.Join(err, s.NoteURL(t.Context(), base+webhook.DeliveryReportPath), s.NoteURL(t.Context(), base))
	}
	for i := range 120 {
		err = errors.Join(err, s.NoteURL(t.Context(), fmt.Sprintf("https://shop.example/sms?order=%d", i)))
	}
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
	o := acc.options(app.Attach{})
	o.PublicURL, o.OnInvalid = "https://new.example", webhook.Reject
	a, _ := acc.begin(o)
	at := a.Status().ListenURL
	for i := range n {
		if status := signedFor(t, at, fmt.Sprintf("https://n%d.example", i), signature.V3); status != 200 {
			t.Errorf("over earlier URL %d: %d", i, status)
		}
	}
	for publicURL, want := range map[string]int{"https://new.example": 200, "https://n7.example": 403, "https://shop.example": 403} {
		if status := signedFor(t, at, publicURL, signature.V2); status != want {
			t.Errorf("by the second version over %s: %d, want %d", publicURL, status, want)
		}
	}
	if status := signedFor(t, at, "https://never.example", signature.V3); status != 403 {
		t.Errorf("over a URL that never was ours: %d", status)
	}
}

func TestAPublicURLWithoutAPort(t *testing.T) {
	t.Parallel()
	for _, given := range []string{"http://127.0.0.1:", "https://name.example:", "https://:443", "https://name.example:0", "https://name.example:99999", "https://name.example:0443"} {
		if a, err := app.Open(t.Context(), app.Options{Mode: app.Simulator, Addr: "127.0.0.1:0", PublicURL: given}); err == nil || !strings.Contains(err.Error(), "port") && !strings.Contains(err.Error(), "no host") {
			t.Errorf("%s: %v", given, err)
			if a != nil {
				_ = a.Close()
			}
		}
	}
}
