package tui

import (
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/webhook"
)

// TestCopiesFollowTheCursor names what can be copied of a callback, the most wanted first.
func TestCopiesFollowTheCursor(t *testing.T) {
	d := onStock(t, 120, 36)
	d.m.env.o.CallbackJSON = func(c webhook.Callback, _ bool) ([]byte, error) { return []byte(`{"id":1}`), nil }
	names := func() string {
		var out []string
		for _, it := range d.m.requests.copies() {
			out = append(out, it.name)
		}
		return strings.Join(out, ", ")
	}
	const all = "UUID, URL, URL as received, body, headers, curl command, JSON line, callback ID, raw HTTP, test in Go, test for pytest, test for jest"
	d.onCallback(203)
	if got := names(); got != all {
		t.Errorf("of the list: %s", got)
	}
	d.keys("enter", "tab", "j", "j", "j")
	if got := names(); got != "parameter From, "+all {
		t.Errorf("of the parameters: %s", got)
	}
	if it := d.m.requests.copies()[0]; it.text != "14155550100" {
		t.Errorf("%s is %q", it.name, it.text)
	}
	d.keys("tab", "G")
	if got := names(); !strings.HasPrefix(got, "header User-Agent, UUID") {
		t.Errorf("of the headers: %s", got)
	}
	d.keys("tab")
	if it := d.m.requests.copies()[0]; it.name != "body" || it.text != string(d.m.requests.open.cb.Body) {
		t.Errorf("of the body: %s", names())
	}
	d.keys("tab", "tab")
	if got := names(); got != all {
		t.Errorf("of the answer: %s", got)
	}
}
