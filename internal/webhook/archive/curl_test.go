package archive_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/archive"
)

// needs skips a test where a program is missing.
func needs(t *testing.T, tools ...string) {
	t.Helper()
	for _, tool := range tools {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("there is no %s", tool)
		}
	}
}

// TestCurlRepeatsTheRequest runs an exported file in a shell, where there are one and curl: what arrives are
// the requests as they came, byte for byte.
func TestCurlRepeatsTheRequest(t *testing.T) {
	needs(t, "sh", "curl")
	type received struct {
		Method, Target string
		Header         http.Header
		Body           string
	}
	var got []received
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		r.Header.Del("Content-Length")
		got = append(got, received{r.Method, r.RequestURI, r.Header, string(body)})
	}))
	defer server.Close()
	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(i)
	}
	at := func(target string) string { return server.URL + target }
	quotes := request("POST", at("/"), "text/plain", `it's "$(id)" \ 'x'`)
	quotes.Header = http.Header{"X-Empty": {""}, "X-Twice": {"a", "it's b"}, "X-Text": {"caf\xe9 \u202e"}, "X-Shell": {"`id` $HOME !! ; # *"}}
	callbacks := []webhook.Callback{
		request("POST", at("/sms/delivery-report"), formType, "MessageUUID=a&Text=it%27s"),
		request("GET", at("/sms/inbound?Text=it's+%22here%22&x=[1]{2}&y=$HOME`id`!"), "", ""),
		request("HEAD", at("/a/../b//c"), "", ""),
		request("PUT", at("/"), "application/octet-stream", string(every)),
		request("POST", at("/"), "text/plain", "-n %s %% \\n\n"),
		request("POST", at("/"), "text/plain", "@/etc/hostname"),
		request("POST", at("/"), "text/plain", "'; echo owned >&2; '\nEOF\n$(id)\x00\r\n"),
		request("POST", at("/"), "", "é\u202ex"),
		request("POST", at("/"), "text/plain", strings.Repeat("it's ", 13_000)),
		request("POST", at("/"), "text/plain", strings.Repeat(string(every), 250)),
		request("DELETE", at("/x"), "", ""),
		quotes,
	}
	file := written(t, archive.Curl, archive.Options{}, callbacks...)
	if escape.Block(file) != file {
		t.Error("the file holds what a terminal would act on")
	}
	var said bytes.Buffer
	run := exec.CommandContext(t.Context(), "sh")
	run.Stdin, run.Stderr = strings.NewReader(file), &said
	if err := run.Run(); err != nil || strings.Contains(said.String(), "owned") {
		t.Fatalf("%v: %s", err, said.String())
	}
	var want []received
	for _, c := range callbacks {
		want = append(want, received{c.Method, strings.TrimPrefix(c.URL, server.URL), c.Header, string(c.Body)})
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
}

// TestCurlSendsTheHost sends the Host header of a request that went to another host than it names, as one that
// is replayed as captured does.
func TestCurlSendsTheHost(t *testing.T) {
	needs(t, "sh", "curl")
	var hosts []string
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { hosts = append(hosts, r.Host) }))
	defer server.Close()
	own := strings.TrimPrefix(server.URL, "http://")
	for _, host := range []string{"name.example", own, ""} {
		cb := request("POST", server.URL+"/a", "text/plain", "x")
		if host != "" {
			cb.Header["Host"] = []string{host}
		}
		if out, err := exec.CommandContext(t.Context(), "sh", "-c", archive.CurlCommand(cb)).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	if diff := cmp.Diff([]string{"name.example", own, own}, hosts); diff != "" {
		t.Errorf("hosts (-want +got):\n%s", diff)
	}
}
