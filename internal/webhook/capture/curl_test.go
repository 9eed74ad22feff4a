package capture_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook/capture"
)

func TestCurl(t *testing.T) {
	const file = " is in the file \"b.txt\", which is not read here."
	signed := http.Header{"Content-Type": {form}, "X-Plivo-Signature-V3": {"a=, b="}, "X-Plivo-Signature-V3-Nonce": {"77"}}
	plain := capture.Request{
		Method: "POST", URL: "https://h.example:8443/cb/?q=%20", Host: "h.example:8443", Target: "/cb/?q=%20", Header: signed,
		Body: []byte("To=1&Text=it%27s"), Params: []signature.Param{{Name: "To", Value: "1"}, {Name: "Text", Value: "it's"}},
	}
	with := func(change func(*capture.Request)) capture.Request {
		r := plain
		r.Header = signed.Clone()
		change(&r)
		return r
	}
	const head = `curl 'https://h.example:8443/cb/?q=%20' -H 'x-plivo-signature-v3: a=, b=' -H "X-Plivo-Signature-V3-Nonce: 77" `
	for name, c := range map[string]struct {
		command string
		want    capture.Request
	}{
		"as a browser copies it":       {"curl 'https://h.example:8443/cb/?q=%20' \\\n  -X 'POST' \\\r\n  -H 'x-plivo-signature-v3: a=, b=' \\\n  -H $'x-plivo-signature-v3-nonce: \\x37\\u0037' \\\n  --data-raw 'To=1&Text=it%27s' \\\n  --compressed\n", plain},
		"flags joined":                 {"$ curl -sSXPOST -H'x-plivo-signature-v3: a=, b=' -HX-Plivo-Signature-V3-Nonce:77 -dTo=1 --data Text=it%27s -o out.txt --url https://h.example:8443/cb/?q=%20", plain},
		"quotes side by side":          {head + `-d 'To=1&Text='"it"'%'27s`, plain},
		"encoded":                      {head + `--data-urlencode To=1 --data-urlencode "Text=it's"; rm x`, plain},
		"a backslash":                  {head + `-d To\=1\&Text=it%27s | cat`, plain},
		"another Host":                 {head + `-d 'To=1&Text=it%27s' -H 'Host: public.example'`, with(func(r *capture.Request) { r.Host = "public.example" })},
		"remarks of a shell before it": {"\n# callback 22, received then\r\n\n # a\r#!\n" + head + `-d 'To=1&Text=it%27s'`, plain},
		"a file": {head + `-d @b.txt`, with(func(r *capture.Request) {
			r.Body, r.Params, r.Problem = []byte{}, nil, "The body"+file
		})},
		"no body": {head, with(func(r *capture.Request) {
			r.Method, r.Body, r.Params = "GET", nil, nil
			delete(r.Header, "Content-Type")
		})},
		"a query": {head + `-G -d a=b`, with(func(r *capture.Request) {
			r.Method, r.Body, r.Params = "GET", nil, nil
			r.URL, r.Target = r.URL+"&a=b", r.Target+"&a=b"
			delete(r.Header, "Content-Type")
		})},
		"no scheme, an empty header, JSON": {`curl h.example/cb --json '{"a":1}' -H 'X-A;' -H 'X-B:'`, capture.Request{
			Method: "POST", URL: "http://h.example/cb", Host: "h.example", Target: "/cb", Header: http.Header{"Content-Type": {"application/json"}, "X-A": {""}},
			Body: []byte(`{"a":1}`), Params: []signature.Param{{Name: "a", Value: "1"}},
		}},
		"a variable": {`curl "https://h.example/$P" -X PUT`, capture.Request{
			Method: "PUT", URL: "https://h.example/$P", Host: "h.example", Target: "/$P", Header: http.Header{},
			Problem: "The curl command has a variable or another command in it, which only a shell can put in; it is taken as it stands.",
		}},
		"bytes": {`curl https://h.example -d $'a=\xff\'\n\101\q'`, capture.Request{
			Method: "POST", URL: "https://h.example", Host: "h.example", Header: http.Header{"Content-Type": {form}},
			Body: []byte("a=\xff'\nA\\q"), Params: []signature.Param{{Name: "a", Value: "\xff'\nA\\q"}},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, one(t, c.command)); diff != "" {
				t.Error(diff)
			}
		})
	}
	for command, want := range map[string]string{
		"curl":                               "no URL",
		"curl -d a=b":                        "no URL",
		"curl 'https://h":                    "within a quotation",
		`curl "https://h`:                    "within a quotation",
		"curl $'https://h":                   "within a quotation",
		"curl https://h -H":                  "behind -H",
		"curl https://h --request":           "behind --request",
		"curl https://h -X 'A B'":            "is none",
		"curl \"https://h\" ^\n -H \"a: b\"": "for bash",
	} {
		if got, err := capture.Parse([]byte(command)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %+v, %v; want %q", command, got, err, want)
		}
	}
}

func TestCurlTrace(t *testing.T) {
	const trace = "*   Trying 127.0.0.1:80...\n* Connected to h.example\n> POST /cb/?a=%20 HTTP/1.1\n> Host: h.example\n> X-Plivo-Signature-V3: a\n" +
		"> Content-Length: 3\n> \n} [3 bytes data]\n< HTTP/1.1 307 Temporary Redirect\n< Location: /\n<\n> GET / HTTP/1.1\n> Host: h.example\n>\n< HTTP/1.1 200 OK\n"
	for _, text := range []string{trace, crlf(trace), trace[strings.Index(trace, ">"):]} {
		got, err := capture.Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		want := []capture.Request{
			{
				Method: "POST", Host: "h.example", Target: "/cb/?a=%20", Header: http.Header{"X-Plivo-Signature-V3": {"a"}, "Content-Length": {"3"}}, Body: []byte{},
				Problem: "The body has 0 bytes and Content-Length says 3: it was cut or changed when it was captured.",
			},
			{Method: "GET", Host: "h.example", Target: "/", Header: http.Header{}, Body: []byte{}},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
	for _, text := range []string{"* Trying\n", "> what\n", ">\n>", "* POST / HTTP/1.1"} {
		if got, err := capture.Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), "no raw HTTP request") {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
}
