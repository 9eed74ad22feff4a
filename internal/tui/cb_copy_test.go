package tui

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/webhook"
)

// TestCurlRepeatsTheRequest runs the copied command in a shell, where there are one and curl: what arrives
// is the request as it came, byte for byte.
func TestCurlRepeatsTheRequest(t *testing.T) {
	for _, tool := range []string{"sh", "curl"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("there is no %s", tool)
		}
	}
	type request struct {
		method, target string
		header         http.Header
		body           []byte
	}
	var got request
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		got = request{r.Method, r.RequestURI, r.Header, body}
	}))
	defer server.Close()
	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(i)
	}
	for name, c := range map[string]webhook.Callback{
		"report":   signed(requestOf(1, webhook.DeliveryReport, "POST", "/sms/delivery-report", formType, formOf(wholeReport("sent", "", 2))), reportURL),
		"get":      requestOf(2, webhook.Inbound, "GET", "/sms/inbound?Text=it's+%22here%22&x=[1]{2}&y=$HOME`id`!", "", nil),
		"head":     requestOf(3, webhook.Other, "HEAD", "/a/../b//c", "", nil),
		"put":      requestOf(4, webhook.Other, "PUT", "/", "application/octet-stream", every),
		"dashes":   requestOf(5, webhook.Other, "POST", "/", "text/plain", []byte("-n %s %% \\n\n")),
		"at":       requestOf(6, webhook.Other, "POST", "/", "text/plain", []byte("@/etc/hostname")),
		"quotes":   requestOf(7, webhook.Other, "POST", "/", "text/plain", []byte(`it's "$(id)" \ 'x'`)),
		"untyped":  requestOf(8, webhook.Other, "POST", "/", "", []byte("é\u202ex")),
		"long":     requestOf(9, webhook.Other, "POST", "/", "text/plain", bytes.Repeat([]byte("it's "), 13_000)),
		"longer":   requestOf(10, webhook.Other, "POST", "/", "text/plain", bytes.Repeat(every, 250)),
		"bodiless": requestOf(11, webhook.Other, "DELETE", "/x", "", nil),
	} {
		if name == "quotes" {
			c.Header = http.Header{"X-Empty": {""}, "X-Twice": {"a", "it's b"}, "X-Text": {"caf\xe9 \u202e"}}
		}
		c.URL = server.URL + strings.TrimPrefix(c.URL, "http://127.0.0.1:4141")
		command := curlOf(c)
		if !harmlessText(command) {
			t.Errorf("%s: the command holds what a terminal would act on: %q", name, command)
		}
		got = request{}
		run := exec.CommandContext(t.Context(), "sh")
		run.Stdin = strings.NewReader(command + "\n")
		if out, err := run.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v: %s\n%s", name, err, out, head(command, 400))
		}
		for own := range ofTheConnection {
			got.header.Del(own)
		}
		want := request{c.Method, pathOf(c.URL), c.Header, c.Body}
		if len(c.Body) == 0 {
			want.body = []byte{}
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(request{})); diff != "" {
			t.Errorf("%s: sent (-want +got):\n%s\n%s", name, diff, head(command, 400))
		}
	}
}

// TestCopiesFollowTheCursor names what can be copied of a callback, the most wanted first.
func TestCopiesFollowTheCursor(t *testing.T) {
	d := onStock(t, 120, 36)
	d.m.env.o.CallbackJSON = func(c webhook.Callback) ([]byte, error) { return []byte(`{"id":1}`), nil }
	names := func() string {
		var out []string
		for _, it := range d.m.requests.copies() {
			out = append(out, it.name)
		}
		return strings.Join(out, ", ")
	}
	const all = "UUID, URL, URL as received, body, headers, curl command, JSON line, callback ID"
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
