package webhook_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
)

// raw sends bytes and reads one answer.
func raw(t *testing.T, addr, request string) *http.Response {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(time.Minute))
	if _, err := conn.Write([]byte(request)); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatalf("no answer to %q: %v", request, err)
	}
	return resp
}

// rawPost writes a delivery report with any request target and host, signed for signedURL.
func rawPost(t *testing.T, token signature.Token, target, host, signedURL string) string {
	t.Helper()
	params := report("5b40a428-bfc7-4daf-9d06-726c558bf3b8", "delivered")
	r := post(t, "http://unused.example/", formType, "")
	sign(t, r, token, signedURL, params)
	var b strings.Builder
	body := form(params...)
	fmt.Fprintf(&b, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n", target, host, len(body))
	_ = r.Header.Write(&b)
	return b.String() + "\r\n" + body
}

func TestTheSignatureIsCheckedOverThePublicURL(t *testing.T) {
	const path = "/sms/delivery-report"
	for name, tc := range map[string]struct {
		public       []string
		target, host string
		signed       string
		valid        bool
		url          string // of the callback; empty for the signed one
	}{
		"public host":                {public: []string{"https://tunnel.example"}, target: path, host: "tunnel.example", signed: "https://tunnel.example" + path, valid: true},
		"any Host header":            {public: []string{"https://tunnel.example"}, target: path, host: "10.0.0.7:4141", signed: "https://tunnel.example" + path, valid: true},
		"never the Host header":      {public: []string{"https://tunnel.example"}, target: path, host: "evil.example", signed: "http://evil.example" + path, url: "https://tunnel.example" + path},
		"slash at the end of public": {public: []string{"https://tunnel.example/"}, target: path, host: "h", signed: "https://tunnel.example" + path, valid: true},
		"port":                       {public: []string{"https://h.example:8443"}, target: path, host: "h.example:8443", signed: "https://h.example:8443" + path, valid: true},
		"port left out":              {public: []string{"https://h.example:8443"}, target: path, host: "h.example:8443", signed: "https://h.example" + path, url: "https://h.example:8443" + path},
		"default port written out":   {public: []string{"https://h.example:443"}, target: path, host: "h.example", signed: "https://h.example:443" + path, valid: true},
		"prefix that a proxy strips": {public: []string{"https://h.example/hooks/"}, target: path, host: "h.example", signed: "https://h.example/hooks" + path, valid: true},
		"prefix that it leaves":      {public: []string{"https://h.example/hooks"}, target: "/hooks" + path, host: "h.example", signed: "https://h.example/hooks" + path, valid: true},
		"no prefix but like one":     {public: []string{"https://h.example/sm"}, target: path, host: "h.example", signed: "https://h.example/sm" + path, valid: true},
		"prefix like a known path":   {public: []string{"https://h.example/sms"}, target: path, host: "h.example", signed: "https://h.example" + path, valid: true},
		"the whole callback URL":     {public: []string{"https://h.example" + path}, target: path, host: "h.example", signed: "https://h.example" + path, valid: true},
		"second public URL":          {public: []string{"https://a.example", "https://b.example"}, target: path, host: "x", signed: "https://b.example" + path, valid: true},
		"Host orders public URLs":    {public: []string{"https://a.example", "https://b.example"}, target: path, host: "B.example:1", signed: "https://c.example" + path, url: "https://b.example" + path},
		"query":                      {public: []string{"https://h.example"}, target: path + "?a=%20b&c", host: "h", signed: "https://h.example" + path + "?a=%20b&c", valid: true},
		"escaped path":               {public: []string{"https://h.example"}, target: "/a%2Fb/%C3%A9", host: "h", signed: "https://h.example/a%2Fb/%C3%A9", valid: true},
		"odd path":                   {public: []string{"https://h.example"}, target: "//a/../b//", host: "h", signed: "https://h.example//a/../b//", valid: true},
		"absolute form":              {public: []string{"https://h.example"}, target: "HTTP://other.example" + path + "?x=1", host: "h", signed: "https://h.example" + path + "?x=1", valid: true},
		"absolute form, no path":     {public: []string{"https://h.example"}, target: "http://other.example?x=1", host: "h", signed: "https://h.example/?x=1", valid: true},
		"no path in the public URL":  {public: []string{"https://h.example"}, target: "/", host: "h", signed: "https://h.example", valid: true},
		"no slash after the prefix":  {public: []string{"https://h.example/cb"}, target: "/", host: "h", signed: "https://h.example/cb", valid: true},
		"localhost is 127.0.0.1":     {public: []string{"http://127.0.0.1:4141"}, target: path, host: "localhost:4141", signed: "http://localhost:4141" + path, valid: true},
		"localhost by another Host":  {public: []string{"http://127.0.0.1:4141"}, target: path, host: "127.0.0.1:4141", signed: "http://localhost:4141" + path, valid: true},
		"localhost is [::1]":         {public: []string{"http://localhost:4141"}, target: path, host: "[::1]:4141", signed: "http://[::1]:4141" + path, valid: true},
		"but not on another port":    {public: []string{"http://127.0.0.1:4141"}, target: path, host: "localhost:4142", signed: "http://localhost:4142" + path, url: "http://localhost:4141" + path},
		"and not with https":         {public: []string{"http://127.0.0.1:4141"}, target: path, host: "127.0.0.1:4141", signed: "https://127.0.0.1:4141" + path, url: "http://127.0.0.1:4141" + path},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, webhook.Config{PublicURLs: tc.public, Tokens: []signature.Token{account}})
			if resp := raw(t, s.addr, rawPost(t, account, tc.target, tc.host, tc.signed)); resp.StatusCode != 200 {
				t.Fatalf("status %d", resp.StatusCode)
			}
			c := s.recorder.last(t)
			want := tc.url
			if tc.valid {
				want = tc.signed
			}
			if (c.Verdict.Outcome == signature.Valid) != tc.valid || c.URL != want {
				t.Errorf("outcome %q over %q, want valid %v over %q", c.Verdict.Outcome, c.URL, tc.valid, want)
			}
			if c.Kind != webhook.DeliveryReport {
				t.Errorf("kind %q", c.Kind)
			}
		})
	}
}

func TestReceivedURLIsWhatTheRequestSays(t *testing.T) {
	s := start(t, webhook.Config{PublicURLs: []string{"https://h.example/hooks"}})
	raw(t, s.addr, "POST /sms/inbound?x=%41 HTTP/1.1\r\nHost: inner.example:99\r\nContent-Length: 0\r\n\r\n")
	if got := s.recorder.last(t).ReceivedURL; got != "http://inner.example:99/sms/inbound?x=%41" {
		t.Errorf("received URL %q", got)
	}
	raw(t, s.addr, "POST /old HTTP/1.0\r\nContent-Length: 0\r\n\r\n")
	if got := s.recorder.last(t).ReceivedURL; got != s.url+"/old" {
		t.Errorf("received URL without Host %q", got)
	}
}

func TestPublicURLsMayChange(t *testing.T) {
	s := start(t, webhook.Config{PublicURLs: []string{"https://old.example"}, Tokens: []signature.Token{account}})
	request := rawPost(t, account, "/sms/inbound", "h", "https://new.example/sms/inbound")
	raw(t, s.addr, request)
	before := s.recorder.last(t).Verdict.Outcome
	if err := s.SetPublicURLs("https://new.example"); err != nil {
		t.Fatal(err)
	}
	raw(t, s.addr, request)
	if after := s.recorder.last(t).Verdict.Outcome; before != signature.Invalid || after != signature.Valid {
		t.Errorf("%q, then %q", before, after)
	}
	if err := s.SetPublicURLs("https://newer.example", "nonsense"); err == nil {
		t.Error("nonsense was taken")
	}
	raw(t, s.addr, request)
	if c := s.recorder.last(t); c.Verdict.Outcome != signature.Valid {
		t.Errorf("%q after a change that failed", c.Verdict.Outcome)
	}
}

func TestUnusablePublicURLsAreRefused(t *testing.T) {
	for _, public := range []string{"", "example.com", "ftp://h", "https://", "https://u:p@h", "https://h/?a=1", "https://h/#f", "https://h/%zz", "http://[::1", "https://h:port", "https://h:", "http://127.0.0.1:", "https://[::1]:/x", "https://h:0", "https://h:65536/x", "http://127.0.0.1:08080"} {
		if _, err := webhook.New(webhook.Config{Recorder: &memory{}, PublicURLs: []string{public}}); err == nil || !strings.Contains(err.Error(), "public URL") {
			t.Errorf("%q: error %v", public, err)
		}
	}
}
