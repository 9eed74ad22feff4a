package archive_test

import (
	"bytes"
	"go/format"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/archive"
)

// handler is an application that checks every family of signatures that a request carries over the URL
// that it sees: 400 without any, 403 where one does not match.
func handler(t *testing.T, token string, seen *requestsSeen) *httptest.Server {
	t.Helper()
	account := []signature.Token{signature.NewToken("account", token)}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body bytes.Buffer
		if _, err := body.ReadFrom(r.Body); err != nil {
			t.Error(err)
		}
		params, _ := webhook.ParseParams(r.Method, r.RequestURI, r.Header.Get("Content-Type"), body.Bytes())
		if r.Method == http.MethodGet {
			params = nil
		}
		status, families := http.StatusOK, []string{}
		for _, scheme := range []signature.Scheme{signature.V2, signature.MaV2, signature.V3, signature.MaV3} {
			if r.Header.Get(scheme.Header()) == "" {
				continue
			}
			families = append(families, string(scheme))
			// Each alone: a good one does not stand for the others.
			only := http.Header{scheme.Header(): r.Header[scheme.Header()], scheme.NonceHeader(): r.Header[scheme.NonceHeader()]}
			v := signature.Verify(signature.Request{Method: r.Method, URL: "http://" + r.Host + r.RequestURI, Header: only, Params: params}, account)
			if v.Outcome != signature.Valid {
				status = http.StatusForbidden
			}
		}
		if len(families) == 0 {
			status = http.StatusBadRequest
		}
		seen.add(r.Method + " " + r.RequestURI + " " + strings.Join(families, ",") + " " + http.StatusText(status) + " " + body.String())
		w.WriteHeader(status)
	}))
	t.Cleanup(s.Close)
	return s
}

// requestsSeen are the requests that came, a line each.
type requestsSeen struct {
	mu  sync.Mutex
	all []string
}

func (s *requestsSeen) add(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = append(s.all, line)
}

func (s *requestsSeen) list() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.all)
}

// toTest are callbacks that are awkward to write into a program.
func toTest() []webhook.Callback {
	const origin = "https://app.example"
	plain := report()
	get := request("GET", origin+"/sms/inbound?Text=it's+%22%E2%82%AC%22&a=%ff&b={1}&From=1415", "", "")
	get.ID, get.Header["X-Plivo-Signature-Ma-V3"] = 8, []string{"x"}
	binary := request("POST", origin+"/raw?q=1&q=0", formType, "b=%00%ff&a=1+2&a=\xff\x00'\"\\\n`${id}&z")
	binary.ID, binary.Header["X-Plivo-Signature-Ma-V2"] = 9, []string{"x"}
	unsigned := request("POST", origin, "application/json", `{"Text":"</script>\u2028 'x' \\","n":[1]}`)
	unsigned.ID = 10
	none := request("POST", origin+"/a b/é", "", "")
	none.ID = 11
	text := request("PUT", origin+"/${x}`id`'", "text/plain", "it's \"\"\"\n\u202e'''\\")
	text.ID = 12
	return []webhook.Callback{plain, get, binary, unsigned, none, text}
}

// TestExportedTestsRun writes tests and runs them with their languages, where these are present, against an
// application that checks signatures: with the right token they pass, with another they do not, and the
// application has seen every family that the callbacks carried.
func TestExportedTestsRun(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		format archive.Format
		file   string
		tool   string
		run    []string
	}{
		{archive.Jest, "callbacks.test.js", "node", []string{"node", "--test", "callbacks.test.js"}},
		{archive.Pytest, "test_callbacks.py", "python3", []string{"python3", "test_callbacks.py"}},
		{archive.GoTest, "callbacks_test.go", "go", []string{"go", "test", "-count=1", "./..."}},
	} {
		t.Run(string(c.format), func(t *testing.T) {
			t.Parallel()
			needs(t, c.tool)
			const token = "the-token's\"$x`"
			var seen requestsSeen
			server := handler(t, token, &seen)
			dir := t.TempDir()
			text := written(t, c.format, archive.Options{}, toTest()...)
			if strings.Contains(text, token) {
				t.Error("the token is in the test")
			}
			for name, data := range map[string]string{c.file: text, "go.mod": "module example.com/callbacks\n\ngo 1.24\n"} {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			run := func(more ...string) (string, error) {
				cmd := exec.CommandContext(t.Context(), c.run[0], c.run[1:]...)
				cmd.Dir = dir
				cmd.Env = append(os.Environ(), append([]string{"GOFLAGS=", "GOWORK=off", "GOPROXY=off", "CALLBACK_URL=" + server.URL, "PLIVO_AUTH_TOKEN=" + token, "PLIVO_MAIN_AUTH_TOKEN="}, more...)...)
				out, err := cmd.CombinedOutput()
				return string(out), err
			}
			if out, err := run(); err != nil {
				t.Fatalf("%v\n%s\n%s\n%s", err, out, strings.Join(seen.list(), "\n"), text)
			}
			all := strings.Join(seen.list(), "\n")
			for _, want := range []string{
				"POST /sms/delivery-report V2,V3 OK ", "POST /sms/delivery-report V2,V3 Forbidden ", "GET /sms/inbound?Text=it%27s+%22%E2%82%AC%22&a=%ff&b=%7B1%7D&From=1415 Ma-V3 OK",
				"POST /raw?q=1&q=0 Ma-V2 OK b=%00%ff&a=1+2&a=\xff\x00'\"\\\n`${id}&z", `POST / V2,V3 OK {"Text":"</script>\u2028 'x' \\","n":[1]}`,
				"POST /a%20b/%C3%A9 V2,V3 OK", "PUT /$%7Bx%7D%60id%60%27 V2,V3 OK it's \"\"\"\n\u202e'''\\",
			} {
				if !strings.Contains(all, want) {
					t.Errorf("the application did not see %q:\n%s", want, all)
				}
			}
			if n := len(seen.list()); n != 2*len(toTest()) {
				t.Errorf("%d requests, want two of each", n)
			}
			// A wrong token, and an application that takes anything, make them fail.
			if out, err := run("PLIVO_AUTH_TOKEN=another"); err == nil {
				t.Errorf("they pass with another token:\n%s", out)
			}
			lax := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
			t.Cleanup(lax.Close)
			if out, err := run("CALLBACK_URL=" + lax.URL); err == nil {
				t.Errorf("they pass where nothing is checked:\n%s", out)
			}
		})
	}
}

// TestGoTestsAreTidy holds the Go code to gofmt and vet.
func TestGoTestsAreTidy(t *testing.T) {
	for _, cs := range [][]webhook.Callback{{report()}, toTest()} {
		text := written(t, archive.GoTest, archive.Options{Masked: true}, cs...)
		tidy, err := format.Source([]byte(text))
		if err != nil || string(tidy) != text {
			t.Errorf("%d callbacks: gofmt would change it, or cannot read it: %v\n%s", len(cs), err, text)
		}
	}
}

// TestExportedTestsKeepThePath asks for the path of CALLBACK_URL, and signs for what CALLBACK_SIGN_URL says.
func TestExportedTestsKeepThePath(t *testing.T) {
	needs(t, "python3")
	dir := t.TempDir()
	path := filepath.Join(dir, "test_it.py")
	if err := os.WriteFile(path, []byte(written(t, archive.Pytest, archive.Options{}, report())), 0o600); err != nil {
		t.Fatal(err)
	}
	account := []signature.Token{signature.NewToken("account", "t")}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		only := http.Header{"X-Plivo-Signature-V2": r.Header["X-Plivo-Signature-V2"], "X-Plivo-Signature-V2-Nonce": r.Header["X-Plivo-Signature-V2-Nonce"]}
		if r.RequestURI != "/hooks/plivo" || signature.Verify(signature.Request{Method: "POST", URL: "https://public.example/hooks/plivo", Header: only}, account).Outcome != signature.Valid {
			w.WriteHeader(http.StatusForbidden)
		}
	}))
	defer server.Close()
	cmd := exec.CommandContext(t.Context(), "python3", path)
	cmd.Env = append(os.Environ(), "CALLBACK_URL="+server.URL+"/hooks/plivo", "CALLBACK_SIGN_URL=https://public.example/", "PLIVO_AUTH_TOKEN=t", "PLIVO_MAIN_AUTH_TOKEN=")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
