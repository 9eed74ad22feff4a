package tunnel

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/config"
	"dev.internal/plivoscope/internal/escape"
)

const fuzzToken = "2aBcDeFgHiJkLmNoPqRsTuVwXyZ_0123456789"

// FuzzOutput: what a tunnel's program prints is cut into the same lines however it comes, and neither what is kept of it
// nor a URL in it holds a token, or what a terminal would obey.
func FuzzOutput(f *testing.F) {
	for _, s := range []string{
		"", "2024-01-01 INF |  https://quiet-lake-12.trycloudflare.com  |\n", "https://a.example.dev", "url=https://x.ngrok-free.app\r\rnext",
		"\x1b[1mhttps://a.lhr.life\x1b[0m tunneled\n", "--token " + fuzzToken + "\n", "\x1b]0;t\x07\xff\u202e\n", "https://a.example.dev:99999/\nhttps://user@b.example.dev\n",
		"http://localhost:4141,https://a.example.dev\n", "https://me:pass@b.example.dev:99999→http://[::1]:4141;x=https://c.example.dev\n",
	} {
		f.Add([]byte(s), uint16(3))
	}
	f.Fuzz(func(t *testing.T, data []byte, at uint16) {
		whole := output{secrets: newSecrets(config.NewSecret(fuzzToken))}
		lines := append(whole.add(data), whole.flush()...)
		if len(data) <= lineMost {
			parts := output{secrets: whole.secrets}
			cut := min(int(at), len(data))
			again := append(append(parts.add(data[:cut]), parts.add(data[cut:])...), parts.flush()...)
			if !slices.Equal(lines, again) || !slices.Equal(whole.last, parts.last) {
				t.Errorf("in one piece %q, in two %q", lines, again)
			}
		}
		if len(whole.last) > keptMost {
			t.Errorf("%d lines are kept", len(whole.last))
		}
		for _, kept := range whole.last {
			if strings.Contains(kept, fuzzToken) || escape.Line(kept) != kept || len(kept) > shownOf+len("…") {
				t.Errorf("kept is %q", kept)
			}
		}
		for _, line := range lines {
			for _, f := range []finder{{}, {pattern: regexp.MustCompile(`https://\S+`)}} {
				if u := f.untaken(line); u != nil {
					if said := whole.secrets.hide(u.url + " " + u.why); u.url == "" || escape.Line(said) != said || strings.Contains(said, fuzzToken) {
						t.Errorf("%q in %q is not taken: %q", u.url, line, said)
					}
				}
				found, ok := f.url(line)
				if !ok {
					continue
				}
				u, err := url.Parse(found)
				if err != nil || escape.Line(found) != found || u.Scheme != "https" || u.User != nil {
					t.Fatalf("%q is found in %q", found, line)
				}
				if port, err := strconv.Atoi(u.Port()); u.Port() != "" && (err != nil || port < 1 || port > 65535) {
					t.Errorf("%q is found in %q", found, line)
				}
			}
		}
	})
}

// answering gives the same answer to every request.
type answering []byte

func (a answering) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(a)), Request: r}, nil
}

// FuzzAgent: whatever an agent answers, it names a public URL or says why there is none, in one line.
func FuzzAgent(f *testing.F) {
	for _, s := range []string{
		"", "{}", `{"tunnels":[{"public_url":"https://a.ngrok-free.app","config":{"addr":"http://localhost:8080"}}]}`,
		`{"endpoints":[{"url":"https://b.ngrok.app","upstream":{"url":"8080"}},{"url":"tcp://x:1","upstream":{"url":"http://[::1]:80"}}]}`,
		`{"endpoints":null}`, `[]`, `{"endpoints":[{"url":"https://u:p@h","upstream":{"url":"8080"}}]}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		a := &agentTunnel{api: "127.0.0.1:4040", client: &http.Client{Transport: answering(body)}}
		found, why := a.look(t.Context(), "8080")
		if (found == "") == (why == "") {
			t.Fatalf("found %q, and %q", found, why)
		}
		if got, why := clean(found); found != "" && (why != "" || got != found) {
			t.Errorf("found %q", found)
		}
		if escape.Line(why) != why || len(why) > 4*shownOf {
			t.Errorf("it says %q", why)
		}
	})
}

// FuzzCode: a code found in what ngrok says is one, and is explained.
func FuzzCode(f *testing.F) {
	for _, s := range []string{"", "ERR_NGROK_105", "x ERR_NGROK_3200\r\n\r\n", "ERR_NGROK_", "ERR_NGROK_99999999999999999999"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		code := codeIn(text)
		if !strings.Contains(text, code) || escape.Line(code) != code {
			t.Errorf("%q has the code %q", text, code)
		}
		if code != "" && Meaning(code) == "" {
			t.Errorf("%s means nothing", code)
		}
	})
}
