package tui

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/plivo/signature"
)

// captured is a request as a proxy writes it, signed for url and given with another one.
func captured(t testing.TB, given, url, token, body string) string {
	t.Helper()
	var params []signature.Param
	for _, p := range strings.Split(body, "&") {
		name, value, _ := strings.Cut(p, "=")
		params = append(params, signature.Param{Name: name, Value: value})
	}
	sig, err := signature.Sign(signature.NewToken("", token), signature.V3, "POST", url, testNonce, params)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("POST %s HTTP/1.1\r\nHost: example.com\r\nX-Plivo-Signature-V3: %s\r\nX-Plivo-Signature-V3-Nonce: %s\r\n"+
		"Content-Type: application/x-www-form-urlencoded\r\n\r\n%s", given, sig, testNonce, body)
}

func TestAPastedRequestFillsTheFields(t *testing.T) {
	body := "Status=delivered&To=14155550123&From=14155550100"
	for name, focus := range map[string][]string{"URL": nil, "body": {"tab", "tab"}, "token": {"shift+tab", "shift+tab", "shift+tab"}, "result": {"shift+tab", "shift+tab"}} {
		for ending, text := range map[string]string{
			"CR LF": captured(t, "http://example.com/cb", "https://example.com/cb", "a-token-of-tests", body),
			"CR":    strings.ReplaceAll(captured(t, "http://example.com/cb", "https://example.com/cb", "a-token-of-tests", body), "\r\n", "\r"),
			"CR CR": strings.ReplaceAll(captured(t, "http://example.com/cb", "https://example.com/cb", "a-token-of-tests", body), "\r\n", "\r\r"),
		} {
			d := pureDriver(t, 120, 36)
			d.keys("5")
			d.keys(focus...)
			d.send(paste(text))
			d.expect("pasted request", "Filled in the pasted request.", "✗ does not verify; matches if", "https", "X-Plivo-Signature-V3-Nonce", "Status=delivered")
			if got := d.m.sig.value(fieldSigned); got != "http://example.com/cb" {
				t.Errorf("%s, %s: the URL is %q", name, ending, got)
			}
			if got := d.m.sig.value(fieldBody); got != body {
				t.Errorf("%s, %s: the body is %q", name, ending, got)
			}
		}
	}
}

func TestAnyOtherPasteGoesIntoTheField(t *testing.T) {
	d := staged(t, false, false, 120, 36, nil)
	d.keys("5")
	d.send(paste("https://example.com/cb\n"))
	d.keys("tab")
	d.send(paste("X-Plivo-Signature-V3: abc=\nX-Plivo-Signature-V3-Nonce: 123"))
	d.keys("tab")
	d.send(paste("Status=sent&To=1415%35550123"))
	d.keys("tab")
	d.send(paste(" secret token\n"))
	c := d.core.examined[len(d.core.examined)-1]
	if c.Method != "POST" || c.URL != "https://example.com/cb" || string(c.Body) != "Status=sent&To=1415%35550123" {
		t.Errorf("%s %s %q", c.Method, c.URL, c.Body)
	}
	want := []signature.Param{{Name: "Status", Value: "sent"}, {Name: "To", Value: "14155550123"}}
	if !slices.Equal(c.Params, want) {
		t.Errorf("params %v", c.Params)
	}
	if h := c.Header["X-Plivo-Signature-V3-Nonce"]; !slices.Equal(h, []string{"123"}) {
		t.Errorf("nonce %q", h)
	}
	// The space belongs to what was typed: it may be the very cause.
	if len(c.Tokens) != 1 || signature.SignBase(c.Tokens[0], signature.V2, "x") != signature.SignBase(signature.NewToken("", " secret token"), signature.V2, "x") {
		t.Errorf("the token was changed")
	}
	d.expect("2 parameters: Status=sent · To=1", "•••••")
	d.absent("secret")
	d.keys("tab")
	d.send(paste("no request at all"))
	d.expect("Not filled in: the capture is no raw HTTP request")
}

func TestTheTokenIsNeverShown(t *testing.T) {
	d := pureDriver(t, 120, 70)
	d.keys("5")
	d.send(paste(captured(t, "https://example.com/cb", "https://example.com/cb", "hush-hush", "Status=sent")))
	d.keys("shift+tab")
	d.send(paste("hush-hush"))
	d.expect("✓ verifies", "typed here")
	d.absent("hush")
	for _, l := range d.m.sig.result {
		if strings.Contains(l, "hush") {
			t.Errorf("the result shows the token: %q", l)
		}
	}
}

func TestRestoreBringsBackWhatWasCaptured(t *testing.T) {
	d := staged(t, false, false, 120, 36, nil)
	d.onBad()
	d.keys("s", "shift+tab", "typed", "shift+tab", "more", "shift+tab", "X-More: 1")
	d.expect("callback 17 (3 of 3), edited")
	d.keys("ctrl+r")
	d.absent("edited")
	d.expect(`✗ does not verify; matches if the URL ends in "/"`)
	if s := d.m.sig; s.value(fieldToken) != "typed" || strings.Contains(s.value(fieldBody), "more") || strings.Contains(s.value(fieldHeaders), "X-More") {
		t.Errorf("restored to %q", s.entries())
	}
	d = staged(t, false, true, 120, 36, nil)
	d.keys("5", "https://example.com", "ctrl+r")
	d.expect("Why does a signature not match?", "https://… as given to Plivo")
}

// TestBytesThatNoFieldShowsAreKept examines what was received, not what a field can show of it.
func TestBytesThatNoFieldShowsAreKept(t *testing.T) {
	d := staged(t, false, false, 120, 36, nil)
	c := d.core.cases[17]
	c.Body = []byte("Status=a\x00b\xff\x1b[31m&Text=" + strings.Repeat("long ", 4000))
	c.Header["X-Odd"] = []string{"a\tb\x01"}
	d.core.cases[17] = c
	d.onBad()
	d.keys("s", "tab", "tab", "/")
	got := d.core.examined[len(d.core.examined)-1]
	if string(got.Body) != string(c.Body) || got.Header["X-Odd"][0] != "a\tb\x01" {
		t.Errorf("the body became %q, the header %q", head(string(got.Body), 40), got.Header["X-Odd"])
	}
	d.expect("not all can be shown")
	d.keys("tab", "tab", "x")
	if got := d.core.examined[len(d.core.examined)-1]; len(got.Body) > fieldBytes+1 {
		t.Errorf("an edited body has %d bytes", len(got.Body))
	}
}

// TestRealDiagnosesAreLaidOut holds that what the diagnosis changes makes up the base string that it
// found, so that this can be shown in its parts.
func TestRealDiagnosesAreLaidOut(t *testing.T) {
	const body, right = "Status=delivered&To=14155550123&Units=1", "https://example.com/cb"
	for name, c := range map[string]struct {
		given, token, typed, body string
		want                      []string
	}{
		"scheme and slash": {"http://example.com/cb/", "a-token-of-tests", "", body, []string{"checked    http://example.com/cb/", "signed     https://example.com/cb ", "V3 base string, as it was signed"}},
		"port":             {"https://example.com:8443/cb", "a-token-of-tests", "", body, []string{"URL        https://example.com:8443/cb ", "                              ^^^^^", "V3 base string, as it was signed"}},
		"token":            {right, "hush", " hush", body, []string{"signed     ", "✓ as said above"}},
		"param added":      {right, "a-token-of-tests", "", body + "&extra=1", []string{"checked    extra=1", "signed     not there", "Statusdelivered"}},
	} {
		t.Run(name, func(t *testing.T) {
			d := pureDriver(t, 120, 60)
			d.keys("5")
			raw := captured(t, c.given, right, c.token, body)
			d.send(paste(strings.Replace(raw, body, c.body, 1)))
			if c.typed != "" {
				d.keys("shift+tab")
				d.send(paste(c.typed))
			}
			d.expect("✗ does not verify; matches if")
			d.expect(c.want...)
			if b, ok := signedBase(d.m.sig.exam); !ok || len(b.parts) < 2 || joined(b.parts) != b.text {
				t.Errorf("laid out as %v", b.parts)
			}
		})
	}
}
