package capture_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook/capture"
)

func TestJSONLines(t *testing.T) {
	got, err := capture.Parse([]byte(`{"event":"ready","listen_url":"http://127.0.0.1:4141"}
{"id":1,"kind":"delivery_report","method":"POST","url":"https://h.example/cb","received_url":"http://127.0.0.1:4141/cb?x=1","headers":[["Content-Type","application/x-www-form-urlencoded"],["X-Plivo-Signature-V3","a"],["x-plivo-signature-v3","b"]],"params":[["To","wrong"]],"body":"To=1&Text=a%20b"}

{"uuid":"1","direction":"outbound","text":"a message","method":5}
{"method":"POST","url":"https://h.example/cb","received_url":"","headers":[],"body_base64":"AP8=","truncated":true}
{"id":"x","method":"GET","url":"https://h.example/cb?a=b","received_url":"http://h.example/cb?a=b","headers":[],"params":[["a","b"]]}
{"method":"POST","url":"https://h.example/cb","headers":[],"params":[["a","b"],["a",""]]}
`))
	if err != nil {
		t.Fatal(err)
	}
	want := []capture.Request{
		{
			ID: 1, Method: "POST", URL: "https://h.example/cb", Host: "127.0.0.1:4141", Target: "/cb?x=1",
			Header: http.Header{"Content-Type": {form}, "X-Plivo-Signature-V3": {"a", "b"}},
			Body:   []byte("To=1&Text=a%20b"), Params: []signature.Param{{Name: "To", Value: "1"}, {Name: "Text", Value: "a b"}},
		},
		{
			Method: "POST", URL: "https://h.example/cb", Host: "h.example", Target: "/cb", Header: http.Header{}, Body: []byte{0, 0xff},
			Problem: "The body was cut when it was received, so its parameters are incomplete. The body has no content type and does not look like a form, so there are no parameters; Plivo sends application/x-www-form-urlencoded.",
		},
		{Method: "GET", URL: "https://h.example/cb?a=b", Host: "h.example", Target: "/cb?a=b", Header: http.Header{}},
		{
			Method: "POST", URL: "https://h.example/cb", Host: "h.example", Target: "/cb", Header: http.Header{},
			Params: []signature.Param{{Name: "a", Value: "b"}, {Name: "a", Value: ""}},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

const har = `{"log":{"version":"1.2","creator":{"name":"x"},"entries":[
 {"request":{"method":"GET","url":"https://other.example/","headers":[]}},
 {"request":{"method":"POST","url":"https://h.example:8443/cb/?q=%20","httpVersion":"HTTP/2","headers":[
   {"name":":authority","value":"h.example:8443"},{"name":"x-plivo-signature-v3","value":"a"},{"name":"x-plivo-signature-v3-nonce","value":"n"}],
   "postData":{"mimeType":"application/x-www-form-urlencoded","text":"a=%C3%A9"}}},
 {"request":{"method":"POST","url":"https://u@h.example#f","headers":[{"name":"Host","value":"inner"},{"name":"X-Plivo-Signature-V2","value":"b"}],
   "postData":{"mimeType":"application/x-www-form-urlencoded","params":[{"name":"a","value":"%C3"},{"name":"b"}]}}},
 {"request":{"method":"POST","url":"/cb","headers":[{"name":"X-Plivo-Signature","value":"c"}],
   "postData":{"mimeType":"application/json","encoding":"base64","text":"eyJhIjoxfQ=="}}},
 {"request":{"method":"POST","url":"https://h.example/","bodySize":12,"headers":[{"name":"X-Plivo-Signature-Ma-V3","value":"d"}]}}
]}}`

func TestHAR(t *testing.T) {
	got, err := capture.Parse([]byte("\ufeff" + har))
	if err != nil {
		t.Fatal(err)
	}
	want := []capture.Request{
		{
			Method: "POST", URL: "https://h.example:8443/cb/?q=%20", Host: "h.example:8443", Target: "/cb/?q=%20",
			Header: http.Header{"Content-Type": {form}, "X-Plivo-Signature-V3": {"a"}, "X-Plivo-Signature-V3-Nonce": {"n"}},
			Body:   []byte("a=%C3%A9"), Params: []signature.Param{{Name: "a", Value: "é"}},
		},
		{
			Method: "POST", URL: "https://u@h.example#f", Host: "inner",
			Header: http.Header{"Content-Type": {form}, "X-Plivo-Signature-V2": {"b"}},
			Params: []signature.Param{{Name: "a", Value: "%C3"}, {Name: "b"}},
		},
		{
			Method: "POST", Target: "/cb", Problem: "The URL of the request is not absolute.",
			Header: http.Header{"Content-Type": {"application/json"}, "X-Plivo-Signature": {"c"}},
			Body:   []byte(`{"a":1}`), Params: []signature.Param{{Name: "a", Value: "1"}},
		},
		{
			Method: "POST", URL: "https://h.example/", Host: "h.example", Target: "/", Header: http.Header{"X-Plivo-Signature-Ma-V3": {"d"}},
			Problem: "The HAR file says that the body has 12 bytes and leaves it out; export it with the contents.",
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	unsigned := strings.ReplaceAll(strings.ReplaceAll(har, "X-Plivo-Signature", "X-Other"), "x-plivo-signature", "x-other")
	if got, err := capture.Parse([]byte(unsigned)); err != nil || len(got) != 5 {
		t.Errorf("without a signature in any: %d requests, %v", len(got), err)
	}
}

func TestRefused(t *testing.T) {
	for name, c := range map[string]struct{ data, want string }{
		"nothing":            {"", "is empty"},
		"blank":              {"\ufeff \r\n\n", "is empty"},
		"prose":              {"hello, world", "no raw HTTP request"},
		"a response":         {"HTTP/1.1 200 OK\nServer: x\n\n", "is an HTTP response"},
		"binary":             {"\x00\x01\xff", "no raw HTTP request"},
		"a method alone":     {"POST", "no raw HTTP request"},
		"a version alone":    {"POST HTTP/1.1\n\n", "no raw HTTP request"},
		"half the pseudo":    {":method: POST\n\n", "no raw HTTP request"},
		"UTF-16":             {"\xff\xfe{\x00", "UTF-16"},
		"an array":           {"[1]", "JSON array"},
		"half an object":     {"{\"event\":\"ready\"}\n\n{\"method\":\"POST\"", "line 3"},
		"no JSON":            {"{a}", "from line 1"},
		"other objects":      {"{}\n{\"a\":1}", "among the 2 JSON objects"},
		"other headers":      {`{"method":"POST","headers":{"A":"b"}}`, `"headers" in object 1 of the capture is of type object`},
		"a HAR of nothing":   {`{"log":{"entries":[]}}`, "no requests"},
		"a HAR of something": {`{"log":{"entries":7}}`, "cannot be read"},
		"a log that is none": {`{"log":"x"}`, "cannot be read"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := capture.Parse([]byte(c.data))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%+v, %v; want %q", got, err, c.want)
			}
		})
	}
	if _, err := capture.Parse(bytes.Repeat([]byte{'x'}, capture.MaxSize+1)); err == nil || !strings.Contains(err.Error(), "16 MiB") {
		t.Errorf("too large: %v", err)
	}
	body := strings.Repeat("a&", 100_000)
	entry := `{"request":{"method":"POST","url":"https://h/","headers":[{"name":"Content-Type","value":"` + form + `"}],"postData":{"text":"` + body + `"}}}`
	line := `{"method":"POST","url":"https://h/","headers":[["Content-Type","` + form + `"]],"body":"` + body + `"}` + "\n"
	for n, refused := range map[int]bool{10: false, 11: true} {
		for _, text := range []string{strings.Repeat(line, n), `{"log":{"entries":[` + strings.TrimSuffix(strings.Repeat(entry+",", n), ",") + `]}}`} {
			requests, err := capture.Parse([]byte(text))
			if refused != (err != nil && strings.Contains(err.Error(), "a million parameters")) || !refused && len(requests) != n {
				t.Errorf("%d requests of 100,000 parameters: %d are read, %v", n, len(requests), err)
			}
		}
	}
}
