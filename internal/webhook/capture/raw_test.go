package capture_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook/capture"
)

// one parses a capture of one request.
func one(t *testing.T, data string) capture.Request {
	t.Helper()
	all, err := capture.Parse([]byte(data))
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 1 {
		t.Fatalf("%d requests, not one", len(all))
	}
	return all[0]
}

func crlf(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }

const form = "application/x-www-form-urlencoded"

func TestRaw(t *testing.T) {
	const plain = "POST /cb/?a=%20b HTTP/1.1\nHost: h.example:8443\nContent-Type: " + form + "\n" +
		"x-plivo-signature-v3: one\nContent-Length: 10\nX-PLIVO-SIGNATURE-V3: two,three\nX-Empty:\n\nTo=1&From=2"
	want := capture.Request{
		Method: "POST", Host: "h.example:8443", Target: "/cb/?a=%20b",
		Header: http.Header{
			"Content-Type": {form}, "Content-Length": {"10"}, "X-Empty": {""},
			"X-Plivo-Signature-V3": {"one", "two,three"},
		},
		Body:   []byte("To=1&From=2")[:10],
		Params: []signature.Param{{Name: "To", Value: "1"}, {Name: "From", Value: ""}},
	}
	for name, data := range map[string]string{
		"CR LF":                   crlf(plain),
		"LF":                      plain,
		"a mark and blank lines":  "\ufeff\r\n\n" + plain,
		"HTTP/2":                  strings.Replace(plain, "HTTP/1.1", "HTTP/2", 1),
		"a pseudo-header beside":  strings.Replace(plain, "\nHost: h.example:8443", "\n:authority: h.example:8443", 1),
		"pseudo-headers alone":    strings.Replace(strings.Replace(plain, "POST /cb/?a=%20b HTTP/1.1", ":method: POST\n:path: /cb/?a=%20b", 1), "Host", ":authority", 1),
		"a space behind the name": strings.Replace(plain, "Host:", "Host :", 1),
	} {
		t.Run(name, func(t *testing.T) {
			got := one(t, data)
			if !strings.Contains(got.Problem, "has 11 bytes and Content-Length says 10") {
				t.Errorf("problem: %q", got.Problem)
			}
			got.Problem = ""
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRawURL(t *testing.T) {
	for name, c := range map[string]struct{ head, method, url, host, target string }{
		"origin form":       {"GET /a?b=c HTTP/1.1\nHost: h", "GET", "", "h", "/a?b=c"},
		"absolute form":     {"GET https://u:p@h.example:1/a%2Fb?c HTTP/1.1\nHost: h.example:1", "GET", "https://u:p@h.example:1/a%2Fb?c", "h.example:1", "/a%2Fb?c"},
		"absolute, no path": {"GET http://h.example HTTP/1.1", "GET", "http://h.example", "h.example", ""},
		"another Host":      {"GET http://outer/a HTTP/1.1\nHost: inner", "GET", "http://outer/a", "inner", "/a"},
		"IPv6":              {"POST /a HTTP/1.1\nHost: [::1]:8080", "POST", "", "[::1]:8080", "/a"},
		"a bad escape":      {"POST /%zz?%=%f HTTP/1.1\nHost: h", "POST", "", "h", "/%zz?%=%f"},
		"a decoded space":   {"POST /a b c HTTP/1.0\nHost: h", "POST", "", "h", "/a b c"},
		"no version":        {"POST /a\nHost: h", "POST", "", "h", "/a"},
		"asterisk":          {"OPTIONS * HTTP/1.1\nHost: h", "OPTIONS", "", "h", "*"},
		"all of HTTP/2's":   {":method: POST\n:scheme: https\n:authority: h.example\n:path: /a", "POST", "https://h.example/a", "h.example", "/a"},
		"bytes, no UTF-8":   {"POST /\xff HTTP/1.1\nHost: \xfe", "POST", "", "\xfe", "/\xff"},
		"nothing after it":  {"GET / HTTP/1.1", "GET", "", "", "/"},
		"another scheme":    {"GET /r?u=https://x/y HTTP/1.1\nHost: h", "GET", "", "h", "/r?u=https://x/y"},
	} {
		t.Run(name, func(t *testing.T) {
			got := one(t, c.head+"\n\n")
			if got.Method != c.method || got.URL != c.url || got.Host != c.host || got.Target != c.target {
				t.Errorf("got %q %q %q %q", got.Method, got.URL, got.Host, got.Target)
			}
			if got.Problem != "" {
				t.Errorf("problem: %q", got.Problem)
			}
			if again := one(t, c.head); again.Target != c.target {
				t.Errorf("without the blank line the target is %q", again.Target)
			}
		})
	}
}

func TestRawHeader(t *testing.T) {
	got := one(t, "GET / HTTP/1.1\nHost: h\nX-Long: a\n b\n\t  c \n \nstrange name: kept\nno colon here\nalso not\nX-Bytes: \xff\x1b[2J\n\n")
	want := http.Header{"X-Long": {"a b c"}, "strange name": {"kept"}, "X-Bytes": {"\xff\x1b[2J"}}
	if diff := cmp.Diff(want, got.Header); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(got.Problem, "2 lines of the header") {
		t.Errorf("problem: %q", got.Problem)
	}
	if got := one(t, "GET / HTTP/1.1\nHost: a\nHost: b\n\n"); got.Host != "a" || len(got.Header["Host"]) != 2 || got.Problem == "" {
		t.Errorf("two hosts: %+v", got)
	}
	var many strings.Builder
	many.WriteString("POST / HTTP/1.1\r\n")
	for i := range 10000 {
		fmt.Fprintf(&many, "X-H%d: %d\r\nX-Same: %d\r\n", i, i, i)
	}
	many.WriteString("\r\na=b")
	if got := one(t, many.String()); len(got.Header) != 10001 || len(got.Header["X-Same"]) != 10000 || string(got.Body) != "a=b" {
		t.Errorf("%d headers, %d of one name, body %q", len(got.Header), len(got.Header["X-Same"]), got.Body)
	}
}

func zipped(s string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(s))
	_ = w.Close()
	return b.String()
}

func TestRawBody(t *testing.T) {
	for name, c := range map[string]struct{ header, body, want, problem string }{
		"as long as it says":         {"Content-Length: 3", "a=b", "a=b", ""},
		"a line break of an editor":  {"Content-Length: 3", "a=b\r\n\n", "a=b", ""},
		"longer":                     {"Content-Length: 3", "a=bcd", "a=b", "has 5 bytes and Content-Length says 3: what is beyond"},
		"shorter":                    {"Content-Length: 9", "a=b", "a=b", "has 3 bytes and Content-Length says 9"},
		"no length":                  {"X: y", "a=b\n", "a=b", ""},
		"a form without length":      {"Content-Type: " + form, "a=b\r\n", "a=b", ""},
		"a length that is none":      {"Content-Length: -1", "a=b", "a=b", `"-1", which is no length`},
		"a huge length":              {"Content-Length: 99999999999999999999", "a=b", "a=b", "which is no length"},
		"two lengths":                {"Content-Length: 3\nContent-Length: 1", "a=b", "a=b", "several Content-Length"},
		"twice the same":             {"Content-Length: 3\nContent-Length: 3", "a=b", "a=b", ""},
		"chunks":                     {"Transfer-Encoding: chunked", "2\r\na=\r\n1;x=y\r\nb\r\n0\r\n\r\n", "a=b", ""},
		"chunks with LF":             {"Transfer-Encoding: gzip, Chunked", "2\na=\n1\nb\n0\n", "a=b", ""},
		"chunks and a length":        {"Transfer-Encoding: chunked\nContent-Length: 1", "3\na=b\n0\n", "a=b", ""},
		"joined chunks":              {"Transfer-Encoding: chunked", "To=1", "To=1", "it is not"},
		"a chunk that is cut":        {"Transfer-Encoding: chunked", "9\na=b", "a=b", "within a chunk"},
		"chunks without their end":   {"Transfer-Encoding: chunked", "3\na=b\n", "a=b", "length of a chunk is missing"},
		"a huge chunk":               {"Transfer-Encoding: chunked", "7fffffffffffffff\na=b", "a=b", "within a chunk"},
		"gzip":                       {"Content-Encoding: gzip", zipped("a=b"), "a=b", ""},
		"gzip that is cut":           {"Content-Encoding: gzip", zipped("a=b")[:20], "", "only in part"},
		"said to be gzip":            {"Content-Encoding: gzip", "a=b", "a=b", "but it is not"},
		"another compression":        {"Content-Encoding: br", "a=b", "a=b", "capture it uncompressed"},
		"none":                       {"Content-Encoding: identity", "a=b", "a=b", ""},
		"binary":                     {"Content-Length: 4", "\x00\xff\r\n", "\x00\xff\r\n", "does not look like a form"},
		"empty":                      {"Content-Length: 0", "", "", ""},
		"a form with a bad escape":   {"Content-Type: " + form, "a=%zz", "a=%zz", "no percent escape"},
		"a body that is no form":     {"Content-Type: image/png", "\x89PNG", "\x89PNG", "no form"},
		"a blank line in the body":   {"Content-Length: 6", "a=b\n\nc", "a=b\n\nc", "does not look like a form"},
		"JSON":                       {"Content-Type: application/json", `{"a":1}`, `{"a":1}`, ""},
		"longer by another request":  {"Content-Length: 3", "a=bPOST / HTTP/1.1\n\n", "a=b", "what is beyond"},
		"an editor behind no chunks": {"Transfer-Encoding: chunked\nContent-Type: " + form, "To=1\n", "To=1", "it is not"},
	} {
		t.Run(name, func(t *testing.T) {
			got := one(t, "POST / HTTP/1.1\n"+c.header+"\n\n"+c.body)
			if c.want != "" && string(got.Body) != c.want {
				t.Errorf("body %q, not %q", got.Body, c.want)
			}
			if (c.problem == "") != (got.Problem == "") || !strings.Contains(got.Problem, c.problem) {
				t.Errorf("problem %q, not %q", got.Problem, c.problem)
			}
		})
	}
}
