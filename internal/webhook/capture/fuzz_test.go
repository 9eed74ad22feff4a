package capture_test

import (
	"net/http"
	"net/textproto"
	"slices"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/capture"
)

// Whatever is parsed gives requests that hold together, and says what it lost.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"", "POST /cb HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\na=b",
		"POST http://h/ HTTP/1.1\nTransfer-Encoding: chunked\n\n3\na=b\n0\n\n",
		":method: POST\n:path: /\n:authority: h\n\na=b", "POST / HTTP/2\nA: b\n c\n", zipped("x"),
		"POST / HTTP/1.1\nContent-Encoding: gzip\n\n" + zipped("a=b"), har,
		`{"method":"POST","url":"u","headers":[["A","b"]],"body":"a=b"}` + "\n{}", `{"log":null}`, "\xff\xfe", "[",
		"curl https://h/ -XPOST -d $'a=\\x41' -H 'A: b' \\\n --data-urlencode 'a=b c' -G", "* x\n> POST / HTTP/1.1\n> A: b\n>\n> GET / HTTP/2\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		before := slices.Clone(data)
		all, err := capture.Parse(data)
		if !slices.Equal(before, data) {
			t.Fatal("the capture was changed")
		}
		if (err == nil) != (len(all) > 0) {
			t.Fatalf("%d requests and error %v", len(all), err)
		}
		for _, r := range all {
			for name := range r.Header {
				if textproto.CanonicalMIMEHeaderKey(name) != name {
					t.Fatalf("header %q is not canonical", name)
				}
			}
			if (r.Method == http.MethodGet || r.Method == http.MethodHead) && len(r.Params) > 0 {
				t.Fatalf("a %s has parameters beside its URL", r.Method)
			}
			if r.Problem != "" && !strings.HasSuffix(r.Problem, ".") {
				t.Fatalf("%q is no sentence", r.Problem)
			}
			if r.Body == nil || r.Method == http.MethodGet || r.Method == http.MethodHead {
				continue
			}
			want, _ := webhook.ParseParams(r.Method, r.URL, r.Header.Get("Content-Type"), r.Body)
			if !slices.Equal(want, r.Params) {
				t.Fatalf("params %q of body %q, not %q", r.Params, r.Body, want)
			}
		}
	})
}
